#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/core/gateway/command.h"
#include "portcullis/core/result.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::gateway {

/// Writes the values of payloads into any writer of core/encoding. Keys stand in the order below, always, so that the
/// same command gives the same bytes.
template <typename Writer>
class PayloadWriter {
 public:
  explicit PayloadWriter(Writer& out) noexcept : out_(out) {}

  void put(const HeartbeatData& beat) { put(beat.sequence); }
  void put(const ResumeView& resume) {
    put_map(Field{"token", resume.token}, Field{"session_id", resume.session_id}, Field{"seq", resume.sequence});
  }
  void put(const IdentifyData& identify) {
    put_map(Field{"token", identify.token}, Field{"properties", identify.properties},
            Field{"intents", static_cast<std::int64_t>(identify.intents)}, if_there("shard", identify.shard),
            if_there("large_threshold", identify.large_threshold), if_there("presence", identify.presence));
  }
  void put(const Command& command) {
    std::visit([this](const auto& fields) { put(fields); }, command);
  }
  void put(const UpdatePresence& command) {
    put_map(Field{"since", command.since_ms}, Field{"activities", command.activities}, Field{"status", command.status},
            Field{"afk", command.afk});
  }
  void put(const UpdateVoiceState& command) {
    put_map(Field{"guild_id", command.guild_id}, Field{"channel_id", command.channel_id},
            Field{"self_mute", command.self_mute}, Field{"self_deaf", command.self_deaf});
  }
  void put(const RequestGuildMembers& command) {
    put_map(Field{"guild_id", command.guild_id}, if_there("query", command.query),
            Field{"limit", command.limit, command.query.has_value()},
            Field{"user_ids", command.user_ids, !command.query.has_value()},
            Field{"presences", command.presences, command.presences}, if_there("nonce", command.nonce));
  }
  void put(const RequestSoundboardSounds& command) { put_map(Field{"guild_ids", command.guild_ids}); }
  void put(const RequestChannelInfo& command) {
    put_map(Field{"guild_id", command.guild_id}, Field{"fields", command.fields});
  }

  template <typename Value>
  struct Field {
    std::string_view key;
    const Value& value;
    bool there = true;
  };

  template <typename... Values>
  void put_map(const Field<Values>&... fields) {
    out_.begin_map((std::size_t{0} + ... + std::size_t{fields.there}));
    (put(fields), ...);
    out_.end_map();
  }

 private:
  template <typename Value>
  static Field<std::optional<Value>> if_there(std::string_view key, const std::optional<Value>& value) {
    return {key, value, value.has_value()};
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
    out_.begin_list(values.size());
    for (const Value& value : values) put(value);
    out_.end_list();
  }
  void put(const Shard& shard) {
    out_.begin_list(2);
    put(shard.id);
    put(shard.count);
    out_.end_list();
  }
  void put(const Activity& activity) {
    put_map(Field{"name", activity.name}, Field{"type", static_cast<std::uint32_t>(activity.type)},
            if_there("url", activity.url), if_there("state", activity.state));
  }
  void put(const Properties& properties) {
    put_map(Field{"os", properties.os}, Field{"browser", properties.browser}, Field{"device", properties.device});
  }
  void put(PresenceStatus status) {
    constexpr std::array<std::string_view, 5> kNames{"online", "dnd", "idle", "invisible", "offline"};
    out_.string(kNames[static_cast<std::size_t>(status)]);
  }
  void put(ChannelField field) { out_.string(field == ChannelField::Status ? "status" : "voice_start_time"); }
  void put(const std::string& text) { out_.string(text); }
  void put(std::string_view text) { out_.string(text); }
  void put(bool value) { out_.boolean(value); }
  void put(std::uint32_t value) { out_.integer(value); }
  void put(std::int64_t value) { out_.integer(value); }
  void put(std::uint64_t id) { out_.snowflake(id); }

  Writer& out_;
};

constexpr spec::Opcode opcode(const HeartbeatData&) noexcept { return spec::Opcode::Heartbeat; }
constexpr spec::Opcode opcode(const IdentifyData&) noexcept { return spec::Opcode::Identify; }
constexpr spec::Opcode opcode(const ResumeView&) noexcept { return spec::Opcode::Resume; }
constexpr spec::Opcode opcode(const Command& command) noexcept {
  using O = spec::Opcode;
  constexpr std::array<O, std::variant_size_v<Command>> kByAlternative{
      O::PresenceUpdate, O::VoiceStateUpdate, O::RequestGuildMembers, O::RequestSoundboardSounds, O::RequestChannelInfo};
  return kByAlternative[command.index()];
}

/// Writes a whole payload, {"op":N,"d":…}: of a Command that `check` has passed, IdentifyData, ResumeView, HeartbeatData.
///
/// Errors: what the writer's `finish` reports: too many bytes, or a text that is not UTF-8.
/// Source: requirements GW-ENV-4, GW-SIZE-1, GW-SIZE-3; the shapes of section 4.3 of the catalogue.
template <typename Payload, typename Writer>
Status write_payload(const Payload& payload, Writer& out) noexcept {
  using Op = typename PayloadWriter<Writer>::template Field<std::uint32_t>;
  using Data = typename PayloadWriter<Writer>::template Field<Payload>;
  PayloadWriter<Writer>(out).put_map(Op{"op", static_cast<std::uint32_t>(opcode(payload))}, Data{"d", payload});
  return out.finish();
}

}  // namespace portcullis::gateway
