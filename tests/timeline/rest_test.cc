#include "portcullis/oracle/timeline/rest.h"

#include <catch2/catch.hpp>

#include "portcullis/oracle/timeline/pseudonyms.h"

namespace portcullis::timeline {
namespace {

mock::HttpRequest request(const std::string& path) {
  return {.method = "GET",
          .path = path,
          .query = "",
          .target = path,
          .fields = {{"authorization", "Bot a-token-of-a-bot"}, {"User-Agent", "x (a-token-of-a-bot)"}},
          .body = "",
          .keep_alive = true};
}

Json members(const mock::HttpRequest& request, const mock::HttpAnswer& answer,
             const Pseudonyms& pseudonyms = Pseudonyms()) {
  return rest_members(request, answer, [&](std::string_view text) { return pseudonyms.hide(text); });
}

TEST_CASE("GW-SEC-1: of a REST request the scheme of its authorization is told, and no secret", "[timeline]") {
  Pseudonyms pseudonyms;
  pseudonyms.of("a-token-of-a-bot");
  const Json told = members(request("/api/users/@me"), {200, R"({"id":"1"})", "", true}, pseudonyms);
  CHECK(told["authorization"] == "Bot");
  CHECK(told["path"] == "/api/users/@me");
  CHECK(told["status"] == 200);
  CHECK_FALSE(told.contains("body"));
  CHECK(told.dump().find("a-token") == std::string::npos);

  mock::HttpRequest bare = request("/gateway");
  bare.fields = {{"Authorization", "a-token-of-a-bot"}};
  const Json of_bare = members(bare, {200, "{}", "", true});
  CHECK(of_bare["authorization"] == "");
  CHECK_FALSE(of_bare.contains("user_agent"));
}

TEST_CASE("timeline: the answer where the gateway is asked for is told, and an unknown path is not", "[timeline]") {
  const mock::HttpAnswer answer{200, R"({"url":"ws://a"})", "", true};
  CHECK(members(request("/api/v10/gateway"), answer)["body"] == Json{{"url", "ws://a"}});
  CHECK(members(request("/gateway/bot"), answer)["body"] == Json{{"url", "ws://a"}});
  const mock::HttpAnswer refusal{404, "{}", "", false};
  const Json unknown = members(request("/webhooks/1/secret"), refusal);
  CHECK(unknown["path"] == "(unknown path)");
  CHECK_FALSE(unknown.contains("body"));
}

}  // namespace
}  // namespace portcullis::timeline
