#include "portcullis/oracle/mock/objects.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace portcullis::mock {

using nlohmann::json;

std::string snowflake(std::uint64_t id) { return std::to_string(id); }

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json user_object(const User& user) {
  return {{"id", snowflake(user.id)}, {"username", user.name}, {"discriminator", "0001"},
          {"global_name", nullptr},   {"avatar", nullptr},     {"bot", user.bot}};
}

json own_user_object(const User& bot) {
  json me = user_object(bot);
  me.update({{"verified", true}, {"mfa_enabled", false}, {"flags", 0}, {"email", nullptr}});
  return me;
}

json application_object(const User& bot) {
  return {{"id", snowflake(bot.id)},
          {"name", bot.name},
          {"icon", nullptr},
          {"description", ""},
          {"bot_public", false},
          {"bot_require_code_grant", false},
          {"summary", ""},
          {"verify_key", std::string(64, '0')},
          {"flags", 0},
          {"team", nullptr},
          {"owner", own_user_object(bot)}};
}

json bare_member_object(const Member& member) {
  json roles = json::array();
  for (const std::uint64_t id : member.role_ids) roles.push_back(snowflake(id));
  return {{"roles", std::move(roles)},
          {"joined_at", kJoinedAt},
          {"nick", member.nick ? json(*member.nick) : json(nullptr)},
          {"avatar", nullptr},
          {"premium_since", nullptr},
          {"deaf", false},
          {"mute", false},
          {"pending", false},
          {"flags", 0},
          {"communication_disabled_until", nullptr}};
}

json member_object(const Member& member) {
  json out = bare_member_object(member);
  out["user"] = user_object(member.user);
  return out;
}

json role_object(const Role& role, std::size_t position) {
  return {{"id", snowflake(role.id)},
          {"name", role.name},
          {"color", role.colour},
          {"colors", {{"primary_color", role.colour}, {"secondary_color", nullptr}, {"tertiary_color", nullptr}}},
          {"hoist", role.hoisted},
          {"position", position},
          {"permissions", std::to_string(role.permissions)},
          {"managed", false},
          {"mentionable", role.mentionable},
          {"icon", nullptr},
          {"unicode_emoji", nullptr},
          {"flags", 0}};
}

json channel_object(const Guild& guild, const Channel& channel) {
  json out{{"id", snowflake(channel.id)},
           {"type", static_cast<int>(channel.kind)},
           {"guild_id", snowflake(guild.id)},
           {"name", channel.name},
           {"position", &channel - guild.channels.data()},
           {"permission_overwrites", json::array()},
           {"nsfw", channel.nsfw},
           {"parent_id", channel.parent_id ? json(snowflake(*channel.parent_id)) : json(nullptr)}};
  if (channel.kind == ChannelKind::Voice || channel.kind == ChannelKind::Stage)
    out.update({{"bitrate", 64'000}, {"user_limit", 0}, {"rtc_region", nullptr}});
  else
    out.update({{"topic", channel.topic ? json(*channel.topic) : json(nullptr)},
                {"rate_limit_per_user", 0},
                {"last_message_id", nullptr}});
  return out;
}

json direct_channel_object(std::uint64_t channel_id, const User& recipient) {
  return {{"id", snowflake(channel_id)},
          {"type", static_cast<int>(ChannelKind::Direct)},
          {"last_message_id", nullptr},
          {"flags", 0},
          {"recipients", json::array({user_object(recipient)})}};
}

json guild_object(const Guild& guild) {
  json roles = json::array();
  for (std::size_t i = 0; i < guild.roles.size(); ++i) roles.push_back(role_object(guild.roles[i], i));
  return {{"id", snowflake(guild.id)},
          {"name", guild.name},
          {"owner_id", snowflake(guild.owner_id)},
          {"icon", nullptr},
          {"region", "deprecated"},
          {"afk_channel_id", nullptr},
          {"afk_timeout", 300},
          {"verification_level", 0},
          {"default_message_notifications", 0},
          {"explicit_content_filter", 0},
          {"mfa_level", 0},
          {"nsfw_level", 0},
          {"premium_tier", 0},
          {"system_channel_id", nullptr},
          {"system_channel_flags", 0},
          {"preferred_locale", "en-US"},
          {"features", json::array()},
          {"emojis", json::array()},
          {"stickers", json::array()},
          {"roles", std::move(roles)}};
}

json guild_create_object(const Guild& guild, json members) {
  json out = guild_object(guild);
  json channels = json::array();
  for (const Channel& channel : guild.channels) channels.push_back(channel_object(guild, channel));
  out.update({{"channels", std::move(channels)},
              {"threads", json::array()},
              {"members", std::move(members)},
              {"member_count", guild.members.size()},
              {"presences", json::array()},
              {"voice_states", json::array()},
              {"stage_instances", json::array()},
              {"guild_scheduled_events", json::array()},
              {"soundboard_sounds", json::array()},
              {"joined_at", kJoinedAt},
              {"large", false},
              {"unavailable", false}});
  return out;
}

}  // namespace portcullis::mock
