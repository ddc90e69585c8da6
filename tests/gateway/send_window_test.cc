#include "portcullis/core/gateway/send_window.h"

#include <deque>

#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using namespace gateway;

Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }

std::size_t fill(SendWindow& window, SendClass what, Instant now) {
  std::size_t sent = 0;
  for (; window.room(what, now); ++sent) window.note(now);
  return sent;
}

TEST_CASE("LOCAL-6: commands leave room for the beats of the interval and five more", "[gw]") {
  struct Row {
    std::int64_t interval_ms;
    std::size_t commands;
  };
  for (const Row row : {Row{41'250, 112}, Row{60'000, 113}, Row{60'001, 113}, Row{30'000, 112}, Row{1'200, 64},
                        Row{1'100, 59}, Row{1'000, 55}, Row{100, 55}, Row{0, 55}, Row{-1, 55}, Row{600'000, 113}}) {
    CAPTURE(row.interval_ms);
    SendWindow window;
    window.set_interval(Duration{row.interval_ms});
    CHECK(fill(window, SendClass::UserCommand, at(5)) == row.commands);
    CHECK(fill(window, SendClass::AskedBeat, at(5)) == 5);
    CHECK(window.room(SendClass::PeriodicBeat, at(5)));
    CHECK(window.room(SendClass::Handshake, at(5)));
  }
}

TEST_CASE("GW-RATE-5: before Hello the largest reserve stands", "[gw]") {
  SendWindow window;
  CHECK(fill(window, SendClass::AskedBeat, at(0)) == 60);
}

TEST_CASE("GW-RATE-1: a send counts for 60 s", "[gw]") {
  SendWindow window;
  window.set_interval(Duration{41'250});
  for (std::int64_t ms = 0; ms < 112; ++ms) window.note(at(ms));
  CHECK(window.next_room(SendClass::UserCommand, at(200)) == at(60'000));
  CHECK_FALSE(window.room(SendClass::UserCommand, at(59'999)));
  CHECK(window.room(SendClass::UserCommand, at(60'000)));
  window.note(at(60'000));
  CHECK(window.next_room(SendClass::UserCommand, at(60'000)) == at(60'001));
}

TEST_CASE("GW-RATE-2: beats and handshakes count, and push commands back", "[gw]") {
  SendWindow window;
  window.set_interval(Duration{41'250});
  for (std::int64_t ms = 0; ms < 115; ++ms) window.note(at(ms));
  // 112 are the most for commands, so four have to leave.
  CHECK(window.next_room(SendClass::UserCommand, at(200)) == at(60'003));
  CHECK(window.room(SendClass::AskedBeat, at(200)));
}

TEST_CASE("GW-RATE-1: more beats than 120 a minute leave the window sound", "[gw]") {
  SendWindow window;
  window.set_interval(Duration{100});
  for (std::int64_t ms = 0; ms <= 200'000; ms += 100) window.note(at(ms));
  // 120 are remembered, the oldest from 188,100 ms; 66 have to leave until 54 are left.
  CHECK(window.next_room(SendClass::UserCommand, at(200'000)) == at(188'100 + 65 * 100 + 60'000));
  CHECK(window.room(SendClass::PeriodicBeat, at(200'000)));
}

TEST_CASE("GW-RATE-4: a new connection starts afresh", "[gw]") {
  SendWindow window;
  window.set_interval(Duration{41'250});
  fill(window, SendClass::UserCommand, at(0));
  window.reset();
  window.set_interval(Duration{41'250});
  CHECK(fill(window, SendClass::UserCommand, at(1)) == 112);
}

TEST_CASE("GW-RATE-1: the clock may stand anywhere, beyond 32 bits too", "[gw]") {
  for (const std::int64_t start : {std::int64_t{0}, std::int64_t{4'294'967'295}, std::int64_t{4'294'967'296} * 1'000}) {
    CAPTURE(start);
    SendWindow window;
    window.set_interval(Duration{41'250});
    CHECK(fill(window, SendClass::UserCommand, at(start)) == 112);
    CHECK(window.next_room(SendClass::UserCommand, at(start + 1)) == at(start + 60'000));
    CHECK(fill(window, SendClass::UserCommand, at(start + 60'000)) == 112);
  }
}

TEST_CASE("GW-RATE-1: a window is small", "[gw]") { CHECK(sizeof(SendWindow) <= 500); }

// What the wire would show: every send, and the most of them in any 60 s.
class Wire {
 public:
  void send(SendWindow& window, Instant now) {
    window.note(now);
    sent_.push_back(now);
    while (now - sent_.front() >= Duration{60'000}) sent_.pop_front();
    most_ = std::max(most_, sent_.size());
  }
  std::size_t most() const { return most_; }

 private:
  std::deque<Instant> sent_;
  std::size_t most_ = 0;
};

TEST_CASE("INV-12: no 60 s see more than 120 sends, whatever is asked for and whenever", "[gw][property]") {
  check_always("the window holds at any heartbeat interval from 1,100 ms on", [] {
    const auto interval = Duration{*rc::gen::weightedOneOf<std::int64_t>(
        {{3, rc::gen::inRange<std::int64_t>(1'100, 3'000)}, {1, rc::gen::inRange<std::int64_t>(1'100, 120'000)}})};
    SendWindow window;
    Wire wire;
    Instant now = at(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
    if (*rc::gen::arbitrary<bool>()) {  // a peer that asks for beats before its Hello
      const auto before_hello = *rc::gen::inRange<std::size_t>(0, 80);
      for (std::size_t i = 0; i < before_hello; ++i)
        if (window.room(SendClass::AskedBeat, now)) wire.send(window, now);
    }
    window.set_interval(interval);
    wire.send(window, now);  // the handshake
    Instant beat_at = now + Duration{*rc::gen::inRange<std::int64_t>(0, interval.count())};
    const auto steps = *rc::gen::container<std::vector<std::pair<int, bool>>>(
        20, rc::gen::pair(rc::gen::inRange(0, 20'000), rc::gen::arbitrary<bool>()));
    for (const auto& [wait_ms, asks] : steps) {
      const Instant until = now + Duration{wait_ms};
      for (; beat_at <= until; beat_at += interval) wire.send(window, beat_at);
      now = until;
      const SendClass what = asks ? SendClass::AskedBeat : SendClass::UserCommand;
      for (int i = 0; i < 130 && window.room(what, now); ++i) wire.send(window, now);
    }
    RC_ASSERT(wire.most() <= 120u);
  });
}

TEST_CASE("GW-RATE-6: the moment that is named is the first with room", "[gw][property]") {
  check_always("one millisecond before next_room there is none", [] {
    SendWindow window;
    window.set_interval(Duration{*rc::gen::inRange<std::int64_t>(500, 100'000)});
    Instant now = at(0);
    const auto waits = *rc::gen::container<std::vector<int>>(150, rc::gen::inRange(0, 700));
    for (const int wait_ms : waits) window.note(now += Duration{wait_ms});
    for (const SendClass what : {SendClass::UserCommand, SendClass::AskedBeat}) {
      const Instant next = window.next_room(what, now);
      SendWindow before = window;
      RC_ASSERT(next == now || !before.room(what, next - Duration{1}));
      SendWindow then = window;
      RC_ASSERT(then.room(what, next));
    }
  });
}

}  // namespace
}  // namespace portcullis::tests
