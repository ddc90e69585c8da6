// How a connection ends that the client leaves: asked by the server, refused by it, or stopped by the caller.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <functional>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

using gateway::Leaving;
using Reach = void (*)(World&);

constexpr std::string_view kReconnect = R"({"op":7,"d":null})";
constexpr std::string_view kMayResume = R"({"op":9,"d":true})";
constexpr std::string_view kIsOver = R"({"op":9,"d":false})";

void reach_hello(World& world) { reach_hello_wait(world); }
void reach_slot(World& world) { reach_slot_wait(world); }
void reach_handshake(World& world) { reach_identifying(world); }
void reach_ready(World& world) { world.get_ready(); }
void reach_replay(World& world) { reach_resuming(world); }
void reach_hello_again(World& world) {
  world.get_ready();
  world.lose();
  dial_again(world);
  world.opened();
  world.upgrade();
}

struct Place {
  Reach reach;
  bool has_session;
};
constexpr std::array<Place, 6> kPlaces{{{reach_hello, false},
                                        {reach_slot, false},
                                        {reach_handshake, false},
                                        {reach_hello_again, true},
                                        {reach_replay, true},
                                        {reach_ready, true}}};

bool resumes_next(World& world) {
  world.take();
  come_back(world);
  const auto lines = world.take();
  const bool resumes = !sent(lines, 6).empty();
  CHECK(has(lines, "ask identify") != resumes);
  CHECK(world.dialled().starts_with(resumes ? "wss://resume.example:" : "wss://gateway.example:"));
  return resumes;
}

TEST_CASE("GW-RECON-1, GW-RECON-2, GW-RECON-3, GW-RECON-5, GW-RECON-6: op 7 is followed in every state, whatever d") {
  for (const auto& [reach, has_session] : kPlaces)
    for (const std::string_view text :
         {kReconnect, std::string_view(R"({"op":7})"), std::string_view(R"({"op":7,"d":1234})")}) {
      World world;
      reach(world);
      world.take();
      world.text(text);
      CHECK(has(world.take(), "> close 4900"));
      world.close(4900);
      world.lose();
      const auto lines = world.take();
      CHECK(has(lines, "! disconnected: asked to reconnect"));
      CHECK(delay_ms(lines) < 5'000);
      CHECK(resumes_next(world) == has_session);
    }
}

TEST_CASE("GW-RECON-1: the first op 7 of a live session costs no time") {
  World world;  // scenario G1
  world.get_ready();
  world.advance(Duration{20'000});
  world.text(kReconnect);
  world.text(kReconnect);  // G4
  world.take();
  world.close(1000);
  world.lose();
  const auto lines = world.take();
  CHECK(count(lines, "! disconnected") == 1);
  CHECK(delay_ms(lines) == 0);
  CHECK(resumes_next(world));
}

TEST_CASE("GW-RECON-1, LOCAL-29: op 7 soon after a loss costs no time either, but one after the other does") {
  World world;
  world.get_ready();
  world.lose();
  resumes_next(world);
  for (const bool at_once : {true, false}) {
    world.text(resumed(2));
    world.text(kReconnect);
    world.close(4900);
    world.lose();
    const auto lines = world.take();
    CHECK((delay_ms(lines) == 0) == at_once);
    CHECK(resumes_next(world));
  }
}

TEST_CASE("GW-RECON-4, GW-RECON-9, WS-CL-15: a server that does not close is left after 5 s") {
  World world;
  world.get_ready();
  world.text(kReconnect);
  world.take();
  world.advance(Duration{4'999});
  CHECK_FALSE(has(world.take(), "hangup"));
  world.advance(Duration{1});
  const auto lines = world.take();
  CHECK(has(lines, "hangup 1"));
  CHECK(has(lines, "dial 2 wss://resume.example"));
}

TEST_CASE("LOCAL-9, GW-RECON-8: what is dispatched while our Close is under way is delivered and counts") {
  World world;
  world.get_ready();
  world.text(kReconnect);
  world.take();
  world.text(dispatch("LATE", 60));
  CHECK(has(world.take(), "! LATE s=60 {}"));
  world.lose();
  come_back(world);
  CHECK(has(sent(world.take(), 6), R"("seq":60)"));
}

TEST_CASE("LOCAL-9: READY and RESUMED while our Close is under way make nothing live") {
  World world;
  reach_identifying(world);
  world.text(kReconnect);
  world.take();
  world.text(ready("late"));
  CHECK(has(world.take(), "! READY s=1 out of place"));
  CHECK_FALSE(world.client().session());
  world.lose();
  CHECK_FALSE(resumes_next(world));
}

TEST_CASE("LOCAL-16, WS-CL-11: once both have closed, the transport has a second to end") {
  World world;
  world.get_ready();
  world.text(kReconnect);
  world.close(4900);
  world.take();
  world.advance(Duration{999});
  CHECK_FALSE(has(world.take(), "hangup"));
  world.advance(Duration{1});
  CHECK(has(world.take(), "hangup 1"));
}

TEST_CASE("GW-INV-2, GW-INV-3, GW-INV-11, GW-INV-14, GW-INV-15, OP-40: op 9 true resumes what there is to resume") {
  for (const auto& [reach, has_session] : kPlaces) {
    World world;
    reach(world);
    world.take();
    world.text(kMayResume);
    CHECK(has(world.take(), has_session ? "> close 4905" : "> close 1000"));
    world.lose();
    const auto lines = world.take();
    CHECK(has(lines, "! disconnected: invalid session"));
    CHECK(delay_ms(lines) >= 1'000);
    CHECK(resumes_next(world) == has_session);
  }
}

TEST_CASE("GW-INV-4, GW-INV-5, GW-INV-10, INV-11: op 9 with anything but true ends the session, in every state") {
  for (const auto& place : kPlaces)
    for (const std::string_view text :
         {kIsOver, std::string_view(R"({"op":9})"), std::string_view(R"({"op":9,"d":null})"),
          std::string_view(R"({"op":9,"d":0})"), std::string_view(R"({"op":9,"d":1})"),
          std::string_view(R"({"op":9,"d":"true"})"), std::string_view(R"({"op":9,"d":[]})")}) {
      World world;
      place.reach(world);
      world.take();
      world.text(text);
      CHECK(has(world.take(), "> close 1000"));
      CHECK_FALSE(world.client().session());
      world.lose();
      CHECK(delay_ms(world.take()) >= 1'000);
      CHECK_FALSE(resumes_next(world));
    }
}

TEST_CASE("GW-INV-6, LOCAL-10, OP-5: the wait after op 9 is 1 to 5 s at random, or the back-off where that is longer") {
  std::array<int, 4> seconds{};
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    World world(plain_config(), {}, seed * 2'654'435'761u);
    world.get_ready();
    world.text(kMayResume);
    world.lose();
    const auto delay = delay_ms(world.take());
    REQUIRE(delay >= 1'000);
    REQUIRE(delay < 5'000);
    ++seconds[static_cast<std::size_t>(delay / 1'000 - 1)];
  }
  for (const int each : seconds) CHECK(each == Approx(100).margin(45));
}

TEST_CASE("GW-INV-7, LOCAL-10: refused identifies are answered with ever longer waits") {
  World world;  // scenario H8
  (void)world.start();
  std::int64_t longest = 0;
  for (int n = 0; n < 200; ++n) {
    come_back(world);
    world.grant();
    world.text(kIsOver);
    world.take();
    world.close(1000);
    world.lose();
    const auto delay = delay_ms(world.take());
    CHECK(delay >= (n < 6 ? 1'000 << n : 60'000));
    longest = std::max(longest, delay);
  }
  CHECK(longest > 80'000);
}

TEST_CASE("GW-INV-8, GW-INV-9: after op 9 nothing is sent until the session is live again") {
  World world;
  world.get_ready();
  world.take();
  world.text(kMayResume);
  CHECK(world.send(voice_command()));
  world.text(R"({"op":1})");
  const auto lines = world.take();
  CHECK(has(lines, "1> close 4905"));
  CHECK_FALSE(has(lines, "1> {"));
  world.lose();
  come_back(world);
  CHECK(sent(world.take(), 4).empty());
  world.text(resumed(2));
  CHECK(sent(world.take(), 4).size() == 1);
}

TEST_CASE(
    "GW-INV-4, GW-INV-6, LOCAL-10: op 9 false behind our Close ends the session and asks for the wait all the same") {
  World world;
  world.get_ready();
  world.text(kReconnect);
  world.text(kIsOver);
  world.take();
  world.lose();
  const auto lines = world.take();
  CHECK(has(lines, "; identify in "));
  CHECK(delay_ms(lines) >= 1'000);
}

TEST_CASE("GW-DISC-3, GW-DISC-6, GW-DISC-7, LOCAL-5: our close codes are private ones, and none means something else") {
  const auto code_of = [](Reach reach, const std::function<void(World&)>& act) {
    World world;
    std::uint16_t code = 0;
    world.on_close_sent = [&code](std::uint16_t sent_code) { code = sent_code; };
    reach(world);
    act(world);
    return code;
  };
  CHECK(code_of(reach_ready, [](World& w) { w.text(kReconnect); }) == 4900);
  CHECK(code_of(reach_ready, [](World& w) { w.reconnect(); }) == 4900);
  CHECK(code_of(reach_ready, [](World& w) { w.advance(Duration{90'000}); }) == 4901);
  CHECK(code_of(reach_ready, [](World& w) { w.text("x"); }) == 4902);
  CHECK(code_of(reach_hello, [](World& w) { w.advance(Duration{20'000}); }) == 4903);
  CHECK(code_of(reach_ready, [](World& w) { w.text(R"({"op":9,"d":true})"); }) == 4905);
  CHECK(code_of(reach_ready, [](World& w) { w.stop(Leaving::Keep); }) == 4906);
  CHECK(code_of(reach_ready, [](World& w) { w.stop(Leaving::End); }) == 1000);
}

TEST_CASE("GW-DISC-4, GW-DISC-8: stopping for good closes with 1000 and comes to rest within 5 s, in every state") {
  for (const auto& place : kPlaces) {
    World world;  // scenario M1
    place.reach(world);
    world.take();
    world.stop(Leaving::End);
    CHECK(has(world.take(), "> close 1000"));
    world.advance(Duration{5'000});
    CHECK(has(world.take(), "finished: ended"));
    CHECK_FALSE(world.client().session());
    CHECK_FALSE(world.deadline());
    world.advance(Duration{3'600'000});
    CHECK(world.take().empty());
  }
}

TEST_CASE("GW-DISC-3, GW-RES-24: stopping to go on later closes with a private code and keeps the session") {
  for (const auto& [reach, has_session] : kPlaces) {
    World world;
    reach(world);
    world.take();
    world.stop(Leaving::Keep);
    CHECK(has(world.take(), "> close 4906"));
    world.close(4906);
    world.lose();
    CHECK(has(world.take(), "finished: kept"));
    CHECK(world.client().session().has_value() == has_session);
    (void)world.start();
    CHECK(resumes_next(world) == has_session);
  }
}

TEST_CASE("GW-DISC-8: stop works while dialling and while waiting to dial") {
  for (const auto how : {Leaving::End, Leaving::Keep}) {  // scenario K3
    World dialling;
    (void)dialling.start();
    dialling.take();
    dialling.stop(how);
    const auto lines = dialling.take();
    CHECK(has(lines, "hangup 1"));
    CHECK(has(lines, how == Leaving::End ? "finished: ended" : "finished: kept"));
    World waiting;
    (void)waiting.start();
    waiting.lose();
    waiting.stop(how);
    CHECK(has(waiting.take(), "finished: "));
    CHECK_FALSE(waiting.deadline());
  }
}

TEST_CASE("GW-DISC-8: the caller can change their mind while the connection is closing") {
  World world;
  world.get_ready();
  world.stop(Leaving::Keep);
  (void)world.start();
  world.take();
  world.lose();
  CHECK(delay_ms(world.take()) == 0);
  CHECK(resumes_next(world));
  world.text(resumed(2));
  world.reconnect();
  world.stop(Leaving::End);
  world.lose();
  CHECK(has(world.take(), "finished: ended"));
}

TEST_CASE("GW-DISC-5, INV-1: starting twice makes no second connection") {
  for (const auto& place : kPlaces) {
    World world;  // scenario K4
    place.reach(world);
    world.take();
    CHECK(world.start());
    CHECK(without_passing_waits(world.take()).size() <= 1);
  }
}

TEST_CASE("LOCAL-18, INV-20: what comes late on an old link changes nothing") {
  World world;  // scenario K1
  world.get_ready();
  world.text(kReconnect);
  world.close(4900);
  world.lose();
  come_back(world);
  world.text(resumed(2));
  const auto session = world.client().session();
  for (int s = 50; s < 60; ++s)
    CHECK(world.ignores([&](Client& c) { c.received({1}, server_text(dispatch("OLD", s)), world.now()); }));
  CHECK(world.ignores([&](Client& c) { c.received({1}, server_close(4004), world.now()); }));
  CHECK(world.ignores([&](Client& c) { c.lost({1}, world.now()); }));
  CHECK(world.ignores([&](Client& c) { c.opened({1}, world.now()); }));
  CHECK(world.client().session() == session);
  CHECK(world.client().state() == gateway::Machine::State::Ready);
}

TEST_CASE("GW-IDL-10: a turn to identify that comes when it is not needed is given back") {
  for (const auto& place : kPlaces) {
    if (place.reach == reach_slot) continue;
    World world;
    place.reach(world);
    world.take();
    world.grant();
    CHECK(without_passing_waits(world.take()).front() == "return identify 0");
  }
}

TEST_CASE("GW-IDL-10: a turn to identify that comes behind the peer's Close is given back") {
  World world;
  reach_slot(world);
  world.close(4000);
  world.take();
  world.grant();
  CHECK(has(world.take(), "return identify 0"));
  world.lose();
  CHECK(world.client().state() == gateway::Machine::State::Backoff);
}

}  // namespace
}  // namespace portcullis::tests
