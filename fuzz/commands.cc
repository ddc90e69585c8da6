// For every command: what passes the check keeps the rules, and is written in the documented shape within the limit.
//
// The input is a byte for the shard and the intents, then the command; byte 0xff instead: what Identify carries.
#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/core/limits.h"
#include "portcullis/fuzz/draw_command.h"

namespace portcullis::fuzz {
namespace {

using nlohmann::json;
using namespace gateway;

// ---- Sections 4.3.2 to 4.3.9 of the catalogue once more: the shapes, and what a bot may ask for

std::string id_text(std::uint64_t id) { return std::to_string(id); }

json id_list(const std::vector<std::uint64_t>& ids) {
  json list = json::array();
  for (const std::uint64_t id : ids) list.push_back(id_text(id));
  return list;
}

bool in_shard(std::uint64_t guild_id, const CommandRules& rules) {
  return !rules.shard || (guild_id >> 22) % rules.shard->count == rules.shard->id;
}

json shape(const Activity& activity) {
  json map{{"name", activity.name}, {"type", static_cast<int>(activity.type)}};
  if (activity.url) map["url"] = *activity.url;
  if (activity.state) map["state"] = *activity.state;
  return map;
}

json shape(const UpdatePresence& command) {
  constexpr const char* kStatuses[] = {"online", "dnd", "idle", "invisible", "offline"};
  json activities = json::array();
  for (const Activity& activity : command.activities) activities.push_back(shape(activity));
  return {{"since", command.since_ms ? json(*command.since_ms) : json()},
          {"activities", activities},
          {"status", kStatuses[static_cast<std::size_t>(command.status)]},
          {"afk", command.afk}};
}

json shape(const UpdateVoiceState& command) {
  return {{"guild_id", id_text(command.guild_id)},
          {"channel_id", command.channel_id ? json(id_text(*command.channel_id)) : json()},
          {"self_mute", command.self_mute},
          {"self_deaf", command.self_deaf}};
}

json shape(const RequestGuildMembers& command) {
  json map{{"guild_id", id_text(command.guild_id)}};
  if (command.query) map["query"] = *command.query, map["limit"] = command.limit;
  if (!command.query) map["user_ids"] = id_list(command.user_ids);
  if (command.presences) map["presences"] = true;
  if (command.nonce) map["nonce"] = *command.nonce;
  return map;
}

json shape(const RequestSoundboardSounds& command) { return {{"guild_ids", id_list(command.guild_ids)}}; }

json shape(const RequestChannelInfo& command) {
  json fields = json::array();
  for (const ChannelField field : command.fields)
    fields.push_back(field == ChannelField::Status ? "status" : "voice_start_time");
  return {{"guild_id", id_text(command.guild_id)}, {"fields", fields}};
}

json shape(const IdentifyData& identify, bool compress) {
  const auto& [os, browser, device] = identify.properties;
  json map{{"token", identify.token},
           {"properties", {{"os", os}, {"browser", browser}, {"device", device}}},
           {"intents", identify.intents}};
  if (compress) map["compress"] = true;
  if (identify.shard) map["shard"] = {identify.shard->id, identify.shard->count};
  if (identify.large_threshold) map["large_threshold"] = *identify.large_threshold;
  if (identify.presence) map["presence"] = shape(*identify.presence);
  return map;
}

void keeps_rules(const UpdatePresence& command, const CommandRules&) {
  must(command.since_ms.value_or(0) >= 0, "since is a time");
  must(static_cast<unsigned>(command.status) < 5, "a status that exists");
  for (const Activity& activity : command.activities) {
    must(!activity.name.empty() && static_cast<unsigned>(activity.type) < 6, "an activity has a name and a type");
    must(!activity.url || activity.type == ActivityType::Streaming, "a URL goes with Streaming only");
    must(activity.type != ActivityType::Custom || activity.state.has_value(), "Custom shows its state");
  }
}

void keeps_rules(const UpdateVoiceState& command, const CommandRules& rules) {
  must(command.guild_id != 0 && command.channel_id != 0u && in_shard(command.guild_id, rules),
       "a guild of the shard's");
}

void keeps_rules(const RequestGuildMembers& command, const CommandRules& rules) {
  constexpr std::uint64_t kMembers = 1 << 1, kPresences = 1 << 8;
  must(command.guild_id != 0 && in_shard(command.guild_id, rules), "a guild of the shard's");
  must(command.query.has_value() == command.user_ids.empty(), "a query or ids");
  must(command.user_ids.size() <= 100, "100 ids at most");
  must(!command.nonce || command.nonce->size() <= 32, "a nonce of 32 bytes at most");
  must(command.query != "" || (rules.intents & kMembers) != 0, "all members need an intent");
  must(!command.presences || (rules.intents & kPresences) != 0, "presences need an intent");
}

void keeps_rules(const RequestSoundboardSounds& command, const CommandRules& rules) {
  must(!command.guild_ids.empty(), "one guild at least");
  for (const std::uint64_t id : command.guild_ids) must(id != 0 && in_shard(id, rules), "a guild of the shard's");
}

void keeps_rules(const RequestChannelInfo& command, const CommandRules& rules) {
  must(command.guild_id != 0 && in_shard(command.guild_id, rules), "a guild of the shard's");
  must(!command.fields.empty(), "one field at least");
  for (const ChannelField field : command.fields) must(static_cast<unsigned>(field) < 2, "a field that exists");
}

// ---- Written

// Nothing when a text in it is not UTF-8.
std::optional<std::string> as_nlohmann_writes(const json& value) {
  try {
    return value.dump();
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

template <typename Payload>
void is_written(const Payload& payload, int opcode, const json& d) {
  const std::size_t bytes_max = Limits{}.command_bytes_max;
  const auto expected = as_nlohmann_writes(json{{"op", opcode}, {"d", d}});
  std::vector<char> out;
  encoding::JsonWriter writer(out, bytes_max);
  const Status status = write_payload(payload, writer);
  must(out.size() <= bytes_max, "command_bytes_max");
  must(bool(status) == (expected && expected->size() <= bytes_max), "written when it is UTF-8 and fits");
  if (status) must(json::parse(out) == json::parse(*expected), "the documented shape");
}

void try_command(Input& input, std::uint8_t byte) {
  CommandRules rules;
  if (byte % 2 != 0) rules.intents = 1u << 1 | 1u << 8;
  if (byte / 2 % 4 != 0) rules.shard = Shard{byte / 8u % 4, 4};
  const Command command = draw_command(input);
  if (!check(command, rules)) return;
  constexpr int kOpcodes[] = {3, 4, 8, 31, 43};
  std::visit([&](const auto& fields) { keeps_rules(fields, rules); }, command);
  is_written(command, kOpcodes[command.index()], std::visit([](const auto& fields) { return shape(fields); }, command));
}

void try_identify(Input& input) {
  IdentifyData identify;
  identify.token = input.piece();
  identify.properties = {input.piece(), input.piece(), input.piece()};
  identify.intents = input.eight();
  identify.shard = draw_optional(input, [&] { return Shard{input.byte(), input.byte()}; });
  identify.large_threshold = draw_optional(input, [&] { return std::uint32_t{input.two()}; });
  identify.presence = draw_optional(input, [&] { return draw_presence(input); });
  if (!check(identify)) return;
  must(!identify.token.empty(), "a token");
  must(!identify.shard || identify.shard->id < identify.shard->count, "a shard that exists");
  if (identify.presence) keeps_rules(*identify.presence, {});
  for (const bool compress : {false, true}) is_written(IdentifyView{identify, compress}, 2, shape(identify, compress));
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::uint8_t byte = input.byte();
  if (byte == 0xff)
    fuzz::try_identify(input);
  else
    fuzz::try_command(input, byte);
  return 0;
}
