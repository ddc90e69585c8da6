// From the dial to Identify: where to, with what, how long, and what becomes of a connection that is refused.
#include <catch2/catch.hpp>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

using compression::Compression;
using nlohmann::json;

Config config_with(std::string url, int version = 10, Compression compression = Compression::None) {
  Config config = plain_config();
  config.url = std::move(url);
  config.version = version;
  config.compression = compression;
  return config;
}

std::string first_dial(const Config& config) {
  World world(config);
  (void)world.start();
  return first(world.take(), "dial ");
}

// Where the second connection goes when READY named this URL for it.
std::string second_dial(const Config& config, std::string_view resume_url) {
  World world(config);
  reach_identifying(world);
  world.text(ready("session-one", 1, resume_url));
  world.lose();
  dial_again(world);
  return world.dialled();
}

// The delays that follow each of `times` dials that fail like this.
std::vector<std::int64_t> delays_of(World& world, int times, const std::function<void(World&)>& fail) {
  std::vector<std::int64_t> delays;
  (void)world.start();
  for (int i = 0; i < times; ++i) {
    dial_again(world);
    world.take();
    fail(world);
    delays.push_back(delay_ms(world.take()));
  }
  return delays;
}

void refuse_with(World& world, std::string_view answer) {
  world.opened();
  world.refuse(answer);
  if (world.has_link()) world.lose();
}

constexpr std::string_view kUnavailable = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";

TEST_CASE("GW-CONN-1, GW-URL-1, GW-URL-3, GW-URL-9: version and encoding are in the URL, and TLS is used") {
  CHECK(first_dial(plain_config()) == "dial 1 wss://gateway.example:443/?v=10&encoding=json");
  for (const int version : {6, 7, 8, 9, 10})
    CHECK(has({first_dial(config_with("wss://g.example", version))}, "?v=" + std::to_string(version) + "&"));
}

TEST_CASE("GW-URL-2: transport compression is asked for in the URL") {
  CHECK(first_dial(config_with("wss://g.example/", 10, Compression::ZlibStream)) ==
        "dial 1 wss://g.example:443/?v=10&encoding=json&compress=zlib-stream");
  CHECK(first_dial(config_with("wss://g.example/", 10, Compression::ZstdStream)) ==
        "dial 1 wss://g.example:443/?v=10&encoding=json&compress=zstd-stream");
  CHECK(first_dial(config_with("wss://g.example/", 10, Compression::Payload)) ==
        "dial 1 wss://g.example:443/?v=10&encoding=json");
}

TEST_CASE("GW-URL-6, GW-URL-7, GW-URL-8, GW-RES-2: the resume URL gets the query of the first connection") {
  const Config config = config_with("wss://g.example:8443/path?x=1&v=3", 9, Compression::ZlibStream);
  CHECK(first_dial(config) == "dial 1 wss://g.example:8443/path?x=1&v=9&encoding=json&compress=zlib-stream");
  for (const std::string_view resume_url : {"wss://r1.example", "wss://r1.example/", "wss://r1.example?v=4&x=2"})
    CHECK(second_dial(config, resume_url) == "wss://r1.example:443/?x=1&v=9&encoding=json&compress=zlib-stream");
  CHECK(second_dial(config, "wss://r1.example:444/a/?k=5") ==
        "wss://r1.example:444/a/?k=5&x=1&v=9&encoding=json&compress=zlib-stream");
}

TEST_CASE("GW-SEC-2, LOCAL-8, LOCAL-19: a resume URL of another scheme, or none, leaves nothing to resume") {
  for (const std::string_view url : {"ws://r1.example", "http://r1.example", "https://r1.example", "r1.example", "",
                                     "wss://", "wss://r1.example/#a", "wss://r1 example"}) {
    CAPTURE(url);
    CHECK(second_dial(plain_config(), url) == "wss://gateway.example:443/?v=10&encoding=json");
  }
  const Config plain = config_with("ws://localhost:8080");
  CHECK(second_dial(plain, "ws://r1.example") == "ws://r1.example:80/?v=10&encoding=json");
  CHECK(second_dial(plain, "wss://r1.example") == "ws://localhost:8080/?v=10&encoding=json");
}

TEST_CASE("GW-CONN-5: pings are answered, and a message may come in fragments with a ping between them") {
  World world;
  world.get_ready();
  world.take();
  world.bytes(server_frame(0x01, bytes_of(R"({"op":0,"t":"A",)")));
  world.bytes(server_frame(0x89, bytes_of("hello")));
  world.bytes(server_frame(0x00, bytes_of(R"("s":2,)")));
  world.bytes(server_frame(0x80, bytes_of(R"("d":[1]})")));
  const auto lines = without_passing_waits(world.take());
  CHECK(lines[0] == "1> pong hello");
  CHECK(lines[1] == "! A s=2 [1]");
}

TEST_CASE("GW-CONN-13: no WebSocket extension is offered, and the request names the host once") {
  World world;
  std::string request;
  world.on_output = [&request](const Output& output) {
    if (const auto* transmit = std::get_if<Transmit>(&output)) request += text_of(transmit->bytes);
  };
  (void)world.start();
  world.opened();
  CHECK(request.find("Sec-WebSocket-Extensions") == std::string::npos);
  CHECK(request.find("\r\nHost: gateway.example\r\n") != std::string::npos);
  CHECK(request.find("the-secret-token") == std::string::npos);
}

TEST_CASE("GW-CONN-7: a malformed control frame is a loss that is resumed") {
  World world;
  world.get_ready();
  world.take();
  world.bytes(server_frame(0x09, bytes_of("a")));  // a fragmented ping
  world.lose();
  const auto lines = world.take();
  CHECK(has(lines, "1> close 1002"));
  CHECK(has(lines, "resume in 0 ms"));
}

TEST_CASE("GW-CONN-8: a refused upgrade is tried again, and nothing is sent on it") {
  for (const std::string_view answer : std::initializer_list<std::string_view>{
           "HTTP/1.1 520 \r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", kUnavailable,
           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
           "no\r\n\r\n",
           "HTTP/1.1 50", ""}) {
    CAPTURE(answer);
    World world;
    (void)world.start();
    world.take();
    refuse_with(world, answer);
    const auto lines = world.take();
    CHECK(has(lines, "! disconnected: open failed"));
    CHECK(delay_ms(lines) >= 1'000);
    CHECK(sent(lines, 2).empty());
    dial_again(world);
    CHECK(world.link() == 2);
    CHECK(world.dialled().starts_with("wss://gateway.example:"));
  }
}

TEST_CASE("GW-CONN-9, GW-DISC-8, LOCAL-1: waits grow to a minute and are never the same, and there is no end to them") {
  for (const std::uint32_t seed : {1u, 77u, 123'456'789u}) {
    World world(plain_config(), {}, seed);
    const auto delays = delays_of(world, 60, [](World& w) { w.lose(); });
    for (std::size_t n = 0; n < delays.size(); ++n) {
      const std::int64_t base = n < 6 ? 1'000 << n : 60'000;
      CHECK(delays[n] >= base);
      CHECK(delays[n] <= base + base / 2);
    }
    CHECK(std::set<std::int64_t>(delays.begin(), delays.end()).size() > 55);
  }
}

TEST_CASE("GW-CONN-10, LOCAL-5: nobody waits more than 20 s for the transport, the upgrade and Hello together") {
  for (const int step : {0, 1, 2}) {
    CAPTURE(step);
    World world;
    (void)world.start();
    if (step > 0) world.opened();
    world.advance(Duration{12'000});
    if (step > 1) world.upgrade();
    world.take();
    world.advance(Duration{7'999});
    CHECK(world.take().empty());
    world.advance(Duration{1});
    CHECK(has(world.take(), step > 1 ? "1> close 4903" : "hangup 1"));
  }
}

TEST_CASE("LOCAL-4, GW-RES-14, GW-RES-25, OP-37: a dead resume URL is tried twice, then the session at the main one") {
  World world;
  world.get_ready();
  world.text(dispatch("A", 9));
  for (const std::string host : {"resume.example", "resume.example", "gateway.example"}) {
    world.lose();
    dial_again(world);
    CHECK(world.dialled().starts_with("wss://" + host + ":"));
  }
  world.take();
  come_back(world);
  CHECK(has(sent(world.take(), 6), R"("seq":9)"));
}

TEST_CASE("LOCAL-4: a resume URL that opens again is counted anew") {
  World world;
  world.get_ready();
  world.lose();
  dial_again(world);
  world.lose();  // once
  come_back(world);
  world.lose();
  dial_again(world);
  world.lose();  // once again
  dial_again(world);
  CHECK(world.dialled().starts_with("wss://resume.example:"));
}

TEST_CASE("LOCAL-11: a Retry-After lengthens the wait, to an hour at most, and never shortens it") {
  const auto delay = [](std::string_view value) {
    World world;
    (void)world.start();
    refuse_with(world, "HTTP/1.1 429 Slow\r\nRetry-After: " + std::string(value) + "\r\nContent-Length: 0\r\n\r\n");
    return delay_ms(world.take());
  };
  CHECK(delay("7") == 7'000);
  CHECK(delay("3600") == 3'600'000);
  CHECK(delay("3601") == 3'600'000);
  CHECK(delay("9223372036854775807") == 3'600'000);
  CHECK(delay("99999999999999999999") == 3'600'000);
  CHECK(delay("1.5") == 2'000);
  for (const std::string_view value : {"0", "-5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"}) {
    CAPTURE(value);
    CHECK(delay(value) >= 1'000);
    CHECK(delay(value) <= 1'500);
  }
}

TEST_CASE("LOCAL-20, GW-REST-4: from the third failure of the main URL on each report says so, until it opens") {
  World world;
  std::vector<bool> told;
  world.on_output = [&told](const Output& output) {
    if (const auto* notify = std::get_if<Notify>(&output))
      if (const auto* gone = std::get_if<Disconnected>(&notify->event)) told.push_back(gone->main_url_failing);
  };
  delays_of(world, 4, [](World& w) { refuse_with(w, kUnavailable); });
  CHECK(told == std::vector<bool>{false, false, true, true});
  come_back(world);
  world.lose();
  CHECK_FALSE(told.back());
}

TEST_CASE("LOCAL-20, LOCAL-19: a new main URL is dialled next, and one that cannot be used changes nothing") {
  World world;
  REQUIRE(world.start());
  CHECK_FALSE(world.client().set_main_url("ws://other.example"));
  CHECK_FALSE(world.client().set_main_url("wss://other.example/#part"));
  world.lose();
  dial_again(world);
  CHECK(world.dialled().starts_with("wss://gateway.example:"));
  CHECK(world.client().set_main_url("wss://other.example"));
  world.lose();
  dial_again(world);
  CHECK(world.dialled().starts_with("wss://other.example:443/?v=10"));
}

TEST_CASE("LOCAL-20: failures of the resume URL are not the main one's") {
  World world;
  world.get_ready();
  world.lose();
  for (int i = 0; i < 3; ++i) {
    dial_again(world);
    world.lose();
  }
  CHECK_FALSE(has(world.take(), "main URL failing"));
}

TEST_CASE("GW-HELLO-4, GW-RECON-3: a Reconnect instead of Hello is followed") {
  World world;
  reach_hello_wait(world);
  world.take();
  world.text(R"({"op":7,"d":null})");
  CHECK(has(world.take(), "1> close 4900"));
  world.lose();
  const auto lines = world.take();
  CHECK(has(lines, "identify in 0 ms"));
  CHECK(delay_ms(lines) < 5'000);
}

TEST_CASE("GW-HELLO-5, GW-HELLO-8, GW-ID-3, GW-ID-4: nothing goes out before Hello, and no command before READY") {
  World world;
  world.get_ready();
  world.lose();
  dial_again(world);
  world.take();
  world.opened();
  world.upgrade();
  CHECK(world.send(voice_command()));
  world.grant();
  world.text(dispatch("A", 2));
  world.advance(Duration{5'000});
  CHECK_FALSE(has(world.take(), "2> {"));
  world.text(hello(41'250));
  CHECK(without_passing_waits(world.take()).front().starts_with("2> {\"op\":6,"));
  world.text(resumed(3));
  CHECK(sent(world.take(), 4).size() == 1);
}

TEST_CASE("GW-HELLO-7, GW-ID-2, GW-RES-6, OP-35: a second Hello re-arms the beats and identifies nobody again") {
  using Reach = void (*)(World&);
  for (const Reach reach :
       std::initializer_list<Reach>{[](World& w) { reach_slot_wait(w); }, [](World& w) { reach_identifying(w); },
                                    [](World& w) { reach_resuming(w); }, [](World& w) { w.get_ready(); }}) {
    World world;
    reach(world);
    const auto asks = world.asks();
    world.take();
    world.text(hello(1'000));
    CHECK(has(world.take(), "! odd: second hello, op 10"));
    CHECK(world.asks() == asks);
    world.advance(Duration{1'000});
    const auto lines = world.take();
    CHECK(sent(lines, 1).size() == 1);
    CHECK(sent(lines, 2).empty());
    CHECK(sent(lines, 6).empty());
  }
}

TEST_CASE("GW-ID-1, GW-ID-6, GW-ID-7, GW-ID-12, GW-ID-13, GW-INT-1: Identify has what it must and no more") {
  Config config = config_with("wss://gateway.example", 10, Compression::ZlibStream);
  World world(config);
  std::string identify;
  world.on_sent = [&identify](std::string_view text) { identify = text; };
  reach_identifying(world);
  const json d = json::parse(identify).at("d");
  CHECK(d.size() == 3);
  CHECK(d.at("token") == "the-secret-token");
  CHECK(d.at("intents") == 513);
  CHECK(d.at("properties") == json{{"os", "linux"}, {"browser", "portcullis"}, {"device", "portcullis"}});
}

TEST_CASE("GW-ID-12, GW-ID-13: Identify asks for payload compression, where that is configured and nowhere else") {
  for (const auto compression :
       {Compression::None, Compression::ZlibStream, Compression::ZstdStream, Compression::Payload}) {
    CAPTURE(int(compression));
    World world(config_with("wss://gateway.example", 10, compression));
    std::vector<json> handshakes;
    world.on_sent = [&handshakes](std::string_view text) { handshakes.push_back(json::parse(text)); };
    reach_resuming(world);
    REQUIRE(handshakes.size() == 2);
    CHECK(handshakes[0].at("d").value("compress", false) == (compression == Compression::Payload));
    CHECK(handshakes[0].at("d").contains("compress") == (compression == Compression::Payload));
    CHECK_FALSE(handshakes[1].at("d").contains("compress"));
  }
}

TEST_CASE("GW-ID-8, GW-ID-10, GW-ID-11: Identify carries what was configured") {
  Config config = plain_config();
  config.identify.shard = gateway::Shard{3, 16};
  config.identify.large_threshold = 250;
  config.identify.presence = gateway::UpdatePresence{};
  World world(config);
  std::string identify;
  world.on_sent = [&identify](std::string_view text) { identify = text; };
  reach_identifying(world);
  const json d = json::parse(identify).at("d");
  CHECK(d.at("shard") == json{3, 16});
  CHECK(d.at("large_threshold") == 250);
  CHECK(d.at("presence") ==
        json{{"since", nullptr}, {"activities", json::array()}, {"status", "online"}, {"afk", false}});
}

TEST_CASE("GW-IDL-1, GW-IDL-11, GW-IDL-12, GW-ID-18: the turn is asked for in the shard's bucket, and waited for") {
  const auto ask = [](std::optional<gateway::Shard> shard, std::uint32_t concurrency) {
    Config config = plain_config();
    config.identify.shard = shard;
    config.max_concurrency = concurrency;
    World world(config);
    reach_slot_wait(world);
    world.advance(Duration{30'000});
    const auto lines = world.take();
    CHECK(sent(lines, 2).empty());
    CHECK(count(lines, "ask identify ") == 1);
    return first(lines, "ask identify ");
  };
  CHECK(ask(std::nullopt, 1) == "ask identify 0");
  CHECK(ask(std::nullopt, 16) == "ask identify 0");
  CHECK(ask(gateway::Shard{17, 32}, 16) == "ask identify 1");
  CHECK(ask(gateway::Shard{17, 32}, 1) == "ask identify 0");
  CHECK(ask(gateway::Shard{17, 32}, 0) == "ask identify 0");
}

TEST_CASE("GW-ID-19, OP-24, LOCAL-5: READY is waited for a minute, with beats, and no less") {
  World world;
  reach_identifying(world, 60'000'000);
  world.take();
  world.advance(Duration{59'999});
  CHECK_FALSE(has(world.take(), "close"));
  world.advance(Duration{1});
  CHECK(has(world.take(), "1> close 4903"));
  world.advance(Duration{5'000});
  CHECK(has(world.take(), "! disconnected: no ready; identify in "));
}

}  // namespace
}  // namespace portcullis::tests
