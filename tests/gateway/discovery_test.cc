#include "portcullis/core/gateway/discovery.h"

#include <catch2/catch.hpp>

namespace portcullis::tests {
namespace {

using namespace gateway;

constexpr GatewayBotRequest kRequest{"discord.com", "MTk4.NjIy.MDAw", "https://example.com/bot", "1.0"};
const std::string kAnswer = R"({"url": "wss://gateway.discord.gg/", "shards": 9, "session_start_limit": )"
                            R"({"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 16}})";

Discovery read(const std::string& body, bool secure = true) { return read_gateway_bot(200, "", body, secure); }

void check_malformed(const std::string& body, bool secure = true) {
  CAPTURE(body);
  const Discovery answer = read(body, secure);
  REQUIRE(std::holds_alternative<AskLater>(answer));
  const auto& later = std::get<AskLater>(answer);
  CHECK(later.wait == Duration{0});
  CHECK(later.why == Error{Errc::RestBody, Blame::Peer, 0, req::GW_REST_3});
}

TEST_CASE("GW-REST-2, GW-REST-8: the request carries the token and says who asks", "[gw]") {
  const auto request = gateway_bot_request(kRequest);
  REQUIRE(request);
  CHECK(*request ==
        "GET /api/v10/gateway/bot HTTP/1.1\r\n"
        "Host: discord.com\r\n"
        "Authorization: Bot MTk4.NjIy.MDAw\r\n"
        "User-Agent: DiscordBot (https://example.com/bot, 1.0)\r\n"
        "Accept: application/json\r\n"
        "Connection: close\r\n"
        "\r\n");
}

TEST_CASE("GW-REST-2: nothing that could end a header field gets into the request", "[gw]") {
  for (const std::string_view bad : {"", "a\r\nX: y", "a b", "a\n", "Bot a", "t\xc3\xb6ken", "a\x7f", " a"}) {
    CAPTURE(bad.size());
    GatewayBotRequest request = kRequest;
    request.token = bad;
    REQUIRE_FALSE(gateway_bot_request(request));
    CHECK(gateway_bot_request(request).error() == Error{Errc::ConfigToken, Blame::Caller, 0, req::GW_REST_2});
    for (const auto field :
         {&GatewayBotRequest::host, &GatewayBotRequest::agent_url, &GatewayBotRequest::agent_version}) {
      request = kRequest;
      request.*field = bad;
      REQUIRE_FALSE(gateway_bot_request(request));
      CHECK(gateway_bot_request(request).error() == Error{Errc::HeaderValue, Blame::Caller, 0, req::GW_REST_8});
    }
  }
}

TEST_CASE("GW-REST-3, GW-REST-6: the answer is read, reset_after in milliseconds", "[gw]") {
  const Discovery answer = read(kAnswer);
  REQUIRE(std::holds_alternative<Gateway>(answer));
  const auto& gateway = std::get<Gateway>(answer);
  CHECK(gateway.url == "wss://gateway.discord.gg/");
  CHECK(gateway.shards == 9);
  CHECK(gateway.session_start_limit.total == 1'000);
  CHECK(gateway.session_start_limit.remaining == 999);
  CHECK(gateway.session_start_limit.reset_after == Duration{14'400'000});
  CHECK(gateway.session_start_limit.max_concurrency == 16);
}

TEST_CASE("GW-IDL-11: what the answer leaves out has its default", "[gw]") {
  for (const std::string body : {R"({"url":"wss://g"})", R"( {"url":"wss://g","session_start_limit":{}})"}) {
    const Discovery answer = read(body);
    REQUIRE(std::holds_alternative<Gateway>(answer));
    const auto& gateway = std::get<Gateway>(answer);
    CHECK(gateway.shards == 1);
    CHECK(gateway.session_start_limit.total == 1'000);
    CHECK(gateway.session_start_limit.remaining == 1'000);
    CHECK(gateway.session_start_limit.max_concurrency == 1);
    CHECK(gateway.session_start_limit.reset_after == Duration{24 * 3'600'000});
  }
}

TEST_CASE("GW-REST-3: a body that is not what the endpoint promises is refused", "[gw]") {
  for (const std::string body :
       {"", "null", "[]", "{}", "<html>", R"({"url":1})", R"({"url":"https://g"})", R"({"url":"wss://g")",
        R"({"url":"wss://g","shards":0})", R"({"url":"wss://g","shards":"9"})", R"({"url":"wss://g","shards":1.0})",
        R"({"url":"wss://g","shards":4294967296})", R"({"url":"wss://g","session_start_limit":{"remaining":-1}})",
        R"({"url":"wss://g","session_start_limit":{"total":null}})",
        R"({"url":"wss://g","session_start_limit":{"reset_after":"1"}})",
        R"({"url":"wss://g","session_start_limit":{"max_concurrency":0}})", R"({"url":"wss://g\r\n"})"})
    check_malformed(body);
  for (std::size_t size = 0; size < kAnswer.size(); ++size) check_malformed(kAnswer.substr(0, size));
}

TEST_CASE("GW-URL-9: an answer that came over TLS never leads to a connection without it", "[gw]") {
  check_malformed(R"({"url":"ws://g"})");
  CHECK(std::holds_alternative<Gateway>(read(R"({"url":"ws://127.0.0.1:8080"})", false)));
}

TEST_CASE("GW-REST-11: a bad token stops, what may pass is asked for again", "[gw]") {
  for (const int status : {400, 401, 403, 404, 301, 101}) {
    CAPTURE(status);
    const Discovery answer = read_gateway_bot(status, "5", kAnswer, true);
    REQUIRE(std::holds_alternative<AskNoMore>(answer));
    CHECK(std::get<AskNoMore>(answer).why == Error{Errc::RestStatus, Blame::Caller, 0, req::GW_REST_11});
  }
  for (const int status : {429, 500, 502, 503, 599}) {
    CAPTURE(status);
    const Discovery answer = read_gateway_bot(status, "5", kAnswer, true);
    REQUIRE(std::holds_alternative<AskLater>(answer));
    CHECK(std::get<AskLater>(answer).wait == Duration{5'000});
    CHECK(std::get<AskLater>(answer).why == Error{Errc::RestStatus, Blame::Peer, 0, req::GW_REST_11});
  }
  const Discovery answer = read_gateway_bot(503, "", "", true);
  CHECK(std::get<AskLater>(answer).wait == Duration{0});
}

TEST_CASE("GW-REST-11: Retry-After is read in seconds, rounded up, a day at most", "[gw]") {
  const std::pair<std::string_view, std::int64_t> sound[]{{"0", 0},
                                                          {"1", 1'000},
                                                          {"65", 65'000},
                                                          {"0.5", 1'000},
                                                          {"29.457", 30'000},
                                                          {"3.0", 3'000},
                                                          {"0012.00", 12'000},
                                                          {"86400", 86'400'000},
                                                          {"86401", 86'400'000},
                                                          {"99999999999999999999.9", 86'400'000}};
  for (const auto& [value, ms] : sound) {
    CAPTURE(std::string(value));
    CHECK(read_retry_after(value) == Duration{ms});
  }
  for (const std::string_view value :
       {"", "-1", "+1", "1e3", ".5", "5.", ".", "1.2.3", "1 ", "x", "Fri, 31 Dec 1999 23:59:59 GMT"}) {
    CAPTURE(std::string(value));
    CHECK(read_retry_after(value) == std::nullopt);
  }
}

}  // namespace
}  // namespace portcullis::tests
