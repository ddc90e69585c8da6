// What a frame may look like, and what becomes of one that is broken.
#include <array>
#include <catch2/catch.hpp>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

constexpr std::string_view kAskForBeat = R"({"op":1,"d":null,"s":null,"t":null})";

using compression::Compression;

constexpr std::array kCompressions{Compression::ZlibStream, Compression::ZstdStream, Compression::Payload};

Config config_of(Compression compression) {
  Config config = plain_config();
  config.compression = compression;
  return config;
}

// What comes of these payloads in a live session, and of a heartbeat that is asked for behind them.
Lines outcome(const Lines& payloads) {
  World world;
  world.get_ready();
  world.take();
  for (const auto& each : payloads) world.text(each);
  if (world.has_link()) world.text(kAskForBeat);
  return without_passing_waits(world.take());
}

Lines outcome(const std::string& payload) { return outcome(Lines{payload}); }

TEST_CASE("GW-ENV-3: an absent s, t or d is like null") {
  CHECK(outcome(R"({"op":7})") == outcome(R"({"op":7,"d":null,"s":null,"t":null})"));
  CHECK(outcome(R"({"op":9})") == outcome(R"({"op":9,"d":null,"s":null,"t":null})"));
  CHECK(outcome(R"({"op":11})") == outcome(R"({"op":11,"d":null,"s":null,"t":null})"));
  CHECK(outcome(R"({"op":1})") == outcome(R"({"op":1,"d":null,"s":null,"t":null})"));
  CHECK(outcome(R"({"op":0,"t":"X"})") == outcome(R"({"op":0,"t":"X","s":null,"d":null})"));
  CHECK(outcome(R"({"op":0})") == outcome(R"({"op":0,"t":null,"s":null,"d":null})"));
  CHECK(outcome(R"({"op":10,"d":{"heartbeat_interval":5000}})") ==
        outcome(R"({"op":10,"d":{"heartbeat_interval":5000},"s":null,"t":null})"));
}

TEST_CASE("GW-ENV-5: unknown keys at any depth change nothing") {
  CHECK(outcome(R"({"op":10,"x":[{"op":7}],"d":{"_trace":["op"],"heartbeat_interval":5000},"y":{"op":9,"d":true}})") ==
        outcome(hello(5'000)));
  CHECK(outcome(R"({"op":9,"d":true,"heartbeat_interval":1})") == outcome(R"({"op":9,"d":true})"));
  World world;
  reach_identifying(world);
  world.text(R"({"t":"READY","extra":{"session_id":"wrong"},"s":1,"op":0,"d":{"user":{"session_id":"wrong"},"v":10,)"
             R"("session_id":"right","private":[1],"resume_gateway_url":"wss://resume.example","_trace":[]}})");
  REQUIRE(world.client().session());
  CHECK(world.client().session()->id == "right");
}

TEST_CASE("GW-ENV-6: the order of keys does not matter") {
  CHECK(outcome(R"({"d":{"a":1},"s":9,"op":0,"t":"X"})") == outcome(R"({"t":"X","op":0,"s":9,"d":{"a":1}})"));
  CHECK(outcome(R"({"d":false,"op":9})") == outcome(R"({"op":9,"d":false})"));
  CHECK(outcome(R"({"s":null,"d":{"heartbeat_interval":5000},"t":null,"op":10})") == outcome(hello(5'000)));
}

TEST_CASE("GW-ENV-7, GW-ENV-10, OP-21: the highest s counts, and null or a smaller one leaves it") {
  const auto lines =
      outcome({dispatch("A", 5), dispatch("B", 3), R"({"op":0,"t":"C","s":null,"d":{}})", R"({"op":11})"});
  CHECK(beat_value(lines) == "5");
  CHECK(has(lines, "! B s=3"));  // delivered all the same
}

TEST_CASE("GW-ENV-9: gaps and repeats in s are no reason to leave") {
  const auto lines = outcome({dispatch("A", 5), dispatch("B", 90), dispatch("C", 90), dispatch("D", 91)});
  CHECK(count(lines, "! ") == 4);
  CHECK_FALSE(has(lines, "close"));
  CHECK(beat_value(lines) == "91");
}

TEST_CASE("GW-ENV-11, OP-27: an opcode outside the receive set is told and ignored") {
  for (const int op : {2, 3, 4, 5, 6, 8, 12, 18, 28, 31, 43, 99, 255, -1}) {
    CAPTURE(op);
    const auto lines = outcome("{\"op\":" + std::to_string(op) + R"(,"d":{"heartbeat_interval":1}})");
    CHECK(lines.size() == 3);  // the oddity, the beat that was asked for, and a wait
    CHECK(has(lines, "! odd: unknown opcode, op " + std::to_string(op)));
    CHECK(beat_value(lines) == "1");
  }
}

TEST_CASE("GW-ENV-12: a dispatch with an unknown name is handed on and counted") {
  const auto lines = outcome(dispatch("XYZ_NEW", 2, R"({"k":1})"));
  CHECK(has(lines, R"(! XYZ_NEW s=2 {"k":1})"));
  CHECK(beat_value(lines) == "2");
  CHECK(beat_value(outcome(R"({"op":0,"t":null,"s":2,"d":{}})")) == "2");
}

TEST_CASE("GW-ENV-14, GW-READY-12, GW-READY-13: d is handed on as it came, of whatever kind") {
  for (const std::string d : {"null", "[]", "true", "-1.5e3", R"("text")", R"([[{"a":null}]])", R"({ "id" : "1" })",
                              R"({"id":"1","unavailable":true})"}) {
    CAPTURE(d);
    CHECK(has(outcome(dispatch("GUILD_DELETE", 2, d)), "! GUILD_DELETE s=2 " + d));
    CHECK(has(outcome(dispatch("GUILD_CREATE", 2, d)), "! GUILD_CREATE s=2 " + d));
  }
}

TEST_CASE("GW-ENV-16, GW-DISP-9: dispatches are handed on in their order, repeats too") {
  const auto lines =
      outcome({dispatch("A", 2), dispatch("B", 3), dispatch("B", 3), dispatch("A", 2), dispatch("C", 4)});
  CHECK(lines[0] == "! A s=2 {}");
  CHECK(lines[1] == "! B s=3 {}");
  CHECK(lines[2] == "! B s=3 {}");
  CHECK(lines[3] == "! A s=2 {}");
  CHECK(lines[4] == "! C s=4 {}");
}

TEST_CASE("GW-ENV-19: s has 64 bits") {
  CHECK(beat_value(outcome(dispatch("A", 4'294'967'297))) == "4294967297");
  CHECK(beat_value(outcome(dispatch("A", 9'007'199'254'740'993))) == "9007199254740993");
  CHECK(beat_value(outcome(dispatch("A", 9'223'372'036'854'775'807))) == "9223372036854775807");
}

TEST_CASE("GW-ENV-20: a message with two payloads is undecodable") {
  CHECK(has(outcome(R"({"op":11}{"op":11})"), "> close 4902"));
}

TEST_CASE("GW-DISP-2, GW-DISP-3: a d that does not fit its event costs neither the connection nor the s") {
  for (const std::string name : {"PRESENCE_UPDATE", "GUILD_CREATE", "RATE_LIMITED", "MESSAGE_CREATE"})
    for (const std::string d : {"[]", "7", "null", R"({"user":3,"opcode":"x","retry_after":[],"meta":true})"}) {
      CAPTURE(name, d);
      const auto lines = outcome(dispatch(name, 44, d));
      CHECK_FALSE(has(lines, "close"));
      CHECK(beat_value(lines) == "44");
    }
}

TEST_CASE("GW-ENC-5, GW-DISC-3, LOCAL-24, OP-28: an undecodable frame ends the connection and keeps the session") {
  for (const std::string bad :
       {R"({"op":nonsense})", "", "[]", "null", R"({"d":1})", R"({"op":"10"})", R"({"op":10.0})", R"({"op":0,"s":"7"})",
        R"({"op":0,"s":1.0,"t":"A"})", R"({"op":0,"t":5})", R"({"op":0,"d":{"a":01}})", "\xef\xbb\xbf{\"op\":11}"}) {
    CAPTURE(bad);
    World world;
    world.get_ready();
    world.text(dispatch("A", 5));
    world.take();
    world.text(bad);
    world.text(dispatch("B", 6));
    const auto lines = world.take();
    CHECK(has(lines, "1> close 4902"));
    CHECK_FALSE(has(lines, "! B"));
    world.lose();
    CHECK(has(world.take(), "! disconnected: undecodable ("));
    come_back(world);
    CHECK(has(sent(world.take(), 6), R"("seq":5)"));
  }
}

TEST_CASE("GW-ENC-5, GW-ZLIB-8, OP-28: an undecodable frame ends the connection in every state") {
  using Reach = void (*)(World&);
  for (const Reach reach :
       std::initializer_list<Reach>{[](World& w) { reach_hello_wait(w); }, [](World& w) { reach_slot_wait(w); },
                                    [](World& w) { reach_identifying(w); }, [](World& w) { reach_resuming(w); },
                                    [](World& w) { w.get_ready(); }})
    for (const Config& config : {plain_config(), config_of(Compression::ZlibStream)}) {
      World world(config);
      reach(world);
      const auto session = world.client().session();
      world.take();
      world.bytes(server_frame(0x82, bytes_of(std::string_view("\xff\xff\x00\x00\xff\xff", 6))));
      CHECK(has(world.take(), "> close 4902"));
      world.lose();
      CHECK(has(world.take(), "! disconnected: undecodable ("));
      CHECK(world.client().session() == session);
    }
}

TEST_CASE("GW-ENV-18, GW-CONN-5: a text message that is not UTF-8 ends the connection with 1007") {
  World world;
  world.get_ready();
  world.take();
  world.bytes(server_frame(0x81, bytes_of("{\"op\":11,\"x\":\"\xc3(\"}")));
  CHECK(has(world.take(), "1> close 1007"));
}

TEST_CASE("LOCAL-13: of a key that occurs twice the last counts") {
  CHECK(beat_value(outcome(R"({"s":4,"op":0,"t":"A","s":6,"d":{}})")) == "6");
  CHECK(has(outcome(R"({"op":7,"op":11})"), "wait"));
  CHECK_FALSE(has(outcome(R"({"op":7,"op":11})"), "close"));
}

TEST_CASE("LOCAL-14, GW-HELLO-6: integers are written without fraction and exponent") {
  for (const std::string bad : {R"({"op":1e0})", R"({"op":11.0})", R"({"op":0,"s":2e0,"t":"A"})"})
    CHECK(has(outcome(bad), "> close 4902"));
}

TEST_CASE("LOCAL-15, LOCAL-5: 512 levels of nesting pass and one more does not") {
  const auto nested = [](std::size_t levels) {  // the envelope is the first
    return R"({"op":0,"t":"A","d":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  CHECK(has(outcome(nested(512)), "! A [["));
  CHECK(has(outcome(nested(513)), "> close 4904"));
  CHECK(has(outcome(nested(10'000)), "> close 4904"));
}

TEST_CASE("GW-CONN-11: a dispatch of many megabytes passes, compressed or not", "[slow]") {
  for (const auto compression : {Compression::None, kCompressions[0], kCompressions[1], kCompressions[2]}) {
    World world(config_of(compression));
    world.get_ready();
    world.text(R"({"op":11})");  // the next payload is one that payload compression takes
    std::size_t bytes = 0;
    world.on_output = [&bytes](const Output& output) {
      if (const auto* notify = std::get_if<Notify>(&output))
        if (const auto* event = std::get_if<Dispatch>(&notify->event)) bytes = event->data.raw.size();
    };
    world.text(dispatch("GUILD_CREATE", 2, '"' + std::string(12'000'000, 'x') + '"'));
    CHECK(bytes == 12'000'002);
  }
}

TEST_CASE("GW-CONN-2, GW-CONN-4: what the client sends is plain JSON in text messages, whatever was agreed on") {
  for (const auto compression : kCompressions) {
    World world(config_of(compression));
    std::size_t messages = 0;
    world.on_sent = [&messages](std::string_view json) {  // called for text messages alone
      ++messages;
      CHECK(nlohmann::json::parse(json).contains("op"));
    };
    world.get_ready();
    world.text(kAskForBeat);
    (void)world.send(voice_command());
    CHECK(messages == 3);
    CHECK_FALSE(has(world.take(), "> opcode"));
  }
}

TEST_CASE("GW-PCOMP-3, LOCAL-23: a text message is plain beside compressed ones, and never disturbs them") {
  for (const auto compression : kCompressions) {
    CAPTURE(int(compression));
    World world(config_of(compression));
    world.get_ready();
    world.take();
    world.bytes(server_text(dispatch("PLAIN", 2)));
    world.text(dispatch("PACKED", 3));
    world.text(dispatch("PACKED", 4));
    const auto lines = world.take();
    CHECK(has(lines, "! PLAIN s=2"));
    CHECK(has(lines, "! PACKED s=3"));
    CHECK(has(lines, "! PACKED s=4"));
  }
}

TEST_CASE("GW-ENC-5, GW-ZLIB-8, GW-ZSTD-8: JSON in a binary message is no compressed stream, and the session is kept") {
  for (const auto compression : kCompressions) {
    CAPTURE(int(compression));
    World world(config_of(compression));
    world.get_ready();
    world.text(dispatch("A", 7));
    world.take();
    world.bytes(server_frame(0x82, bytes_of(R"({"op":11}        )" + std::string("\0\0\xff\xff", 4))));
    world.bytes(server_text(dispatch("B", 8)));
    CHECK(has(world.take(), "1> close 4902"));
    world.lose();
    come_back(world);
    CHECK(has(sent(world.take(), 6), R"("seq":7)"));
  }
}

TEST_CASE("GW-ZLIB-9, GW-ZSTD-3, GW-PCOMP-6: too large a payload breaks the limit, and the session is kept") {
  for (const auto compression : kCompressions) {
    CAPTURE(int(compression));
    Limits limits;
    limits.payload_bytes_max = 1'000;
    World world(config_of(compression), limits);
    world.get_ready();
    world.text(dispatch("A", 2));
    world.take();
    world.text(dispatch("B", 3, '"' + std::string(1'000, 'x') + '"'));
    CHECK(has(world.take(), "1> close 4904"));
    CHECK(world.client().session());
  }
}

TEST_CASE("GW-ZSTD-6, OP-20: too large a window breaks the limit, and says so") {
  Limits limits;
  limits.zstd_window_log_max = 17;
  World world(config_of(Compression::ZstdStream), limits);
  reach_hello_wait(world);
  world.take();
  world.text(hello(41'250));
  CHECK(has(world.take(), "1> close 4904"));
  world.lose();
  CHECK(has(world.take(), "undecodable (the compressed stream wants a larger window than the limit, GW-ZSTD-6)"));
}

// What comes of the last of these in zstd-stream, of which the others are the front.
Lines zstd_outcome(const std::vector<std::string>& messages) {
  Zstd zstd;
  World world(config_of(Compression::ZstdStream));
  reach_hello_wait(world);
  for (const std::string& message : messages) {
    world.take();
    world.bytes(server_frame(0x82, bytes_of(zstd.message(message))));
  }
  return without_passing_waits(world.take());
}

TEST_CASE("GW-ZSTD-2: a message is a whole payload and a single one") {
  CHECK(has(zstd_outcome({hello(41'250)}), "ask identify 0"));
  CHECK(has(zstd_outcome({hello(41'250), R"({"op":11})", R"({"op":7})"}), "1> close 4900"));
  CHECK(has(zstd_outcome({hello(41'250), R"({"op":)"}), "1> close 4902"));
  CHECK(has(zstd_outcome({hello(41'250), R"({"op":11}{"op":11})"}), "1> close 4902"));
}

Bytes packed(std::string_view json) { return server_frame(0x82, Deflater().last(json)); }

TEST_CASE("GW-PCOMP-1, GW-PCOMP-7: with payload compression the kind of each message tells, on every link") {
  World world(config_of(Compression::Payload));
  const auto both_are_taken = [&world](std::int64_t s) {
    world.bytes(packed(dispatch("PACKED", s)));
    world.bytes(server_text(dispatch("PLAIN", s + 1)));
    world.bytes(packed(dispatch("PACKED", s + 2)));
    const auto lines = world.take();
    CHECK(count(lines, "! PACKED") == 2);
    CHECK(count(lines, "! PLAIN") == 1);
  };
  world.get_ready();
  both_are_taken(2);
  world.lose();
  come_back(world);
  both_are_taken(5);
  world.bytes(packed(resumed(8)));
  both_are_taken(9);
}

TEST_CASE("GW-PCOMP-2, GW-PCOMP-6: a compressed payload is one zlib stream, whole and alone in its message") {
  const auto outcome = [](const Bytes& payload) {
    World world(config_of(Compression::Payload));
    world.get_ready();
    world.take();
    world.bytes(server_frame(0x82, payload));
    return first(world.take(), "> close");
  };
  const Bytes whole = Deflater().last(R"({"op":11})");
  Bytes longer = whole, shorter = whole;
  longer.push_back(std::byte{0});
  shorter.pop_back();
  CHECK(outcome(whole).empty());
  CHECK(outcome(longer) == "1> close 4902");
  CHECK(outcome(shorter) == "1> close 4902");
  CHECK(outcome({}) == "1> close 4902");
  CHECK(outcome(Deflater().last("")) == "1> close 4902");
  CHECK(outcome(Deflater().last(R"({"op":)")) == "1> close 4902");
}

TEST_CASE("GW-ZLIB-7: a message may end like a payload where none ends") {
  constexpr std::string_view kMiddle(
      "\x78\x9c\xaa\x56\x2a\x51\xb2\xca\x2b\xcd\xc9\xd1\x01\x00\x00\x00\xff\xff\x52\x2a\x86\x31\xf2\x0b\x94\xac\x0c\x0d"
      "\x75\x94\x52\x20\x02\xb5\x00\x00\x00\x00\xff\xff",
      40);  // section 10 of the catalogue, Z-MID
  World world(config_of(Compression::ZlibStream));
  reach_hello_wait(world);
  const Bytes payload = bytes_of(kMiddle);
  world.take();
  world.bytes(server_frame(0x82, std::span(payload).first(18)));
  world.bytes(server_frame(0x82, std::span(payload).subspan(18)));
  CHECK_FALSE(has(world.take(), "close"));
  CHECK(world.client().state() == gateway::Machine::State::AwaitHello);
}

TEST_CASE("GW-ENC-1, LOCAL-23: a binary message where nothing was agreed on is undecodable") {
  World world;
  world.get_ready();
  world.take();
  world.bytes(server_frame(0x82, bytes_of(R"({"op":11})")));
  CHECK(has(world.take(), "1> close 4902"));
}

}  // namespace
}  // namespace portcullis::tests
