#include "portcullis/tests/report/sample.h"

namespace portcullis::tests {
namespace {

using report::Outcome;
using timeline::Json;
using timeline::Record;

/// A short life: Hello, Identify, READY, and a heartbeat whose `d` the caller chooses.
timeline::Timeline life(const Json& beat) {
  const auto message = [](std::int64_t at, const char* from, Json payload) {
    return Record{
        at, 1, "message", {{"from", from}, {"kind", "text"}, {"bytes", 100}, {"payload", std::move(payload)}}};
  };
  const Json identify{
      {"token", "tok"}, {"intents", 1}, {"properties", {{"os", "linux"}, {"browser", "x"}, {"device", "x"}}}};
  const Json ready{{"session_id", "session"}, {"resume_gateway_url", "ws://127.0.0.1:1"}};
  return {timeline::Clock::Wall,
          "sample",
          {{0, 1, "open", {{"url", "ws://127.0.0.1:1/?v=10&encoding=json"}}},
           {1, 1, "upgraded", Json::object()},
           message(2, "server", {{"op", 10}, {"d", {{"heartbeat_interval", 4'000}}}, {"s", nullptr}, {"t", nullptr}}),
           message(5, "client", {{"op", 2}, {"d", identify}}),
           message(9, "server", {{"op", 0}, {"t", "READY"}, {"s", 1}, {"d", ready}}),
           message(2'000, "client", {{"op", 1}, {"d", beat}}),
           message(2'001, "server", {{"op", 11}, {"d", nullptr}, {"s", nullptr}, {"t", nullptr}}),
           {2'500, 0, "local", {{"did", "stop"}}},
           {2'510, 1, "close", {{"from", "client"}, {"code", 1000}, {"reason", ""}}}}};
}

report::ScenarioResult played(const std::string& id, Outcome outcome, const std::string& why, const Json& beat) {
  report::ScenarioResult result;
  result.scenario = {id, "MUST", "A client beats with the last s.", {"GW-HB-5"}, {"G \"Heartbeat Interval\""}, {}};
  result.outcome = outcome;
  result.why = why;
  result.took_ms = 2'510;
  if (outcome == Outcome::Skipped) return result;
  result.timeline = life(beat);
  result.judgement = judge::judge(result.timeline);
  result.log_tail = "connected\n</script><b>&\"bye\"\n";
  return result;
}

}  // namespace

report::ClientReport sample_report(const std::string& client) {
  report::ClientReport sample{client, "run-" + client, "2026-11-25", timeline::Clock::Wall, {}, 12'345};
  sample.results = {played("heartbeat/a/passed", Outcome::Passed, "", 1),
                    played("heartbeat/b/failed", Outcome::Failed, "GW-HB-5: d is the last s", 7),
                    played("heartbeat/c/flaky", Outcome::Flaky, "passed when it was run again", 1),
                    played("heartbeat/d/expected", Outcome::ExpectedFailure, "known since version 2", 7),
                    played("identify/e/stale", Outcome::UnexpectedPass, "was expected to fail: known", 1),
                    played("identify/f/skipped", Outcome::Skipped, "needs commands: give a shim", nullptr),
                    played("identify/g/absent", Outcome::NotStarted, "never connected", 1)};
  return sample;
}

}  // namespace portcullis::tests
