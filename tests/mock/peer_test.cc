#include <catch2/catch.hpp>

#include "portcullis/tests/mock/peer_parts.h"

namespace portcullis::tests {
namespace {

// ---- Closes

struct Close {
  std::string_view payload;
  std::uint16_t code;
};

TEST_CASE("GW-CAUSE-1 to GW-CAUSE-6: each thing wrong before a session has its close code", "[mock]") {
  const std::string large(4'097, ' ');
  const std::string bad_token = identify("wrong"), bad_shard = identify("the-token", R"(,"shard":[1,1])"),
                    bad_intents = identify("the-token", "", "131072"), privileged = identify("the-token", "", "2");
  const Close cases[] = {{"nonsense", 4002},           {large, 4002},      {R"({"op":99})", 4001},
                         {R"({"op":2,"d":{}})", 4001}, {bad_token, 4004},  {bad_shard, 4010},
                         {bad_intents, 4013},          {privileged, 4014}, {R"({"op":31,"d":{"guild_ids":[]}})", 4003}};
  const std::size_t which = GENERATE(range(std::size_t{0}, std::size_t{9}));
  const bool hello = GENERATE(true, false);
  const bool invalid = GENERATE(false, true);
  mock::World world = plain_world();
  world.intents_allowed = 0;
  world.hello_delay = hello ? 0s : 60s;
  Talk talk(world);
  auto& raw = talk.raw();
  CHECK(raw.has(R"("op":10,"d":{"heartbeat_interval":41250}})") == hello);
  if (invalid) talk.say(mock::SayInvalid{}, raw.link);
  talk.text(raw, cases[which].payload);
  CHECK(raw.close_code() == cases[which].code);
  talk.text(raw, cases[which].payload);  // what comes behind the Close has no answer
  talk.close(raw, cases[which].code);
  CHECK(raw.hung_up);
}

TEST_CASE("GW-CAUSE-4: whatever Identify or Resume comes in a session is one too many", "[mock]") {
  mock::World world = plain_world();
  world.intents_allowed = 0;
  Talk talk(world);
  auto& raw = live(talk);
  const std::string id = session_of(talk);
  const std::string cases[] = {identify(),
                               identify("wrong"),
                               identify("the-token", R"(,"shard":[1,1])"),
                               identify("the-token", "", "131072"),
                               identify("the-token", "", "2"),
                               resume("unknown", 1),
                               resume(id, 1),
                               resume(id, 2),
                               resume(id, 9)};
  const std::size_t which = GENERATE(range(std::size_t{0}, std::size_t{9}));
  const bool later = GENERATE(false, true);
  if (later) talk.advance(5s);
  talk.text(raw, cases[which]);
  CHECK(raw.close_code() == 4005);
  CHECK(talk.peer().sessions().size() == 1);
}

TEST_CASE("GW-CAUSE-1, GW-CAUSE-2: each thing wrong in a session has its close code", "[mock]") {
  const std::string large(65'000, ' ');
  const Close cases[] = {{"nonsense", 4002}, {large, 4002}, {R"({"op":10})", 4001}, {R"({"op":3,"d":{}})", 4001}};
  const std::size_t which = GENERATE(range(std::size_t{0}, std::size_t{4}));
  Talk talk(plain_world());
  auto& raw = live(talk);
  talk.text(raw, cases[which].payload);
  CHECK(raw.close_code() == cases[which].code);
}

TEST_CASE("GW-SHARD-3: too many guilds on a shard", "[mock]") {
  const auto how = GENERATE(0, 1, 2, 3);
  mock::World world = plain_world();
  world.guild_ids.assign(2'501, 5);
  world.hello_delay = how == 0 ? 60s : 0s;
  Talk talk(world);
  auto& raw = talk.raw();
  if (how == 2) talk.say(mock::SayInvalid{}, raw.link);
  if (how == 3) {
    // No session can come to be here but for the other shards.
    talk.text(raw, identify("the-token", R"(,"shard":[1,2])"));
    talk.text(raw, identify("the-token", R"(,"shard":[0,2])"));
  } else {
    talk.text(raw, identify());
  }
  CHECK(raw.close_code() == (how == 3 ? 4005 : 4011));
}

TEST_CASE("OP-34: a seq ahead of the session closes with 4007, which ends it", "[mock]") {
  Talk talk(plain_world());
  auto& first = live(talk);
  const std::string id = session_of(talk);
  talk.lose(first);
  auto& raw = talk.raw();
  talk.text(raw, resume(id, 3));
  CHECK(raw.close_code() == 4007);
  CHECK(talk.peer().sessions().empty());
}

TEST_CASE("GW-RATE-3: the 121st message closes with 4008, in every state", "[mock]") {
  const auto state = GENERATE(S::New, S::Unauthenticated, S::Authenticated, S::Invalid);
  mock::World world = plain_world();
  if (state == S::New) world.hello_delay = 60s;
  Talk talk(world);
  auto& raw = talk.raw();
  int sent = 0;
  if (state == S::Authenticated) talk.text(raw, identify()), ++sent;
  if (state == S::Invalid) talk.say(mock::SayInvalid{}, raw.link);
  for (; sent < 120; ++sent) talk.text(raw, R"({"op":1,"d":null})");
  CHECK_FALSE(raw.close_code());
  CHECK(raw.messages(R"("op":11)") == (state == S::Authenticated ? 119u : 120u));
  talk.text(raw, R"({"op":1,"d":null})");
  CHECK(raw.close_code() == 4008);
}

TEST_CASE("GW-ID-17: an Identify in a busy bucket earns op 9 false", "[mock]") {
  const bool hello = GENERATE(true, false);
  mock::World world = plain_world();
  if (!hello) world.hello_delay = 60s;
  Talk talk(world);
  auto& first = talk.raw();
  talk.text(first, identify());
  auto& second = talk.raw();
  talk.text(second, identify());
  CHECK(second.has(R"("op":9,"d":false)"));
  talk.text(second, identify());
  CHECK(second.messages(R"("op":9,"d":false)") == 2);
  talk.advance(5s);
  talk.text(second, identify());
  CHECK(second.has("READY"));
  CHECK(talk.peer().identify_budget(talk.now()).left == 998);
}

TEST_CASE("GW-IDL-5: above the daily limit all sessions end", "[mock]") {
  mock::World world = plain_world();
  world.max_concurrency = 2'000;
  world.guild_ids.clear();
  Talk talk(world);
  for (int i = 0; i < 1'000; ++i)
    talk.text(talk.raw(), identify("the-token", R"(,"shard":[)" + std::to_string(i) + ",2000]"));
  CHECK(talk.peer().sessions().size() == 1'000);
  CHECK(talk.peer().identify_budget(talk.now()).left == 0);
  auto& raw = talk.raw();
  talk.text(raw, identify("the-token", R"(,"shard":[1999,2000])"));
  CHECK(raw.close_code() == 4004);
  auto& again = talk.raw();
  talk.text(again, resume(session_of(talk), 1));
  CHECK(again.has(R"("op":9,"d":false)"));
}

// ---- The upgrade

TEST_CASE("GW-URL-5: a version that is gone is closed with 4012", "[mock]") {
  Talk talk(plain_world());
  const auto version = GENERATE(5, 6, 8, 9, 10, 11);
  auto& raw = talk.raw("/?encoding=json&v=" + std::to_string(version));
  const bool good = version >= 6 && version <= 10;
  CHECK(raw.has(R"("op":10)") == good);
  CHECK(raw.close_code() == (good ? std::nullopt : std::optional<std::uint16_t>(4012)));
}

TEST_CASE("GW-URL-2: what is not offered is refused before the upgrade, and says so", "[mock]") {
  Talk talk(plain_world());
  auto& xml = talk.raw("/?v=10&encoding=xml");
  CHECK(xml.has("HTTP/1.1 400"));
  CHECK(xml.has("Content-Type: application/json\r\n"));
  CHECK(xml.has("encoding=xml is not offered"));
  CHECK(xml.hung_up);
  CHECK(talk.raw("/path?v=10&encoding=json&compress=undefined").has(R"("op":10)"));
}

TEST_CASE("GW-HELLO-1: Hello may be late, and what comes before it is answered", "[mock]") {
  mock::World world = plain_world();
  world.hello_delay = 2s;
  Talk talk(world);
  auto& raw = talk.raw();
  talk.text(raw, R"({"op":1,"d":null})");
  CHECK(raw.has(R"("op":11)"));
  talk.text(raw, identify());
  CHECK(raw.has("READY"));
  CHECK_FALSE(raw.has(R"("op":10)"));
  talk.advance(2s);
  CHECK(raw.messages(R"("op":10)") == 1);
  CHECK(talk.say(mock::SayHello{}, raw.link) == 1);
  CHECK(raw.messages(R"("op":10)") == 2);
}

TEST_CASE("GW-HELLO-2: before Hello no beat is due", "[mock]") {
  mock::World world = plain_world();
  world.hello_delay = 100s;
  Talk talk(world);
  auto& raw = talk.raw();
  talk.text(raw, R"({"op":1,"d":null})");
  talk.advance(161s);
  CHECK_FALSE(raw.close_code());
  talk.advance(1s);
  CHECK(raw.close_code() == 4009);
}

TEST_CASE("OP-3: a Resume before Hello is judged as one behind it", "[mock]") {
  mock::World world = plain_world();
  world.hello_delay = 60s;
  Talk talk(world);
  talk.text(talk.raw(), identify());
  const std::string id = session_of(talk);
  auto& unknown = talk.raw();
  talk.text(unknown, resume("unknown", 1));
  CHECK(unknown.has(R"("op":9,"d":false)"));
  auto& old = talk.raw();
  talk.text(old, resume(id, 0));
  CHECK(old.has(R"("op":9,"d":false)"));
  auto& good = talk.raw();
  talk.text(good, resume(id, 2));
  CHECK(good.has("RESUMED"));
  auto& ahead = talk.raw();
  talk.text(ahead, resume(id, 99));
  CHECK(ahead.close_code() == 4007);
}

TEST_CASE("OP-4: who goes on behind op 9 on the same connection is served", "[mock]") {
  Talk talk(plain_world());
  auto& raw = live(talk);
  const std::string id = session_of(talk);
  talk.say(mock::SayInvalid{true}, raw.link);
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}) == 1);
  CHECK_FALSE(raw.has("CHANNEL_UPDATE"));
  talk.text(raw, R"({"op":1,"d":2})");
  talk.text(raw, resume(id, 2));
  CHECK(raw.has("CHANNEL_UPDATE"));
  CHECK(raw.has("RESUMED"));
  talk.say(mock::SayInvalid{true}, raw.link);
  const auto how = GENERATE(0, 1, 2, 3);
  if (how == 0) talk.text(raw, resume(id, 99));
  if (how == 1) talk.text(raw, resume(id, 0));
  if (how == 2) talk.text(raw, resume("unknown", 0));
  if (how == 3) {
    talk.advance(5s);
    talk.text(raw, identify());
    CHECK(raw.messages("READY") == 2);
    CHECK(session_of(talk) != id);
  }
  CHECK(talk.peer().sessions().size() == (how == 3 ? 1 : 0));
}

// ---- The script

TEST_CASE("OP-35: the script says what it likes in every state", "[mock]") {
  const auto state = GENERATE(S::New, S::Unauthenticated, S::Authenticated, S::Invalid, S::Closed);
  const auto how = GENERATE(range(0, 9));
  mock::World world = plain_world();
  if (state == S::New) world.hello_delay = 60s;
  Talk talk(world);
  auto& raw = talk.raw();
  if (state == S::Authenticated || state == S::Closed) talk.text(raw, identify());
  if (state == S::Invalid) talk.say(mock::SayInvalid{}, raw.link);
  if (state == S::Closed) talk.say(mock::SayClose{4000, "bye"}, raw.link);
  raw.received = raw.received.substr(0, raw.received.find("\r\n\r\n") + 4);
  const mock::Say says[] = {mock::SayHello{},
                            mock::SayHeartbeat{},
                            mock::SayReconnect{},
                            mock::SayInvalid{false},
                            mock::SayInvalid{true},
                            mock::SayAnything{R"({"op":77})"},
                            mock::SayDispatch{"CHANNEL_UPDATE", "{}"},
                            mock::SayClose{4000, ""},
                            mock::SayDrop{}};
  const std::string_view answers[] = {R"("op":10)",         R"("op":1,)", R"("op":7)",     R"("op":9,"d":false)",
                                      R"("op":9,"d":true)", R"("op":77)", "CHANNEL_UPDATE"};
  const std::size_t reached = talk.say(says[how], raw.link);
  const bool dispatched = how == 6;
  const bool live_or_kept = state == S::Authenticated || state == S::Closed || state == S::Invalid;
  CHECK(reached == (dispatched ? (live_or_kept ? 1u : 0u) : state == S::Closed ? 0u : 1u));
  if (how < 7) CHECK(raw.has(answers[how]) == (dispatched ? state == S::Authenticated : state != S::Closed));
  if (how == 7 && state != S::Closed) CHECK(raw.close_code() == 4000);
  if (how == 8) CHECK(raw.reset == (state != S::Closed));
}

TEST_CASE("GW-CLOSE-FATAL: a close by the script keeps the session or ends it by its code", "[mock]") {
  const std::uint16_t code = GENERATE(as<std::uint16_t>{}, 1000, 4000, 4001, 4004, 4007, 4008, 4009, 4014);
  Talk talk(plain_world());
  auto& raw = live(talk);
  CHECK(talk.say(mock::SayClose{code, "because"}, raw.link) == 1);
  CHECK(raw.close_code() == code);
  CHECK(raw.has("because"));
  const bool kept = code == 1000 || code == 4000 || code == 4001 || code == 4008;
  CHECK(talk.peer().sessions().size() == (kept ? 1 : 0));
  if (kept) CHECK_FALSE(talk.peer().sessions()[0].link);
}

TEST_CASE("GW-SEC-1: what cannot be said reaches nobody", "[mock]") {
  Talk talk(plain_world());
  auto& raw = live(talk);
  CHECK(talk.say(mock::SayDispatch{"X", "{"}) == 0);
  CHECK(talk.say(mock::SayDispatch{"X", ""}) == 0);
  CHECK(talk.say(mock::SayClose{1005, ""}) == 0);
  CHECK(talk.say(mock::SayClose{999, ""}) == 0);
  CHECK(talk.say(mock::SayClose{4000, std::string(124, 'x')}) == 0);
  CHECK(talk.say(mock::SayClose{4000, "\xff"}) == 0);
  CHECK(talk.say(mock::SayHeartbeat{}, 99) == 0);
  CHECK(talk.say(mock::SayHeartbeat{}, {}, "nobody") == 0);
  CHECK_FALSE(raw.close_code());
  for (const Seen& seen : talk.steps()) {
    CHECK(seen.detail.find("the-token") == std::string::npos);
    CHECK(seen.detail.find(session_of(talk)) == std::string::npos);
  }
}

TEST_CASE("GW-INT-4: an event whose intent was not asked for is not sent, nor counted", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config("the-token", kNone, spec::bit(spec::Intent::GuildMessages)));
  CHECK(client.dispatches == std::vector<std::string>{"READY 1"});  // GUILD_CREATE needs GUILDS
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}) == 0);
  CHECK(talk.say(mock::SayDispatch{"CHANNEL_UPDATE", "{}"}, talk.link_of(client)) == 0);
  CHECK(talk.say(mock::SayDispatch{"MESSAGE_CREATE", R"({"guild_id":"200000000000000001"})"}, {}, session_of(talk)) ==
        1);
  CHECK(client.dispatches.back() == "MESSAGE_CREATE 2");
}

// ---- Commands

TEST_CASE("GW-RGM-9 to GW-RGM-13: members are answered in chunks, with their nonce", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  const auto ask = [&](gateway::RequestGuildMembers request) {
    request.guild_id = 200'000'000'000'000'001;
    CHECK(client.core->send(request, talk.now()));
    talk.advance(0s);
    return json::parse(client.data.back());
  };
  json chunk = ask({.query = "", .nonce = "n-1"});
  CHECK(client.events.back().first == "GUILD_MEMBERS_CHUNK");
  CHECK(chunk["members"].size() == 2);
  CHECK(chunk["nonce"] == "n-1");
  CHECK(chunk["chunk_index"] == 0);
  CHECK(chunk["chunk_count"] == 1);
  CHECK_FALSE(chunk.contains("not_found"));
  chunk = ask({.query = "ZO", .limit = 5});
  CHECK(chunk["members"].size() == 1);
  CHECK(chunk["members"][0]["user"]["username"] == "Zo\u00eb");
  chunk = ask({.user_ids = {100'000'000'000'000'001, 5}, .presences = true});
  CHECK(chunk["members"].size() == 1);
  CHECK(chunk["not_found"] == json::parse(R"(["5"])"));
  CHECK(chunk["presences"] == json::array());
}

TEST_CASE("GW-RGM-11, GW-RL-2: a second request for a whole list in 30 s is told to wait", "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw();
  talk.text(raw, identify("the-token", "", "515"));
  const std::string ask =
      R"({"op":8,"d":{"guild_id":"200000000000000001","query":"","limit":0,"nonce":"n-1","presences":true}})";
  talk.text(raw, ask);
  talk.advance(10s);
  talk.text(raw, ask);
  CHECK(raw.messages("GUILD_MEMBERS_CHUNK") == 1);
  CHECK(raw.has(R"("d":{"meta":{"guild_id":"200000000000000001","nonce":"n-1"},"opcode":8,"retry_after":20.0})"));
  CHECK(raw.messages(R"("presences":[])") == 1);  // GUILD_CREATE's; the chunks of one without the intent have none
  talk.advance(20s);
  talk.text(raw, ask);
  CHECK(raw.messages("GUILD_MEMBERS_CHUNK") == 2);
  CHECK(raw.messages("RATE_LIMITED") == 1);
  talk.text(raw, ask);
  CHECK(raw.messages("RATE_LIMITED") == 2);
}

TEST_CASE("GW-VSU-2, GW-SB-2, GW-CI-2: the other commands and their answers", "[mock]") {
  Talk talk(plain_world());
  auto& client = talk.join(Talk::config());
  constexpr std::uint64_t kGuild = 200'000'000'000'000'001;
  const auto ask = [&](const gateway::Command& command) {
    client.events.clear();
    CHECK(client.core->send(command, talk.now()));
    talk.advance(0s);
    std::vector<std::string> names;
    for (const auto& event : client.events) names.push_back(event.first);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(ask(gateway::UpdateVoiceState{kGuild, 7}) == Names{"VOICE_STATE_UPDATE", "VOICE_SERVER_UPDATE"});
  CHECK(ask(gateway::UpdateVoiceState{kGuild, std::nullopt}) == Names{"VOICE_STATE_UPDATE"});
  CHECK(ask(gateway::UpdateVoiceState{kGuild + 1, 7}).empty());
  CHECK(ask(gateway::RequestSoundboardSounds{{kGuild, kGuild + 1}}) == Names{"SOUNDBOARD_SOUNDS"});
  CHECK(ask(gateway::RequestChannelInfo{kGuild, {gateway::ChannelField::Status}}) == Names{"CHANNEL_INFO"});
  CHECK(ask(gateway::UpdatePresence{}).empty());
  CHECK(talk.took(I::Command, A::Serve));
}

TEST_CASE("GW-PRES-9: the sixth presence in 20 s has no effect and closes nothing", "[mock]") {
  Talk talk(plain_world());
  auto& raw = live(talk);
  for (int i = 0; i < 6; ++i)
    talk.text(raw, R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})");
  CHECK(talk.steps().back().detail == "op 3, dropped");
  CHECK(talk.steps()[talk.steps().size() - 2].detail == "op 3");
  CHECK_FALSE(raw.close_code());
}

// ---- Many events

TEST_CASE("GW-ENV-8: over many drops every numbered message comes once, and in order", "[mock][slow]") {
  const auto compression = GENERATE(kNone, kZlib, kZstd, kPayload);
  mock::World world = plain_world();
  world.events_per_second = 5;
  Talk talk(world, 9);
  auto chance = seeded(3);
  talk.cut = [&](std::size_t left) { return 1 + chance() % left; };
  auto& client = talk.join(Talk::config("the-token", compression));
  unsigned drops = 0;
  for (int i = 0; i < 40; ++i) {
    talk.advance(Duration{60'000 + chance() % 5'000});
    if (client.links.empty()) continue;
    talk.drop(client);
    ++drops;
  }
  talk.advance(60s);
  const auto sessions = talk.peer().sessions();
  REQUIRE(sessions.size() == 1);
  CHECK(drops > 20);
  CHECK(sessions[0].resumes == drops);
  std::int64_t sequence = 0, number = 0;
  for (std::size_t i = 0; i < client.events.size(); ++i) {
    CHECK(client.events[i].second == ++sequence);
    if (client.events[i].first != "MESSAGE_CREATE") continue;
    const json message = json::parse(client.data[i]);
    const std::string text = std::to_string(++number);
    CHECK(message["nonce"] == text);
    CHECK(message["content"] == "message " + text + ": Gr\u00fc\u00dfe, \u4e16\u754c \U0001f30d");
  }
  CHECK(number > 10'000);
  CHECK(sequence == sessions[0].sequence);
}

TEST_CASE("GW-RES-9: a link lost in mid-replay costs nothing but the number of an unheard RESUMED", "[mock][slow]") {
  mock::World world = plain_world();
  world.events_per_second = 1;
  world.session_lifetime = 3'600s;
  Talk talk(world, 4);
  auto chance = seeded(8);
  talk.cut = [&](std::size_t left) { return std::min<std::size_t>(left, 1 + chance() % 700); };
  auto& client = talk.join(Talk::config("the-token", GENERATE(kNone, kZlib, kZstd, kPayload)));
  for (int i = 0; i < 30; ++i) {
    while (client.links.empty()) talk.advance(10s);
    talk.advance(70s);
    talk.say(mock::SaySilence{});
    talk.advance(20s);
    talk.drop_in = 2 + chance() % 40;
    talk.drop(client);
  }
  talk.drop_in = 0;
  while (client.links.empty()) talk.advance(10s);
  talk.advance(100s);
  REQUIRE(talk.peer().sessions().size() == 1);
  CHECK(talk.peer().sessions()[0].resumes > 35);
  std::int64_t sequence = 0, number = 0, holes = 0;
  for (std::size_t i = 0; i < client.events.size(); ++i) {
    CHECK(client.events[i].second > sequence);
    holes += client.events[i].second - sequence - 1;
    sequence = client.events[i].second;
    if (client.events[i].first == "MESSAGE_CREATE")
      CHECK(json::parse(client.data[i])["nonce"] == std::to_string(++number));
  }
  const auto heard = std::ranges::count_if(client.events, [](const auto& one) { return one.first == "RESUMED"; });
  CHECK(holes + heard == talk.peer().sessions()[0].resumes);
}

TEST_CASE("GW-INT-8: without MESSAGE_CONTENT a message has no text", "[mock]") {
  mock::World world = plain_world();
  world.events_per_second = 1;
  Talk talk(world);
  auto& client = talk.join(Talk::config("the-token", kNone, spec::bit(spec::Intent::GuildMessages)));
  talk.advance(1s);
  REQUIRE(client.events.back().first == "MESSAGE_CREATE");
  CHECK(json::parse(client.data.back())["content"] == "");
  CHECK(json::parse(client.data.back())["nonce"] == "1");
}

// ---- What is left of the table

TEST_CASE("GW-DISC-2: links end in every state and by every way", "[mock]") {
  const auto state = GENERATE(S::New, S::Unauthenticated, S::Authenticated, S::Invalid, S::Closed);
  const auto how = GENERATE(0, 1, 2);
  mock::World world = plain_world();
  if (state == S::New) world.hello_delay = 60s;
  Talk talk(world);
  auto& raw = talk.raw();
  if (state != S::New && state != S::Unauthenticated) talk.text(raw, identify());
  if (state == S::Invalid) talk.say(mock::SayInvalid{true}, raw.link);
  if (state == S::Closed) talk.say(mock::SayClose{4000, ""}, raw.link);
  const bool had_session = !talk.peer().sessions().empty();
  if (how == 0) talk.close(raw, 1000);
  if (how == 1) talk.close(raw, 4000);
  if (how == 2) talk.lose(raw);
  const bool over = how == 0 && (state == S::Authenticated || state == S::Invalid);
  CHECK(talk.peer().sessions().size() == (had_session && !over ? 1 : 0));
  CHECK(talk.say(mock::SayHeartbeat{}, raw.link) == 0);
}

TEST_CASE("GW-HB-25: a client without a session that does not beat is closed too", "[mock]") {
  const bool invalid = GENERATE(false, true);
  Talk talk(plain_world());
  auto& raw = talk.raw();
  if (invalid) talk.say(mock::SayInvalid{}, raw.link);
  talk.advance(62s);
  CHECK(raw.close_code() == 4009);
}

TEST_CASE("GW-RES-11: a Resume that cannot be granted before a session", "[mock]") {
  Talk talk(plain_world());
  talk.lose(live(talk));
  const std::string id = session_of(talk);
  auto& raw = talk.raw();
  talk.text(raw, resume(id, 0));
  CHECK(raw.has(R"("op":9,"d":false)"));
  auto& other = talk.raw();
  talk.text(other, resume(id, 2, "another"));
  CHECK(other.has(R"("op":9,"d":false)"));
}

// Runs last: Catch keeps the order of the file.
TEST_CASE("INV-1: the tests above have met every live row of the table", "[mock]") {
  const auto& table = peer_table::kRows;
  std::size_t missed = 0;
  for (const auto& row : table.rows()) {
    if (row.act == A::Impossible || rows_met().contains(table.index_of(row))) continue;
    ++missed;
    UNSCOPED_INFO("row " << table.index_of(row) << " from " << spec::name(row.from) << " " << spec::name(row.act));
  }
  CHECK(missed == 0);
}

}  // namespace
}  // namespace portcullis::tests
