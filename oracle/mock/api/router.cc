#include "portcullis/oracle/mock/api/router.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/rest.h"

namespace portcullis::mock::api {
namespace {

using nlohmann::json;
using Slots = std::map<std::string_view, std::string>;

// clang-format off
constexpr std::array kRoutes{
    Route{"GET",    "/channels/{channel_id}",                                                         true,  get_channel},
    Route{"GET",    "/channels/{channel_id}/messages",                                                true,  get_messages},
    Route{"POST",   "/channels/{channel_id}/messages",                                                true,  post_message},
    Route{"POST",   "/channels/{channel_id}/messages/bulk-delete",                                    true,  remove_messages},
    Route{"GET",    "/channels/{channel_id}/messages/{message_id}",                                   true,  get_message},
    Route{"PATCH",  "/channels/{channel_id}/messages/{message_id}",                                   true,  patch_message},
    Route{"DELETE", "/channels/{channel_id}/messages/{message_id}",                                   true,  remove_message},
    Route{"PUT",    "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me",             true,  put_own_reaction},
    Route{"DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me",             true,  remove_own_reaction},
    Route{"DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/{user_id}",       true,  remove_reaction_of},
    Route{"GET",    "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}",                 true,  get_reactions},
    Route{"DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}",                 true,  remove_reactions_of_emoji},
    Route{"DELETE", "/channels/{channel_id}/messages/{message_id}/reactions",                         true,  remove_reactions},
    Route{"POST",   "/channels/{channel_id}/typing",                                                  true,  post_typing},
    Route{"GET",    "/users/@me/guilds",                                                              true,  get_own_guilds},
    Route{"POST",   "/users/@me/channels",                                                            true,  post_own_channel},
    Route{"GET",    "/users/{user_id}",                                                               true,  get_user},
    Route{"GET",    "/guilds/{guild_id}",                                                             true,  get_guild},
    Route{"GET",    "/guilds/{guild_id}/channels",                                                    true,  get_guild_channels},
    Route{"GET",    "/guilds/{guild_id}/roles",                                                       true,  get_guild_roles},
    Route{"GET",    "/guilds/{guild_id}/members",                                                     true,  get_guild_members},
    Route{"GET",    "/guilds/{guild_id}/members/search",                                              true,  search_guild_members},
    Route{"GET",    "/guilds/{guild_id}/members/{user_id}",                                           true,  get_guild_member},
    Route{"GET",    "/applications/{application_id}/commands",                                        true,  get_commands},
    Route{"POST",   "/applications/{application_id}/commands",                                        true,  post_command},
    Route{"PUT",    "/applications/{application_id}/commands",                                        true,  put_commands},
    Route{"GET",    "/applications/{application_id}/commands/{command_id}",                           true,  get_command},
    Route{"PATCH",  "/applications/{application_id}/commands/{command_id}",                           true,  patch_command},
    Route{"DELETE", "/applications/{application_id}/commands/{command_id}",                           true,  remove_command},
    Route{"GET",    "/applications/{application_id}/guilds/{guild_id}/commands",                      true,  get_commands},
    Route{"POST",   "/applications/{application_id}/guilds/{guild_id}/commands",                      true,  post_command},
    Route{"PUT",    "/applications/{application_id}/guilds/{guild_id}/commands",                      true,  put_commands},
    Route{"GET",    "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}",         true,  get_command},
    Route{"PATCH",  "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}",         true,  patch_command},
    Route{"DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}",         true,  remove_command},
    Route{"POST",   "/interactions/{interaction_id}/{token}/callback",                                false, post_callback},
    Route{"POST",   "/webhooks/{application_id}/{token}",                                             false, post_followup},
    Route{"GET",    "/webhooks/{application_id}/{token}/messages/{message}",                          false, get_answer},
    Route{"PATCH",  "/webhooks/{application_id}/{token}/messages/{message}",                          false, patch_answer},
    Route{"DELETE", "/webhooks/{application_id}/{token}/messages/{message}",                          false, remove_answer},
};
// clang-format on

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool names_id(std::string_view slot) { return slot.ends_with("_id"); }

/// Gives what a path has in the slots of a pattern; none where it does not fit. A word where an id is due fits, for
/// Discord refuses it by name, unless it begins with @.
std::optional<Slots> fit(std::string_view pattern, std::string_view path) {
  Slots slots;
  while (!pattern.empty() && path.starts_with('/')) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (!wanted.starts_with('{')) {
      if (wanted != found) return std::nullopt;
      continue;
    }
    const std::string_view slot = wanted.substr(1, wanted.size() - 2);
    if (found.empty() || (names_id(slot) && found.starts_with('@'))) return std::nullopt;
    slots.emplace(slot, found);
  }
  return pattern.empty() && path.empty() ? std::optional(std::move(slots)) : std::nullopt;
}

/// Gives the path with nothing in it but ids: whatever else stands in a slot may be a secret.
std::string without_secrets(std::string_view pattern, const Slots& slots) {
  std::string out;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    const std::string_view slot = segment.starts_with('{') ? segment.substr(1, segment.size() - 2) : std::string_view();
    const bool shown = names_id(slot) && id_of(slots.at(slot));
    out.append("/").append(shown ? slots.at(slot) : segment);
  }
  return out;
}

HttpAnswer refused(const Refusal& refusal) {
  json body{{"code", refusal.code}, {"message", refusal.message}};
  if (!refusal.errors.is_null()) body["errors"] = refusal.errors;
  return json_answer(body, refusal.status);
}

void check_ids(const Slots& slots) {
  for (const auto& [slot, value] : slots)
    if (names_id(slot) && !id_of(value))
      throw bad_field(std::string(slot), "NUMBER_TYPE_COERCE", "Value \"" + value + "\" is not snowflake.");
}

/// Adds what Discord says of the rate limit. This one is never reached: a bot's tests are not to wait.
void add_limits(HttpAnswer& answer, const Route& route, std::int64_t now_ms) {
  const std::size_t bucket = std::hash<std::string>{}(std::string(route.method).append(route.pattern));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld", static_cast<long long>(now_ms / 1'000 + 1),
                static_cast<long long>(now_ms % 1'000));
  answer.fields.insert(answer.fields.end(), {{"X-RateLimit-Limit", "1000"},
                                             {"X-RateLimit-Remaining", "999"},
                                             {"X-RateLimit-Reset", text.data()},
                                             {"X-RateLimit-Reset-After", "1.000"},
                                             {"X-RateLimit-Bucket", std::to_string(bucket)}});
}

HttpAnswer answer_at(const Route& route, Call& call) {
  if (route.needs_token && !is_authorized(call.request, call.state.world()))
    return refused({401, 0, "401: Unauthorized"});
  try {
    check_ids(call.slots);
    return route.answer(call);
  } catch (const Refusal& refusal) {
    return refused(refusal);
  } catch (const json::exception&) {
    // A field of another type than any that is looked at by name.
    return refused({400, 50'035, "Invalid Form Body"});
  }
}

bool serves(const Route& route, std::string_view method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

}  // namespace

std::optional<HttpAnswer> answer_api(const HttpRequest& request, State& state, const Tell& tell) {
  const std::string_view path = without_prefix(request.path);
  const std::string prefix = request.path.substr(0, request.path.size() - path.size());
  std::string allowed;
  std::string shown;
  for (const Route& route : kRoutes) {
    auto slots = fit(route.pattern, path);
    if (!slots) continue;
    shown = prefix + without_secrets(route.pattern, *slots);
    if (!serves(route, request.method)) {
      allowed.append(allowed.empty() ? "" : ", ").append(route.method);
      continue;
    }
    Call call{state, request, tell, *std::move(slots)};
    HttpAnswer answer = answer_at(route, call);
    answer.shown_path = shown;
    add_limits(answer, route, state.now_ms());
    return answer;
  }
  if (allowed.empty()) return std::nullopt;
  HttpAnswer answer = refused({405, 0, "405: Method Not Allowed"});
  answer.allow = allowed;
  answer.shown_path = shown;
  return answer;
}

}  // namespace portcullis::mock::api
