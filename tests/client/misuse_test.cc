// What the caller can get wrong: each wrong use is refused with a reason or ignored, and none does harm.
#include <catch2/catch.hpp>
#include <functional>
#include <vector>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

using gateway::Leaving;

Config changed(const std::function<void(Config&)>& change) {
  Config config = plain_config();
  change(config);
  return config;
}

// Starts a client that is configured wrongly, twice, and gives the reason that it names both times.
std::optional<Error> refusal(const std::function<void(Config&)>& change) {
  World world(changed(change));
  const auto status = world.start();
  const auto again = world.start();
  CHECK(has(world.take(), "finished: not started"));
  CHECK_FALSE(world.has_link());
  CHECK(bool(status) == bool(again));
  if (status) return std::nullopt;
  CHECK(status.error().blame == Blame::Caller);
  CHECK(again.error() == status.error());
  return status.error();
}

Errc code(const std::optional<Error>& error) { return error.value().code; }

// The refusal of a command in a live session, from which nothing may go out.
Error refused(const gateway::Command& command, Config config = plain_config()) {
  World world(std::move(config));
  world.get_ready();
  world.take();
  const auto status = world.send(command);
  CHECK(without_passing_waits(world.take()).size() == 1);
  CHECK(world.client().commands_waiting() == 0);
  REQUIRE_FALSE(status);
  return status.error();
}

TEST_CASE("GW-URL-9: a main URL that cannot be used is refused") {
  CHECK(code(refusal([](Config& c) { c.url = ""; })) == Errc::UrlScheme);
  CHECK(code(refusal([](Config& c) { c.url = "https://gateway.example"; })) == Errc::UrlScheme);
  CHECK(code(refusal([](Config& c) { c.url = "gateway.example"; })) == Errc::UrlScheme);
  CHECK(code(refusal([](Config& c) { c.url = "wss://"; })) == Errc::UrlHost);
  CHECK(code(refusal([](Config& c) { c.url = "wss://gateway.example:0"; })) == Errc::UrlPort);
  CHECK(code(refusal([](Config& c) { c.url = "wss://gateway.example:65536"; })) == Errc::UrlPort);
  CHECK(code(refusal([](Config& c) { c.url = "wss://gateway.example/#top"; })) == Errc::UrlFragment);
  CHECK(code(refusal([](Config& c) { c.url = "wss://gateway.example/a b"; })) == Errc::UrlCharacter);
  CHECK(code(refusal([](Config& c) { c.url = "wss://gateway.example/\r\nX: y"; })) == Errc::UrlCharacter);
}

TEST_CASE("GW-URL-3: a version that is gone or not yet there is refused") {
  for (const int version : {-1, 0, 5, 11}) {
    CAPTURE(version);
    CHECK(code(refusal([version](Config& c) { c.version = version; })) == Errc::ConfigVersion);
  }
}

TEST_CASE("GW-RES-20: a token that is empty, or more than a token, is refused") {
  for (const std::string token : {"", "Bot abc", "abc\n", "abc\"def\x01", "\xc3\xa9"}) {
    CAPTURE(token);
    CHECK(code(refusal([&token](Config& c) { c.identify.token = token; })) == Errc::ConfigToken);
  }
}

TEST_CASE("GW-ID-8, GW-ID-10, GW-INT-14, GW-ID-11: what Identify may not carry is refused") {
  CHECK(code(refusal([](Config& c) { c.identify.shard = {1, 1}; })) == Errc::ConfigShard);
  CHECK(code(refusal([](Config& c) { c.identify.shard = {0, 0}; })) == Errc::ConfigShard);
  CHECK(code(refusal([](Config& c) { c.identify.large_threshold = 49; })) == Errc::ConfigThreshold);
  CHECK(code(refusal([](Config& c) { c.identify.large_threshold = 251; })) == Errc::ConfigThreshold);
  CHECK(code(refusal([](Config& c) { c.identify.intents = std::uint64_t{1} << 40; })) == Errc::ConfigIntents);
  CHECK(code(refusal([](Config& c) {
          c.identify.presence = gateway::UpdatePresence{};
          c.identify.presence->status = static_cast<gateway::PresenceStatus>(9);
        })) == Errc::CommandField);
}

TEST_CASE("GW-SIZE-1, GW-SIZE-4: an Identify that would be too large is refused at the start") {
  const auto error = refusal([](Config& c) { c.identify.properties.device = std::string(4'100, 'x'); });
  REQUIRE(error);
  CHECK(error->code == Errc::CommandTooLarge);
}

TEST_CASE("GW-SIZE-1: a Resume that would be too large is refused at the start") {
  const auto error = refusal([](Config& c) { c.resume = Session{std::string(4'100, 'x'), "wss://r1.example", 1}; });
  REQUIRE(error);
  CHECK(error->code == Errc::CommandTooLarge);
}

TEST_CASE("GW-RES-4: a stored session that is incomplete is refused, and the caller is told what it lacks") {
  CHECK(code(refusal([](Config& c) { c.resume = Session{"", "wss://r1.example", 1}; })) == Errc::SessionIncomplete);
  CHECK(code(refusal([](Config& c) { c.resume = Session{"a", "", 1}; })) == Errc::UrlScheme);
  CHECK(code(refusal([](Config& c) { c.resume = Session{"a", "ws://r1.example", 1}; })) == Errc::UrlScheme);
  CHECK(code(refusal([](Config& c) { c.resume = Session{"a", "wss://r1.example:x", 1}; })) == Errc::UrlPort);
}

TEST_CASE("LOCAL-17: a command is refused while there is no connection and none is coming") {
  const auto sends = [](World& world) {
    const auto status = world.send(voice_command());
    REQUIRE_FALSE(status);
    CHECK(status.error() == Error{Errc::NotConnected, Blame::Caller, 0, req::LOCAL_17});
    CHECK(world.client().commands_waiting() == 0);
  };
  World idle;
  sends(idle);
  World stopped;
  stopped.get_ready();
  stopped.stop(Leaving::End);
  stopped.lose();
  sends(stopped);
  World fatal;
  fatal.get_ready();
  fatal.close(4004);
  fatal.lose();
  sends(fatal);
}

TEST_CASE("GW-RATE-6: a full queue refuses, names its limit, and takes more once there is room") {
  Limits limits;
  limits.commands_waiting_max = 3;
  World world(plain_config(), limits);
  (void)world.start();
  for (int i = 0; i < 3; ++i) CHECK(world.send(voice_command()));
  const auto status = world.send(voice_command());
  REQUIRE_FALSE(status);
  CHECK(status.error() == Error{Errc::CommandQueueFull, Blame::Limit, 3, req::GW_RATE_6});
  world.opened();
  world.upgrade();
  world.text(hello(41'250));
  world.grant();
  world.text(ready("a"));
  CHECK(world.client().commands_waiting() == 0);
  CHECK(world.send(voice_command()));
}

TEST_CASE("GW-SIZE-1, GW-SIZE-3, GW-SIZE-4: a command of more than 4096 bytes is refused, counted in bytes") {
  const auto presence = [](std::string name) {
    gateway::UpdatePresence update;
    update.activities.push_back({.name = std::move(name), .url = std::nullopt, .state = std::nullopt});
    return gateway::Command(update);
  };
  World world;
  world.get_ready();
  world.take();
  CHECK(world.send(presence("x")));
  const std::size_t rest = 4'096 + 1 - sent(world.take(), 3).at(0).size();
  CHECK(world.send(presence(std::string(rest, 'x'))));
  CHECK(sent(world.take(), 3).at(0).size() == 4'096);
  CHECK(refused(presence(std::string(rest + 1, 'x'))).code == Errc::CommandTooLarge);
  std::string wide;
  while (wide.size() + 2 <= rest + 1) wide += "\xc3\xa9";  // half as many characters
  CHECK(refused(presence(wide + "xx")).code == Errc::CommandTooLarge);
}

TEST_CASE("GW-SIZE-6, GW-SIZE-7: a hundred user ids fit, and too many guilds are refused") {
  gateway::RequestGuildMembers members;
  members.guild_id = 1;
  members.user_ids.assign(100, 18'446'744'073'709'551'615u);
  World world;
  world.get_ready();
  CHECK(world.send(members));
  members.user_ids.push_back(1);
  CHECK(refused(members).code == Errc::CommandField);
  gateway::RequestSoundboardSounds sounds;
  sounds.guild_ids.assign(170, 1'234'567'890'123'456'789u);
  CHECK(world.send(sounds));
  sounds.guild_ids.assign(200, 1'234'567'890'123'456'789u);
  CHECK(refused(sounds).code == Errc::CommandTooLarge);
}

TEST_CASE("GW-RGM-2, GW-RGM-4, GW-SHARD-10: what the server would punish is refused") {
  gateway::RequestGuildMembers members;
  members.guild_id = 1;
  CHECK(refused(members).req == req::GW_RGM_2);
  members.query = "";
  CHECK(refused(members) == Error{Errc::CommandIntent, Blame::Caller, 0, req::GW_RGM_4});
  const Config sharded = changed([](Config& c) { c.identify.shard = gateway::Shard{0, 2}; });
  CHECK(refused(voice_command(41'771'983'444'115'456), sharded).code == Errc::CommandWrongShard);
  CHECK(refused(gateway::UpdateVoiceState{}).req == req::GW_VSU_1);
}

TEST_CASE("LOCAL-17: a command is checked when it is given, also while it has to wait") {
  World world;
  (void)world.start();
  const auto status = world.send(gateway::UpdateVoiceState{});
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Errc::CommandField);
  CHECK(world.client().commands_waiting() == 0);
}

// Every call but `start`, for links that are not the current one, or at a time when it makes no sense.
void call_everything(World& world, std::uint64_t current) {
  const auto bytes = server_text(R"({"op":7})");
  for (const std::uint64_t link : {std::uint64_t{0}, current + 1, current + 1'000'000, ~std::uint64_t{0}}) {
    if (link == current) continue;
    CHECK(world.ignores([&](Client& c) { c.opened({link}, world.now()); }));
    CHECK(world.ignores([&](Client& c) { c.received({link}, bytes, world.now()); }));
    CHECK(world.ignores([&](Client& c) { c.received({link}, {}, world.now()); }));
    CHECK(world.ignores([&](Client& c) { c.lost({link}, world.now()); }));
  }
  CHECK(world.ignores([&](Client& c) { c.elapsed(world.now()); }));
  CHECK(world.ignores([&](Client& c) { c.elapsed(world.now()); }));
  CHECK(world.ignores([&](Client& c) { c.received({current}, {}, world.now()); }));
}

TEST_CASE("LOCAL-18: calls for links that never were change nothing, in any state") {
  World idle;
  call_everything(idle, 99);
  World dialling;
  (void)dialling.start();
  call_everything(dialling, 1);
  CHECK(dialling.ignores([&](Client& c) { c.received({1}, server_text("x"), dialling.now()); }));  // not opened yet
  dialling.opened();
  CHECK(dialling.ignores([&](Client& c) { c.opened({1}, dialling.now()); }));
  call_everything(dialling, 1);
  World live;
  live.get_ready();
  call_everything(live, 1);
  CHECK(live.ignores([&](Client& c) { c.opened({1}, live.now()); }));
  live.stop(Leaving::End);
  call_everything(live, 1);
  live.lose();
  CHECK(live.ignores([&](Client& c) { c.lost({1}, live.now()); }));
  CHECK(live.ignores([&](Client& c) { c.received({1}, server_text(R"({"op":7})"), live.now()); }));
  call_everything(live, 1);
}

TEST_CASE("INV-1: stop, reconnect and a turn to identify before the start do no harm") {
  World world;
  world.stop(Leaving::Keep);
  world.reconnect();
  world.stop(Leaving::End);
  world.stop(Leaving::End);
  CHECK_FALSE(has(world.take(), "dial"));
  world.grant();
  CHECK(has(world.take(), "return identify 0"));
  CHECK(world.start());
  CHECK(has(world.take(), "dial 1 "));
}

TEST_CASE("INV-1, INV-9: each local command twice over, in every state, leaves one client in one piece") {
  using Act = void (*)(World&);
  const std::vector<Act> acts{[](World& w) { (void)w.start(); },
                              [](World& w) { w.stop(Leaving::End); },
                              [](World& w) { w.stop(Leaving::Keep); },
                              [](World& w) { w.reconnect(); },
                              [](World& w) { w.grant(); },
                              [](World& w) { (void)w.send(voice_command()); },
                              [](World& w) { w.advance(Duration{0}); }};
  const std::vector<Act> reaches{[](World&) {},
                                 [](World& w) { (void)w.start(); },
                                 [](World& w) { (void)w.start(), w.lose(); },
                                 [](World& w) { reach_hello_wait(w); },
                                 [](World& w) { reach_slot_wait(w); },
                                 [](World& w) { reach_identifying(w); },
                                 [](World& w) { reach_resuming(w); },
                                 [](World& w) { w.get_ready(); },
                                 [](World& w) { w.get_ready(), w.reconnect(); },
                                 [](World& w) { w.get_ready(), w.stop(Leaving::Keep); },
                                 [](World& w) { w.get_ready(), w.close(4014), w.lose(); }};
  for (const Act reach : reaches)
    for (const Act one : acts)
      for (const Act two : acts) {
        World world;
        reach(world);
        int transports = world.has_link() ? 1 : 0;
        world.on_output = [&transports](const Output& output) {
          if (std::holds_alternative<Dial>(output)) CHECK(++transports == 1);
          if (std::holds_alternative<Hangup>(output)) --transports;
        };
        one(world);
        two(world);
        one(world);
        world.advance(Duration{120'000});
        world.stop(Leaving::End);
        world.advance(Duration{6'000});
        CHECK(world.finished());
      }
}

}  // namespace
}  // namespace portcullis::tests
