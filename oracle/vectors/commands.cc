#include "portcullis/oracle/vectors/commands.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace portcullis::vectors {
namespace {

using namespace gateway;
using play::Node;

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();

template <typename Enum>
Enum from_name(const std::vector<std::string_view>& names, const Node& name) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name.text()) - names.begin());
}

std::uint64_t id_of(const Node& node) {
  const std::string& text = node.text();
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) node.must_be("an id, in digits");
  return id;
}

std::vector<std::uint64_t> ids_of(const Node& node) {
  std::vector<std::uint64_t> ids;
  for (const Node& item : node.items()) ids.push_back(id_of(item));
  return ids;
}

/// The member, unless it is missing or null.
std::optional<Node> value_in(const Node& map, std::string_view name) {
  auto found = map.find(name);
  if (found && found->value().is_null()) return std::nullopt;
  return found;
}

std::optional<std::string> text_in(const Node& map, std::string_view name) {
  const auto found = value_in(map, name);
  return found ? std::optional(found->text()) : std::nullopt;
}

std::uint32_t number_of(const Node& node) { return static_cast<std::uint32_t>(node.number(0, kMax32)); }

UpdatePresence presence_of(const Node& from) {
  UpdatePresence presence;
  if (const auto since = value_in(from, "since")) presence.since_ms = since->integer();
  for (const Node& activity : from.at("activities").items())
    presence.activities.push_back({activity.at("name").text(),
                                   static_cast<ActivityType>(activity.at("type").number(0, 255)),
                                   text_in(activity, "url"), text_in(activity, "state")});
  presence.status = from_name<PresenceStatus>({"online", "dnd", "idle", "invisible", "offline"}, from.at("status"));
  presence.afk = from.at("afk").boolean();
  return presence;
}

UpdateVoiceState voice_of(const Node& from) {
  UpdateVoiceState voice{.guild_id = id_of(from.at("guild_id")), .channel_id = std::nullopt};
  if (const auto channel = value_in(from, "channel_id")) voice.channel_id = id_of(*channel);
  voice.self_mute = from.at("self_mute").boolean();
  voice.self_deaf = from.at("self_deaf").boolean();
  return voice;
}

RequestGuildMembers members_of(const Node& from) {
  RequestGuildMembers members;
  members.guild_id = id_of(from.at("guild_id"));
  members.query = text_in(from, "query");
  if (const auto limit = from.find("limit")) members.limit = number_of(*limit);
  if (const auto ids = from.find("user_ids")) members.user_ids = ids_of(*ids);
  if (const auto presences = from.find("presences")) members.presences = presences->boolean();
  members.nonce = text_in(from, "nonce");
  return members;
}

RequestChannelInfo channels_of(const Node& from) {
  RequestChannelInfo request{id_of(from.at("guild_id")), {}};
  for (const Node& field : from.at("fields").items())
    request.fields.push_back(from_name<ChannelField>({"status", "voice_start_time"}, field));
  return request;
}

}  // namespace

std::optional<Shard> shard_of(const Node& from) {
  const auto shard = value_in(from, "shard");
  if (!shard) return std::nullopt;
  const auto items = shard->items();
  if (items.size() != 2) shard->must_be("[id, count]");
  return Shard{number_of(items[0]), number_of(items[1])};
}

Command command_of(const Node& from) {
  switch (const Node op = from.at("op"); op.number(0, kMax32)) {
    case 3: return presence_of(from);
    case 4: return voice_of(from);
    case 8: return members_of(from);
    case 31: return RequestSoundboardSounds{ids_of(from.at("guild_ids"))};
    case 43: return channels_of(from);
    default: op.must_be("3, 4, 8, 31 or 43");
  }
}

IdentifyData identify_of(const Node& from) {
  IdentifyData identify;
  identify.token = from.at("token").text();
  if (const auto properties = from.find("properties"))
    identify.properties = {properties->at("os").text(), properties->at("browser").text(),
                           properties->at("device").text()};
  identify.intents = from.at("intents").number(0, kMax64);
  identify.shard = shard_of(from);
  if (const auto threshold = value_in(from, "large_threshold")) identify.large_threshold = number_of(*threshold);
  if (const auto presence = value_in(from, "presence")) identify.presence = presence_of(*presence);
  return identify;
}

}  // namespace portcullis::vectors
