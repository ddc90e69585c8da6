#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "portcullis/oracle/probe/facts.h"
#include "portcullis/oracle/probe/grade.h"

namespace portcullis::probe {
namespace {

using timeline::Record;
using timeline::Timeline;
using Names = std::vector<std::string>;

const char* const kHello = R"({"op": 10, "d": {"heartbeat_interval": 41250}, "s": null, "t": null})";
const char* const kReady = R"({"op": 0, "t": "READY", "s": 1, "d": {"v": 10, "user": {"id": "1"}, "guilds": [],
  "session_id": "x", "resume_gateway_url": "ws://x", "application": {"id": "1", "flags": 0}}})";
const char* const kIdentify = R"({"op": 2, "d": {"token": "x"}})";

constexpr std::int64_t kStepMs = 400;

/// Tells a conversation record by record.
class Tale {
 public:
  explicit Tale(const std::string& query = "v=10&encoding=json") {
    add("open", {{"url", "ws://gateway.test/?" + query}});
    add("upgraded", Json::object());
  }

  Tale& server(const std::string& payload, const std::string& kind = "text") {
    return add("message", {{"from", "server"}, {"kind", kind}, {"payload", Json::parse(payload)}});
  }
  Tale& client(const std::string& payload) {
    return add("message", {{"from", "client"}, {"kind", "text"}, {"payload", Json::parse(payload)}});
  }
  Tale& undecodable() { return add("message", {{"from", "server"}, {"kind", "text"}, {"undecodable", "not JSON"}}); }
  Tale& logged_in(const std::string& ready = kReady) { return server(kHello).client(kIdentify).server(ready); }
  Tale& dispatch(const std::string& name, const std::string& data, const std::string& s = "2") {
    return server(R"({"op": 0, "t": ")" + name + R"(", "s": )" + s + R"(, "d": )" + data + "}");
  }
  Tale& close(int code) { return add("close", {{"from", "server"}, {"code", code}}); }
  Tale& fault() { return add("fault", {{"from", "server"}, {"what", "a masked frame"}}); }
  Tale& ping() { return add("ping", {{"from", "client"}, {"payload", ""}}); }
  Tale& pause() {
    at_ms_ += 20'000;
    return add("script", Json::object());
  }

  Timeline timeline() const { return timeline_; }

 private:
  Tale& add(std::string is, Json with) {
    timeline_.clock = timeline::Clock::Virtual;
    timeline_.records.push_back({at_ms_ += kStepMs, 1, std::move(is), std::move(with)});
    return *this;
  }

  Timeline timeline_;
  std::int64_t at_ms_ = 0;
};

std::string ready_with(const std::string& from, const std::string& to) {
  std::string ready = kReady;
  return ready.replace(ready.find(from), from.size(), to);
}

/// The rules that a conversation breaks.
Names broken_by(const Tale& tale) {
  const Timeline timeline = tale.timeline();
  const auto moments = moments_of(timeline);
  Names out;
  for (const judge::RuleResult& rule : judge::judge(timeline, moments, rules(), judge::tolerance_of(timeline)).rules)
    if (rule.verdict >= judge::Verdict::Unusual) out.push_back(rule.rule->id);
  return out;
}

/// For each rule a conversation that breaks it and no other, but for the second where two say the same of it.
std::map<std::string, Tale> planted() {
  std::map<std::string, Tale> out;
  out.emplace("server/hello/first", Tale().server(R"({"op": 11, "d": null})"));
  out.emplace("server/hello/interval", Tale().server(R"({"op": 10, "d": {"heartbeat_interval": "41250"}})"));
  out.emplace("server/hello/once", Tale().server(kHello).server(kHello));
  out.emplace("server/envelope/decodable", Tale().server(kHello).undecodable());
  out.emplace("server/envelope/kind", Tale().server(kHello, "binary"));
  out.emplace("server/envelope/opcode", Tale().server(kHello).server(R"({"op": 12, "d": null})"));
  out.emplace("server/envelope/sequence-only-in-dispatch",
              Tale().server(kHello).server(R"({"op": 11, "d": null, "s": 3})"));
  out.emplace("server/envelope/event-name", Tale().logged_in().dispatch("guild_create", "{}"));
  out.emplace("server/envelope/numbered", Tale().logged_in().dispatch("GUILD_CREATE", "{}", "null"));
  out.emplace("server/envelope/step", Tale().logged_in().dispatch("GUILD_CREATE", "{}", "4"));
  out.emplace("server/envelope/first-sequence", Tale().logged_in(ready_with("\"s\": 1", "\"s\": 0")));
  out.emplace("server/ready/fields", Tale().logged_in(ready_with("session_id", "session")));
  out.emplace("server/ready/guilds",
              Tale().logged_in(ready_with("\"guilds\": []", R"("guilds": [{"id": "1", "unavailable": false}])")));
  out.emplace("server/ready/shard",
              Tale().server(kHello).client(R"({"op": 2, "d": {"token": "x", "shard": [0, 2]}})").server(kReady));
  out.emplace("server/ready/application", Tale().logged_in(ready_with("\"flags\": 0", "\"flag\": 0")));
  out.emplace("server/ready/version", Tale().logged_in(ready_with("\"v\": 10", "\"v\": 9")));
  out.emplace("server/ready/route",
              Tale()
                  .server(kHello)
                  .client(R"({"op": 2, "d": {"token": "x", "shard": [1, 2]}})")
                  .server(ready_with("\"guilds\": []",
                                     R"("shard": [1, 2], "guilds": [{"id": "8388608", "unavailable": true}])")));
  out.emplace("server/ready/ids", Tale().logged_in(ready_with("\"user\": {\"id\": \"1\"", "\"user\": {\"id\": 1")));
  out.emplace("server/dispatch/after-login", Tale().server(kHello).dispatch("GUILD_CREATE", "{}"));
  out.emplace("server/dispatch/route", Tale()
                                           .server(kHello)
                                           .client(R"({"op": 2, "d": {"token": "x", "shard": [1, 2]}})")
                                           .server(ready_with("\"guilds\": []", R"("shard": [1, 2], "guilds": [])"))
                                           .dispatch("MESSAGE_CREATE", R"({"guild_id": "8388608"})"));
  out.emplace(
      "server/dispatch/chunk",
      Tale().logged_in().dispatch("GUILD_MEMBERS_CHUNK", R"({"members": [], "chunk_index": 2, "chunk_count": 2})"));
  out.emplace("server/dispatch/rate-limited",
              Tale().logged_in().dispatch("RATE_LIMITED", R"({"opcode": 8, "retry_after": "1", "meta": {}})"));
  out.emplace("server/heartbeat/ack", Tale().server(kHello).client(R"({"op": 1, "d": null})").pause());
  out.emplace("server/heartbeat/ack-bare", Tale().server(kHello).server(R"({"op": 11, "d": 4})"));
  out.emplace("server/invalid/boolean", Tale().server(kHello).server(R"({"op": 9, "d": null})"));
  out.emplace("server/close/rate", Tale().server(kHello).close(4008));
  out.emplace("server/close/sequence", Tale().server(kHello).close(4007));
  out.emplace("server/close/identify", Tale().server(kHello).close(4013));
  out.emplace("server/close/legal", Tale().server(kHello).close(999));
  out.emplace("server/frames", Tale().server(kHello).fault());
  out.emplace("server/pong", Tale().server(kHello).ping().pause());
  return out;
}

}  // namespace

TEST_CASE("probe: each rule is broken by what it forbids, and by nothing else") {
  const auto tales = planted();
  for (const judge::Rule& rule : rules()) {
    INFO(rule.id);
    REQUIRE(tales.contains(rule.id));
    CHECK(broken_by(tales.at(rule.id)) == Names{rule.id});
  }
  CHECK(tales.size() == rules().size());
}

TEST_CASE("probe: a conversation that is right breaks no rule") {
  Tale tale;
  tale.logged_in().dispatch("GUILD_CREATE", R"({"id": "1"})").client(R"({"op": 1, "d": 2})");
  tale.server(R"({"op": 11})").server(R"({"op": 9, "d": false})").close(4000);
  CHECK(broken_by(tale) == Names{});
}

TEST_CASE("probe: what a client may have caused is allowed") {
  Tale tale;
  tale.server(kHello).client(R"({"op": 6, "d": {"seq": 9}})").close(4007);
  CHECK(broken_by(tale) == Names{});
  CHECK(broken_by(Tale().server(kHello).client(kIdentify).close(4014)) == Names{});
  Tale hasty;
  hasty.server(kHello);
  for (int i = 0; i < 119; ++i) hasty.client(R"({"op": 3, "d": {}})");
  CHECK(broken_by(Tale(hasty).client(R"({"op": 3, "d": {}})").close(4008)) == Names{"server/close/rate"});
  hasty.client(R"({"op": 3, "d": {}})").client(R"({"op": 3, "d": {}})");
  CHECK(broken_by(hasty.close(4008)) == Names{});
}

TEST_CASE("probe: compressed JSON and ETF are binary, and a session in ETF has ids that are numbers") {
  CHECK(broken_by(Tale("v=10&encoding=json&compress=zlib-stream").server(kHello, "binary")) == Names{});
  CHECK(broken_by(Tale("v=10&encoding=etf").server(kHello, "binary")) == Names{});
  CHECK(broken_by(Tale("v=10&encoding=etf").server(kHello)) == Names{"server/envelope/kind"});
  CHECK(broken_by(Tale("encoding=json").logged_in(ready_with("\"v\": 10", "\"v\": 6"))) == Names{});
}

}  // namespace portcullis::probe
