// A whole session in ETF: what goes out, what comes in, and what is no ETF.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "portcullis/tests/client/talk.h"
#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::tests {
namespace {

using compression::Compression;

constexpr std::string_view kAskForBeat = R"({"op":1,"d":null,"s":null,"t":null})";

Config etf_config(Compression compression = Compression::None) {
  Config config = plain_config();
  config.encoding = encoding::Encoding::Etf;
  config.compression = compression;
  return config;
}

/// What becomes of a live session when a payload comes that is one only to look at.
Lines outcome(std::string_view payload, Compression compression = Compression::None) {
  World world(etf_config(compression));
  world.get_ready();
  world.take();
  world.payload(payload);
  return without_passing_waits(world.take());
}

TEST_CASE("GW-ENC-1, GW-ENC-2, GW-URL-1: ETF is asked for in the URL, with or without compression") {
  World plain(etf_config());
  (void)plain.start();
  CHECK(plain.dialled() == "wss://gateway.example:443/?v=10&encoding=etf");
  World zlib(etf_config(Compression::ZlibStream));
  (void)zlib.start();
  CHECK(zlib.dialled() == "wss://gateway.example:443/?v=10&encoding=etf&compress=zlib-stream");
  zlib.opened();
  zlib.upgrade();
  zlib.text(hello(41'250));
  zlib.grant();
  zlib.text(ready("session-one"));
  CHECK(zlib.client().session());
  zlib.lose();
  dial_again(zlib);
  CHECK(zlib.dialled() == "wss://resume.example:443/?v=10&encoding=etf&compress=zlib-stream");
}

TEST_CASE("GW-CONN-2, GW-ETF-1, GW-ETF-2, GW-ETF-14: identify, beats, commands and resume go out as binary ETF") {
  World world(etf_config(GENERATE(Compression::None, Compression::ZlibStream)));
  world.get_ready();
  CHECK(world.send(voice_command()));
  CHECK(world.send(gateway::UpdatePresence{.since_ms = 1'700'000'000'000}));
  world.text(kAskForBeat);
  world.lose();
  come_back(world);
  const auto lines = world.take();
  CHECK_FALSE(has(lines, "opcode 1"));  // no text message
  CHECK(
      sent(lines, 2) ==
      Lines{
          R"({"op":2,"d":{"token":"<token>","properties":{"os":"linux","browser":"portcullis","device":"portcullis"},)"
          R"("intents":513}})"});
  CHECK(sent(lines, 4) == Lines{R"({"op":4,"d":{"guild_id":"81384788765712384","channel_id":null,"self_mute":false,)"
                                R"("self_deaf":false}})"});
  CHECK(sent(lines, 3) ==
        Lines{R"({"op":3,"d":{"since":1700000000000,"activities":[],"status":"online","afk":false}})"});
  CHECK(sent(lines, 1) == Lines{R"({"op":1,"d":1})"});
  CHECK(sent(lines, 6) == Lines{R"({"op":6,"d":{"token":"<token>","session_id":"session-one","seq":1}})"});
}

TEST_CASE("GW-ETF-4, GW-ETF-9: READY as the gateway writes it, ids as integers") {
  World world(etf_config());
  reach_identifying(world);
  world.text(
      R"({"d":{"application":{"flags":565248,"id":"41771983423143937"},"guilds":[{"id":"308994132968210433",)"
      R"("unavailable":true}],"resume_gateway_url":"wss://resume.example","session_id":"abc","session_type":"normal",)"
      R"("shard":[0,1],"user":{"bot":true,"id":"81384788765712384"},"v":10},"op":0,"s":1,"t":"READY"})");
  REQUIRE(world.client().session());
  CHECK(world.client().session()->id == "abc");
  CHECK(world.client().session()->sequence == 1);
  CHECK(has(world.take(), R"("id":"41771983423143937")"));
}

TEST_CASE("GW-HB-14, GW-ETF-1: a zombie is one in ETF too, and an acknowledgement keeps the link") {
  World world(etf_config());
  world.get_ready(10'000);
  for (int i = 0; i < 5; ++i) {
    world.advance(*world.deadline() - world.now());
    world.text(R"({"op":11})");
  }
  CHECK(world.has_link());
  world.take();
  world.advance(Duration{20'000});
  CHECK(has(world.take(), "! disconnected: zombie"));
}

TEST_CASE("GW-RL-3, GW-ETF-4: a RATE_LIMITED of ETF is obeyed") {
  World world(etf_config());
  world.get_ready();
  world.text(dispatch("RATE_LIMITED", 5, R"({"opcode":4,"retry_after":2.5,"meta":{"guild_id":"81384788765712384"}})"));
  CHECK(world.send(voice_command()));
  CHECK(sent(world.take(), 4).empty());
  world.advance(Duration{2'502});
  CHECK(sent(world.take(), 4).size() == 1);
}

TEST_CASE("GW-INV-10, GW-ETF-6: whether a session may be resumed is an atom") {
  for (const bool may : {false, true}) {
    World world(etf_config());
    world.get_ready();
    world.take();
    world.text(std::string(R"({"op":9,"d":)") + (may ? "true}" : "false}"));
    CHECK(has(world.take(), may ? "close 4905" : "close 1000"));
  }
}

TEST_CASE("GW-ETF-11: a compressed term is a payload like another") {
  for (const auto compression : {Compression::None, Compression::ZlibStream}) {
    const auto payload = compressed(etf_payload(nlohmann::ordered_json::parse(dispatch("A", 7, R"({"a":"xx"})"))));
    CHECK(outcome(payload, compression)[0] == R"(! A s=7 {"a":"xx"})");
  }
}

TEST_CASE("GW-ENC-5, GW-ETF-1: what is no ETF closes with a private code, and the session is resumed") {
  const std::string good = etf_payload(nlohmann::ordered_json::parse(dispatch("A", 7)));
  REQUIRE(outcome(good)[0] == "! A s=7 {}");
  for (const std::string& payload :
       {std::string(R"({"op":11})"), good.substr(1), good + "j", good.substr(0, good.size() - 1), std::string(),
        std::string("\x83"), from_hex("83 6a"), from_hex("83 67"),
        from_hex("83 74 00000001 64 0002 6f70 6d 00000001 31")}) {
    World world(etf_config());
    world.get_ready();
    world.take();
    world.payload(payload);
    CHECK(has(world.take(), "1> close 4902"));
    world.text(dispatch("B", 9));  // LOCAL-24
    world.lose();
    const auto lines = world.take();
    CHECK(has(lines, "! disconnected: undecodable"));
    CHECK(has(lines, "resume in"));
    CHECK_FALSE(has(lines, "! B"));
    come_back(world);
    CHECK(sent(world.take(), 6).back().find(R"("seq":1})") != std::string::npos);
  }
}

TEST_CASE("GW-ETF-13, LOCAL-15, LOCAL-33: a breach of a limit closes with 4904") {
  std::string deep;
  for (int i = 0; i < 600; ++i) deep += from_hex("68 01");
  for (const std::string& payload : {from_hex("83 74 ffffffff"), from_hex("83 50 ffffffff 78 9c"),
                                     from_hex("83 74 00000001 64 0001 64") + deep + "j"})
    for (const auto compression : {Compression::None, Compression::ZlibStream})
      CHECK(outcome(payload, compression)[0] == "1> close 4904");
}

TEST_CASE("LOCAL-31, GW-CONN-3: a text message is undecodable, whatever it holds and whatever the compression") {
  for (const auto compression : {Compression::None, Compression::ZlibStream})
    for (const std::string& text : {dispatch("A", 7), std::string("abc")}) {
      World world(etf_config(compression));
      world.get_ready();
      world.take();
      world.bytes(server_text(text));
      world.lose();
      const auto lines = world.take();
      CHECK(has(lines, "1> close 4902"));
      CHECK(has(lines, "(the message has the wrong kind for this encoding, LOCAL-31)"));
      CHECK_FALSE(has(lines, "! A"));
    }
}

TEST_CASE("GW-ZLIB-7: in zlib-stream a term may go on in the next message, and only there") {
  const std::string payload = etf_payload(nlohmann::ordered_json::parse(dispatch("A", 7, R"({"a":[1,"b",null]})")));
  for (std::size_t size = 1; size < payload.size(); ++size) {
    CAPTURE(size);
    World world(etf_config(Compression::ZlibStream));
    world.get_ready();
    world.take();
    world.payload(std::string_view(payload).substr(0, size));
    CHECK_FALSE(has(world.take(), "close"));
    world.payload(std::string_view(payload).substr(size));
    CHECK(has(world.take(), R"(! A s=7 {"a":[1,"b",null]})"));
    CHECK(outcome(std::string_view(payload).substr(0, size))[0] == "1> close 4902");
  }
}

TEST_CASE("GW-ETF-15: a text that is not UTF-8 cannot corrupt the session") {
  World world(etf_config());
  reach_identifying(world);
  world.payload(from_hex("83 74 00000004 64 0001 64 74 00000002 64 000a 73657373696f6e5f6964 6d 00000001 ff"
                         "  64 0012 726573756d655f676174657761795f75726c 6d 00000014") +
                "wss://resume.example" + from_hex("64 0002 6f70 61 00 64 0001 73 61 01 64 0001 74 64 0005") + "READY");
  const auto lines = world.take();
  CHECK(has(lines, "! READY s=1 (a text in the ETF term is not UTF-8)"));
  CHECK(has(lines, "! odd: unusable session"));
  CHECK_FALSE(world.client().session());
}

TEST_CASE("GW-ETF-18, GW-SIZE-3: a command is measured as a term") {
  World world(etf_config());
  world.get_ready();
  const auto named = [](std::size_t size) {
    gateway::UpdatePresence presence;
    presence.activities.push_back({.name = std::string(size, 'x')});
    return presence;
  };
  std::size_t size = 3'000;
  while (world.send(named(size + 1)) && size < 5'000)
    size += 1, world.advance(Duration{60'000}), world.text(R"({"op":11})");
  const auto lines = world.take();
  const auto refused = world.send(named(size + 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::CommandTooLarge);
  CHECK(refused.error().req == req::GW_ETF_18);
}

TEST_CASE("GW-ENC-2: payload compression with ETF is the caller's error, the other compressions are not") {
  for (const auto compression : {compression::Compression::None, compression::Compression::ZlibStream,
                                 compression::Compression::ZstdStream, compression::Compression::Payload}) {
    Config config = plain_config();
    config.encoding = encoding::Encoding::Etf;
    config.compression = compression;
    World world(config);
    const Status begun = world.start();
    CHECK(bool(begun) == (compression != compression::Compression::Payload));
    if (begun) continue;
    CHECK(begun.error().code == Errc::ConfigCompression);
    CHECK(begun.error().blame == Blame::Caller);
    CHECK(begun.error().req == req::GW_ENC_2);
  }
}

}  // namespace
}  // namespace portcullis::tests
