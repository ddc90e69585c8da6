#include "portcullis/core/gateway/command.h"

#include <algorithm>
#include <initializer_list>

#include "portcullis/spec/intents.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::gateway {
namespace {

struct Rule {
  bool broken;
  Requirement req;
  Errc code = Errc::CommandField;
};

Status first_broken(std::initializer_list<Rule> rules) noexcept {
  for (const Rule& rule : rules)
    if (rule.broken) return Error{rule.code, Blame::Caller, 0, rule.req};
  return kOk;
}

// An enum can be cast from any number.
template <typename Enum>
bool beyond(Enum last, Enum value) noexcept {
  return static_cast<unsigned>(value) > static_cast<unsigned>(last);
}

bool lacks(const CommandRules& rules, spec::Intent intent) noexcept { return (rules.intents & spec::bit(intent)) == 0; }

bool elsewhere(std::uint64_t guild_id, const std::optional<Shard>& shard) noexcept {
  return shard && spec::shard_of_guild(guild_id, shard->count) != shard->id;
}

bool is_stream(std::string_view url) noexcept {
  const auto scheme_end = url.find("://");
  const std::string_view scheme = url.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos || (scheme != "https" && scheme != "http")) return false;
  url.remove_prefix(scheme_end + 3);
  if (url.starts_with("www.")) url.remove_prefix(4);
  return url.starts_with("twitch.tv/") || url.starts_with("youtube.com/");
}

Status check_fields(const Activity& activity) noexcept {
  const bool streams = activity.type == ActivityType::Streaming;
  return first_broken({
      {activity.name.empty(), req::GW_PRES_4},
      {beyond(ActivityType::Competing, activity.type), req::GW_PRES_10},
      {activity.url && !(streams && is_stream(*activity.url)), req::GW_PRES_5},
      {activity.type == ActivityType::Custom && !activity.state, req::GW_PRES_7},
  });
}

Status check_fields(const UpdatePresence& command, const CommandRules&) noexcept {
  for (const Activity& activity : command.activities)
    if (Status status = check_fields(activity); !status) return status;
  return first_broken({
      {command.since_ms && *command.since_ms < 0, req::GW_PRES_2},
      {beyond(PresenceStatus::Offline, command.status), req::GW_PRES_3},
  });
}

Status check_fields(const UpdateVoiceState& command, const CommandRules& rules) noexcept {
  return first_broken({
      {command.guild_id == 0 || command.channel_id == std::uint64_t{0}, req::GW_VSU_1},
      {elsewhere(command.guild_id, rules.shard), req::GW_SHARD_10, Errc::CommandWrongShard},
  });
}

Status check_fields(const RequestGuildMembers& command, const CommandRules& rules) noexcept {
  const auto& ids = command.user_ids;
  const bool all = command.query && command.query->empty();
  return first_broken({
      {command.guild_id == 0, req::GW_RGM_1},
      {command.query.has_value() == !ids.empty(), req::GW_RGM_2},
      {ids.size() > 100, req::GW_RGM_6},
      {std::count(ids.begin(), ids.end(), 0u) != 0, req::GW_RGM_16},
      {command.query && !all && command.limit > 100, req::GW_RGM_19},
      {command.nonce && command.nonce->size() > 32, req::GW_RGM_8},
      {all && lacks(rules, spec::Intent::GuildMembers), req::GW_RGM_4, Errc::CommandIntent},
      {command.presences && lacks(rules, spec::Intent::GuildPresences), req::GW_RGM_5, Errc::CommandIntent},
      {elsewhere(command.guild_id, rules.shard), req::GW_SHARD_10, Errc::CommandWrongShard},
  });
}

Status check_fields(const RequestSoundboardSounds& command, const CommandRules& rules) noexcept {
  const auto& ids = command.guild_ids;
  const auto is_elsewhere = [&rules](std::uint64_t guild_id) { return elsewhere(guild_id, rules.shard); };
  return first_broken({
      {ids.empty() || std::count(ids.begin(), ids.end(), 0u) != 0, req::GW_SB_1},
      {std::any_of(ids.begin(), ids.end(), is_elsewhere), req::GW_SHARD_10, Errc::CommandWrongShard},
  });
}

Status check_fields(const RequestChannelInfo& command, const CommandRules& rules) noexcept {
  const auto& fields = command.fields;
  const auto is_unknown = [](ChannelField field) { return beyond(ChannelField::VoiceStartTime, field); };
  return first_broken({
      {command.guild_id == 0 || fields.empty(), req::GW_CI_1},
      {std::any_of(fields.begin(), fields.end(), is_unknown), req::GW_CI_1},
      {elsewhere(command.guild_id, rules.shard), req::GW_SHARD_10, Errc::CommandWrongShard},
  });
}

}  // namespace

Status check(const Command& command, const CommandRules& rules) noexcept {
  return std::visit([&rules](const auto& fields) { return check_fields(fields, rules); }, command);
}

Status check(const IdentifyData& identify) noexcept {
  const auto& threshold = identify.large_threshold;
  if (identify.presence)
    if (Status status = check_fields(*identify.presence, {}); !status) return status;
  return first_broken({
      {!is_visible(identify.token), req::GW_RES_20, Errc::ConfigToken},
      {(identify.intents & ~spec::kAllIntents) != 0, req::GW_INT_14, Errc::ConfigIntents},
      {identify.shard && identify.shard->id >= identify.shard->count, req::GW_ID_10, Errc::ConfigShard},
      {threshold && (*threshold < 50 || *threshold > 250), req::GW_ID_8, Errc::ConfigThreshold},
  });
}

bool is_visible(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace portcullis::gateway
