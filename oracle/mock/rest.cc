#include "portcullis/oracle/mock/rest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/objects.h"
#include "portcullis/oracle/mock/realm.h"

namespace portcullis::mock {
namespace {

using Json = nlohmann::json;

/// What the answers are made of.
struct Facts {
  const World& world;
  std::uint32_t shards;
  const IdentifyBudget& identifies;
};

Json gateway(const Facts& facts) { return {{"url", facts.world.gateway_url}}; }

Json gateway_bot(const Facts& facts) {
  return {{"url", facts.world.gateway_url},
          {"shards", facts.shards},
          {"session_start_limit",
           {{"total", facts.identifies.total},
            {"remaining", facts.identifies.left},
            {"reset_after", facts.identifies.reset_after.count()},
            {"max_concurrency", facts.world.max_concurrency}}}};
}

Json user(const Facts& facts) { return own_user_object(bot_of(facts.world)); }

Json application(const Facts& facts) { return application_object(bot_of(facts.world)); }

struct Route {
  std::string_view path;
  bool needs_token;
  Json (*answer)(const Facts&);
};
// clang-format off
constexpr std::array kRoutes{
    Route{"/gateway",                 false, gateway},
    Route{"/gateway/bot",             true,  gateway_bot},
    Route{"/users/@me",               true,  user},
    Route{"/oauth2/applications/@me", true,  application},
    Route{"/applications/@me",        true,  application},
};
// clang-format on

HttpAnswer refusal(int status, std::string_view message, std::string_view error) {
  return {status, Json{{"code", 0}, {"message", message}, {"error", error}}.dump(), {}, status != 404};
}

}  // namespace

std::string_view without_prefix(std::string_view path) noexcept {
  constexpr std::string_view kApi = "/api/";
  if (path.starts_with(kApi)) path.remove_prefix(kApi.size() - 1);
  const std::string_view first = path.substr(0, path.find('/', 1));
  const bool versioned = first.size() > 2 && first.starts_with("/v") &&
                         std::ranges::all_of(first.substr(2), http::is_digit) && first.size() < path.size();
  return versioned ? path.substr(first.size()) : path;
}

bool is_authorized(const HttpRequest& request, const World& world) {
  return world.token.empty() || request.find("Authorization") == "Bot " + world.token;
}

HttpAnswer answer_rest(const HttpRequest& request, const World& world, std::uint32_t shards,
                       const IdentifyBudget& identifies) {
  const auto* const route = std::ranges::find(kRoutes, without_prefix(request.path), &Route::path);
  if (route == kRoutes.end())
    return refusal(404, "404: Not Found", "the mock has no such path; docs/mock.md lists those there are");
  if (request.method != "GET" && request.method != "HEAD") {
    HttpAnswer answer = refusal(405, "405: Method Not Allowed", "this path takes GET only");
    answer.allow = "GET, HEAD";
    return answer;
  }
  if (route->needs_token && !is_authorized(request, world))
    return refusal(401, "401: Unauthorized", "Authorization must be \"Bot \" and the token that the mock was given");
  return {200, route->answer({world, shards, identifies}).dump(), {}, true};
}

}  // namespace portcullis::mock
