// How commands share the connection with the heartbeat: order, budgets, and what becomes of them when it breaks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <nlohmann/json.hpp>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

constexpr std::string_view kAck = R"({"op":11})";
constexpr std::uint64_t kGuild = 81'384'788'765'712'384;

gateway::Command whole_list(std::uint64_t guild_id = kGuild) {
  gateway::RequestGuildMembers members;
  members.guild_id = guild_id;
  members.query = "";
  return members;
}

gateway::Command members_named(std::string query, std::uint64_t guild_id = kGuild) {
  gateway::RequestGuildMembers members;
  members.guild_id = guild_id;
  members.query = std::move(query);
  members.limit = 1;
  return members;
}

gateway::Command sounds_of(std::uint64_t guild_id) { return gateway::RequestSoundboardSounds{.guild_ids = {guild_id}}; }

Config member_config() {
  Config config = plain_config();
  config.identify.intents = 513 | 2;
  return config;
}

// Notes when each message went out, and holds a sliding minute against the limit.
class Minute {
 public:
  explicit Minute(World& world) {
    world.on_sent = [this, &world](std::string_view) {
      at_.push_back(world.now());
      while (at_.front() + Duration{60'000} <= world.now()) at_.pop_front();
      most_ = std::max(most_, at_.size());
    };
  }
  std::size_t most() const { return most_; }

 private:
  std::deque<Instant> at_;
  std::size_t most_ = 0;
};

void live_on(World& world, Duration length) {
  const Instant end = world.now() + length;
  while (world.now() < end) {
    world.advance(std::min(*world.deadline() - world.now(), end - world.now()));
    world.text(kAck);
  }
}

std::string rate_limited(int opcode, double seconds, std::string meta) {
  return dispatch(
      "RATE_LIMITED", 5,
      nlohmann::json{{"opcode", opcode}, {"retry_after", seconds}, {"meta", nlohmann::json::parse(meta)}}.dump());
}

TEST_CASE("GW-RATE-1, GW-RATE-2, GW-RATE-5, INV-12: a flood never exceeds 120 messages in any minute") {
  for (const std::int64_t interval : {1'100, 5'000, 41'250}) {
    CAPTURE(interval);
    World world;  // scenario L1
    Minute minute(world);
    world.get_ready(interval);
    for (int i = 0; i < 900; ++i) CHECK(world.send(voice_command()));
    live_on(world, Duration{600'000});
    CHECK(minute.most() <= 120);
    CHECK(minute.most() > 100);
  }
}

TEST_CASE("LOCAL-6, GW-RATE-2: what is kept for beats follows the interval, and op 2 counts too") {
  const auto burst = [](std::int64_t interval) {
    World world;
    world.get_ready(interval);
    for (int i = 0; i < 200; ++i) CHECK(world.send(voice_command()));
    return sent(world.take(), 4).size();
  };
  CHECK(burst(41'250) == 120 - (2 + 1) - 5 - 1);
  CHECK(burst(60'000) == 120 - (1 + 1) - 5 - 1);
  CHECK(burst(5'000) == 120 - (12 + 1) - 5 - 1);
  CHECK(burst(600'000) == 120 - (1 + 1) - 5 - 1);
  CHECK(burst(250) == 120 - 60 - 5 - 1);
}

TEST_CASE("LOCAL-7, GW-HB-18: five beats that are asked for find room, and one answer is owed for the rest") {
  World world;
  world.get_ready(6'000'000);  // the first beat of the schedule is minutes away
  for (int i = 0; i < 200; ++i) CHECK(world.send(voice_command()));
  world.take();
  for (int i = 0; i < 20; ++i) world.text(R"({"op":1})");
  CHECK(sent(world.take(), 1).size() == 5);
  world.advance(Duration{59'999});
  CHECK(sent(world.take(), 1).empty());
  world.advance(Duration{1});
  CHECK(sent(world.take(), 1).size() == 1);
  world.advance(Duration{120'000});
  CHECK(sent(world.take(), 1).empty());
}

TEST_CASE("LOCAL-7: a beat of the schedule answers what is owed") {
  World world;
  world.get_ready(41'250);
  for (int i = 0; i < 200; ++i) CHECK(world.send(voice_command()));
  for (int i = 0; i < 20; ++i) world.text(R"({"op":1})");
  world.take();
  live_on(world, Duration{60'000});
  CHECK(sent(world.take(), 1).size() == 2);
}

TEST_CASE("GW-RATE-6, LOCAL-17: commands wait in their order and none is lost") {
  World world(member_config());
  world.get_ready();
  for (int i = 0; i < 300; ++i) CHECK(world.send(members_named(std::to_string(i))));
  live_on(world, Duration{180'000});
  const auto queries = sent(world.take(), 8);
  REQUIRE(queries.size() == 300);
  for (std::size_t i = 0; i < queries.size(); ++i)
    CHECK(queries[i].find("\"query\":\"" + std::to_string(i) + "\"") != std::string::npos);
  CHECK(world.client().commands_waiting() == 0);
}

TEST_CASE("GW-RATE-7, LOCAL-17: commands wait through a loss and go out within the new connection's budget") {
  World world;
  world.get_ready();
  Minute minute(world);
  for (int i = 0; i < 300; ++i) CHECK(world.send(voice_command()));
  const std::size_t before = sent(world.take(), 4).size();
  world.lose();
  come_back(world);
  CHECK(sent(world.take(), 4).empty());
  world.text(resumed(2));
  CHECK(before + sent(world.take(), 4).size() < 300);
  live_on(world, Duration{120'000});
  CHECK(world.client().commands_waiting() == 0);
}

TEST_CASE("LOCAL-17: stopping for good drops what waits and says how much, stopping for later keeps it") {
  World gone;
  (void)gone.start();
  for (int i = 0; i < 3; ++i) CHECK(gone.send(voice_command()));
  gone.stop(gateway::Leaving::End);
  CHECK(has(gone.take(), "finished: ended, 3 commands dropped"));
  CHECK(gone.client().commands_waiting() == 0);
  World kept;
  (void)kept.start();
  CHECK(kept.send(voice_command()));
  kept.stop(gateway::Leaving::Keep);
  CHECK(kept.client().commands_waiting() == 1);
  kept.get_ready();
  CHECK(sent(kept.take(), 4).size() == 1);
}

TEST_CASE("GW-PRES-6: five presence updates in any 20 s, and other kinds pass by") {
  World world;
  world.get_ready();
  for (int i = 0; i < 12; ++i) CHECK(world.send(gateway::UpdatePresence{}));
  CHECK(world.send(voice_command()));
  auto lines = world.take();
  CHECK(sent(lines, 3).size() == 5);
  CHECK(sent(lines, 4).size() == 1);
  live_on(world, Duration{19'999});
  CHECK(sent(world.take(), 3).empty());
  live_on(world, Duration{1});
  CHECK(sent(world.take(), 3).size() == 5);
}

TEST_CASE("GW-PRES-6, GW-RGM-10: these budgets outlive a connection") {
  World world(member_config());
  world.get_ready();
  for (int i = 0; i < 5; ++i) CHECK(world.send(gateway::UpdatePresence{}));
  CHECK(world.send(whole_list()));
  world.lose();
  come_back(world);
  world.text(resumed(2));
  world.take();
  CHECK(world.send(gateway::UpdatePresence{}));
  CHECK(world.send(whole_list()));
  const auto lines = world.take();
  CHECK(sent(lines, 3).size() + sent(lines, 8).size() == 0);
  CHECK(world.client().commands_waiting() == 2);
}

TEST_CASE("GW-RGM-10, GW-RGM-12: a whole list once in 30 s for each guild, and searches as one likes") {
  World world(member_config());
  world.get_ready();
  CHECK(world.send(whole_list()));
  CHECK(world.send(whole_list()));
  CHECK(world.send(whole_list(kGuild + 1)));
  CHECK(world.send(members_named("a")));
  CHECK(sent(world.take(), 8).size() == 3);
  live_on(world, Duration{29'999});
  CHECK(sent(world.take(), 8).empty());
  live_on(world, Duration{1});
  CHECK(sent(world.take(), 8).size() == 1);
}

TEST_CASE("GW-RL-3, GW-RL-4, GW-REST-6: RATE_LIMITED holds its opcode back in its guild for as many seconds") {
  World world(member_config());  // scenario L6
  world.get_ready();
  world.take();
  world.text(rate_limited(8, 29.457, R"({"guild_id":"81384788765712384","nonce":"n"})"));
  CHECK(has(world.take(), "! RATE_LIMITED s=5"));
  CHECK(world.send(members_named("a")));
  CHECK(world.send(members_named("b", kGuild + 1)));
  CHECK(world.send(voice_command(kGuild)));
  auto lines = world.take();
  CHECK(sent(lines, 8).size() == 1);
  CHECK(sent(lines, 4).size() == 1);
  live_on(world, Duration{29'457});
  CHECK(sent(world.take(), 8).empty());
  live_on(world, Duration{1});
  lines = world.take();
  CHECK(sent(lines, 8).size() == 1);
  CHECK_FALSE(has(lines, "close"));
}

TEST_CASE("GW-RL-5, GW-ENV-15: other opcodes, odd meta and ids written as numbers are obeyed too") {
  World world;
  world.get_ready();
  world.text(rate_limited(4, 10, R"({"guild_id":7})"));
  world.take();
  CHECK(world.send(voice_command(7)));
  CHECK(sent(world.take(), 4).empty());
  CHECK(world.send(sounds_of(7)));
  CHECK(sent(world.take(), 31).size() == 1);
  for (const std::string meta : {"[]", "null", R"({"odd":{}})"}) {
    World odd;
    odd.get_ready();
    odd.text(rate_limited(31, 10, meta));
    odd.take();
    CHECK(odd.send(sounds_of(7)));
    CHECK(sent(odd.take(), 31).empty());
    live_on(odd, Duration{10'002});
    CHECK(sent(odd.take(), 31).size() == 1);
  }
}

TEST_CASE("GW-RL-5: a limit that makes no sense holds nothing back") {
  for (const std::string d : {R"({"opcode":99,"retry_after":9})", R"({"opcode":"8","retry_after":9})",
                              R"({"opcode":4,"retry_after":-1})", R"({"opcode":4,"retry_after":"9"})",
                              R"({"opcode":4,"retry_after":1e400})", R"({"retry_after":9})", "null", "[]"}) {
    CAPTURE(d);
    World world;
    world.get_ready();
    world.text(dispatch("RATE_LIMITED", 5, d));
    world.take();
    CHECK(world.send(voice_command()));
    CHECK(sent(world.take(), 4).size() == 1);
  }
}

TEST_CASE("GW-ENV-4, INV-5: what is sent has an opcode that a client may send, and the fields of it") {
  World world(member_config());
  std::vector<int> opcodes;
  world.on_sent = [&opcodes](std::string_view text) {
    const auto message = nlohmann::json::parse(text);
    CHECK(message.size() == 2);
    opcodes.push_back(message.at("op"));
    CHECK(message.contains("d"));
  };
  world.get_ready();
  CHECK(world.send(gateway::UpdatePresence{}));
  CHECK(world.send(voice_command()));
  CHECK(world.send(members_named("a")));
  CHECK(world.send(sounds_of(kGuild)));
  CHECK(world.send(gateway::RequestChannelInfo{kGuild, {gateway::ChannelField::Status}}));
  world.text(R"({"op":1})");
  CHECK(opcodes == std::vector<int>{2, 3, 4, 8, 31, 43, 1});
}

}  // namespace
}  // namespace portcullis::tests
