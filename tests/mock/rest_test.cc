// The REST answers of the mock gateway.
#include "portcullis/oracle/mock/rest.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace portcullis::mock {
namespace {

using nlohmann::json;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";

World world(const std::string& token = kToken) {
  World made;
  made.token = token;
  made.gateway_url = "ws://127.0.0.1:4711";
  made.max_concurrency = 16;
  return made;
}

HttpRequest get(const std::string& path, const std::string& authorization = std::string("Bot ") + kToken) {
  HttpRequest request;
  request.method = "GET";
  request.path = path;
  if (!authorization.empty()) request.fields.emplace_back("authorization", authorization);
  return request;
}

HttpAnswer answer(const HttpRequest& request, const World& of = world()) {
  return answer_rest(request, of, 3, {1'000, 998, Duration{14'400'000}});
}

json body(const HttpAnswer& answer) { return json::parse(answer.body); }

TEST_CASE("GW-REST-3: /gateway/bot gives the URL, the shards and the whole limit", "[mock]") {
  const HttpAnswer answered = answer(get("/api/v10/gateway/bot"));
  CHECK(answered.status == 200);
  CHECK(body(answered) == json::parse(R"({"url": "ws://127.0.0.1:4711", "shards": 3, "session_start_limit":
      {"total": 1000, "remaining": 998, "reset_after": 14400000, "max_concurrency": 16}})"));
}

TEST_CASE("GW-REST-1: /gateway gives the URL and asks for no token", "[mock]") {
  for (const char* authorization : {"", "Bot wrong"}) {
    const HttpAnswer answered = answer(get("/gateway", authorization));
    CHECK(answered.status == 200);
    CHECK(body(answered) == json{{"url", "ws://127.0.0.1:4711"}});
  }
}

TEST_CASE("GW-REST-2: the bot and its application have every field that a library reads at login", "[mock]") {
  const json user = body(answer(get("/users/@me")));
  for (const char* field : {"id", "username", "discriminator", "avatar", "bot"}) CHECK(user.contains(field));
  CHECK(user["id"] == "100000000000000001");
  CHECK(user["bot"] == true);
  const json application = body(answer(get("/oauth2/applications/@me")));
  for (const char* field : {"id", "name", "icon", "description", "bot_public", "bot_require_code_grant", "summary",
                            "verify_key", "flags", "team", "owner"})
    CHECK(application.contains(field));
  CHECK(application["id"] == user["id"]);
}

TEST_CASE("GW-REST-2: any API version will do, and none, with /api in front and without", "[mock]") {
  for (const char* prefix : {"", "/api", "/v6", "/v10", "/api/v9", "/api/v10", "/api/v123"})
    CHECK(answer(get(std::string(prefix) + "/gateway/bot")).status == 200);
}

TEST_CASE("GW-REST-2: every other path is a 404 with a JSON error", "[mock]") {
  for (const char* path :
       {"/", "/api", "/api/", "/v10", "/v10/", "/api/v10", "/gateway/", "/gateway/bot/", "/v/gateway", "/vx/gateway",
        "/api/api/gateway", "/v10/api/gateway", "/v10/v10/gateway", "/users/1", "/apigateway", "//gateway", ""}) {
    CAPTURE(path);
    const HttpAnswer answered = answer(get(path));
    CHECK(answered.status == 404);
    CHECK(body(answered)["error"].is_string());
    CHECK(body(answered)["message"] == "404: Not Found");
  }
}

TEST_CASE("GW-REST-11: a token that is wrong or missing is a 401 with a JSON error, which does not show the token",
          "[mock]") {
  const std::string token = kToken;
  for (const std::string& authorization : {std::string(), token, "Bearer " + token, "Bot " + token + "x",
                                           std::string("Bot "), "Bot  " + token, "bot " + token})
    for (const char* path : {"/gateway/bot", "/api/v10/users/@me", "/oauth2/applications/@me"}) {
      const HttpAnswer answered = answer(get(path, authorization));
      CHECK(answered.status == 401);
      CHECK(body(answered)["error"].is_string());
      CHECK(answered.body.find(token) == std::string::npos);
    }
}

TEST_CASE("GW-REST-2: a mock that was given no token takes any, and none", "[mock]") {
  for (const char* authorization : {"", "Bot a", "b"})
    CHECK(answer(get("/gateway/bot", authorization), world("")).status == 200);
}

TEST_CASE("GW-REST-2: what is not GET or HEAD is a 405 that says what would do", "[mock]") {
  for (const char* method : {"POST", "PUT", "DELETE", "get", "OPTIONS"}) {
    HttpRequest request = get("/gateway");
    request.method = method;
    const HttpAnswer answered = answer(request);
    CHECK(answered.status == 405);
    CHECK(answered.allow == "GET, HEAD");
    CHECK(body(answered)["error"].is_string());
  }
  HttpRequest head = get("/gateway");
  head.method = "HEAD";
  CHECK(answer(head).status == 200);
}

}  // namespace
}  // namespace portcullis::mock
