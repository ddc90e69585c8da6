// `portcullis mock` as a process of its own, which the machine may keep from running.
#include <signal.h>
#include <time.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "portcullis/tests/cli/program.h"
#include "portcullis/tests/mock/wire.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;

const json kBeat{{"op", 1}, {"d", nullptr}};

auto acknowledged(std::size_t beats) {
  return [beats](const mock::GatewayClient& seen) { return seen.with_op(11).size() == beats; };
}

void sleep_ms(long ms) {
  const timespec time{ms / 1'000, ms % 1'000 * 1'000'000};
  ::nanosleep(&time, nullptr);
}

TEST_CASE("GW-HB-25: a mock that was kept from running reads the beats that came meanwhile before it misses them",
          "[cli]") {
  Mock mock({"--heartbeat-ms", "1000"});
  mock::WiredClient client(mock.gateway_url());
  REQUIRE(client.until([](const mock::GatewayClient& seen) { return !seen.with_op(10).empty(); }));
  for (std::size_t beats = 1; beats <= 3; ++beats) {
    mock.program().signal(SIGSTOP);
    sleep_ms(100);  // until it stands still
    client.send(kBeat);
    sleep_ms(2'000);  // longer than a beat may be late
    mock.program().signal(SIGCONT);
    CHECK(client.until(acknowledged(beats)));
    CHECK_FALSE(client.seen().close_code());
  }
}

}  // namespace
}  // namespace portcullis::tests
