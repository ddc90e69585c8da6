#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/core/gateway/command.h"
#include "portcullis/core/result.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::gateway {

/// Writes payloads into any writer of core/encoding. The keys stand in the order below, always, so that the same
/// command gives the same bytes.
template <typename Writer>
class PayloadWriter {
 public:
  explicit PayloadWriter(Writer& out) noexcept : out_(out) {}

  template <typename Payload>
  void put_payload(spec::Opcode opcode, const Payload& payload) {
    put_map(field("op", static_cast<std::uint32_t>(opcode)), field("d", payload));
  }

 private:
  void put(const HeartbeatData& beat) { put(beat.sequence); }
  void put(const IdentifyView& view) {
    const auto& [token, properties, intents, shard, large_threshold, presence] = view.data;
    put_map(field("token", token), field("properties", properties),
            field("intents", static_cast<std::int64_t>(intents)), field("compress", view.compress, view.compress),
            if_there("shard", shard), if_there("large_threshold", large_threshold), if_there("presence", presence));
  }
  void put(const Properties& properties) {
    put_map(field("os", properties.os), field("browser", properties.browser), field("device", properties.device));
  }
  void put(const ResumeView& resume) {
    put_map(field("token", resume.token), field("session_id", resume.session_id), field("seq", resume.sequence));
  }
  void put(const Command& command) {
    std::visit([this](const auto& fields) { this->put(fields); }, command);
  }
  void put(const UpdatePresence& command) {
    put_map(field("since", command.since_ms), field("activities", command.activities), field("status", command.status),
            field("afk", command.afk));
  }
  void put(const Activity& activity) {
    put_map(field("name", activity.name), field("type", static_cast<std::uint32_t>(activity.type)),
            if_there("url", activity.url), if_there("state", activity.state));
  }
  void put(const UpdateVoiceState& command) {
    put_map(field("guild_id", command.guild_id), field("channel_id", command.channel_id),
            field("self_mute", command.self_mute), field("self_deaf", command.self_deaf));
  }
  void put(const RequestGuildMembers& command) {
    const auto& [guild_id, query, limit, user_ids, presences, nonce] = command;
    put_map(field("guild_id", guild_id), if_there("query", query), field("limit", limit, query.has_value()),
            field("user_ids", user_ids, !query), field("presences", presences, presences), if_there("nonce", nonce));
  }
  void put(const RequestSoundboardSounds& command) { put_map(field("guild_ids", command.guild_ids)); }
  void put(const RequestChannelInfo& command) {
    put_map(field("guild_id", command.guild_id), field("fields", command.fields));
  }

  template <typename Value>
  struct Field {
    std::string_view key;
    const Value& value;
    bool there;
  };
  template <typename Value>
  static Field<Value> field(std::string_view key, const Value& value, bool there = true) {
    return {key, value, there};
  }
  template <typename Value>
  static Field<std::optional<Value>> if_there(std::string_view key, const std::optional<Value>& value) {
    return {key, value, value.has_value()};
  }
  template <typename... Values>
  void put_map(const Field<Values>&... fields) {
    out_.begin_map((std::size_t{0} + ... + std::size_t{fields.there}));
    (put(fields), ...);
    out_.end_map();
  }
  template <typename Value>
  void put(const Field<Value>& field) {
    if (!field.there) return;
    out_.key(field.key);
    put(field.value);
  }
  template <typename Value>
  void put(const std::optional<Value>& value) {
    value ? put(*value) : out_.null();
  }
  template <typename Value>
  void put(const std::vector<Value>& values) {
    put_list(values);
  }
  void put(const Shard& shard) { put_list(std::array{shard.id, shard.count}); }
  template <typename List>
  void put_list(const List& values) {
    out_.begin_list(values.size());
    for (const auto& value : values) put(value);
    out_.end_list();
  }

  void put(PresenceStatus status) {
    constexpr std::array<std::string_view, 5> kNames{"online", "dnd", "idle", "invisible", "offline"};
    put(kNames[static_cast<std::size_t>(status)]);
  }
  void put(ChannelField field) { out_.string(field == ChannelField::Status ? "status" : "voice_start_time"); }
  void put(std::string_view text) { out_.string(text); }
  void put(bool value) { out_.boolean(value); }
  void put(std::uint32_t value) { out_.integer(value); }
  void put(std::int64_t value) { out_.integer(value); }
  void put(std::uint64_t id) { out_.snowflake(id); }

  Writer& out_;
};

constexpr spec::Opcode opcode(const HeartbeatData&) noexcept { return spec::Opcode::Heartbeat; }
constexpr spec::Opcode opcode(const IdentifyView&) noexcept { return spec::Opcode::Identify; }
constexpr spec::Opcode opcode(const ResumeView&) noexcept { return spec::Opcode::Resume; }
constexpr spec::Opcode opcode(const Command& command) noexcept {
  using O = spec::Opcode;
  constexpr std::array<O, std::variant_size_v<Command>> kByAlternative{
      O::PresenceUpdate, O::VoiceStateUpdate, O::RequestGuildMembers, O::RequestSoundboardSounds,
      O::RequestChannelInfo};
  return kByAlternative[command.index()];
}

/// Writes a whole payload, {"op":N,"d":…}, of a Command that `check` has passed, IdentifyView, ResumeView or
/// HeartbeatData.
///
/// Errors: what the writer's `finish` reports: too many bytes, or a text that is not UTF-8.
/// Source: requirements GW-ENV-4, GW-SIZE-1, GW-SIZE-3; the shapes of section 4.3 of the catalogue.
template <typename Payload, typename Writer>
Status write_payload(const Payload& payload, Writer& out) noexcept {
  PayloadWriter<Writer>(out).put_payload(opcode(payload), payload);
  return out.finish();
}

}  // namespace portcullis::gateway
