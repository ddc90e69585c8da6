// What makes a session, how it is resumed, and when it is given up.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;

json resume_of(const Lines& lines) {
  const auto resumes = sent(lines, 6);
  REQUIRE(resumes.size() == 1);
  return json::parse(resumes.front()).at("d");
}

// Comes back and gives `d` of the op 6 that follows Hello.
json resume_again(World& world) {
  world.take();
  come_back(world);
  return resume_of(world.take());
}

bool identifies_again(World& world) {
  world.take();
  come_back(world);
  const auto lines = world.take();
  return sent(lines, 6).empty() && has(lines, "ask identify") && world.dialled().starts_with("wss://gateway.example:");
}

TEST_CASE("GW-READY-2, GW-RES-1, GW-RES-2, GW-RES-20, GW-INT-17: Resume carries what READY gave, and nothing else") {
  Config config = plain_config();
  config.identify.shard = gateway::Shard{1, 2};
  World world(config);
  std::string resume;
  world.on_sent = [&resume](std::string_view text) { resume = text; };
  reach_identifying(world);
  world.text(ready("an opaque \\u0069d", 7, "wss://r1.example"));
  world.lose();
  world.take();
  come_back(world);
  CHECK(world.dialled() == "wss://r1.example:443/?v=10&encoding=json");
  CHECK(json::parse(resume) ==
        json{{"op", 6}, {"d", {{"token", "the-secret-token"}, {"session_id", "an opaque id"}, {"seq", 7}}}});
}

TEST_CASE("GW-READY-7, GW-READY-15, OP-35: a READY on a live or resumed connection replaces the session") {
  World live;
  live.get_ready();
  live.text(dispatch("A", 90));
  live.text(ready("session-two", 3, "wss://r2.example"));
  CHECK(has(live.take(), "! odd: unexpected ready, op 0"));
  CHECK(live.client().session() == Session{"session-two", "wss://r2.example", 3});
  live.lose();
  CHECK(resume_again(live).at("session_id") == "session-two");
  World resuming;
  reach_resuming(resuming);
  resuming.text(ready("session-two", 1));
  CHECK(resuming.client().state() == gateway::Machine::State::Ready);
  CHECK(resuming.client().session()->id == "session-two");
}

TEST_CASE(
    "LOCAL-8, GW-RES-4: a READY without a usable session makes the connection live and leaves nothing to resume") {
  for (const std::string d :
       {"{}", "null", "[]", R"({"session_id":"a"})", R"({"resume_gateway_url":"wss://r1.example"})",
        R"({"session_id":5,"resume_gateway_url":"wss://r1.example"})",
        R"({"session_id":"","resume_gateway_url":"wss://r1.example"})", R"({"session_id":"a","resume_gateway_url":7})",
        R"({"session_id":"a","resume_gateway_url":"ftp://r1.example"})"}) {
    CAPTURE(d);
    World world;
    reach_identifying(world);
    world.take();
    world.text(dispatch("READY", 1, d));
    CHECK(has(world.take(), "! odd: unusable session"));
    CHECK(world.send(voice_command()));
    CHECK(sent(world.take(), 4).size() == 1);
    CHECK_FALSE(world.client().session());
    world.lose();
    CHECK(identifies_again(world));
  }
}

TEST_CASE("LOCAL-8, GW-SIZE-1: a session whose id is too long for a Resume leaves nothing to resume") {
  World world;
  reach_identifying(world);
  world.text(ready(std::string(4'100, 'x')));
  CHECK(world.client().state() == gateway::Machine::State::Ready);
  CHECK_FALSE(world.client().session());
}

TEST_CASE("GW-RES-4, GW-RES-6, INV-4: without a sequence there is nothing to resume") {
  World world;
  reach_identifying(world);
  world.text(R"({"op":0,"t":"READY","s":null,"d":{"session_id":"a","resume_gateway_url":"wss://r1.example"}})");
  CHECK_FALSE(world.client().session());
  world.text(dispatch("A", 4));
  REQUIRE(world.client().session());
  world.lose();
  CHECK(resume_again(world).at("seq") == 4);
}

TEST_CASE("GW-RES-3, GW-RES-7, GW-RES-19: a loss is followed at once by one attempt to resume, after Hello") {
  World world;
  world.get_ready();
  world.take();
  world.lose();
  const auto lines = world.take();
  CHECK(delay_ms(lines) == 0);
  CHECK(count(lines, "dial ") == 1);  // within the same call
  world.opened();
  world.upgrade();
  CHECK(sent(world.take(), 6).empty());
  world.text(hello(41'250));
  CHECK(sent(world.take(), 6).size() == 1);
}

TEST_CASE(
    "GW-RES-8, GW-RES-9, GW-ENV-7, INV-18: through losses, replays and new sessions the right sequence is asked for") {
  World world;  // scenario F1
  reach_identifying(world);
  world.text(ready("A", 1, "wss://r1.example"));
  for (int s = 2; s <= 10; ++s) world.text(dispatch("E", s));
  world.lose();
  CHECK(resume_again(world).at("seq") == 10);
  world.text(dispatch("E", 11));
  world.text(dispatch("E", 12));
  world.lose();  // in mid-replay
  CHECK(resume_again(world).at("seq") == 12);
  world.text(resumed(13));
  world.lose();
  CHECK(resume_again(world).at("seq") == 13);
  world.text(R"({"op":9,"d":false})");
  world.lose();
  CHECK(identifies_again(world));
  world.grant();
  world.text(ready("B", 1, "wss://r2.example"));
  world.lose();
  const auto again = resume_again(world);
  CHECK(again.at("session_id") == "B");
  CHECK(again.at("seq") == 1);
}

TEST_CASE("GW-RES-10, OP-10: RESUMED may carry a sequence or none, and any d") {
  for (const std::string resumed_as :
       {R"({"op":0,"t":"RESUMED","s":5,"d":{"_trace":["a"]}})", R"({"op":0,"t":"RESUMED","s":null,"d":null})",
        R"({"op":0,"t":"RESUMED"})", R"({"op":0,"t":"RESUMED","s":5,"d":[]})"}) {
    World world;
    reach_resuming(world);
    world.text(resumed_as);
    CHECK(world.client().state() == gateway::Machine::State::Ready);
    CHECK(world.client().session()->sequence == (resumed_as.find("5") == std::string::npos ? 1 : 5));
  }
}

TEST_CASE("GW-RES-5, INV-10: a session that was ended with 1000 is not resumed") {
  World world;
  world.get_ready();
  world.stop(gateway::Leaving::End);
  CHECK_FALSE(world.client().session());
  world.close(1000);
  world.lose();
  (void)world.start();
  CHECK(identifies_again(world));
}

TEST_CASE("GW-RES-12, GW-RES-13, GW-ID-21, GW-ID-22, INV-11: op 9 false leads to Identify at the main URL with null") {
  World world;
  reach_resuming(world);
  world.take();
  world.text(R"({"op":9,"d":false})");
  CHECK(has(world.take(), "2> close 1000"));
  CHECK_FALSE(world.client().session());
  world.lose();
  CHECK(identifies_again(world));
  world.text(R"({"op":1})");
  CHECK(beat_value(world.take()) == "null");
}

TEST_CASE("GW-RES-16: after 4007 the session is over") {
  World world;
  reach_resuming(world);
  world.close(4007);
  world.lose();
  CHECK(identifies_again(world));
}

TEST_CASE("GW-RES-22, OP-25: commands wait for RESUMED and go out once") {
  World world;  // scenario F4
  world.get_ready();
  world.lose();
  CHECK(world.send(voice_command()));
  come_back(world);
  CHECK(world.send(gateway::UpdatePresence{}));
  auto lines = world.take();
  CHECK(sent(lines, 3).size() + sent(lines, 4).size() == 0);
  CHECK(world.client().commands_waiting() == 2);
  world.text(resumed(2));
  lines = world.take();
  CHECK(sent(lines, 4).size() == 1);
  CHECK(sent(lines, 3).size() == 1);
  CHECK(world.client().commands_waiting() == 0);
  world.lose();
  come_back(world);
  world.text(resumed(3));
  lines = world.take();
  CHECK(sent(lines, 3).size() + sent(lines, 4).size() == 0);
}

TEST_CASE("GW-RES-23: a new event before RESUMED is an event like any other") {
  World world;
  reach_resuming(world);
  world.take();
  world.text(dispatch("NEW", 50));
  world.text(dispatch("OLD", 2));
  world.text(resumed(51));
  const auto lines = world.take();
  CHECK(has(lines, "! NEW s=50 {}"));
  CHECK(has(lines, "! OLD s=2 {}"));
  CHECK(world.client().session()->sequence == 51);
}

TEST_CASE("LOCAL-3, GW-RES-26: five attempts to resume that came to nothing end the session, with growing waits") {
  for (const std::optional<std::uint16_t> code : {std::optional<std::uint16_t>(4000), std::optional<std::uint16_t>()}) {
    World world;  // scenario F3
    world.get_ready();
    world.lose();
    std::int64_t last = 0;
    for (int attempt = 1; attempt <= 5; ++attempt) {
      CAPTURE(attempt);
      CHECK(resume_again(world).at("session_id") == "session-one");
      world.close(code);
      world.lose();
      const auto lines = world.take();
      CHECK(delay_ms(lines) > last * 4 / 3 - 1);  // doubled, with up to half of it on top
      last = delay_ms(lines) * 2 / 3;
      CHECK(has(lines, attempt < 5 ? "; resume in" : "; identify in"));
    }
    CHECK(identifies_again(world));
  }
}

TEST_CASE("LOCAL-3: however an attempt to resume ends it counts, and RESUMED forgets them all") {
  World world;
  world.get_ready();
  world.lose();
  const auto fail_four = [&world] {
    dial_again(world);
    world.lose();  // the dial
    dial_again(world);
    world.advance(Duration{20'000});  // the transport
    come_back(world);
    world.text(R"({"op":7})");
    world.lose();
    come_back(world);
    world.text(R"({"op":9,"d":true})");
    world.lose();
  };
  fail_four();
  come_back(world);
  world.text(resumed(2));
  world.lose();
  fail_four();
  CHECK(world.client().session());
  CHECK(resume_again(world).at("seq") == 2);
  world.close(std::nullopt);
  world.lose();
  CHECK_FALSE(world.client().session());
}

TEST_CASE("LOCAL-3: an attempt that replayed something new does not count, one that replayed what was known does") {
  World world;
  world.get_ready();
  world.lose();
  for (std::int64_t s = 2; s < 12; ++s) {
    CHECK(resume_again(world).at("seq") == s - 1);
    world.text(dispatch("NEW", s));
    world.lose();
    REQUIRE(world.client().session());
  }
  for (int attempt = 1; attempt <= 5; ++attempt) {
    REQUIRE(world.client().session());
    CHECK(resume_again(world).at("seq") == 11);
    world.text(dispatch("OLD", 11));
    world.lose();
  }
  CHECK_FALSE(world.client().session());
}

TEST_CASE("LOCAL-22: RESUMED is waited for a minute from Resume, and from each replayed dispatch") {
  World world;
  reach_resuming(world, 60'000'000);
  world.take();
  for (int s = 2; s < 6; ++s) {
    world.advance(Duration{59'999});
    world.text(dispatch("OLD", s));
  }
  world.advance(Duration{59'999});
  CHECK_FALSE(has(world.take(), "close"));
  world.advance(Duration{1});
  CHECK(has(world.take(), "2> close 4903"));
  world.lose();
  CHECK(resume_again(world).at("seq") == 5);
}

TEST_CASE("GW-RES-24: a session can be stored, and resumed by another process") {
  World first_process;  // scenario M2
  first_process.get_ready();
  first_process.text(dispatch("A", 37));
  const auto stored = first_process.client().session();
  REQUIRE(stored == Session{"session-one", "wss://resume.example", 37});
  Config config = plain_config();
  config.resume = stored;
  World second_process(config);
  CHECK(second_process.client().session() == stored);
  (void)second_process.start();
  second_process.opened();
  second_process.upgrade();
  second_process.text(hello(41'250));
  const auto lines = second_process.take();
  CHECK(has(lines, "dial 1 wss://resume.example"));
  CHECK(resume_of(lines).at("seq") == 37);
}

TEST_CASE("GW-RES-24, GW-RES-15: a stored session that is stale gives way to a new one") {
  for (const bool by_close : {false, true}) {
    Config config = plain_config();  // scenario M3
    config.resume = Session{"stale", "wss://resume.example", 37};
    World world(config);
    reach_slot_wait(world);
    by_close ? world.close(4007) : world.text(R"({"op":9,"d":false})");
    world.lose();
    CHECK(identifies_again(world));
    world.grant();
    world.text(ready("fresh"));
    CHECK(world.client().session()->id == "fresh");
  }
}

TEST_CASE("GW-SHARD-9: what happens to one shard is nothing to another") {
  World one;
  World two;
  one.get_ready(10'000);
  two.get_ready(45'000);
  one.text(dispatch("A", 50));
  two.text(R"({"op":9,"d":false})");
  CHECK(one.client().session()->sequence == 50);
  CHECK_FALSE(two.client().session());
}

TEST_CASE("OP-35: dispatches out of place are marked, and count only where there is a session") {
  World fresh;
  reach_slot_wait(fresh);
  fresh.take();
  fresh.text(dispatch("A", 7));
  fresh.text(R"({"op":1})");
  const auto lines = fresh.take();
  CHECK(has(lines, "! A s=7 out of place {}"));
  CHECK(beat_value(lines) == "null");
  World back;
  back.get_ready();
  back.lose();
  dial_again(back);
  back.opened();
  back.upgrade();
  back.text(dispatch("A", 7));
  CHECK(has(back.take(), "! A s=7 out of place {}"));
  back.text(hello(41'250));
  CHECK(resume_of(back.take()).at("seq") == 7);
}

}  // namespace
}  // namespace portcullis::tests
