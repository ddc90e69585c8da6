#include <catch2/catch.hpp>

#include "portcullis/tests/mock/peer_parts.h"

namespace portcullis::tests {
namespace {

// ---- Log in

TEST_CASE("GW-READY-1: a client logs in and sees its guilds, plain and compressed", "[mock]") {
  const auto compression = GENERATE(kNone, kZlib, kZstd, kPayload);
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config("the-token", compression));
  REQUIRE(client.dispatches == std::vector<std::string>{"READY 1", "GUILD_CREATE 2"});
  const json ready = json::parse(client.data[0]);
  CHECK(ready["v"] == 10);
  for (const char* key :
       {"id", "username", "discriminator", "global_name", "avatar", "bot", "verified", "mfa_enabled", "flags", "email"})
    CHECK(ready["user"].contains(key));
  CHECK(ready["user"]["id"] == "100000000000000001");
  CHECK(ready["user"]["discriminator"] == "0001");
  CHECK(ready["guilds"] == json::parse(R"([{"id":"200000000000000001","unavailable":true}])"));
  CHECK(ready["application"] == json::parse(R"({"id":"100000000000000001","flags":0})"));
  CHECK(ready["resume_gateway_url"] == "ws://resume.example");
  CHECK(ready["session_id"].get<std::string>().size() == 32);
  CHECK(ready["private_channels"] == json::array());
  CHECK_FALSE(ready.contains("shard"));
  const json guild = json::parse(client.data[1]);
  for (const char* key : {"id", "name", "roles", "channels"}) CHECK(guild.contains(key));
  CHECK(guild["id"] == "200000000000000001");
  CHECK(guild["roles"][0]["id"] == guild["id"]);
  CHECK(guild["channels"].size() == 2);
}

TEST_CASE("GW-READY-4, GW-READY-11: each shard sees its number and its own guilds", "[mock]") {
  mock::World world = plain_world();
  world.max_concurrency = 2;
  world.guild_ids = {std::uint64_t{10} << 22, std::uint64_t{11} << 22, std::uint64_t{12} << 22};
  world.events_per_second = 10;
  Talk talk(world);
  Config first = Talk::config(), second = Talk::config();
  first.max_concurrency = second.max_concurrency = 2;
  first.identify.shard = gateway::Shard{0, 2};
  second.identify.shard = gateway::Shard{1, 2};
  auto& even = talk.join(first);
  auto& odd = talk.join(second);
  CHECK(even.events.size() == 3);
  CHECK(odd.events.size() == 2);
  CHECK(json::parse(odd.data[0])["shard"] == json::parse("[1,2]"));
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_CREATE", R"({"guild_id":"46137344"})"}) == 1);  // 11 << 22
  CHECK(odd.events.back().first == "CHANNEL_CREATE");
  CHECK(talk.say(mock::SayDispatch{"USER_UPDATE", "{}"}) == 1);
  CHECK(even.events.back().first == "USER_UPDATE");
  CHECK(talk.say(mock::SayDispatch{"SOMETHING_NEW", "[1]"}) == 2);
  talk.advance(1s);
  CHECK(even.events.back() == std::pair<std::string, std::int64_t>{"MESSAGE_CREATE", 15});
  CHECK(odd.events.back() == std::pair<std::string, std::int64_t>{"MESSAGE_CREATE", 14});
  CHECK(talk.peer().sessions().size() == 2);
}

TEST_CASE("GW-HB-12: a client that beats stays for an hour", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  talk.advance(3'600s);
  CHECK(client.ends.empty());
  const auto beats = std::ranges::count_if(talk.steps(), [](const Seen& seen) { return seen.input == I::Heartbeat; });
  CHECK(beats >= 86);
  CHECK(beats <= 88);
}

// ---- Resume

TEST_CASE("GW-RES-8: what a client missed comes again, in order, then RESUMED", "[mock]") {
  const auto compression = GENERATE(kNone, kZlib, kZstd, kPayload);
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config("the-token", compression));
  talk.say(mock::SaySilence{});
  for (int i = 0; i < 3; ++i)
    CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", R"({"n":)" + std::to_string(i) + "}"}) == 1);
  CHECK(client.events.size() == 2);
  talk.drop(client);
  talk.advance(10s);
  CHECK(client.dispatches == std::vector<std::string>{"READY 1", "GUILD_CREATE 2", "CHANNEL_UPDATE 3",
                                                      "CHANNEL_UPDATE 4", "CHANNEL_UPDATE 5", "RESUMED 6"});
  CHECK(client.data[4] == R"({"n":2})");
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}) == 1);
  CHECK(client.dispatches.back() == "CHANNEL_UPDATE 7");
  CHECK(talk.peer().sessions()[0].resumes == 1);
  CHECK(talk.peer().sessions()[0].link == talk.link_of(client));
}

TEST_CASE("GW-RECON-3: op 7 brings a client back by a resume", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  CHECK(talk.say(mock::SayReconnect{}) == 1);
  talk.advance(10s);
  CHECK(client.dispatches.back() == "RESUMED 3");
  CHECK(talk.took(I::CloseToResume, A::KeepSession));
}

TEST_CASE("GW-INV-3, GW-INV-4: op 9 true is resumed, op 9 false identified anew", "[mock]") {
  const bool resumable = GENERATE(true, false);
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  const std::string before = session_of(talk);
  talk.advance(6s);
  CHECK(talk.say(mock::SayInvalid{resumable}, talk.link_of(client)) == 1);
  talk.advance(20s);
  CHECK(client.events.back().first == (resumable ? "RESUMED" : "GUILD_CREATE"));
  REQUIRE(talk.peer().sessions().size() == 1);
  CHECK((session_of(talk) == before) == resumable);
}

TEST_CASE("GW-RES-17: a session ends when its time is up", "[mock]") {
  mock::World world = plain_world();
  world.session_lifetime = 10s;
  Talk talk(world);
  auto& raw = live(talk);
  const std::string id = session_of(talk);
  talk.lose(raw);
  const bool in_time = GENERATE(true, false);
  talk.advance(in_time ? 9'999ms : 10'000ms);
  CHECK(talk.peer().sessions().size() == (in_time ? 1 : 0));
  auto& again = talk.raw();
  talk.text(again, resume(id, 2));
  CHECK(again.has("RESUMED") == in_time);
  CHECK(again.has(R"("op":9,"d":false)") == !in_time);
}

TEST_CASE("GW-RES-17: without an override a session lives between 90 s and 180 s", "[mock]") {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    Talk talk(plain_world(), seed * 7'919);
    talk.lose(live(talk));
    talk.advance(89'999ms);
    CHECK(talk.peer().sessions().size() == 1);
    talk.advance(90'001ms);
    CHECK(talk.peer().sessions().empty());
  }
}

TEST_CASE("GW-RES-11: a forgotten session keeps its link and is not resumed", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  talk.advance(6s);
  CHECK(talk.say(mock::SayForget{}, {}, session_of(talk)) == 1);
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}) == 1);
  CHECK(client.dispatches.back() == "CHANNEL_UPDATE 3");
  talk.drop(client);
  CHECK(talk.peer().sessions().empty());
  talk.advance(20s);
  CHECK(talk.took(I::ResumeUnknown, A::SendInvalid));
  CHECK(client.dispatches.back() == "GUILD_CREATE 2");
}

TEST_CASE("GW-RES-17: a thousand events are kept for replay, and one more pushes the first out", "[mock]") {
  Talk talk(plain_world());
  auto& raw = live(talk);
  const std::string id = session_of(talk);
  talk.lose(raw);
  const int more = GENERATE(0, 1);
  for (int i = 0; i < 1'000 + more; ++i) talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"});
  auto& again = talk.raw();
  talk.text(again, resume(id, 2));
  CHECK(again.messages("CHANNEL_UPDATE") == (more == 0 ? 1'000u : 0u));
  CHECK(again.has("RESUMED") == (more == 0));
  CHECK(talk.took(I::ResumeTooOld, A::SendInvalid) == (more == 1));
}

TEST_CASE("GW-RES-8: a session that is resumed elsewhere leaves its old link", "[mock]") {
  Talk talk(plain_world());
  auto& old = live(talk);
  auto& fresh = talk.raw();
  talk.text(fresh, resume(session_of(talk), 2));
  CHECK(fresh.has("RESUMED"));
  CHECK(old.reset);
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}) == 1);
  CHECK(fresh.has("CHANNEL_UPDATE"));
  CHECK_FALSE(old.has("CHANNEL_UPDATE"));
}

TEST_CASE("GW-DISC-1, GW-DISC-2: the client's close code decides over its session, and is echoed", "[mock]") {
  const std::uint16_t code = GENERATE(as<std::uint16_t>{}, 1000, 1001, 1005, 3024, 4000, 4200, 4901);
  Talk talk(plain_world());
  auto& raw = live(talk);
  talk.close(raw, code == 1005 ? std::nullopt : std::optional{code});
  CHECK(raw.close_code() == code);
  CHECK(raw.hung_up);
  CHECK(talk.peer().sessions().empty() == (code == 1000 || code == 1001));
}

// ---- Silence

TEST_CASE("GW-HB-14: a silent gateway is left, and nothing is lost by it", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  const mock::Link first = talk.link_of(client);
  CHECK(talk.say(mock::SaySilence{}, first) == 1);
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}) == 1);
  CHECK(client.events.size() == 2);
  talk.advance(200s);
  CHECK(client.ends.size() == 1);
  CHECK(client.dispatches[2] == "CHANNEL_UPDATE 3");
  CHECK(client.dispatches.back() == "RESUMED 4");
  CHECK(talk.link_of(client) != first);
}

TEST_CASE("GW-HB-12: silence can be ended", "[mock]") {
  Talk talk(plain_world());
  auto& raw = live(talk);
  talk.say(mock::SaySilence{}, raw.link);
  talk.text(raw, R"({"op":1,"d":2})");
  talk.bytes(raw, client_frame(0x89, "ping"));
  CHECK_FALSE(raw.has(R"("op":11)"));
  CHECK_FALSE(raw.has("ping"));
  talk.say(mock::SaySilence{false}, raw.link);
  talk.text(raw, R"({"op":1,"d":2})");
  CHECK(raw.messages(R"("op":11)") == 1);
}

TEST_CASE("GW-HB-25: a client that does not beat is closed after an interval and a half, and may resume", "[mock]") {
  Talk talk(plain_world());
  auto& raw = live(talk);
  const std::string id = session_of(talk);
  talk.advance(30s);
  talk.text(raw, R"({"op":1,"d":2})");
  talk.advance(61'874ms);
  CHECK_FALSE(raw.close_code());
  talk.advance(1ms);
  CHECK(raw.close_code() == 4009);
  talk.advance(4'999ms);
  CHECK_FALSE(raw.hung_up);
  talk.advance(1ms);
  CHECK(raw.hung_up);
  auto& again = talk.raw();
  talk.text(again, resume(id, 2));
  CHECK(again.has("RESUMED"));
}

}  // namespace
}  // namespace portcullis::tests
