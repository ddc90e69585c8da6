#include "portcullis/core/gateway/identify_queue.h"

#include <map>
#include <numeric>
#include <random>

#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using namespace gateway;
using Shards = std::vector<std::uint32_t>;

Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }
const Chance kLowest = [] { return 0u; };
const Chance kHighest = [] { return ~0u; };
constexpr Duration kHour{3'600'000};

IdentifyQueue queue_of(std::uint32_t shards, std::uint32_t max_concurrency, Chance chance = kLowest) {
  Shards all(shards);
  std::iota(all.begin(), all.end(), 0u);
  IdentifyQueue queue(all, std::move(chance));
  queue.set_limit({.max_concurrency = max_concurrency}, at(0));
  return queue;
}

Shards all_granted(IdentifyQueue& queue, Instant now) {
  Shards shards;
  while (const auto shard = queue.granted(now)) shards.push_back(*shard);
  return shards;
}

TEST_CASE("GW-IDL-12: an unsharded session is shard 0 and identifies at once", "[gw]") {
  IdentifyQueue queue({0}, kLowest);
  CHECK(queue.deadline() == std::nullopt);
  CHECK(queue.granted(at(0)) == std::nullopt);
  queue.ask(0);
  queue.ask(0);
  CHECK(all_granted(queue, at(0)) == Shards{0});
}

TEST_CASE("GW-IDL-1: a bucket lets one through in 5 s and up to half a second more", "[gw]") {
  for (const auto& [chance, wait_ms] : {std::pair{kLowest, 5'000}, std::pair{kHighest, 5'499}}) {
    IdentifyQueue queue = queue_of(2, 1, chance);
    queue.ask(0);
    queue.ask(1);
    CHECK(all_granted(queue, at(100)) == Shards{0});
    CHECK(queue.deadline() == at(100 + wait_ms));
    CHECK(queue.granted(at(100 + wait_ms - 1)) == std::nullopt);
    CHECK(queue.granted(at(100 + wait_ms)) == 1u);
  }
}

TEST_CASE("GW-IDL-11: without an answer of the REST endpoint there is one bucket", "[gw]") {
  IdentifyQueue queue({0, 1}, kLowest);
  queue.ask(0);
  queue.ask(1);
  CHECK(all_granted(queue, at(0)) == Shards{0});
  IdentifyQueue zero({0, 1}, kLowest);
  zero.set_limit({.max_concurrency = 0}, at(0));
  zero.ask(0);
  zero.ask(1);
  CHECK(all_granted(zero, at(0)) == Shards{0});
}

TEST_CASE("GW-IDL-2: a group starts when the one before it has, however early it asks", "[gw]") {
  IdentifyQueue queue = queue_of(6, 2);
  for (const std::uint32_t shard : {5u, 4u, 3u, 2u, 1u}) queue.ask(shard);
  CHECK(all_granted(queue, at(0)) == Shards{1});
  // Shard 0 has not asked: nobody waits for time alone.
  CHECK(queue.deadline() == std::nullopt);
  CHECK(all_granted(queue, at(60'000)).empty());
  queue.ask(0);
  CHECK(all_granted(queue, at(60'000)) == Shards{0, 3});
  CHECK(all_granted(queue, at(65'000)) == Shards{2, 5});
  CHECK(all_granted(queue, at(70'000)) == Shards{4});
}

TEST_CASE("GW-IDL-2: nobody waits for a shard that will not ask", "[gw]") {
  IdentifyQueue queue = queue_of(2, 1);
  queue.ask(1);
  CHECK(queue.granted(at(0)) == std::nullopt);
  queue.retire(0);
  CHECK(queue.granted(at(0)) == 1u);
}

TEST_CASE("GW-IDL-3: those that have started before come after first starts, and in turn among themselves", "[gw]") {
  IdentifyQueue queue = queue_of(3, 1);
  queue.ask(0);
  CHECK(queue.granted(at(0)) == 0u);
  queue.ask(0);
  queue.ask(1);
  CHECK(all_granted(queue, at(5'000)) == Shards{1});
  queue.ask(1);
  queue.ask(2);
  CHECK(all_granted(queue, at(10'000)) == Shards{2});
  CHECK(all_granted(queue, at(15'000)) == Shards{0});
  CHECK(all_granted(queue, at(20'000)) == Shards{1});
}

TEST_CASE("GW-IDL-10: a grant that was not used frees its bucket and goes back to the budget", "[gw]") {
  IdentifyQueue queue = queue_of(2, 1);
  queue.set_limit({.total = 1'000, .remaining = 1, .reset_after = kHour}, at(0));
  queue.ask(0);
  queue.ask(1);
  CHECK(all_granted(queue, at(0)) == Shards{0});
  queue.give_back(0);
  CHECK(all_granted(queue, at(1)) == Shards{1});
  queue.give_back(0);  // a second time, or after all: nothing
  queue.ask(0);
  CHECK(all_granted(queue, at(6'000)).empty());
}

TEST_CASE("GW-IDL-1: a shard that leaves the line takes nothing along", "[gw]") {
  IdentifyQueue queue = queue_of(2, 2);
  queue.ask(0);
  queue.ask(1);
  queue.cancel(0);
  CHECK(all_granted(queue, at(0)) == Shards{1});
  queue.ask(0);
  CHECK(all_granted(queue, at(0)) == Shards{0});
}

TEST_CASE("GW-REST-7: with nothing left nobody identifies before the reset", "[gw]") {
  IdentifyQueue queue = queue_of(4, 4);
  queue.set_limit({.total = 1'000, .remaining = 3, .reset_after = kHour, .max_concurrency = 4}, at(10));
  for (const std::uint32_t shard : {0u, 1u, 2u, 3u}) queue.ask(shard);
  CHECK(all_granted(queue, at(20)) == Shards{0, 1, 2});
  CHECK(queue.deadline() == at(10) + kHour);
  CHECK(queue.granted(at(9) + kHour) == std::nullopt);
  CHECK(queue.granted(at(10) + kHour) == 3u);
}

TEST_CASE("LOCAL-37: the last Identify of the total is kept back, unless it is the only one", "[gw]") {
  for (const std::uint32_t total : {1u, 2u, 4u}) {
    IdentifyQueue queue = queue_of(1, 1);
    queue.set_limit({.total = total, .remaining = total, .reset_after = kHour}, at(0));
    std::uint32_t used = 0;
    for (Instant now = at(0); now < at(0) + kHour; now += Duration{6'000}) {
      queue.ask(0);
      if (queue.granted(now)) ++used;
    }
    CHECK(used == std::max(total - 1, 1u));
  }
}

TEST_CASE("GW-IDL-7: a fresh answer counts, not what was known", "[gw]") {
  IdentifyQueue queue = queue_of(1, 1);
  queue.set_limit({.remaining = 0}, at(0));
  queue.ask(0);
  CHECK(queue.granted(at(0)) == std::nullopt);
  queue.set_limit({.remaining = 1}, at(1));
  CHECK(queue.granted(at(1)) == 0u);
}

TEST_CASE("GW-IDL-4, LOCAL-37: 24 hours of endless refusals stay below the daily total", "[gw]") {
  IdentifyQueue queue({0}, kLowest);
  queue.set_limit({.total = 1'000, .remaining = 3, .reset_after = kHour}, at(0));
  std::vector<Instant> identified;
  for (Instant now = at(0); now <= at(0) + 72 * kHour; now += Duration{1'000}) {
    queue.ask(0);
    if (queue.granted(now)) identified.push_back(now);
  }
  CHECK(identified[2] < at(0) + kHour);
  CHECK(identified[3] == at(0) + kHour);
  for (std::size_t i = 999; i < identified.size(); ++i) REQUIRE(identified[i] - identified[i - 999] >= 24 * kHour);
  CHECK(identified.size() >= 1'998);
}

// Shards ask, leave and come back at random; some grants are not used.
TEST_CASE("INV-14: two Identifies of one bucket are 5 s apart, and groups start in order", "[gw][property]") {
  check_always("spacing, order and budget hold", [] {
    const auto buckets = *rc::gen::inRange<std::uint32_t>(1, 5);
    const auto count = *rc::gen::inRange<std::uint32_t>(1, 12);
    const auto remaining = *rc::gen::inRange<std::uint32_t>(0, 30);
    std::mt19937 chance(*rc::gen::arbitrary<std::uint32_t>());
    IdentifyQueue queue = queue_of(count, buckets, [&chance] { return static_cast<std::uint32_t>(chance()); });
    queue.set_limit({.remaining = remaining, .reset_after = kHour, .max_concurrency = buckets}, at(0));
    struct Step {
      std::uint32_t shard;
      int wait_ms;
      int act;
    };
    const auto steps = *rc::gen::container<std::vector<Step>>(
        40, rc::gen::construct<Step>(rc::gen::inRange(0u, count), rc::gen::inRange(0, 3'000), rc::gen::inRange(0, 12)));
    Instant now = at(0);
    std::map<std::uint32_t, Instant> last_of_bucket;
    std::vector<bool> started(count, false);
    std::uint32_t used = 0;
    for (const Step& step : steps) {
      now += Duration{step.wait_ms};
      step.act == 0 ? queue.cancel(step.shard) : queue.ask(step.shard);
      while (const auto shard = queue.granted(now)) {
        for (std::uint32_t before = 0; before < *shard / buckets * buckets; ++before)
          RC_ASSERT(started[*shard] || started[before]);
        started[*shard] = true;
        const auto last = last_of_bucket.find(*shard % buckets);
        // Outside the macro, which would evaluate both sides.
        const bool apart = last == last_of_bucket.end() || now - last->second >= Duration{5'000};
        RC_ASSERT(apart);
        if (step.act == 1) {
          queue.give_back(*shard);
          continue;
        }
        last_of_bucket[*shard % buckets] = now;
        RC_ASSERT(++used <= remaining);
      }
      if (const auto deadline = queue.deadline()) RC_ASSERT(*deadline > now);
    }
  });
}

TEST_CASE("GW-IDL-2: all who ask are granted, in rising order, by polling at the deadline alone", "[gw][property]") {
  check_always("the queue empties", [] {
    const auto buckets = *rc::gen::inRange<std::uint32_t>(1, 20);
    const auto count = *rc::gen::inRange<std::uint32_t>(1, 40);
    std::mt19937 chance(*rc::gen::arbitrary<std::uint32_t>());
    Shards order(count);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), chance);
    IdentifyQueue queue = queue_of(count, buckets, [&chance] { return static_cast<std::uint32_t>(chance()); });
    for (const std::uint32_t shard : order) queue.ask(shard);
    Shards granted;
    Instant now = at(0);
    for (std::uint32_t round = 0; granted.size() < count && round < 3 * count; ++round) {
      for (const std::uint32_t shard : all_granted(queue, now)) granted.push_back(shard);
      if (const auto deadline = queue.deadline()) now = *deadline;
    }
    RC_ASSERT(granted.size() == count);
    for (std::size_t i = 0; i < granted.size(); ++i) RC_ASSERT(granted[i] / buckets == i / buckets);
    RC_ASSERT(now <= at(0) + (count / buckets + 1) * Duration{5'500});
  });
}

}  // namespace
}  // namespace portcullis::tests
