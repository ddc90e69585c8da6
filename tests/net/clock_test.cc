#include "portcullis/net/clock.h"

#include <catch2/catch.hpp>
#include <limits>

namespace portcullis::net {

namespace {

Instant at(std::int64_t ms) { return Instant(Duration(ms)); }

}  // namespace

TEST_CASE("WS-IO-5: a deadline becomes the wait that poll is given") {
  CHECK(poll_timeout(std::nullopt, at(5)) == -1);
  CHECK(poll_timeout(at(5), at(5)) == 0);
  CHECK(poll_timeout(at(4), at(5)) == 0);
  CHECK(poll_timeout(at(6), at(5)) == 1);
  CHECK(poll_timeout(Instant::min(), at(5)) == 0);
}

TEST_CASE("WS-IO-5: a deadline beyond what poll can wait for becomes the longest wait") {
  constexpr int kLongest = std::numeric_limits<int>::max();
  CHECK(poll_timeout(at(5 + std::int64_t{kLongest} - 1), at(5)) == kLongest - 1);
  CHECK(poll_timeout(at(5 + std::int64_t{kLongest} + 1), at(5)) == kLongest);
  CHECK(poll_timeout(Instant::max(), now()) == kLongest);
}

TEST_CASE("WS-IO-2: the clock that the core is told of never goes back") {
  const Instant first = now();
  CHECK(first.time_since_epoch().count() > 0);
  CHECK(now() >= first);
}

}  // namespace portcullis::net
