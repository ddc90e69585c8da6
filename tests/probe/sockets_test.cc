#include <algorithm>
#include <catch2/catch.hpp>

#include "portcullis/oracle/mock/server.h"
#include "portcullis/oracle/probe/suite.h"
#include "portcullis/oracle/report/words.h"
#include "portcullis/tests/probe/duel.h"

namespace portcullis::probe {
namespace {

using spec::gateway_peer::Action;
using spec::gateway_peer::Input;
using spec::gateway_peer::State;

/// The mock's table, but for the spacing of Identifies, which would cost minutes: a bucket is never busy.
constexpr auto kUnspaced = [] {
  auto table = spec::gateway_peer::kTable;
  for (auto& row : table) {
    if (!row.on.contains(Input::IdentifyBucketBusy) || row.act != Action::SendInvalid) continue;
    row.act = Action::SendReady;
    row.to = State::Authenticated;
  }
  return table;
}();
constexpr spec::gateway_peer::Rows kRows{kUnspaced};

std::vector<report::ScenarioResult> play_over(bool with_tls) {
  mock::Peer peer(
      [] {
        mock::World world = duel_world();
        world.heartbeat_interval = Duration{2'000};
        return world;
      }(),
      Limits{}, [seed = 1U]() mutable { return seed = seed * 1'103'515'245U + 12'345U; }, kRows);
  mock::ServerOptions options;
  options.world = duel_world();
  options.tls = with_tls;
  auto opened = mock::Server::open(std::move(options), peer);
  REQUIRE(std::holds_alternative<std::unique_ptr<mock::Server>>(opened));
  const auto server = std::get<0>(std::move(opened));
  SuiteOptions suite;
  suite.target = {*websocket::parse_url(server->gateway_url()), std::string(kToken)};
  std::optional<net::Tls> tls;
  if (with_tls) tls = std::get<net::Tls>(net::Tls::client(server->ca_file()));
  suite.tls = tls ? &*tls : nullptr;
  suite.at_a_time = 32;
  suite.slow = true;
  std::vector<const Scenario*> all;
  for (const Scenario& one : embedded_scenarios()) all.push_back(&one);
  Gate gate(Duration{0});
  return play_all(all, suite, gate, false);
}

void check_all_passed(const std::vector<report::ScenarioResult>& results) {
  for (const report::ScenarioResult& result : results) {
    INFO(result.scenario.id << ": " << result.why << "\n" << report::findings_in_words(result));
    const bool spaced = result.scenario.id == "identify/too-often";
    CHECK(result.outcome == (spaced ? report::Outcome::Skipped : report::Outcome::Passed));
  }
  CHECK(results.size() == embedded_scenarios().size());
}

}  // namespace

TEST_CASE("probe: the mock passes every scenario over sockets") { check_all_passed(play_over(false)); }

TEST_CASE("probe: the mock passes every scenario over TLS") { check_all_passed(play_over(true)); }

}  // namespace portcullis::probe
