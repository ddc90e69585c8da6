#include "portcullis/oracle/clients/portcullis/command.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::clients {
namespace {

using Json = nlohmann::ordered_json;
using gateway::Command;

/// What cannot be said with the library's types; json's own exceptions mean the same.
struct Inexpressible {};

void only(const Json& data, const std::vector<std::string_view>& names) {
  if (!data.is_object()) throw Inexpressible{};
  for (const auto& [name, value] : data.items())
    if (std::ranges::find(names, name) == names.end()) throw Inexpressible{};
}

std::uint64_t id_of(const Json& value) {
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) throw Inexpressible{};
  return id;
}

/// One id, or a list of them.
std::vector<std::uint64_t> ids_of(const Json& value) {
  if (value.is_string()) return {id_of(value)};
  if (!value.is_array()) throw Inexpressible{};
  std::vector<std::uint64_t> ids;
  for (const Json& one : value) ids.push_back(id_of(one));
  return ids;
}

template <typename Value>
std::optional<Value> if_there(const Json& data, const char* name) {
  if (!data.contains(name) || data[name].is_null()) return std::nullopt;
  return data[name].get<Value>();
}

template <typename Enum>
Enum choice(const std::vector<std::string_view>& names, const Json& value) {
  const auto at = std::ranges::find(names, value.get_ref<const std::string&>());
  if (at == names.end()) throw Inexpressible{};
  return static_cast<Enum>(at - names.begin());
}

gateway::Activity activity_of(const Json& data) {
  only(data, {"name", "type", "url", "state"});
  const int type = data.at("type").get<int>();
  if (type < 0 || type > static_cast<int>(gateway::ActivityType::Competing)) throw Inexpressible{};
  return {data.at("name"), static_cast<gateway::ActivityType>(type), if_there<std::string>(data, "url"),
          if_there<std::string>(data, "state")};
}

Command presence_of(const Json& data) {
  only(data, {"since", "activities", "status", "afk"});
  gateway::UpdatePresence presence;
  presence.since_ms = if_there<std::int64_t>(data, "since");
  for (const Json& one : data.at("activities")) presence.activities.push_back(activity_of(one));
  presence.status =
      choice<gateway::PresenceStatus>({"online", "dnd", "idle", "invisible", "offline"}, data.at("status"));
  presence.afk = data.at("afk").get<bool>();
  return presence;
}

Command voice_state_of(const Json& data) {
  only(data, {"guild_id", "channel_id", "self_mute", "self_deaf"});
  gateway::UpdateVoiceState state;
  state.guild_id = id_of(data.at("guild_id"));
  if (!data.at("channel_id").is_null()) state.channel_id = id_of(data["channel_id"]);
  state.self_mute = data.at("self_mute").get<bool>();
  state.self_deaf = data.at("self_deaf").get<bool>();
  return state;
}

Command members_of(const Json& data) {
  only(data, {"guild_id", "query", "limit", "user_ids", "presences", "nonce"});
  gateway::RequestGuildMembers request;
  request.guild_id = id_of(data.at("guild_id"));
  request.query = if_there<std::string>(data, "query");
  request.limit = if_there<std::uint32_t>(data, "limit").value_or(0);
  if (data.contains("user_ids")) request.user_ids = ids_of(data["user_ids"]);
  request.presences = if_there<bool>(data, "presences").value_or(false);
  request.nonce = if_there<std::string>(data, "nonce");
  return request;
}

Command sounds_of(const Json& data) {
  only(data, {"guild_ids"});
  return gateway::RequestSoundboardSounds{ids_of(data.at("guild_ids"))};
}

Command channel_info_of(const Json& data) {
  only(data, {"guild_id", "fields"});
  gateway::RequestChannelInfo request{id_of(data.at("guild_id")), {}};
  for (const Json& field : data.at("fields"))
    request.fields.push_back(choice<gateway::ChannelField>({"status", "voice_start_time"}, field));
  return request;
}

Command read(const Json& payload) {
  only(payload, {"op", "d"});
  const Json& data = payload.at("d");
  switch (payload.at("op").get<int>()) {
    case 3: return presence_of(data);
    case 4: return voice_state_of(data);
    case 8: return members_of(data);
    case 31: return sounds_of(data);
    case 43: return channel_info_of(data);
  }
  throw Inexpressible{};
}

}  // namespace

std::optional<Command> command_of(const Json& payload) {
  try {
    return read(payload);
  } catch (const Inexpressible&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace portcullis::clients
