#include <nlohmann/json.hpp>

#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/api/body.h"
#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/objects.h"

/// The routes of guilds and people.
namespace portcullis::mock::api {
namespace {

using nlohmann::json;

constexpr std::uint64_t kGuildsMax = 200;
constexpr std::uint64_t kMembersMax = 1'000;

}  // namespace

HttpAnswer get_own_guilds(Call& call) {
  const auto limit = call.number("limit", kGuildsMax, kGuildsMax);
  const auto after = call.number("after", 0, UINT64_MAX);
  json out = json::array();
  for (const auto& guild : all_guilds(call.state.world())) {
    if (guild->id <= after || out.size() >= limit) continue;
    out.push_back({{"id", snowflake(guild->id)},
                   {"name", guild->name},
                   {"icon", nullptr},
                   {"owner", false},
                   {"permissions", std::to_string(guild->roles.front().permissions)},
                   {"features", json::array()}});
  }
  return json_answer(out);
}

HttpAnswer post_own_channel(Call& call) {
  const json body = read_body(call.request);
  const auto id = body.is_object() ? id_in(body.value("recipient_id", json())) : std::nullopt;
  if (!id) throw bad_field("recipient_id", "BASE_TYPE_REQUIRED", "This field is required");
  const auto user = find_user(call.state.world(), *id);
  if (!user) throw unknown(10'013, "User");
  if (user->id == call.state.bot().id) throw Refusal{400, 50'007, "Cannot send messages to this user"};
  return json_answer(direct_channel_object(call.state.direct_place(*user).channel_id, *user));
}

HttpAnswer get_user(Call& call) {
  const auto user = find_user(call.state.world(), call.id("user_id"));
  if (!user) throw unknown(10'013, "User");
  return json_answer(user_object(*user));
}

HttpAnswer get_guild(Call& call) {
  const auto guild = call.guild();
  json out = guild_object(*guild);
  if (call.query("with_counts") == "true")
    out.update({{"approximate_member_count", guild->members.size()}, {"approximate_presence_count", 1}});
  return json_answer(out);
}

HttpAnswer get_guild_channels(Call& call) {
  const auto guild = call.guild();
  json out = json::array();
  for (const Channel& one : guild->channels) out.push_back(channel_object(*guild, one));
  return json_answer(out);
}

HttpAnswer get_guild_roles(Call& call) { return json_answer(guild_object(*call.guild())["roles"]); }

HttpAnswer get_guild_members(Call& call) {
  const auto guild = call.guild();
  const auto limit = call.number("limit", 1, kMembersMax);
  const auto after = call.number("after", 0, UINT64_MAX);
  std::map<std::uint64_t, const Member*> by_id;
  for (const Member& one : guild->members) by_id[one.user.id] = &one;
  json out = json::array();
  for (auto at = by_id.upper_bound(after); at != by_id.end() && out.size() < limit; ++at)
    out.push_back(member_object(*at->second));
  return json_answer(out);
}

HttpAnswer search_guild_members(Call& call) {
  const auto guild = call.guild();
  const std::string wanted = call.query("query").value_or("");
  if (wanted.empty()) throw bad_field("query", "BASE_TYPE_REQUIRED", "This field is required");
  const auto limit = call.number("limit", 1, kMembersMax);
  const auto begins = [&](const std::string& name) {
    return name.size() >= wanted.size() && http::same_ignoring_case(name.substr(0, wanted.size()), wanted);
  };
  json out = json::array();
  for (const Member& one : guild->members)
    if (out.size() < limit && (begins(one.user.name) || begins(one.nick.value_or(""))))
      out.push_back(member_object(one));
  return json_answer(out);
}

HttpAnswer get_guild_member(Call& call) {
  const auto guild = call.guild();
  const Member* const member = find_member(*guild, call.id("user_id"));
  if (member == nullptr) throw unknown(10'007, "Member");
  return json_answer(member_object(*member));
}

}  // namespace portcullis::mock::api
