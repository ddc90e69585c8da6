// Hours of virtual time with a gateway that never works, or works for a moment: how often the client comes.
#include <catch2/catch.hpp>
#include <functional>

#include "portcullis/core/gateway/identify_queue.h"
#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

constexpr Duration kHour{3'600'000};

struct Tally {
  int connections = 0;
  int identifies = 0;
  int resumes = 0;
};

// Serves each connection with `serve` until `length` is over. Turns to identify come from the queue that a user has.
class Storm {
 public:
  explicit Storm(std::uint32_t seed = 1) : world_(plain_config(), {}, seed), queue_({0}, [] { return 0u; }) {
    world_.on_sent = [this](std::string_view text) {
      if (world_.now() >= end_) return;
      tally_.identifies += text.starts_with("{\"op\":2,");
      tally_.resumes += text.starts_with("{\"op\":6,");
    };
    (void)world_.start();
  }

  World& world() { return world_; }

  Tally run(Duration length, const std::function<void(Storm&)>& serve) {
    tally_ = {};
    end_ = world_.now() + length;
    while (world_.now() < end_) {
      world_.take();
      if (world_.has_link()) {
        ++tally_.connections;
        serve(*this);
        if (world_.has_link()) world_.lose();
      } else if (*world_.deadline() >= end_) {
        world_.advance(end_ - world_.now());
      } else {
        world_.advance(*world_.deadline() - world_.now());
      }
    }
    return tally_;
  }

  void accept() {
    world_.opened();
    world_.upgrade();
  }

  // Waits for the turn, beats acknowledged; false when the connection ended before it came.
  bool identify() {
    queue_.ask(0);
    const std::uint64_t link = world_.link();
    while (!queue_.granted(world_.now())) {
      world_.advance(Duration{100});
      world_.text(R"({"op":11})");
      if (world_.link() != link) return false;
    }
    world_.grant();
    return true;
  }

  // A session, new or resumed, that lives for this long.
  void live(Duration length) {
    accept();
    const auto before = tally_.resumes;
    world_.text(hello(41'250));
    if (tally_.resumes > before)
      world_.text(resumed(2));
    else if (identify())
      world_.text(ready("session-one"));
    world_.advance(length);
  }

 private:
  World world_;
  gateway::IdentifyQueue queue_;
  Instant end_ = Instant::max();
  Tally tally_;
};

TEST_CASE("GW-CONN-9, LOCAL-2: a gateway that closes after Hello sees less than 120 connections an hour") {
  Storm storm;  // scenario J1
  const auto tally = storm.run(24 * kHour, [](Storm& s) {
    s.accept();
    s.world().text(hello(41'250));
    s.world().advance(Duration{500});
    s.world().close(1000);
  });
  CHECK(tally.connections < 24 * 60);
  CHECK(tally.connections > 24 * 35);  // nor does it give up
  CHECK(tally.identifies == 0);
}

TEST_CASE("GW-CONN-9, LOCAL-2: a gateway that closes at once sees less than 120 connections an hour") {
  Storm storm;  // scenario J2
  const auto tally = storm.run(kHour, [](Storm& s) {
    s.accept();
    s.world().close(std::nullopt);
  });
  CHECK(tally.connections < 60);
}

TEST_CASE("GW-DISC-8, LOCAL-1: after an hour of refusals the client is back within two minutes") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    Storm storm(seed);  // scenario J3
    const auto tally = storm.run(kHour, [](Storm& s) { s.world().lose(); });
    CHECK(tally.connections < 70);
    const Instant fine_at = storm.world().now();
    dial_again(storm.world());
    CHECK(storm.world().now() - fine_at < Duration{120'000});
  }
}

TEST_CASE("LOCAL-2, GW-RES-19: a session that lives for a second each time is resumed at a falling rate") {
  Storm storm;  // scenario J4
  const auto tally = storm.run(24 * kHour, [](Storm& s) {
    s.live(Duration{1'000});
    s.world().close(4000);
  });
  CHECK(tally.identifies == 1);
  CHECK(tally.connections < 24 * 60);
}

TEST_CASE("LOCAL-2, GW-IDL-4: sessions that are ended after a second stay within a day's identifies", "[slow]") {
  Storm storm;  // scenario J4, where the gateway wants a new session each time
  const auto tally = storm.run(24 * kHour, [](Storm& s) {
    s.live(Duration{1'000});
    s.world().close(4009);
  });
  CHECK(tally.identifies <= 1'000);
  CHECK(tally.identifies > 900);
}

TEST_CASE("GW-IDL-4, GW-ID-18, LOCAL-10: identifies that are refused stay within a day's number", "[slow]") {
  Storm storm;  // scenario E2
  const auto tally = storm.run(24 * kHour, [](Storm& s) {
    s.accept();
    s.world().text(hello(41'250));
    if (!s.identify()) return;
    s.world().text(R"({"op":9,"d":false})");
  });
  CHECK(tally.identifies <= 1'000);
}

TEST_CASE("LOCAL-2: a gateway that drops a session each two minutes is met without delay each time") {
  Storm storm;
  const auto tally = storm.run(kHour, [](Storm& s) {
    s.accept();
    const bool first = !s.world().client().session();
    s.world().text(hello(41'250));
    if (first) (void)s.identify();
    s.world().text(first ? ready("session-one") : resumed(2));
    for (int i = 0; i < 12; ++i) {
      s.world().advance(Duration{10'000});
      s.world().text(R"({"op":11})");
    }
    s.world().lose();
    CHECK(delay_ms(s.world().take()) == 0);
  });
  CHECK(tally.connections >= 29);
}

}  // namespace
}  // namespace portcullis::tests
