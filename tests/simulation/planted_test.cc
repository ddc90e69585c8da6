// The net is tested too: a client with one row of its session table changed is noticed, by the law that it breaks.
#include <atomic>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/spec/gateway_session.h"
#include "portcullis/tests/simulation/fleet.h"
#include "portcullis/tests/simulation/shrink.h"

namespace portcullis::simulation {
namespace {

using spec::gateway_session::Action;
using spec::gateway_session::Input;
using spec::gateway_session::Row;
using spec::gateway_session::Rows;
using spec::gateway_session::State;

constexpr std::uint64_t kSeeds = 14;  // each wire twice

struct Planted {
  std::string_view about;
  State from;
  Input on;
  State to;
  Action act;
  std::string_view law;  // or how it begins, where it depends on what else is due
};

// The rows behind take the place of those before them.
std::vector<Row> table_with(const Planted& planted) {
  std::vector<Row> rows(spec::gateway_session::kTable.begin(), spec::gateway_session::kTable.end());
  rows.push_back({planted.from, {planted.on}, planted.to, planted.act, req::INV_1, {}});
  return rows;
}

std::optional<Broken> first_broken(const Rows& rows) {
  const std::atomic<bool> interrupted = false;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Setup setup = setup_of(seed);
    auto outcome = Fleet(setup, draw_faults(setup), rows).run(interrupted);
    if (outcome.broken) return outcome.broken;
  }
  return std::nullopt;
}

void must_be_noticed(const Planted& planted) {
  const auto table = table_with(planted);
  const auto broken = first_broken(Rows(table));
  INFO(planted.about);
  REQUIRE(broken);
  INFO(broken->law << ": " << broken->what);
  CHECK(broken->law.starts_with(planted.law));
}

}  // namespace

TEST_CASE("mutants: a client with a wrong row is noticed by the law that it breaks") {
  using S = State;
  using I = Input;
  using A = Action;
  for (const Planted& planted : std::vector<Planted>{
           {"a loss ends the session", S::Ready, I::Lost, S::Backoff, A::LoseSession, "GW-RES-3"},
           {"op 7 ends the session", S::Ready, I::Reconnect, S::ClosingToReconnect, A::CloseInvalid, "GW-RES-3"},
           {"a resume that is cut ends it", S::Resuming, I::Lost, S::Backoff, A::LoseSession, "GW-RES-3"},
           {"op 9 with false keeps the session", S::Ready, I::InvalidSession, S::ClosingToReconnect,
            A::CloseInvalidResumable, "INV-11"},
           {"a fatal code is survived", S::Ready, I::CloseFatal, S::Backoff, A::LoseSession, "INV-9"},
           {"op 7 is answered with a Close for good", S::Ready, I::Reconnect, S::ClosingToReconnect, A::CloseForGood,
            "GW-RES-3"},
           {"dispatches are not delivered", S::Ready, I::Dispatch, S::Ready, A::Ignore, "GW-DISP-9"},
           {"replayed dispatches are not delivered", S::Resuming, I::Dispatch, S::Resuming, A::Ignore, "GW-DISP-9"},
           {"beats that are asked for are not sent", S::Ready, I::HeartbeatRequest, S::Ready, A::Ignore, "INV-7"},
           {"no beats", S::Ready, I::BeatDue, S::Ready, A::Ignore, "INV-6"},
           {"no beats before a turn", S::AwaitSlot, I::BeatDue, S::AwaitSlot, A::Ignore, "INV-6"},
           {"a zombie lives on", S::Ready, I::Zombie, S::Ready, A::Ignore, "INV-"},
           {"a Hello is waited for for ever", S::AwaitHello, I::HelloTimeout, S::AwaitHello, A::Ignore, "INV-17"},
           {"a turn is not used", S::AwaitSlot, I::SlotGranted, S::AwaitSlot, A::HandBackSlot, "INV-17"},
           {"a turn is not asked for", S::AwaitHello, I::HelloFresh, S::Identifying, A::Identify, "GW-IDL-1"},
           {"commands stay", S::Ready, I::Send, S::Ready, A::QueueCommand, "GW-RATE-6"},
       })
    must_be_noticed(planted);
}

TEST_CASE("mutants: the smallest history that still breaks a law is found") {
  const Planted planted{"", State::Ready, Input::Lost, State::Backoff, Action::LoseSession, "GW-RES-3"};
  const auto table = table_with(planted);
  const Rows rows(table);
  const std::atomic<bool> interrupted = false;
  const Setup setup = setup_of(1);
  const auto always = [](std::size_t) { return true; };
  const auto fewest = shrink(setup, draw_faults(setup), "GW-RES-3", interrupted, always, rows);
  CHECK(fewest.size() == 1);
}

TEST_CASE("mutants: a seed comes out the same each time") {
  const std::atomic<bool> interrupted = false;
  const Setup setup = setup_of(2);
  const auto faults = draw_faults(setup);
  auto once = Fleet(setup, faults).run(interrupted);
  auto again = Fleet(setup, faults).run(interrupted);
  once.tally.client_bytes_max = again.tally.client_bytes_max = 0;  // the allocator rounds as it likes
  CHECK(describe(once.tally) == describe(again.tally));
  CHECK(once.tally.dispatches > 100);
}

TEST_CASE("mutants: a run in which nothing happened says what was missing") {
  CHECK(Tally{}.missing().size() > kKinds);
}

}  // namespace portcullis::simulation
