// The mock gateway in ETF: what it writes, what it reads, and a session of our own client with it.
#include "portcullis/oracle/mock/etf.h"

#include <catch2/catch.hpp>

#include "portcullis/tests/encoding/etf_terms.h"
#include "portcullis/tests/mock/peer_parts.h"

namespace portcullis::tests {
namespace {

constexpr std::string_view kQuery = "/?v=10&encoding=etf";

std::string written(std::string_view text) { return mock::etf_of_json(text).value().substr(1); }

Config etf_config(compression::Compression compression = kNone) {
  Config config = Talk::config("the-token", compression);
  config.encoding = encoding::Encoding::Etf;
  return config;
}

void send_etf(Talk& talk, Talk::Raw& raw, std::string_view text) {
  // Keys as binaries: the second spelling of this writer.
  talk.text(raw,
            etf_payload(nlohmann::ordered_json::parse(text), [](std::uint32_t below) { return below == 3 ? 1 : 0; }),
            0x82);
}

TEST_CASE("GW-ETF-1, GW-ETF-5, GW-ETF-6: Hello is written as in captures", "[mock]") {
  CHECK(mock::etf_of_json(R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}})") ==
        from_hex(
            "83 74 00 00 00 04 64 00 01 64 74 00 00 00 01 64 00 12 68 65 61 72 74 62 65 61 74 5f 69 6e 74 65 72 76 "
            "61 6c 62 00 00 a1 22 64 00 02 6f 70 61 0a 64 00 01 73 64 00 03 6e 69 6c 64 00 01 74 64 00 03 6e 69 6c"));
  CHECK_FALSE(mock::etf_of_json("{"));
}

TEST_CASE("GW-ETF-7, GW-ETF-8: each kind of value has the gateway's tag", "[mock]") {
  CHECK(written("[0,1]") == from_hex("6b 0002 00 01"));
  CHECK(written("[0,256]") == from_hex("6c 00000002 61 00 62 00000100 6a"));
  CHECK(written("[]") == "j");
  CHECK(written("true") == from_hex("64 0004 74727565"));
  CHECK(written("1.5") == from_hex("46 3ff8000000000000"));
  CHECK(written("-1") == from_hex("62 ffffffff"));
  CHECK(written("4294967296") == from_hex("6e 05 00 0000000001"));
  CHECK(written("-4294967296") == from_hex("6e 05 01 0000000001"));
  CHECK(written("18446744073709551615") == from_hex("6e 08 00 ffffffffffffffff"));
  CHECK(written(R"("é")") == from_hex("6d 00000002 c3a9"));
}

TEST_CASE("GW-ETF-4, GW-ETF-9, GW-ETF-10: ids are integers, but as keys binaries; t is an atom", "[mock]") {
  CHECK(written(R"({"id":"41771983423143937"})") == from_hex("74 00000001 64 0002 6964 6e 07 00 010080c9656794"));
  CHECK(written(R"({"u_id":"300"})") == from_hex("74 00000001 64 0004 755f6964 6e 02 00 2c01"));
  CHECK(written(R"({"role_ids":["256"]})") ==
        from_hex("74 00000001 64 0008 726f6c655f696473 6c 00000001 6e 02 00 0001 6a"));
  CHECK(written(R"({"nonce":"256"})") == from_hex("74 00000001 64 0005 6e6f6e6365 6d 00000003 323536"));
  CHECK(written(R"({"id":"07"})") == from_hex("74 00000001 64 0002 6964 6d 00000002 3037"));
  CHECK(written(R"({"41771983423143937":1})") ==
        from_hex("74 00000001 6d 00000011 3431373731393833343233313433393337 61 01"));
  CHECK(written(R"({"d":{"t":"A"},"t":"A"})") ==
        from_hex("74 00000002 64 0001 64 74 00000001 64 0001 74 6d 00000001 41 64 0001 74 64 0001 41"));
}

TEST_CASE("GW-READY-1, GW-ENC-1, GW-ENC-2: a client logs in over ETF and sees what it sees over JSON", "[mock]") {
  const auto compression = GENERATE(kNone, kZlib);
  Talk talk(plain_world()), other(plain_world());
  auto& client = talk.join(etf_config(compression));
  auto& json_client = other.join(Talk::config("the-token", compression));
  REQUIRE(client.dispatches == std::vector<std::string>{"READY 1", "GUILD_CREATE 2"});
  REQUIRE(client.data.size() == json_client.data.size());
  for (std::size_t i = 0; i < client.data.size(); ++i)
    CHECK(json::parse(client.data[i]) == json::parse(json_client.data[i]));
}

TEST_CASE("GW-RES-1, GW-HB-2, GW-ETF-14: beats, commands and a resume over ETF are understood", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(etf_config(GENERATE(kNone, kZlib)));
  CHECK(client.core->send(gateway::UpdateVoiceState{.guild_id = 200'000'000'000'000'001, .channel_id = 5}, talk.now()));
  talk.advance(Duration{200'000});
  CHECK(client.ends.empty());
  CHECK(client.events.back().first == "VOICE_SERVER_UPDATE");
  CHECK(talk.took(peer_table::Input::Heartbeat, peer_table::Action::Acknowledge));
  talk.drop(client);
  CHECK(talk.say(mock::SayDispatch{"SOMETHING_NEW", R"([1,"x"])"}) == 1);
  talk.advance(Duration{10'000});
  CHECK(talk.took(peer_table::Input::ResumeLive, peer_table::Action::Replay));
  REQUIRE(client.events.size() >= 2);
  CHECK(client.events[client.events.size() - 2].first == "RESUMED");
  CHECK(client.events.back().first == "SOMETHING_NEW");
  CHECK(client.data.back() == R"([1,"x"])");
}

TEST_CASE("GW-ETF-2, GW-ETF-3, GW-CAUSE-2: what the gateway does not decode is closed with 4002", "[mock]") {
  const std::string beat = R"({"op":1,"d":251})";
  const nlohmann::ordered_json tree = nlohmann::ordered_json::parse(beat);
  const auto binary_keys = [](std::uint32_t below) { return below == 3 ? 1u : 0u; };
  const std::string good = etf_payload(tree, binary_keys);
  struct Said {
    std::string payload;
    std::uint8_t first_byte = 0x82;
    std::optional<std::uint16_t> close = 4002;
  };
  for (const Said& said : {Said{good, 0x82, std::nullopt}, Said{etf_payload(tree)}, Said{compressed(good)},
                           Said{good, 0x81, 1007}, Said{beat}, Said{beat, 0x81}, Said{good + "j"},
                           Said{"\x83m" + std::string("\0\0\x10\0", 4) + std::string(4'096, 'x')}}) {
    Talk talk(plain_world());
    auto& raw = talk.raw(kQuery);
    talk.text(raw, said.payload, said.first_byte);
    CAPTURE(said.payload.size(), int(said.first_byte));
    CHECK(raw.close_code() == said.close);
  }
  Talk talk(plain_world());
  auto& json_link = talk.raw();
  talk.text(json_link, good, 0x82);
  CHECK(json_link.close_code() == 4002);
}

TEST_CASE("GW-CAUSE-1, GW-CAUSE-3: ETF is held to the rules of JSON behind that", "[mock]") {
  const auto close_after = [](std::string_view text) {
    Talk talk(plain_world());
    auto& raw = talk.raw(kQuery);
    send_etf(talk, raw, text);
    return raw.close_code();
  };
  CHECK(close_after(R"({"op":99,"d":null})") == 4001);
  CHECK(close_after(R"({"op":2,"d":{"token":7}})") == 4001);
  CHECK(close_after(R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})") == 4003);
  CHECK(close_after(identify("wrong")) == 4004);
  CHECK_FALSE(close_after(identify()));
}

TEST_CASE("GW-CONN-3: all that is said over ETF is binary, the script's own words too", "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw(kQuery);
  const std::string head = "\x82\x44\x83t";  // a frame of 68 bytes
  CHECK(raw.has(head));
  CHECK(talk.say(mock::SayAnything{R"({"op":99,"d":[1]})"}, raw.link) == 1);
  CHECK(raw.has("\x82\x15" + etf_payload(nlohmann::ordered_json::parse(R"({"d":[1],"op":99})"))));
  CHECK(talk.say(mock::SayAnything{"not JSON"}, raw.link) == 1);
  CHECK(raw.has("\x82\x08not JSON"));
  CHECK(raw.received.find('\x81', raw.received.find(head)) == std::string::npos);
}

}  // namespace
}  // namespace portcullis::tests
