#include "portcullis/tests/probe/duel.h"

#include <catch2/catch.hpp>

#include "portcullis/oracle/report/words.h"

namespace portcullis::probe {
namespace {

using report::Outcome;

TEST_CASE("probe: the mock passes every scenario") {
  for (const Scenario& scenario : embedded_scenarios()) {
    const report::ScenarioResult result = duel(scenario);
    INFO(scenario.id() << ": " << result.why << "\n" << report::findings_in_words(result));
    CHECK(result.outcome == Outcome::Passed);
  }
}

}  // namespace
}  // namespace portcullis::probe
