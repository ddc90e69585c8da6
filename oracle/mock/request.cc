#include "portcullis/oracle/mock/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace portcullis::mock {
namespace {

using nlohmann::json;
using Read = std::optional<Request>;

constexpr std::int64_t kIntentsNeededFrom = 8;  // GW-ID-1

const json& member(const json& map, const char* key) {
  static const json kNull;
  const auto at = map.find(key);
  return at == map.end() ? kNull : *at;
}

bool is_text_or_null(const json& value) { return value.is_null() || value.is_string(); }
bool is_flag_or_null(const json& value) { return value.is_null() || value.is_boolean(); }
bool is_true(const json& value) { return value.is_boolean() && value.get<bool>(); }

std::optional<std::uint64_t> snowflake(const json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::vector<std::uint64_t>> snowflakes(const json& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::uint64_t> out;
  for (const json& one : list) {
    const auto id = snowflake(one);
    if (!id) return std::nullopt;
    out.push_back(*id);
  }
  return out;
}

// JSON has one kind of number: 7 may come as unsigned or signed, but not as 7.0 (LOCAL-14) and not above 64 bits.
std::optional<std::int64_t> integer(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return std::nullopt;
  return value.get<std::int64_t>();
}

// Both forms are accepted (GW-ID-14), in Resume too.
std::string bare(const std::string& token) { return token.starts_with("Bot ") ? token.substr(4) : token; }

std::optional<ShardPair> shard_of(const json& value) {
  if (!value.is_array() || value.size() != 2) return std::nullopt;
  const auto id = integer(value[0]);
  const auto count = integer(value[1]);
  const auto fits = [](const auto& number) {
    return number && *number >= 0 && *number <= std::int64_t{std::numeric_limits<std::uint32_t>::max()};
  };
  if (!fits(id) || !fits(count)) return std::nullopt;
  return ShardPair{static_cast<std::uint32_t>(*id), static_cast<std::uint32_t>(*count)};
}

Read read_beat(const json& data) {
  if (data.is_null() || integer(data)) return Beat{};
  return std::nullopt;
}

Read read_identify(const json& data, std::int64_t version, const Laws& laws) {
  const json& token = member(data, "token");
  const json& threshold = member(data, "large_threshold");
  const json& presence = member(data, "presence");
  const json& shard = member(data, "shard");
  if (!token.is_string() || !member(data, "properties").is_object()) return std::nullopt;
  if (!threshold.is_null() && !integer(threshold)) return std::nullopt;
  if (!presence.is_null() && !presence.is_object()) return std::nullopt;
  Identify identify{.token = bare(token.get_ref<const std::string&>()),
                    .shard = shard_of(shard),
                    .compress = is_true(member(data, "compress"))};
  if (!shard.is_null() && !identify.shard) return std::nullopt;
  auto intents = integer(member(data, "intents"));
  // Before version 8 whoever asked for nothing got everything.
  if (!intents && version < kIntentsNeededFrom && member(data, "intents").is_null())
    intents = static_cast<std::int64_t>(laws.intents_existing & ~laws.intents_privileged);
  if (!intents) return std::nullopt;
  identify.intents = *intents;
  return identify;
}

Read read_resume(const json& data) {
  const json& token = member(data, "token");
  const json& session_id = member(data, "session_id");
  const auto sequence = integer(member(data, "seq"));
  if (!token.is_string() || !session_id.is_string() || !sequence || *sequence < 0) return std::nullopt;
  return Resume{bare(token.get_ref<const std::string&>()), session_id.get<std::string>(), *sequence};
}

Read read_presence(const json& data) {
  constexpr std::array<std::string_view, 5> kStatuses{"online", "dnd", "idle", "invisible", "offline"};
  const bool complete = data.contains("since") && data.contains("activities") && data.contains("status");
  const json& status = member(data, "status");
  const json& since = member(data, "since");
  const json& activities = member(data, "activities");
  const bool fits = complete && (since.is_null() || since.is_number()) &&
                    (activities.is_null() || activities.is_array()) && member(data, "afk").is_boolean() &&
                    status.is_string();
  if (!fits || std::ranges::find(kStatuses, status.get_ref<const std::string&>()) == kStatuses.end())
    return std::nullopt;
  return Presence{};
}

Read read_voice(const json& data) {
  const auto guild_id = snowflake(member(data, "guild_id"));
  const json& channel = member(data, "channel_id");
  const json& mute = member(data, "self_mute");
  const json& deaf = member(data, "self_deaf");
  if (!guild_id || !data.contains("channel_id") || !mute.is_boolean() || !deaf.is_boolean()) return std::nullopt;
  Voice voice{*guild_id, snowflake(channel), is_true(mute), is_true(deaf)};
  if (!channel.is_null() && !voice.channel_id) return std::nullopt;
  return voice;
}

bool read_who(const json& data, const Laws& laws, Members& members) {
  const json& query = member(data, "query");
  const json& ids = member(data, "user_ids");
  if (query.is_string()) {
    const auto limit = integer(member(data, "limit"));
    members.query = query.get<std::string>();
    members.limit = static_cast<std::uint64_t>(limit.value_or(0));
    return limit && *limit >= 0;
  }
  if (!query.is_null()) return false;
  const auto list = ids.is_array() ? snowflakes(ids) : snowflakes(json::array({ids}));
  if (!list || list->size() > laws.user_ids_max) return false;
  members.user_ids = *list;
  return true;
}

Read read_members(const json& data, const Laws& laws) {
  const auto guild_id = snowflake(member(data, "guild_id"));
  const json& presences = member(data, "presences");
  const json& nonce = member(data, "nonce");
  if (!guild_id || !is_flag_or_null(presences) || !is_text_or_null(nonce)) return std::nullopt;
  Members members{.guild_id = *guild_id};
  members.presences = is_true(presences);
  if (nonce.is_string() && nonce.get_ref<const std::string&>().size() <= laws.nonce_bytes_max)
    members.nonce = nonce.get<std::string>();
  if (!read_who(data, laws, members)) return std::nullopt;
  return members;
}

Read read_sounds(const json& data) {
  auto ids = snowflakes(member(data, "guild_ids"));
  if (!ids) return std::nullopt;
  return Sounds{std::move(*ids)};
}

Read read_channel_info(const json& data) {
  const auto guild_id = snowflake(member(data, "guild_id"));
  const json& fields = member(data, "fields");
  if (!guild_id || !fields.is_array()) return std::nullopt;
  ChannelInfo info{.guild_id = *guild_id};
  for (const json& field : fields) {
    if (field != "status" && field != "voice_start_time") return std::nullopt;
    (field == "status" ? info.status : info.voice_start_time) = true;
  }
  return info;
}

}  // namespace

std::optional<Request> read_request(spec::Opcode opcode, const json& data, std::int64_t version, const Laws& laws) {
  using O = spec::Opcode;
  if (opcode == O::Heartbeat) return read_beat(data);
  if (!data.is_object()) return std::nullopt;
  switch (opcode) {
    case O::Identify: return read_identify(data, version, laws);
    case O::Resume: return read_resume(data);
    case O::PresenceUpdate: return read_presence(data);
    case O::VoiceStateUpdate: return read_voice(data);
    case O::RequestGuildMembers: return read_members(data, laws);
    case O::RequestSoundboardSounds: return read_sounds(data);
    case O::RequestChannelInfo: return read_channel_info(data);
    default: return std::nullopt;
  }
}

}  // namespace portcullis::mock
