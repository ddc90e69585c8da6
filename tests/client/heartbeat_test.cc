// When the client beats, what a beat carries, and when silence means that the peer is gone.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

constexpr std::string_view kAck = R"({"op":11,"d":null,"s":null,"t":null})";
constexpr std::string_view kAskForBeat = R"({"op":1,"d":null,"s":null,"t":null})";

// Seeds far apart: the world's generator is linear, and neighbours would begin alike.
World world_of(std::uint32_t seed) { return World(plain_config(), {}, seed * 2'654'435'761u); }

// Lets time pass in small steps with every beat acknowledged, and notes when each was sent.
std::vector<std::int64_t> beats_of(World& world, Duration length) {
  std::vector<std::int64_t> at;
  const Instant start = world.now();
  const Instant end = start + length;
  world.take();
  while (world.now() < end && world.deadline()) {
    world.advance(std::min(*world.deadline() - world.now(), end - world.now()));
    for (std::size_t i = sent(world.take(), 1).size(); i > 0; --i) {
      at.push_back((world.now() - start).count());
      world.text(kAck);
    }
  }
  return at;
}

Duration first_beat_after(World& world, std::int64_t heartbeat_ms) {
  world.take();
  const Instant hello_at = world.now();
  world.text(hello(heartbeat_ms));
  while (sent(world.take(), 1).empty()) world.advance(*world.deadline() - world.now());
  return world.now() - hello_at;
}

TEST_CASE("GW-HB-1, GW-HB-3: the first beats are spread evenly over the interval") {
  constexpr int kSeeds = 4'000;
  for (const std::int64_t interval : {1'000, 41'250, 600'000}) {
    std::array<int, 10> tenths{};
    double sum = 0;
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
      World world = world_of(seed);
      reach_hello_wait(world);
      const auto after = first_beat_after(world, interval).count();
      REQUIRE(after >= 0);
      REQUIRE(after < interval);
      sum += static_cast<double>(after) / static_cast<double>(interval);
      ++tenths[static_cast<std::size_t>(after * 10 / interval)];
    }
    CAPTURE(interval);
    CHECK(sum / kSeeds == Approx(0.5).margin(0.02));  // more than four standard errors
    for (const int tenth : tenths) CHECK(tenth == Approx(kSeeds / 10).margin(90));
  }
}

TEST_CASE("GW-HB-2, GW-HB-10, GW-HB-11: beats are due a whole interval apart, neither more nor less") {
  for (const std::int64_t interval : {250, 1'000, 41'250, 45'000}) {
    World world;
    world.get_ready(interval);
    const auto beats = beats_of(world, Duration{20 * interval});
    REQUIRE(beats.size() == 20);
    for (std::size_t i = 1; i < beats.size(); ++i) CHECK(beats[i] - beats[i - 1] == interval);
  }
}

TEST_CASE("GW-HELLO-2: each connection beats at the interval of its own Hello") {
  World world;
  world.get_ready(41'250);
  world.lose();
  come_back(world, 5'000);
  world.text(resumed(2));
  const auto beats = beats_of(world, Duration{60'000});
  REQUIRE(beats.size() == 12);
  for (std::size_t i = 1; i < beats.size(); ++i) CHECK(beats[i] - beats[i - 1] == 5'000);
}

TEST_CASE("GW-HELLO-3: any positive interval is taken, however long") {
  for (const std::int64_t interval :
       {std::int64_t{1}, std::int64_t{2'147'483'648}, std::int64_t{9'007'199'254'740'993}}) {
    World world;
    reach_hello_wait(world);
    world.text(hello(interval));
    CHECK(world.asks() == 1);
  }
}

TEST_CASE("GW-HELLO-6: an interval that is none is an undecodable frame, and nothing is armed") {
  for (const std::string d :
       {R"({"heartbeat_interval":0})", R"({"heartbeat_interval":-1})", R"({"heartbeat_interval":"x"})", "{}", "null",
        R"({"heartbeat_interval":41250.5})", R"({"heartbeat_interval":null})", R"({"heartbeat_interval":1e999})"}) {
    CAPTURE(d);
    World world;
    reach_hello_wait(world);
    world.take();
    world.text(R"({"op":10,"d":)" + d + "}");
    const auto lines = world.take();
    CHECK(has(lines, "1> close 4902"));
    CHECK(world.asks() == 0);
    world.lose();
    CHECK(has(world.take(), "heartbeat interval is missing or not a positive integer, GW-HELLO-6"));
  }
}

TEST_CASE("GW-HB-4, OP-1: beats run from Hello on, while waiting to identify, for READY and for RESUMED") {
  World slot;
  reach_slot_wait(slot, 10'000);
  CHECK(beats_of(slot, Duration{100'000}).size() == 10);
  World identifying;
  reach_identifying(identifying, 10'000);
  CHECK(beats_of(identifying, Duration{50'000}).size() == 5);
  World resuming;
  reach_resuming(resuming, 10'000);
  CHECK(beats_of(resuming, Duration{50'000}).size() == 5);
}

TEST_CASE("GW-HB-5, GW-HB-6, GW-HB-8, INV-8: a beat carries the sequence of this moment, and null before the first") {
  World world;
  reach_slot_wait(world);
  CHECK(beat_value(lines_of(world, [&] { world.text(kAskForBeat); })) == "null");
  world.grant();
  CHECK(beat_value(lines_of(world, [&] { world.text(kAskForBeat); })) == "null");
  world.text(ready("session-one", 1));
  CHECK(beat_value(lines_of(world, [&] { world.text(kAskForBeat); })) == "1");
  world.text(dispatch("A", 17));
  CHECK(beat_value(lines_of(world, [&] { world.text(kAskForBeat); })) == "17");
  world.text(dispatch("A", 18));
  CHECK(beat_value(lines_of(world, [&] { world.advance(*world.deadline() - world.now()); })) == "18");
}

TEST_CASE("GW-HB-7, OP-6: on a resumed connection the beats begin with the sequence of the session") {
  World world;
  reach_resuming(world);
  CHECK(beat_value(lines_of(world, [&] { world.text(kAskForBeat); })) == "1");
}

TEST_CASE("GW-RES-13: after the session is lost the beats begin with null") {
  World world;
  world.get_ready();
  world.text(dispatch("A", 17));
  world.close(4009);
  world.lose();
  come_back(world);
  CHECK(beat_value(lines_of(world, [&] { world.text(kAskForBeat); })) == "null");
}

TEST_CASE("GW-HB-14 to GW-HB-17, LOCAL-12, OP-46: a beat due before the last was acknowledged ends a dead connection") {
  World world;
  world.get_ready(10'000);
  world.text(dispatch("A", 5));
  world.advance(*world.deadline() - world.now());
  world.take();
  world.advance(Duration{9'999});
  CHECK(world.take().empty());
  world.advance(Duration{1});
  const auto lines = world.take();
  CHECK(lines[0] == "1> close 4901");  // no second beat goes out
  CHECK(lines[1] == "hangup 1");       // and nobody waits for an answer
  CHECK(lines[2] == "! disconnected: zombie; resume in 0 ms");
  CHECK(sent(lines, 1).empty());
  come_back(world);
  CHECK(has(sent(world.take(), 6), R"("seq":5)"));
}

TEST_CASE("GW-HB-14: before the session is live a dead connection is noticed too") {
  World world;
  reach_slot_wait(world, 1'000);
  world.advance(Duration{2'500});
  CHECK(has(world.take(), "! disconnected: zombie; identify in 1"));
}

TEST_CASE("GW-HB-18, GW-HB-19, GW-HB-21, INV-7: a beat that is asked for is answered by one op 1 at once, whatever d") {
  for (const auto reach : {+[](World& w) { reach_hello_wait(w); }, +[](World& w) { reach_slot_wait(w); },
                           +[](World& w) { reach_identifying(w); }, +[](World& w) { w.get_ready(); },
                           +[](World& w) { reach_resuming(w); }})
    for (const std::string d : {"null", "251", R"("x")", "{}"}) {
      World world;
      reach(world);
      world.take();
      for (int i = 0; i < 3; ++i) world.text(R"({"op":1,"d":)" + d + "}");
      const auto lines = world.take();
      CHECK(sent(lines, 1).size() == 3);
      CHECK(sent(lines, 11).empty());
    }
}

TEST_CASE("GW-HB-23: a beat that is asked for leaves the schedule as it was") {
  World world;
  world.get_ready(10'000);
  const auto due = world.deadline();
  world.advance((*due - world.now()) / 2);
  world.text(kAskForBeat);
  CHECK(world.deadline() == due);
}

TEST_CASE("GW-HB-24, OP-7: a beat asked for just before the timer makes no zombie") {
  World world;
  world.get_ready(10'000);
  world.advance(*world.deadline() - world.now() - Duration{10});
  world.text(kAskForBeat);
  world.advance(Duration{10});
  world.advance(Duration{50});
  world.text(kAck);
  world.text(kAck);
  world.take();
  world.advance(Duration{9'950});
  const auto lines = world.take();
  CHECK(sent(lines, 1).size() == 1);
  CHECK_FALSE(has(lines, "close"));
}

TEST_CASE("GW-HB-24: the answer to a beat that was asked for does not stand in for a missing one of a dead peer") {
  World world;
  world.get_ready(10'000);
  world.text(kAskForBeat);
  world.text(kAck);
  world.advance(*world.deadline() - world.now());
  world.take();
  world.advance(Duration{10'000});
  CHECK(has(world.take(), "zombie"));
}

TEST_CASE("GW-HB-28: acknowledgements that nobody waits for do no harm, in any state") {
  for (const auto reach : {+[](World& w) { reach_hello_wait(w); }, +[](World& w) { reach_slot_wait(w); },
                           +[](World& w) { reach_identifying(w); }, +[](World& w) { w.get_ready(); },
                           +[](World& w) { reach_resuming(w); }}) {
    World world;
    reach(world);
    world.take();
    for (int i = 0; i < 20; ++i) world.text(kAck);
    CHECK(without_passing_waits(world.take()).size() == 1);
  }
}

TEST_CASE("GW-HB-14: an acknowledgement that comes with the tick wins over it") {
  World world;
  world.get_ready(10'000);
  world.advance(*world.deadline() - world.now());
  const Instant due = *world.deadline();
  const auto ack = server_text(kAck);
  world.take();
  world.ignores([&](Client& client) { client.received({world.link()}, ack, due); });
  world.advance(due - world.now());
  CHECK(world.client().state() == gateway::Machine::State::Ready);
  CHECK(world.deadline() == due + Duration{10'000});
  CHECK_FALSE(has(world.take(), "close"));
}

TEST_CASE("GW-HB-26: under a flood of commands every beat is on time") {
  for (const std::int64_t interval : {600, 5'000, 41'250}) {
    World world;
    world.get_ready(interval);
    for (int i = 0; i < 900; ++i) CHECK(world.send(voice_command()));
    const auto beats = beats_of(world, Duration{300'000});
    CHECK(beats.size() >= static_cast<std::size_t>(300'000 / interval));
    for (std::size_t i = 1; i < beats.size(); ++i) REQUIRE(beats[i] - beats[i - 1] == interval);
  }
}

TEST_CASE("GW-HB-27, INV-2: nothing is sent while the connection is closing") {
  World world;
  world.get_ready(1'000);
  world.text(R"({"op":7})");
  CHECK(has(world.take(), "1> close 4900"));
  world.text(kAskForBeat);
  world.text(hello(100));
  world.advance(Duration{4'999});
  CHECK_FALSE(has(world.take(), "1> "));
}

TEST_CASE("GW-HB-27: no beat outlives its connection") {
  World world;
  world.get_ready(41'250);
  world.advance(Duration{1'000});
  world.close(4000);
  world.lose();
  dial_again(world);
  world.take();
  world.opened();
  world.upgrade();
  world.advance(Duration{19'000});  // C2 delays its Hello
  CHECK(sent(world.take(), 1).empty());
  world.text(hello(5'000));
  world.text(resumed(2));
  const auto beats = beats_of(world, Duration{60'000});
  REQUIRE(beats.size() == 12);
  for (std::size_t i = 1; i < beats.size(); ++i) CHECK(beats[i] - beats[i - 1] == 5'000);
}

TEST_CASE("LOCAL-21: a caller who comes late sends one beat, and the next is due a whole interval after it") {
  World world;
  world.get_ready(10'000);
  const Instant due = *world.deadline();
  world.take();
  world.elapse_late(due - world.now() + Duration{45'000});
  CHECK(sent(world.take(), 1).size() == 1);
  CHECK(world.deadline() == world.now() + Duration{10'000});
  world.text(kAck);
  world.advance(Duration{10'000});
  CHECK(sent(world.take(), 1).size() == 1);
}

TEST_CASE("LOCAL-21: a caller who is a little late does not shift the schedule") {
  World world;
  world.get_ready(10'000);
  const Instant due = *world.deadline();
  world.elapse_late(due - world.now() + Duration{300});
  CHECK(world.deadline() == due + Duration{10'000});
}

TEST_CASE("GW-HB-13, OP-45: latency is measured from the oldest beat that is not yet acknowledged") {
  World world;
  world.get_ready(10'000);
  CHECK_FALSE(world.client().latency());
  world.advance(*world.deadline() - world.now());
  world.advance(Duration{80});
  world.text(kAck);
  CHECK(world.client().latency() == Duration{80});
  world.text(kAskForBeat);  // two beats on the way, then their two answers
  world.advance(Duration{30});
  world.text(kAskForBeat);
  world.advance(Duration{20});
  world.text(kAck);
  CHECK(world.client().latency() == Duration{50});
  world.advance(Duration{5});
  world.text(kAck);
  CHECK(world.client().latency() == Duration{25});
  world.text(kAck);
  CHECK(world.client().latency() == Duration{25});
}

TEST_CASE("OP-45: a beat without an answer does not spoil the latency of the next connection") {
  World world;
  world.get_ready(10'000);
  world.text(kAskForBeat);
  world.lose();
  come_back(world, 10'000);
  world.text(resumed(2));
  CHECK_FALSE(world.client().latency());
  world.advance(*world.deadline() - world.now());
  world.advance(Duration{7});
  world.text(kAck);
  CHECK(world.client().latency() == Duration{7});
}

}  // namespace
}  // namespace portcullis::tests
