// The limits of commands, and of what a session waits for.
#include <catch2/catch.hpp>
#include <string>

#include "portcullis/tests/client/talk.h"
#include "tests/client/allocations.h"
#include "tests/limits/with.h"

namespace portcullis::tests {
namespace {

/// What a client that dials says to the last of so many commands, and the allocations that this one led to.
struct Sent {
  Status status;
  std::size_t count;
  std::size_t largest;
};

Sent sent_last(const Limits& limits, const gateway::Command& command, int times, encoding::Encoding encoding = {}) {
  Config config = plain_config();
  config.encoding = encoding;
  Workspace workspace;
  Client client(
      std::move(config), limits, [] { return 1u; }, workspace);
  REQUIRE(bool(client.start(Instant{})));
  while (!std::holds_alternative<Wait>(client.poll())) continue;
  for (int i = 1; i < times; ++i) REQUIRE(bool(client.send(command, Instant{})));
  const CountAllocations on;
  const std::size_t before = allocations();
  const Status status = client.send(command, Instant{});
  return {status, allocations() - before, largest_bytes()};
}

TEST_CASE("GW-RATE-6: commands_waiting_max lets so many commands wait, and refuses one more") {
  CHECK(bool(sent_last(with(&Limits::commands_waiting_max, 3), voice_command(), 3).status));
  const auto [status, count, largest] = sent_last(with(&Limits::commands_waiting_max, 3), voice_command(), 4);
  REQUIRE_FALSE(bool(status));
  CHECK(status.error() == Error{Errc::CommandQueueFull, Blame::Limit, 3, req::GW_RATE_6});
  CHECK(count == 0);
}

gateway::Command presence(std::size_t name_bytes) {
  gateway::UpdatePresence update;
  update.activities.push_back({.name = std::string(name_bytes, 'x'), .url = std::nullopt, .state = std::nullopt});
  return update;
}

TEST_CASE("GW-SIZE-1, GW-ETF-18: command_bytes_max lets a command of that size pass, and none of one byte more") {
  for (const auto encoding : {encoding::Encoding::Json, encoding::Encoding::Etf}) {
    const Limits limits = with(&Limits::command_bytes_max, 1'000);
    std::size_t name = 500;
    while (sent_last(limits, presence(name + 1), 1, encoding).status) ++name;
    const auto [status, count, largest] = sent_last(limits, presence(name + 1), 1, encoding);
    REQUIRE_FALSE(bool(status));
    CHECK(status.error().code == Errc::CommandTooLarge);
    CHECK(status.error().req == (encoding == encoding::Encoding::Json ? req::GW_SIZE_1 : req::GW_ETF_18));
    CHECK(sent_last(limits, presence(1'000'000), 1, encoding).largest < 2 * 1'000);

    Config config = plain_config();
    config.encoding = encoding;
    World world(std::move(config), limits);
    world.get_ready();
    std::size_t bytes = 0;
    world.on_output = [&](const Output& output) {
      if (const auto* transmit = std::get_if<Transmit>(&output)) bytes = transmit->bytes.size();
    };
    REQUIRE(bool(world.send(presence(name))));
    CHECK(bytes == 8 + 1'000);  // the head of a masked frame, and the command
  }
}

TEST_CASE("GW-CONN-10: hello_timeout lets Hello take that long from the dial, and closes then") {
  const Limits limits = with(&Limits::hello_timeout, Duration{3'000});
  World good(plain_config(), limits);
  reach_hello_wait(good);
  good.advance(Duration{2'999});
  good.text(hello(41'250));
  good.advance(Duration{1});
  CHECK_FALSE(has(good.take(), "close"));

  World bad(plain_config(), limits);
  reach_hello_wait(bad);
  bad.advance(Duration{2'999});
  CHECK_FALSE(has(bad.take(), "close"));
  bad.advance(Duration{1});
  CHECK(has(bad.take(), "1> close 4903"));
  bad.lose();
  CHECK(has(bad.take(), "! disconnected: no hello"));
}

TEST_CASE("GW-ID-19: ready_timeout lets READY take that long from Identify, and closes then") {
  const Limits limits = with(&Limits::ready_timeout, Duration{3'000});
  World good(plain_config(), limits);
  reach_identifying(good, 60'000'000);
  good.advance(Duration{2'999});
  good.text(ready("a"));
  good.advance(Duration{1});
  CHECK_FALSE(has(good.take(), "close"));

  World bad(plain_config(), limits);
  reach_identifying(bad, 60'000'000);
  bad.advance(Duration{2'999});
  CHECK_FALSE(has(bad.take(), "close"));
  bad.advance(Duration{1});
  CHECK(has(bad.take(), "1> close 4903"));
  bad.lose();
  CHECK(has(bad.take(), "! disconnected: no ready"));
}

TEST_CASE("GW-ID-19: ready_timeout runs anew with each replayed event") {
  World world(plain_config(), with(&Limits::ready_timeout, Duration{3'000}));
  reach_resuming(world, 60'000'000);
  world.take();
  for (const std::int64_t s : {2, 3}) {
    world.advance(Duration{2'999});
    world.text(dispatch("A", s));
  }
  world.advance(Duration{2'999});
  CHECK_FALSE(has(world.take(), "close"));
  world.advance(Duration{1});
  CHECK(has(world.take(), "2> close 4903"));
}

}  // namespace
}  // namespace portcullis::tests
