#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <vector>

#include "portcullis/tests/judge/story.h"

/// What a client may do one way or the other is held against it neither way. Source: catalogue 7.
namespace portcullis::tests {
namespace {

using judge::Verdict;
using Names = std::set<std::string>;

/// A story, and all that it may be reproached with.
struct Reading {
  std::string what;
  std::function<void(Story&)> tell;
  Names broken;
};

void hold(const std::vector<Reading>& readings) {
  for (const Reading& reading : readings) {
    Story story;
    reading.tell(story);
    INFO(reading.what);
    CHECK(broken_by(story) == reading.broken);
  }
}

TEST_CASE("GW-HB-4: the first beat comes at once, or after a whole interval") {
  hold({{"at once", [](Story& s) { s.call().beat().ack().identify().ready().leave(); }, {}},
        {"between Identify and READY", [](Story& s) { s.call().identify().beat().ready().ack().leave(); }, {}},
        {"after an interval", [](Story& s) { s.live().wait(45'000).acked().leave(); }, {}}});
}

TEST_CASE("GW-HB-14: leaving at the second attempt passes; only scheduled beats count") {
  hold({{"leaves", [](Story& s) { s.live().beat().wait(45'000).closes().back().leave(); }, {}},
        {"leaves early by a timeout of its own",
         [](Story& s) { s.live().beat().wait(30'000).closes().back().leave(); },
         {}},
        {"requested beats in between",
         [](Story& s) { s.live().beat().ask().beat().ask().beat().wait(9).ack().leave(); },
         {}},
        {"an ACK that crosses the next beat",
         [](Story& s) { s.noise(0).live().beat().wait(44'950).ack().beat().wait(9).ack().leave(); },
         {}}});
}

TEST_CASE(
    "GW-CLOSE-1000, GW-CLOSE-4001, GW-CLOSE-UNK: Resume or Identify are both right where the sources differ on a close "
    "code") {
  for (const int code : {1000, 1001, 1002, 1011, 4001, 4002, 4003, 4005, 4006, 4016, 4999}) {
    INFO(code);
    hold({{"resumes", [=](Story& s) { s.live().closed(code).back().leave(); }, {}},
          {"identifies", [=](Story& s) { s.live().wait(5'000).closed(code).live().leave(); }, {}}});
  }
}

TEST_CASE("GW-INV-5: op 9 is followed by a handshake on the connection or on a new one") {
  hold({{"a new one", [](Story& s) { s.live().wait(5'000).invalid(false).closes().wait(1'000).live().leave(); }, {}},
        {"closed with 1000 after false",
         [](Story& s) { s.live().wait(5'000).invalid(false).closes(1000).wait(1'000).live().leave(); },
         {}},
        {"the same",
         [](Story& s) { s.live().invalid(false).wait(5'000).identify().ready().leave(); },
         {"invalid/new-connection"}},
        {"the same, resumed",
         [](Story& s) { s.live().invalid(true).resume().resumed().leave(); },
         {"invalid/new-connection"}},
        {"op 9 as the answer to Resume",
         [](Story& s) {
           s.live()
               .closed()
               .call(Story::kResume)
               .resume()
               .wait(5'000)
               .invalid(false)
               .closes()
               .wait(1'000)
               .live()
               .leave();
         },
         {}}});
}

TEST_CASE("GW-HB-6: the first beat after a Resume has null or s") {
  hold({{"null",
         [](Story& s) { s.live().closed().call(Story::kResume).beat(nullptr).ack().resume().resumed().leave(); },
         {}},
        {"s", [](Story& s) { s.live().closed().call(Story::kResume).beat().ack().resume().resumed().leave(); }, {}},
        {"null between Resume and RESUMED",
         [](Story& s) { s.live().closed().call(Story::kResume).resume().beat(nullptr).ack().resumed().leave(); },
         {}}});
}

TEST_CASE("GW-CONN-8: a dead resume URL is left for the main one, at once or after some attempts") {
  for (const int refusals : {1, 2, 3})
    hold({{"resumes at the main URL",
           [=](Story& s) {
             s.live().closed();
             for (int i = 0; i < refusals; ++i) s.wait(1'000).open(Story::kResume).refused();
             s.wait(1'000).call().resume().resumed().leave();
           },
           {}},
          {"identifies there",
           [=](Story& s) {
             s.live().wait(5'000).closed();
             for (int i = 0; i < refusals; ++i) s.wait(1'000).open(Story::kResume).refused();
             s.wait(1'000).live().leave();
           },
           {}}});
}

TEST_CASE("GW-RES-3: a session that cannot be resumed again and again is given up") {
  hold({{"after one failure",
         [](Story& s) {
           s.live().wait(5'000).closed().call(Story::kResume).resume().wait(9).closed().wait(1'000).live().leave();
         },
         {}},
        {"after two",
         [](Story& s) {
           s.live().closed();
           for (int i = 0; i < 2; ++i) s.wait(3'000).call(Story::kResume).resume().closed();
           s.wait(3'000).live().leave();
         },
         {}}});
}

TEST_CASE("GW-RECON-1: op 7 is answered by a Close or by the bare end of the transport") {
  const Json by_client{{"from", "client"}, {"how", "eof"}};
  hold({{"a Close", [](Story& s) { s.live().reconnect().closes().back().leave(); }, {}},
        {"an empty Close", [](Story& s) { s.live().reconnect().closes(std::nullopt).back().leave(); }, {}},
        {"no Close", [=](Story& s) { s.live().reconnect().record("end", by_client).back().leave(); }, {}},
        {"before READY", [](Story& s) { s.call().identify().reconnect().wait(5'000).closes().live().leave(); }, {}}});
}

TEST_CASE("GW-IDL-1: the spacing holds for each key") {
  const auto shard = [](Story& s, int id) -> Story& {
    return s.call().identify({{"shard", Json::array({id, 32})}}).ready();
  };
  const auto sixteen = [=](Story& s, int wait) -> Story& {
    const Json limit{{"remaining", 900}, {"reset_after", 0}, {"max_concurrency", 16}};
    s.rest({{"body", {{"url", "wss://main.test"}, {"session_start_limit", limit}}}});
    for (int id = 0; id < 16; ++id) shard(s, id);
    return shard(s.wait(wait), 16);
  };
  hold({{"one key", [=](Story& s) { shard(shard(s, 0).wait(5'000), 1).leave(); }, {}},
        {"one key, too soon", [=](Story& s) { shard(shard(s, 0).wait(4'000), 1).leave(); }, {"identify/spacing"}},
        {"sixteen keys", [=](Story& s) { sixteen(s, 5'000).leave(); }, {}},
        {"sixteen keys, too soon", [=](Story& s) { sixteen(s, 4'000).leave(); }, {"identify/spacing"}}});
}

TEST_CASE("GW-REST-7: sessions are counted down from what the API said; a refused Identify is not") {
  const Json limit{{"total", 1'000}, {"remaining", 1}, {"reset_after", 30'000}, {"max_concurrency", 1}};
  const auto told = [=](Story& s) -> Story& {
    return s.rest({{"body", {{"url", "wss://main.test"}, {"session_start_limit", limit}}}});
  };
  hold({{"the last one is refused",
         [=](Story& s) { told(s).call().identify().invalid(false).closes().wait(5'000).live().leave(); },
         {}},
        {"the last one is used",
         [=](Story& s) { told(s).live().wait(5'000).closed(4009).live().leave(); },
         {"identify/remaining"}},
        {"the day is over", [=](Story& s) { told(s).live().wait(30'000).closed(4009).live().leave(); }, {}}});
}

TEST_CASE("judge: what crosses on the wire is held against nobody") {
  hold(
      {{"a call crosses the order to stop",
        [](Story& s) { s.noise(0).live().closed().local("stop").wait(90).call().cut(); },
        {}},
       {"a call comes after it",
        [](Story& s) { s.noise(0).live().closed().local("stop").wait(900).call().cut(); },
        {"disconnect/stopped"}},
       {"a beat crosses a dispatch", [](Story& s) { s.noise(0).live().dispatch().wait(90).beat(1).ack().leave(); }, {}},
       {"op 7 crosses a beat", [](Story& s) { s.live().reconnect().acked().closes().back().leave(); }, {}},
       {"a command crosses op 9",
        [](Story& s) { s.noise(0).live().invalid(true).wait(20).presence().closes().back().leave(); },
        {}},
       {"a Close of the server crosses a command", [](Story& s) { s.live().closed().presence().back().leave(); }, {}},
       {"both close", [](Story& s) { s.live().closed().closes(1000).back().leave(); }, {}},
       {"op 1 crosses the client's Close", [](Story& s) { s.live().reconnect().closes().ask().back().leave(); }, {}}});
}

TEST_CASE("judge: what follows from an odd server is not held against the client") {
  Story story;
  story.live().hello(1'000).beat(99).leave();
  CHECK(broken_by(story) == Names{});
  CHECK(result_of("heartbeat/sequence", story).verdict == Verdict::ServerOdd);
}

TEST_CASE("judge: the noise that was measured widens the tolerance; a narrow miss is marginal") {
  const auto beat_late_by = [](int ms, int noise) {
    Story story;
    story.noise(noise).live().wait(45'000 + ms).acked().leave();
    return result_of("heartbeat/first", story);
  };
  CHECK(beat_late_by(100, 0).verdict == Verdict::Kept);
  CHECK(beat_late_by(101, 0).verdict == Verdict::Violation);
  CHECK(beat_late_by(101, 0).findings.front().marginal);
  CHECK_FALSE(beat_late_by(201, 0).findings.front().marginal);
  CHECK(beat_late_by(250, 50).verdict == Verdict::Kept);
  CHECK(beat_late_by(251, 50).verdict == Verdict::Violation);
}

TEST_CASE("judge: a timeline of five thousand records is judged in well under a second") {
  Story story;
  story.live();
  for (int i = 0; i < 1'666; ++i) story.wait(45'000).acked().dispatch();
  const auto begun = std::chrono::steady_clock::now();
  CHECK(broken_by(story.leave()) == Names{});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  CHECK(took.count() < 5);  // a fifth of a second where nothing else runs
}

}  // namespace
}  // namespace portcullis::tests
