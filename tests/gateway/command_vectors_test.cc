#include <catch2/catch.hpp>
#include <map>

#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/core/limits.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

using namespace gateway;

// What a name stands for; one that is not in the list becomes a value outside the enum.
template <typename Enum>
Enum from_name(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::uint64_t to_id(const Json& text) { return std::stoull(text.get<std::string>()); }

std::vector<std::uint64_t> to_ids(const Json& texts) {
  std::vector<std::uint64_t> ids;
  for (const Json& text : texts) ids.push_back(to_id(text));
  return ids;
}

template <typename Value>
std::optional<Value> if_there(const Json& map, const char* key) {
  if (!map.contains(key) || map[key].is_null()) return std::nullopt;
  return map[key].get<Value>();
}

std::optional<Shard> to_shard(const Json& map) {
  if (!map.contains("shard")) return std::nullopt;
  return Shard{map["shard"][0], map["shard"][1]};
}

UpdatePresence to_presence(const Json& from) {
  UpdatePresence presence;
  presence.since_ms = if_there<std::int64_t>(from, "since");
  for (const Json& activity : from["activities"])
    presence.activities.push_back({activity["name"], static_cast<ActivityType>(activity["type"].get<int>()),
                                   if_there<std::string>(activity, "url"), if_there<std::string>(activity, "state")});
  presence.status = from_name<PresenceStatus>({"online", "dnd", "idle", "invisible", "offline"}, from["status"]);
  presence.afk = from["afk"];
  return presence;
}

Command to_command(const Json& from) {
  switch (from["op"].get<int>()) {
    case 3: return to_presence(from);
    case 4: {
      std::optional<std::uint64_t> channel;
      if (!from["channel_id"].is_null()) channel = to_id(from["channel_id"]);
      return UpdateVoiceState{to_id(from["guild_id"]), channel, from["self_mute"], from["self_deaf"]};
    }
    case 8:
      return RequestGuildMembers{to_id(from["guild_id"]),        if_there<std::string>(from, "query"),
                                 from.value("limit", 0u),        to_ids(from.value("user_ids", Json::array())),
                                 from.value("presences", false), if_there<std::string>(from, "nonce")};
    case 31: return RequestSoundboardSounds{to_ids(from["guild_ids"])};
    case 43: {
      RequestChannelInfo request{to_id(from["guild_id"]), {}};
      for (const Json& field : from["fields"])
        request.fields.push_back(from_name<ChannelField>({"status", "voice_start_time"}, field));
      return request;
    }
  }
  throw std::runtime_error("no such command");
}

IdentifyData to_identify(const Json& from) {
  const Json& properties = from["properties"];
  IdentifyData identify{from["token"],
                        {properties["os"], properties["browser"], properties["device"]},
                        from["intents"],
                        to_shard(from),
                        if_there<std::uint32_t>(from, "large_threshold"),
                        {}};
  if (from.contains("presence")) identify.presence = to_presence(from["presence"]);
  return identify;
}

template <typename Payload>
Status write(const Payload& payload, std::string& text) {
  std::vector<char> buffer;
  encoding::JsonWriter writer(buffer, Limits().command_bytes_max);
  const Status status = write_payload(payload, writer);
  text.assign(buffer.begin(), buffer.end());
  return status;
}

// Checks and writes, as a session does.
Status send(const Json& one, std::string& text) {
  const Json& from = one["command"];
  switch (from["op"].get<int>()) {
    case 1: return write(HeartbeatData{if_there<std::int64_t>(from, "seq")}, text);
    case 6: {
      const std::string token = from["token"];
      const std::string session_id = from["session_id"];
      return write(ResumeView{token, session_id, from["seq"]}, text);
    }
    case 2: {
      const IdentifyData identify = to_identify(from);
      const Status checked = check(identify);
      return checked ? write(IdentifyView{identify, from.value("compress", false)}, text) : checked;
    }
    default: {
      const Command command = to_command(from);
      const Status checked = check(command, {one["rules"]["intents"], to_shard(one["rules"])});
      return checked ? write(command, text) : checked;
    }
  }
}

std::string why(Errc code) {
  switch (code) {
    case Errc::CommandField: return "field";
    case Errc::CommandIntent: return "intent";
    case Errc::CommandWrongShard: return "shard";
    case Errc::CommandTooLarge: return "size";
    default: return "config";
  }
}

TEST_CASE("GW-ENV-4: payloads are written, or refused, as the vectors say", "[gw][vectors]") {
  for (const Json& one : cases_of("corpus/vectors/commands/payloads.json")) {
    CAPTURE(one["id"], one["about"]);
    std::string text;
    const Status status = send(one, text);
    REQUIRE(bool(status) == (one["verdict"] == "valid"));
    if (status) {
      CHECK(text == one["payload"].get<std::string>());
      CHECK(text.size() <= 4096);
      continue;
    }
    CHECK(std::string(id(status.error().req)) == one["refused"]["req"].get<std::string>());
    CHECK(why(status.error().code) == one["refused"]["why"].get<std::string>());
    CHECK(status.error().blame == Blame::Caller);
  }
}

}  // namespace
}  // namespace portcullis::tests
