#include <algorithm>
#include <catch2/catch.hpp>

#include "portcullis/tests/mock/talk.h"
#include "portcullis/tests/play/stage.h"

namespace portcullis::tests {
namespace {

using Lines = std::vector<std::string>;
const std::string kRequest = upgrade_request("/?v=10&encoding=json");

bool done(Stage& stage) { return stage.player().complete() && stage.player().stopped_at().empty(); }

}  // namespace

// ---- At any time

TEST_CASE("play: an order is handed out in its turn, and told as the client's own doing", "[play]") {
  Stage stage(R"([[{"order": "send", "payload": {"op": 4, "d": {"self_mute": true}}, "shard": 1}, {"wait": "end"},
                   {"order": "close"}, {"order": "start"}]])",
              R"(, "needs": ["send", "close", "start"])");
  using What = play::Order::What;
  const mock::Link link = stage.open();
  REQUIRE(stage.orders.size() == 1);
  CHECK(stage.orders[0].what == What::Send);
  CHECK(stage.orders[0].shard == 1);
  CHECK(stage.orders[0].payload == R"({"op":4,"d":{"self_mute":true}})");
  stage.lose(link);
  REQUIRE(stage.orders.size() == 3);
  CHECK(stage.orders[1].what == What::Close);
  CHECK(stage.orders[2].what == What::Start);
  CHECK(done(stage));
  std::vector<std::string> local;
  for (const timeline::Record& record : stage.records)
    if (record.is == "local") local.push_back(record.with.dump());
  CHECK(local == std::vector<std::string>{R"({"did":"send","payload":{"op":4,"d":{"self_mute":true}}})",
                                          R"({"did":"close"})", R"({"did":"start"})"});
}

// ---- Before the upgrade

TEST_CASE("play: refuse answers the request with status, fields and body, and ends the link", "[play]") {
  Stage stage(R"([[{"wait": "request"}, {"refuse": 503, "fields": {"Retry-After": "2"}, "body": "down"}]])");
  const mock::Link link = stage.dial();
  stage.bytes(link, kRequest.substr(0, 30));
  CHECK(stage.received(link).empty());
  stage.bytes(link, kRequest.substr(30));
  const std::string& answer = stage.received(link);
  CHECK(answer.starts_with("HTTP/1.1 503 "));
  CHECK(answer.find("\r\nRetry-After: 2\r\n") != std::string::npos);
  CHECK(answer.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\ndown"));
  CHECK(stage.told(link) == Lines{"open", "refused 503", "end by server, eof"});
  CHECK(done(stage));
}

TEST_CASE("play: answer writes its bytes and leaves the link to what follows", "[play]") {
  Stage stage(R"([[{"wait": "request"}, {"answer": "HTTP/1.1 520 \r\n\r\n"}, {"wait_ms": 100}, {"drop": true}]])");
  const mock::Link link = stage.open();
  CHECK(stage.received(link) == "HTTP/1.1 520 \r\n\r\n");
  CHECK(stage.told(link) == Lines{"open", "refused 520"});
  CHECK(stage.player().stopped_at() == R"(link 1, step 3: {"wait_ms":100})");
  stage.advance(100);
  CHECK(stage.told(link).back() == "end by server, reset");
  CHECK(done(stage));
}

TEST_CASE("play: a wrong key spoils one letter of the 101, and the gateway goes on", "[play]") {
  Stage stage(R"([[{"wait": "request"}, {"accept_key": "wrong"}]])");
  const mock::Link link = stage.open();
  // RFC 6455 section 1.3 has the right one for this request's key.
  CHECK(stage.received(link).find("Sec-WebSocket-Accept: A3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
  CHECK(stage.has(link, "server op 10"));
}

TEST_CASE("play: the right key is left alone", "[play]") {
  Stage stage(R"([[{"wait": "request"}]])");
  const mock::Link link = stage.open();
  CHECK(stage.received(link).find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
}

TEST_CASE("play: stall never answers, and tells the end that the client makes", "[play]") {
  Stage stage(R"([[{"wait": "request"}, {"stall": true}, {"wait": "end"}]])");
  const mock::Link link = stage.open();
  stage.advance(1'000'000);
  CHECK(stage.received(link).empty());
  CHECK_FALSE(stage.player().complete());
  stage.lose(link);
  CHECK(stage.told(link) == Lines{"open", "refused 0", "end by client, eof"});
  CHECK(done(stage));
}

TEST_CASE("play: the request is withheld for as long as the script waits for time", "[play]") {
  Stage stage(R"([[{"wait": "request"}, {"wait_ms": 3000}, {"wait": "upgraded"}]])");
  const mock::Link link = stage.open();
  stage.advance(2'999);
  CHECK(stage.told(link) == Lines{"open"});
  stage.advance(1);
  CHECK(stage.told(link) == Lines{"open", "upgraded", "server op 10"});
  CHECK(done(stage));
}

TEST_CASE("play: heartbeat_ms is the interval of this link's Hello, and of no other's", "[play]") {
  Stage stage(R"([[{"heartbeat_ms": 5000}], []])", R"(, "world": {"heartbeat_ms": 30000})");
  const mock::Link first = stage.open();
  const mock::Link second = stage.open();
  CHECK(stage.received(first).find(R"("heartbeat_interval":5000)") != std::string::npos);
  CHECK(stage.received(second).find(R"("heartbeat_interval":30000)") != std::string::npos);
}

// ---- Waits

TEST_CASE("play: each moment is waited for as it is seen on the link", "[play]") {
  Stage stage(R"([[{"wait": "request"}, {"wait": "upgraded"}, {"wait": "message"}, {"wait": "identify"},
                   {"wait": "ready"}, {"wait": "beat", "count": 2}, {"wait": "close"}, {"wait": "end"}],
                  [{"wait": "resume"}, {"wait": "resumed"}], [{"wait": "live"}]])");
  const auto at = [&](const std::string& step) { return stage.player().stopped_at().starts_with(step); };
  CHECK(stage.player().stopped_at() == "link 1 was not opened");
  const mock::Link link = stage.dial();
  CHECK(at("link 1, step 1:"));
  stage.bytes(link, kRequest);
  CHECK(at("link 1, step 3:"));
  stage.beat(link);
  CHECK(at("link 1, step 4:"));
  stage.text(link, identify());
  CHECK(at("link 1, step 6:"));
  stage.beat(link);
  CHECK(at("link 1, step 6:"));
  stage.beat(link);
  CHECK(at("link 1, step 7:"));
  const std::string session = stage.session_id(link);
  stage.close(link, 4'000);  // the good gateway ends the transport behind it
  CHECK(stage.player().stopped_at() == "link 2 was not opened");
  const mock::Link second = stage.open();
  stage.text(second, resume(session, 2));
  CHECK(stage.player().stopped_at() == "link 3 was not opened");
  const mock::Link third = stage.open();
  CHECK(at("link 3, step 1:"));
  stage.advance(5'000);
  stage.text(third, identify());
  CHECK(done(stage));
}

TEST_CASE("play: what was seen while a script waited for time is not missed by its next wait", "[play]") {
  Stage stage(R"([[{"wait_ms": 1000}, {"wait": "ready"}]])");
  stage.identified();
  CHECK_FALSE(stage.player().complete());
  stage.advance(1'000);
  CHECK(done(stage));
}

TEST_CASE("play: a second Identify on one link is another one to wait for", "[play]") {
  Stage stage(R"([[{"wait": "ready"}, {"invalid": false}, {"wait": "identify"}, {"close": 4000}]])");
  const mock::Link link = stage.identified();
  CHECK(stage.told(link).back() == "server op 9");
  CHECK(stage.player().stopped_at() == R"(link 1, step 3: {"wait":"identify"})");
  stage.advance(5'000);
  stage.text(link, identify());
  CHECK(stage.told(link).back() == "close 4000 by server");
  CHECK(stage.count(link, "server READY 1") == 1);  // the script's Close came in the place of the second
}

TEST_CASE("play: a beat from before the wait is not the one that is waited for", "[play]") {
  Stage stage(R"([[{"wait": "ready"}, {"wait_ms": 1000}, {"wait": "beat"}]])");
  const mock::Link link = stage.identified();
  stage.beat(link);
  stage.advance(1'000);
  CHECK_FALSE(stage.player().complete());
  stage.beat(link);
  CHECK(done(stage));
}

TEST_CASE("play: two messages in one piece are as good as one behind the other", "[play]") {
  Stage stage(R"([[{"wait": "ready"}, {"hold": ["ack"]}, {"wait": "beat"}]])");
  const mock::Link link = stage.open();
  stage.bytes(link, client_frame(0x81, identify()) + client_frame(0x81, R"({"op":1,"d":null})"));
  CHECK(done(stage));
  CHECK(stage.count(link, "server op 11") == 0);
}

// ---- What the gateway says

TEST_CASE("play: dispatch, reconnect, ask_beat, hello, invalid and say each send their payload", "[play]") {
  Stage stage(
      R"([[{"wait": "ready"}, {"dispatch": "RESUMED_NOT", "d": {"a": [1]}}, {"reconnect": true}, {"ask_beat": true},
                   {"hello": true}, {"say": {"op": 77, "d": null}}, {"say": "words"}, {"invalid": true}]])");
  const mock::Link link = stage.identified();
  const Lines all = stage.told(link);
  const Lines behind(all.end() - 7, all.end());
  CHECK(behind == Lines{"server RESUMED_NOT 3", "server op 7", "server op 1", "server op 10", "server op 77",
                        R"(server says "words")", "server op 9"});
  CHECK(stage.received(link).find(R"("op":0,"d":{"a":[1]}})") != std::string::npos);
  CHECK(done(stage));
}

TEST_CASE("play: say_text, say_hex, ping and frames_hex put their bytes on the wire", "[play]") {
  Stage stage(
      R"([[{"wait": "upgraded"}, {"say_text": "{}"}, {"say_hex": "00ff"}, {"ping": "c0"}, {"frames_hex": "8a00"}]])");
  const mock::Link link = stage.open();
  using namespace std::string_literals;
  CHECK(stage.received(link).ends_with("\x81\x02{}\x82\x02\x00\xff\x89\x01\xc0\x8a\x00"s));
  CHECK(done(stage));
}

TEST_CASE("play: close shakes hands with code and reason, and 0 has neither", "[play]") {
  Stage stage(R"([[{"wait": "upgraded"}, {"close": 4009, "reason": "late"}, {"wait": "end"}],
                  [{"wait": "upgraded"}, {"close": 0}]])");
  const mock::Link link = stage.open();
  using namespace std::string_literals;
  CHECK(stage.received(link).ends_with("\x88\x06\x0f\xa9late"));
  stage.close(link, 4'009);
  CHECK(stage.told(link).back() == "end by server, eof");
  const mock::Link second = stage.open();
  CHECK(stage.received(second).ends_with("\x88\x00"s));
  CHECK(done(stage));
}

TEST_CASE("play: a Close written as frames is not answered by another when the client answers it", "[play]") {
  Stage stage(R"([[{"wait": "upgraded"}, {"frames_hex": "88020fa1"}, {"wait": "end"}]])");
  const mock::Link link = stage.open();
  stage.close(link, 1'000);
  CHECK(stage.count(link, "close 4001 by server") == 1);
  CHECK(stage.told(link).back() == "end by server, eof");
  CHECK(stage.received(link).ends_with("\x88\x02\x0f\xa1"));
}

TEST_CASE("play: drop resets, eof ends our half, and both leave the session to be resumed", "[play]") {
  for (const std::string verb : {"drop", "eof"}) {
    Stage stage(R"([[{"wait": "ready"}, {")" + verb + R"(": true}], [{"wait": "resumed"}]])");
    const mock::Link link = stage.identified();
    CHECK(stage.told(link).back() == (verb == "drop" ? "end by server, reset" : "end by server, eof"));
    CHECK(stage.count(link, "close 1000 by server") == 0);
    const std::string session = stage.session_id(link);
    stage.lose(link);
    stage.text(stage.open(), resume(session, 2));
    CHECK(done(stage));
  }
}

TEST_CASE("play: what is dispatched behind the end is replayed, and a forgotten session is not", "[play]") {
  for (const bool forgotten : {false, true}) {
    const std::string verb = forgotten ? R"({"forget": true})" : R"({"dispatch": "NEWS", "d": 5})";
    Stage stage(R"([[{"wait": "ready"}, {"drop": true}, )" + verb + R"(], [{"wait": "resume"}]])");
    const mock::Link link = stage.identified();
    const mock::Link second = stage.open();
    stage.text(second, resume(stage.session_id(link), 2));
    CHECK(stage.has(second, "server NEWS 3") == !forgotten);
    CHECK(stage.has(second, "server op 9") == forgotten);
  }
}

TEST_CASE("play: a silent gateway answers nothing, but what the script says goes out", "[play]") {
  Stage stage(R"([[{"wait": "ready"}, {"silent": true}, {"wait": "beat"}, {"ask_beat": true}, {"wait": "beat"},
                   {"wait_ms": 1}, {"silent": false}]])");
  const mock::Link link = stage.identified();
  stage.beat(link);
  CHECK(stage.count(link, "server op 1") == 1);
  stage.beat(link);
  stage.advance(1);
  CHECK(stage.count(link, "server op 11") == 0);
  stage.beat(link);
  CHECK(stage.count(link, "server op 11") == 1);
}

TEST_CASE("play: repeat plays its steps so many times", "[play]") {
  Stage stage(R"([[{"wait": "upgraded"}, {"repeat": 3, "steps": [{"wait": "beat"}, {"ask_beat": true}]}]])");
  const mock::Link link = stage.open();
  stage.beat(link);
  stage.beat(link);
  CHECK(stage.player().stopped_at() == R"(link 1, step 2.1, round 3: {"wait":"beat"})");
  stage.beat(link);
  CHECK(stage.count(link, "server op 1") == 3);
  CHECK(done(stage));
}

// ---- Withholding

TEST_CASE("play: Hello is withheld until it is released", "[play]") {
  Stage stage(R"([[{"hold": ["hello"]}, {"wait": "upgraded"}, {"wait_ms": 100}, {"release": ["hello"]}]])");
  const mock::Link link = stage.open();
  CHECK(stage.told(link).back() == "upgraded");
  stage.advance(100);
  CHECK(stage.told(link).back() == "server op 10");
}

TEST_CASE("play: READY and its guilds are withheld, and numbered when they are given", "[play]") {
  Stage stage(R"([[{"hold": ["ready"]}, {"wait": "identify"}, {"wait": "beat"}, {"release": ["ready"]}]])");
  const mock::Link link = stage.identified();
  CHECK(stage.told(link).back() == "client op 2");
  stage.beat(link);
  const Lines all = stage.told(link);
  CHECK(Lines(all.end() - 3, all.end()) == Lines{"server READY 1", "server GUILD_CREATE 2", "server op 11"});
}

TEST_CASE("play: acks are withheld while the beats count, and all given at the end", "[play]") {
  Stage stage(
      R"([[{"heartbeat_ms": 1000}, {"hold": ["ack"]}, {"wait": "beat", "count": 3}, {"wait_ms": 500}, {"release": ["ack"]}]])");
  const mock::Link link = stage.open();
  for (int i = 0; i < 3; ++i) {
    stage.advance(1'000);
    stage.beat(link);
  }
  CHECK(stage.count(link, "server op 11") == 0);
  CHECK_FALSE(stage.has(link, "close 4000 by server"));
  stage.advance(500);
  CHECK(stage.count(link, "server op 11") == 3);
  stage.beat(link);
  CHECK(stage.count(link, "server op 11") == 4);
}

TEST_CASE("play: RESUMED is withheld, and the replay before it is not", "[play]") {
  Stage stage(
      R"([[{"wait": "ready"}, {"drop": true}], [{"hold": ["resumed"]}, {"wait": "resume"}, {"wait_ms": 100}, {"release": ["resumed"]}]])");
  const mock::Link link = stage.identified();
  const mock::Link second = stage.open();
  stage.text(second, resume(stage.session_id(link), 1));
  CHECK(stage.told(second).back() == "server GUILD_CREATE 2");
  stage.advance(100);
  CHECK(stage.told(second).back() == "server RESUMED 3");
}

TEST_CASE("play: the answer to the client's Close is withheld, with the end behind it", "[play]") {
  Stage stage(R"([[{"hold": ["close"]}, {"wait": "close"}, {"wait_ms": 7000}, {"release": ["close"]}]])");
  const mock::Link link = stage.identified();
  stage.close(link, 4'000);
  stage.advance(6'999);
  CHECK(stage.told(link).back() == "close 4000 by client");
  stage.advance(1);
  const Lines all = stage.told(link);
  CHECK(Lines(all.end() - 2, all.end()) == Lines{"close 4000 by server", "end by server, eof"});
}

TEST_CASE("play: pieces cuts each message of the gateway into fragments", "[play]") {
  Stage stage(R"([[{"pieces": 5}, {"wait": "ready"}, {"say": "words"}, {"pieces": 0}, {"say": "words"}]])");
  const mock::Link link = stage.identified();
  using namespace std::string_literals;
  CHECK(stage.has(link, "server op 10"));
  CHECK(stage.received(link).ends_with("\x01\x05\"word\x80\x02s\"\x81\x07\"words\""s));
  CHECK(done(stage));
}

TEST_CASE("play: pieces come with pings between them where the script says so", "[play]") {
  Stage stage(R"([[{"pieces": 5, "pings": true}, {"wait": "ready"}, {"say": "words"}]])");
  const mock::Link link = stage.identified();
  using namespace std::string_literals;
  CHECK(stage.received(link).ends_with("\x01\x05\"word\x89\x00\x80\x02s\""s));
  CHECK(done(stage));
}

TEST_CASE("play: pieces of zlib-stream are messages of their own, and make the same payloads", "[play]") {
  Stage stage(R"([[{"pieces": 3}, {"wait": "ready"}, {"say": "words"}]])");
  using namespace std::string_literals;
  const mock::Link link = stage.open("/?v=10&encoding=json&compress=zlib-stream");
  stage.text(link, identify());
  CHECK(stage.told(link).back() == R"(server says "words")");
  const std::string& bytes = stage.received(link);
  const std::string frames = bytes.substr(bytes.find("\r\n\r\n") + 4);
  for (std::size_t at = 0; at < frames.size(); at += 2u + static_cast<unsigned char>(frames[at + 1])) {
    CHECK(frames[at] == '\x82');
    CHECK(frames[at + 1] <= 4);
  }
  CHECK(frames.ends_with("\x82\x04\x00\x00\xff\xff"s));
  CHECK(done(stage));
}

TEST_CASE("play: large_event is an event with a text of so many letters", "[play]") {
  Stage stage(R"([[{"wait": "ready"}, {"large_event": 70000}]])");
  const mock::Link link = stage.identified();
  CHECK(stage.told(link).back() == "server SOMETHING_LARGE 3");
  CHECK(stage.received(link).find("\"text\":\"" + std::string(70'000, 'x') + "\"") != std::string::npos);
  CHECK(done(stage));
}

// ---- The whole

TEST_CASE("play: a step that can no longer be done stops its script, and says why", "[play]") {
  Stage stage(R"([[{"wait": "ready"}, {"wait_ms": 1000}, {"close": 4000}]])");
  const mock::Link link = stage.identified();
  stage.lose(link);
  stage.advance(1'000);
  CHECK_FALSE(stage.player().complete());
  CHECK(stage.player().stopped_at() == R"(link 1, step 3: {"close":4000} (the client had ended the link))");
}

TEST_CASE("play: further links have a good gateway, or the last script once more", "[play]") {
  for (const bool last : {false, true}) {
    Stage stage(R"([[{"wait": "request"}, {"refuse": 500}]])", last ? R"(, "further_links": "last")" : "");
    stage.open();
    CHECK(done(stage));
    const mock::Link second = stage.open();
    CHECK(stage.has(second, "refused 500") == last);
    stage.dial();
    CHECK(done(stage));
    CHECK(stage.has(second, "server op 10") == !last);
  }
}

TEST_CASE("play: the watch begins when all scripts are done", "[play]") {
  Stage stage(R"([[{"wait": "request"}]])", R"(, "watch_ms": 4000)");
  stage.advance(1'000);
  stage.open();
  CHECK(stage.player().complete());
  CHECK_FALSE(stage.player().over(Instant{} + Duration{4'999}));
  CHECK(stage.player().over(Instant{} + Duration{5'000}));
}

TEST_CASE("play: resume_url says where READY sends the client", "[play]") {
  const auto url = [](const std::string& kind) {
    Stage stage("[[]]", R"(, "world": {"resume_url": ")" + kind + "\"}");
    const mock::Link link = stage.identified();
    const std::string& bytes = stage.received(link);
    const std::size_t at = bytes.find("\"resume_gateway_url\":\"");
    return at == std::string::npos ? "none" : bytes.substr(at + 22, bytes.find('"', at + 22) - at - 22);
  };
  CHECK(url("same") == "ws://main.example");
  CHECK(url("dead") == "ws://other.example");
  CHECK(url("other") == "ws://other.example");
  CHECK(url("missing") == "none");
  CHECK(url("slash") == "ws://main.example/");
  CHECK(url("query") == "ws://main.example/?cluster=1");
}

TEST_CASE("play: a link that comes in by the other door is told with that door's address", "[play]") {
  Stage stage("[[]]", R"(, "world": {"resume_url": "other"})");
  const mock::Link link = stage.dial(mock::Door::Other);
  stage.bytes(link, kRequest);
  const auto opened = std::ranges::find(stage.records, "open", &timeline::Record::is);
  REQUIRE(opened != stage.records.end());
  CHECK(opened->with["url"] == "ws://other.example/?v=10&encoding=json");
}

TEST_CASE("play: identifies that are left of the day are counted down from what the world says", "[play]") {
  Stage stage("[[]]", R"(, "world": {"remaining": 3})");
  CHECK(stage.player().identify_budget({}).left == 3);
  stage.identified();
  CHECK(stage.player().identify_budget({}).left == 2);
}

TEST_CASE("play: on a wall clock, pings measure the round trip and the player its own delay", "[play]") {
  Stage stage("[[]]", "", timeline::Clock::Wall);
  const mock::Link link = stage.identified();
  const std::string ping = "ping by server " + std::string("726f756e6420747269702031");
  REQUIRE(stage.has(link, ping));
  stage.advance(40);
  stage.bytes(link, client_frame(0x8a, "round trip 1"));
  CHECK(stage.records.back().is == "noise");
  CHECK(stage.records.back().with["ms"] == 40);
  stage.advance(1'959);
  CHECK(stage.count(link, "ping by server 726f756e6420747269702032") == 0);
  stage.advance(1);
  CHECK(stage.count(link, "ping by server 726f756e6420747269702032") == 1);
}

TEST_CASE("play: in virtual time there are no pings", "[play]") {
  Stage stage("[[]]");
  const mock::Link link = stage.identified();
  stage.advance(10'000);
  for (const std::string& line : stage.told(link)) CHECK_FALSE(line.starts_with("ping"));
}

}  // namespace portcullis::tests
