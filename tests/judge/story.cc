#include "portcullis/tests/judge/story.h"

#include <algorithm>
#include <stdexcept>

namespace portcullis::tests {
namespace {

Json changed(Json data, const Json& changes) {
  for (const auto& [name, value] : changes.items()) {
    if (value.is_null()) {
      data.erase(name);
    } else {
      data[name] = value;
    }
  }
  return data;
}

Json payload_of(int op, const Json& data) { return {{"op", op}, {"d", data}, {"s", nullptr}, {"t", nullptr}}; }

}  // namespace

Story& Story::wait(std::int64_t ms) {
  now_ += ms;
  return *this;
}

Story& Story::noise(std::int64_t ms) {
  timeline_.clock = timeline::Clock::Wall;
  return record("noise", {{"ms", ms}});
}

Story& Story::note() { return record("script", {{"did", "nothing"}}); }

Story& Story::record(std::string_view is, const Json& with) {
  timeline_.records.push_back({now_, link_, std::string(is), with});
  return *this;
}

Story& Story::rest(const Json& changes) {
  const Json limit{{"total", 1000}, {"remaining", 900}, {"reset_after", 0}, {"max_concurrency", 1}};
  const Json good{{"method", "GET"},
                  {"path", "/api/v10/gateway/bot"},
                  {"status", 200},
                  {"authorization", "Bot"},
                  {"user_agent", "DiscordBot (https://example.org, 1)"},
                  {"body", {{"url", "wss://main.test"}, {"shards", 1}, {"session_start_limit", limit}}}};
  return record("rest", changed(good, changes));
}

Story& Story::open(std::string_view url) {
  ++link_;
  return record("open", {{"url", url}});
}

Story& Story::upgraded() { return record("upgraded"); }
Story& Story::refused(int status) { return record("refused", {{"status", status}}); }
Story& Story::call(std::string_view url) { return open(url).upgraded().hello(); }
Story& Story::live(std::string_view url) { return call(url).identify().ready(); }
Story& Story::back() { return call(kResume).resume().resumed(); }
Story& Story::leave() { return local("stop").closes(1000); }

// ---- The client

Story& Story::client(int op, const Json& data, const Json& changes) {
  const Json good{{"from", "client"}, {"kind", "text"}, {"bytes", 100}, {"payload", Json{{"op", op}, {"d", data}}}};
  return record("message", changed(good, changes));
}

Story& Story::beat() { return beat(sequence_ ? Json(*sequence_) : Json()); }
Story& Story::beat(const Json& data) { return client(1, data); }
Story& Story::acked() { return beat().ack(); }

Story& Story::identify(const Json& changes) {
  const Json good{{"token", "secret"},
                  {"properties", {{"os", "linux"}, {"browser", "story"}, {"device", "story"}}},
                  {"intents", 513}};
  return client(2, changed(good, changes));
}

Story& Story::resume(const Json& changes) {
  const Json good{
      {"token", "secret"}, {"session_id", "session-" + std::to_string(sessions_)}, {"seq", sequence_.value_or(0)}};
  return client(6, changed(good, changes));
}

Story& Story::presence() {
  return client(3, {{"since", nullptr}, {"activities", Json::array()}, {"status", "online"}, {"afk", false}});
}

Story& Story::members(const Json& changes) {
  return client(8, changed({{"guild_id", "1"}, {"query", "a"}, {"limit", 1}}, changes));
}

Story& Story::closes(std::optional<int> code) {
  Json with{{"from", "client"}};
  if (code) with["code"] = *code;
  return record("close", with);
}

// ---- The server

Story& Story::server(const Json& payload, const Json& changes) {
  const Json good{{"from", "server"}, {"kind", "text"}, {"bytes", 100}, {"payload", payload}};
  return record("message", changed(good, changes));
}

Story& Story::hello(const Json& interval) { return server(payload_of(10, {{"heartbeat_interval", interval}})); }

Story& Story::ready(const Json& changes) {
  ++sessions_;
  sequence_.reset();
  const Json good{{"session_id", "session-" + std::to_string(sessions_)}, {"resume_gateway_url", "wss://resume.test"}};
  return dispatch({{"t", "READY"}, {"d", changed(good, changes)}});
}

Story& Story::resumed() { return dispatch({{"t", "RESUMED"}}); }

Story& Story::dispatch(const Json& changes) {
  Json payload{{"op", 0}, {"d", Json::object()}, {"s", sequence_.value_or(0) + 1}, {"t", "TYPING_START"}};
  payload.update(changes);
  if (payload["s"] > sequence_.value_or(0)) sequence_ = payload["s"].get<std::int64_t>();
  return server(payload);
}

Story& Story::ack() { return server(payload_of(11, nullptr)); }
Story& Story::ask() { return server(payload_of(1, nullptr)); }
Story& Story::reconnect() { return server(payload_of(7, nullptr)); }
Story& Story::invalid(const Json& resumable) { return server(payload_of(9, resumable)); }

Story& Story::closed(std::optional<int> code) {
  Json with{{"from", "server"}};
  if (code) with["code"] = *code;
  return record("close", with);
}

Story& Story::cut() { return record("end", {{"from", "server"}, {"how", "reset"}}); }

// ---- What it comes to

std::set<std::string> broken_by(const Story& story) {
  std::set<std::string> broken;
  for (const judge::RuleResult& result : judge::judge(story.told()).rules)
    if (result.verdict >= judge::Verdict::Unusual) broken.insert(result.rule->id);
  return broken;
}

judge::RuleResult result_of(std::string_view rule, const Story& story) {
  const judge::Judgement judgement = judge::judge(story.told());
  const auto at = std::ranges::find(judgement.rules, rule, [](const auto& result) { return result.rule->id; });
  if (at == judgement.rules.end()) throw std::invalid_argument("there is no rule " + std::string(rule));
  return *at;
}

}  // namespace portcullis::tests
