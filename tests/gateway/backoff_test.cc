#include "portcullis/core/gateway/backoff.h"

#include <catch2/catch.hpp>

namespace portcullis::tests {
namespace {

using gateway::Backoff;
using Pace = Backoff::Pace;

Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }
const Chance kLowest = [] { return 0u; };
const Chance kHighest = [] { return ~0u; };

TEST_CASE("LOCAL-1: the wait doubles from 1 s to 60 s", "[gw]") {
  Backoff backoff;
  for (const std::int64_t ms : {1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000, 60'000})
    CHECK(backoff.ended(Pace::Loss, at(0), kLowest) == Duration{ms});
  for (int i = 0; i < 100; ++i) CHECK(backoff.ended(Pace::Loss, at(0), kLowest) == Duration{60'000});
  CHECK(backoff.failures() == 109);
}

TEST_CASE("LOCAL-1: up to half of the wait comes on top", "[gw]") {
  Backoff backoff;
  for (const std::int64_t ms : {1'499, 2'999, 5'999, 11'999, 23'999, 47'999, 89'999, 89'999})
    CHECK(backoff.ended(Pace::Loss, at(0), kHighest) == Duration{ms});
}

TEST_CASE("LOCAL-2: the first loss of a live link is followed by an attempt at once, the second is not", "[gw]") {
  Backoff backoff;
  backoff.live(at(0));
  CHECK(backoff.ended(Pace::Loss, at(1'000), kHighest) == Duration{0});
  CHECK(backoff.failures() == 0);
  backoff.live(at(2'000));
  CHECK(backoff.ended(Pace::Loss, at(3'000), kLowest) == Duration{1'000});
  backoff.live(at(5'000));
  CHECK(backoff.ended(Pace::Loss, at(6'000), kLowest) == Duration{2'000});
}

TEST_CASE("LOCAL-2: after a failure the loss of a live link waits", "[gw]") {
  Backoff backoff;
  CHECK(backoff.ended(Pace::Loss, at(0), kLowest) == Duration{1'000});
  backoff.live(at(1'000));
  CHECK(backoff.ended(Pace::Loss, at(2'000), kLowest) == Duration{2'000});
}

TEST_CASE("LOCAL-2: only a live minute counts the failures back", "[gw]") {
  for (const std::int64_t live_ms : {59'999, 60'000}) {
    CAPTURE(live_ms);
    Backoff backoff;
    for (int i = 0; i < 5; ++i) static_cast<void>(backoff.ended(Pace::Loss, at(0), kLowest));
    backoff.live(at(10'000));
    const Duration wait = backoff.ended(Pace::Loss, at(10'000 + live_ms), kLowest);
    CHECK(wait == Duration{live_ms < 60'000 ? 32'000 : 0});
    CHECK(backoff.failures() == (live_ms < 60'000 ? 6u : 0u));
  }
}

TEST_CASE("LOCAL-2: a live minute spares the next loss again", "[gw]") {
  Backoff backoff;
  for (int i = 0; i < 3; ++i) {
    backoff.live(at(100'000 * i));
    CHECK(backoff.ended(Pace::Loss, at(100'000 * i + 60'000), kLowest) == Duration{0});
  }
}

TEST_CASE("LOCAL-2: a dial that fails after the attempt at once waits its second", "[gw]") {
  Backoff backoff;
  backoff.live(at(0));
  CHECK(backoff.ended(Pace::Loss, at(90'000), kLowest) == Duration{0});
  CHECK(backoff.ended(Pace::Loss, at(90'000), kLowest) == Duration{1'000});
  CHECK(backoff.ended(Pace::Loss, at(91'000), kLowest) == Duration{2'000});
}

TEST_CASE("LOCAL-10: a failure that asks for patience is never followed at once", "[gw]") {
  Backoff backoff;
  backoff.live(at(0));
  CHECK(backoff.ended(Pace::Patient, at(90'000), kLowest) == Duration{1'000});
  CHECK(backoff.failures() == 1);
  CHECK(backoff.ended(Pace::Patient, at(91'000), kLowest) == Duration{2'000});
}

TEST_CASE("LOCAL-29: the first op 7 costs no time whatever was lost before, the next ones do", "[gw]") {
  Backoff backoff;
  for (int i = 0; i < 3; ++i) static_cast<void>(backoff.ended(Pace::Loss, at(0), kLowest));
  backoff.live(at(1'000));
  CHECK(backoff.ended(Pace::Asked, at(2'000), kHighest) == Duration{0});
  CHECK(backoff.failures() == 3);
  backoff.live(at(2'500));
  CHECK(backoff.ended(Pace::Asked, at(3'000), kLowest) == Duration{8'000});
  CHECK(backoff.ended(Pace::Asked, at(3'000), kLowest) == Duration{16'000});
}

TEST_CASE("LOCAL-29: a live minute lets the next op 7 be followed at once again", "[gw]") {
  for (const std::int64_t live_ms : {59'999, 60'000}) {
    CAPTURE(live_ms);
    Backoff backoff;
    static_cast<void>(backoff.ended(Pace::Loss, at(0), kLowest));
    CHECK(backoff.ended(Pace::Asked, at(0), kLowest) == Duration{0});
    backoff.live(at(0));
    CHECK(backoff.ended(Pace::Asked, at(live_ms), kLowest) == Duration{live_ms < 60'000 ? 2'000 : 0});
  }
}

}  // namespace
}  // namespace portcullis::tests
