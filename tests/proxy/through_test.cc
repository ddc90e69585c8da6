// The driver through the proxy to the mock: what comes out is what went in, but for the faults.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "portcullis/core/websocket/url.h"
#include "portcullis/oracle/proxy/head.h"
#include "portcullis/tests/proxy/rig.h"

namespace portcullis::tests {
namespace {

std::size_t delivered(const Recorder::Told& told) {
  std::size_t count = 0;
  for (const auto& session : told.sessions) count += session.size();
  return count;
}

bool has_many(const Recorder::Told& told) { return delivered(told) >= 150; }

/// Whether nothing that went over a link was changed, but Host; what the client had no time to take may be missing.
void check_same(const Seen& below, const Seen& above, const std::string& host) {
  CHECK(proxy::with_host(below.up, host) == above.up);
  CHECK(above.down.starts_with(below.down));
  CHECK(below.down.size() > 129);
}

TEST_CASE("interop: no byte of a link differs on the two sides of a proxy, over ws and wss") {
  const bool tls_below = GENERATE(false, true), tls_above = GENERATE(false, true);
  Rig rig({tls_below, tls_above});
  const std::string host = websocket::parse_url(rig.mock().gateway_url())->host_field();
  rig.start();
  REQUIRE(rig.told().wait_for(0, has_many));
  rig.mock().with_peer([](mock::Peer& peer, Instant now) { peer.say({}, {}, mock::SayReconnect{}, now); });
  REQUIRE(rig.told().wait_for(0, [](const auto& told) { return told.resumed == 1; }));
  REQUIRE(rig.told().wait_for(0, [](const auto& told) { return delivered(told) >= 250; }));
  CHECK(rig.told().told(0).nothing_lost());
  rig.stop();
  const auto below = rig.below(), above = rig.above();
  REQUIRE(below.size() == 2);
  REQUIRE(above.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) check_same(below[i], above[i], host);
  CHECK(rig.troubles().empty());
  CHECK(rig.struck().empty());
}

struct Harm {
  std::string fault;
  bool loses_link;
};

TEST_CASE("interop: the driver loses nothing where a proxy drops, closes, corrupts, stalls and delays its links") {
  const Harm harm = GENERATE(Harm{"drop after=3000", true}, Harm{"drop after=3000 how=reset", true},
                             Harm{"drop after=150 dir=up", true}, Harm{"close after=3000 code=4000 reason=why", true},
                             Harm{"corrupt after=3000 bytes=8", true}, Harm{"stall after=3000 ms=400", false},
                             Harm{"delay after=3000 ms=40 bytes=20000", false});
  const bool tls = GENERATE(false, true);
  INFO(harm.fault << (tls ? " with TLS" : ""));
  Rig rig({tls, tls, {harm.fault}});
  rig.start();
  if (harm.loses_link) REQUIRE(rig.told().wait_for(0, [](const auto& told) { return !told.disconnects.empty(); }));
  REQUIRE(rig.told().wait_for(
      0, [&](const auto& told) { return has_many(told) && told.connected >= (harm.loses_link ? 2U : 1U); }));
  CHECK(rig.told().told(0).nothing_lost());
  rig.stop();
  REQUIRE(rig.struck().size() == 1);
  CHECK(rig.struck()[0].starts_with(harm.fault.substr(0, harm.fault.find(' '))));
  const Seen below = rig.below()[0], above = rig.above()[0];
  if (!harm.loses_link) CHECK(above.down.starts_with(below.down));
  if (harm.fault.starts_with("drop after=3000")) {
    CHECK(behind_head(below.down).size() == 3000);
    CHECK(above.down.starts_with(below.down));
  }
  if (harm.fault.ends_with("dir=up")) CHECK(behind_head(above.up) == behind_head(below.up).substr(0, 150));
  if (harm.fault.starts_with("close")) {
    CHECK(below.down.ends_with(std::string("\x88\x05\x0f\xa0why", 7)));
    CHECK(above.down.starts_with(below.down.substr(0, below.down.size() - 7)));
    CHECK(rig.told().told(0).disconnects[0].close_code == 4000);
  }
  if (harm.fault.starts_with("corrupt")) {
    const std::string good = behind_head(above.down), bad = behind_head(below.down);
    REQUIRE(bad.size() > 3000);
    CHECK(good.substr(0, 3000) == bad.substr(0, 3000));
    CHECK(static_cast<char>(~good[3000]) == bad[3000]);
  }
}

TEST_CASE("interop: a proxy whose upstream dies ends the client's link, answers the next with 502, and goes on") {
  Rig rig({});
  rig.start();
  REQUIRE(rig.told().wait_for(0, has_many));
  rig.kill_upstream();
  // The first link after it may still have come as far as the dying one's queue.
  REQUIRE(rig.told().wait_for(0, [](const auto& told) { return told.disconnects.size() >= 3; }));
  const auto below = rig.below();
  REQUIRE(below.size() >= 3);
  CHECK(below[2].down.starts_with("HTTP/1.1 502 "));
  REQUIRE_FALSE(rig.troubles().empty());
  CHECK(rig.troubles().back().starts_with("the upstream cannot be reached: 127.0.0.1:"));
  rig.stop();
}

}  // namespace
}  // namespace portcullis::tests
