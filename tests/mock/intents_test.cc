// Which events a session is sent, by its intents: table 4.4 of the catalogue, written down a second time, row by row.
#include <array>
#include <catch2/catch.hpp>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "portcullis/oracle/mock/api/people.h"
#include "portcullis/oracle/mock/api/router.h"
#include "portcullis/oracle/mock/realm_file.h"
#include "portcullis/tests/mock/peer_parts.h"

namespace portcullis::tests {
namespace {

using Names = std::set<std::string>;

struct Row {
  unsigned bit;
  const char* in_guilds;
  const char* elsewhere;
};
// clang-format off
constexpr std::array kTable{
    Row{0, "GUILD_CREATE GUILD_UPDATE GUILD_DELETE GUILD_ROLE_CREATE GUILD_ROLE_UPDATE GUILD_ROLE_DELETE CHANNEL_CREATE "
           "CHANNEL_UPDATE CHANNEL_DELETE CHANNEL_PINS_UPDATE THREAD_CREATE THREAD_UPDATE THREAD_DELETE THREAD_LIST_SYNC "
           "THREAD_MEMBER_UPDATE STAGE_INSTANCE_CREATE STAGE_INSTANCE_UPDATE STAGE_INSTANCE_DELETE "
           "VOICE_CHANNEL_STATUS_UPDATE VOICE_CHANNEL_START_TIME_UPDATE", ""},
    Row{1, "GUILD_MEMBER_ADD GUILD_MEMBER_UPDATE GUILD_MEMBER_REMOVE THREAD_MEMBERS_UPDATE", ""},
    Row{2, "GUILD_AUDIT_LOG_ENTRY_CREATE GUILD_BAN_ADD GUILD_BAN_REMOVE", ""},
    Row{3, "GUILD_EMOJIS_UPDATE GUILD_STICKERS_UPDATE GUILD_SOUNDBOARD_SOUND_CREATE GUILD_SOUNDBOARD_SOUND_UPDATE "
           "GUILD_SOUNDBOARD_SOUND_DELETE GUILD_SOUNDBOARD_SOUNDS_UPDATE", ""},
    Row{4, "GUILD_INTEGRATIONS_UPDATE INTEGRATION_CREATE INTEGRATION_UPDATE INTEGRATION_DELETE", ""},
    Row{5, "WEBHOOKS_UPDATE", ""},
    Row{6, "INVITE_CREATE INVITE_DELETE", "INVITE_CREATE INVITE_DELETE"},
    Row{7, "VOICE_CHANNEL_EFFECT_SEND VOICE_STATE_UPDATE", "VOICE_STATE_UPDATE"},
    Row{8, "PRESENCE_UPDATE", ""},
    Row{9, "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE MESSAGE_DELETE_BULK", "MESSAGE_DELETE_BULK"},
    Row{10, "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI", ""},
    Row{11, "TYPING_START", ""},
    Row{12, "", "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_DELETE CHANNEL_PINS_UPDATE"},
    Row{13, "", "MESSAGE_REACTION_ADD MESSAGE_REACTION_REMOVE MESSAGE_REACTION_REMOVE_ALL MESSAGE_REACTION_REMOVE_EMOJI"},
    Row{14, "", "TYPING_START"},
    Row{15, "", ""},
    Row{16, "GUILD_SCHEDULED_EVENT_CREATE GUILD_SCHEDULED_EVENT_UPDATE GUILD_SCHEDULED_EVENT_DELETE "
            "GUILD_SCHEDULED_EVENT_USER_ADD GUILD_SCHEDULED_EVENT_USER_REMOVE", ""},
    Row{20, "AUTO_MODERATION_RULE_CREATE AUTO_MODERATION_RULE_UPDATE AUTO_MODERATION_RULE_DELETE", ""},
    Row{21, "AUTO_MODERATION_ACTION_EXECUTION", ""},
    Row{24, "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE", ""},
    Row{25, "", "MESSAGE_POLL_VOTE_ADD MESSAGE_POLL_VOTE_REMOVE"},
};
constexpr const char* kAlways =
    "APPLICATION_COMMAND_PERMISSIONS_UPDATE CHANNEL_INFO ENTITLEMENT_CREATE ENTITLEMENT_UPDATE ENTITLEMENT_DELETE "
    "GUILD_MEMBERS_CHUNK SOUNDBOARD_SOUNDS INTERACTION_CREATE SUBSCRIPTION_CREATE SUBSCRIPTION_UPDATE "
    "SUBSCRIPTION_DELETE USER_UPDATE VOICE_SERVER_UPDATE RATE_LIMITED READY RESUMED";
// clang-format on

Names names(const char* text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

/// A gateway, and a session of each row beside one of no intents.
class Town {
 public:
  Town() {
    add({});
    for (const Row& row : kTable) add(row.bit);
  }

  /// Gives the rows, or none, whose sessions hear of an event.
  std::set<std::optional<unsigned>> who_hears(const mock::SayDispatch& say) {
    std::set<std::optional<unsigned>> out;
    for (auto& [bit, raw] : sessions_) raw->received.clear();
    talk_.say(say);
    for (auto& [bit, raw] : sessions_)
      if (raw->has("\"t\":\"" + say.name + "\"")) out.insert(bit);
    return out;
  }
  Talk& talk() { return talk_; }
  std::string& received(unsigned bit) { return sessions_.at(bit)->received; }
  const mock::World& world() const { return world_; }

 private:
  void add(std::optional<unsigned> bit) {
    auto& raw = talk_.raw();
    talk_.text(raw, identify("the-token", "", std::to_string(bit ? 1u << *bit : 0u)));
    REQUIRE(raw.has("READY"));
    sessions_[bit] = &raw;
    talk_.advance(5s);
  }

  mock::World world_ = [] {
    mock::World world = plain_world();
    world.heartbeat_interval = 86'400s;
    return world;
  }();
  Talk talk_{world_};
  std::map<std::optional<unsigned>, Talk::Raw*> sessions_;
};

TEST_CASE("GW-INT-4, GW-INT-5: each intent lets through the events of its row, and no others", "[mock]") {
  Town town;
  std::size_t events = 0;
  for (const spec::DispatchRow& row : spec::kDispatchEvents) {
    const std::string name(row.name);
    const bool always = names(kAlways).contains(name);
    for (const bool in_guild : {true, false}) {
      CAPTURE(name, in_guild);
      std::set<std::optional<unsigned>> expected;
      if (always) expected.insert(std::nullopt);
      for (const auto& [bit, in_guilds, elsewhere] : kTable) {
        const bool both = names(in_guilds).contains(name) && row.route == spec::Route::Guild;
        const bool passes = both || names(in_guild ? in_guilds : elsewhere).contains(name);
        if (always || passes) expected.insert(bit);
      }
      const auto heard = town.who_hears({name, in_guild ? R"({"guild_id": "200000000000000001"})" : "{}"});
      CHECK(heard == expected);
      ++events;
    }
  }
  CHECK(events == 158);
}

TEST_CASE("GW-INT-6, GW-INT-7: of the bot itself a session hears without GUILD_MEMBERS", "[mock]") {
  Town town;
  const auto own = town.who_hears({"GUILD_MEMBER_UPDATE", R"({"user": {"id": "100000000000000001"}})"});
  CHECK(own.size() == kTable.size() + 1);
  CHECK(town.who_hears({"GUILD_MEMBER_UPDATE", R"({"user": {"id": "5"}})"}) == decltype(own){1u});
  const char* const added = R"({"added_members": [{"user_id": "100000000000000001"}]})";
  CHECK(town.who_hears({"THREAD_MEMBERS_UPDATE", added}) == decltype(own){0u, 1u});
  CHECK(town.who_hears({"THREAD_MEMBERS_UPDATE", R"({"removed_member_ids": ["100000000000000001"]})"}) ==
        decltype(own){0u, 1u});
  CHECK(town.who_hears({"THREAD_MEMBERS_UPDATE", R"({"removed_member_ids": ["5"]})"}) == decltype(own){1u});
}

TEST_CASE("GW-INT-8: who lacks MESSAGE_CONTENT is told the veiled text, who has it the bare one", "[mock]") {
  mock::World world = plain_world();
  Talk talk{world};
  auto& blind = talk.raw();
  talk.text(blind, identify("the-token", "", "512"));
  talk.advance(5s);
  auto& seeing = talk.raw();
  talk.text(seeing, identify("the-token", "", "33280"));
  const mock::SayDispatch message{"MESSAGE_CREATE", R"({"guild_id": "200000000000000001", "content": "bare"})",
                                  R"({"guild_id": "200000000000000001", "content": "veil"})"};
  CHECK(talk.say(message) == 2);
  CHECK((blind.has("veil") && !blind.has("bare")));
  CHECK((seeing.has("bare") && !seeing.has("veil")));
}

TEST_CASE("GW-INT-4, GW-INT-8: what comes of requests and of people reaches the sessions that want it", "[mock]") {
  Town town;
  mock::api::State state(town.world());
  state.set_time(1'767'225'600'000);
  const mock::api::Tell tell = [&](const mock::SayDispatch& event) { return town.talk().say(event); };
  const auto people = [&](const std::string& path, const std::string& body) {
    mock::HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.body = body;
    return json::parse(mock::api::answer_people(request, state, tell)->body);
  };
  const json said = people("/message", R"({"channel": "general", "author": "Zo\u00eb", "content": "secret words"})");
  CHECK(said["reached"] == 1);
  CHECK(town.received(9).find("MESSAGE_CREATE") != std::string::npos);
  CHECK(town.received(9).find("secret words") == std::string::npos);
  CHECK(people("/message", R"({"author": "Zo\u00eb", "content": "psst"})")["reached"] == 1);
  CHECK(town.received(12).find("psst") != std::string::npos);
  const std::string reaction = json{{"message", said["id"]}, {"emoji", "a:1"}, {"user", "Zo\u00eb"}}.dump();
  CHECK(people("/reaction", reaction)["reached"] == 1);
  CHECK(town.received(10).find("MESSAGE_REACTION_ADD") != std::string::npos);
}

/// A world as a file has it.
mock::World described_world() {
  mock::World world = plain_world();
  auto realm = mock::read_realm(R"({"bot": {"name": "pinger", "id": "77"}, "guilds": [{"name": "workshop", "id": "20",
      "channels": [{"name": "speaking", "type": "voice", "id": "30"}, {"name": "general", "id": "31"}],
      "roles": [{"name": "moderators", "id": "41"}],
      "members": ["someone", {"name": "another", "id": "12", "roles": ["moderators"]}]}]})");
  world.realm = std::make_shared<const mock::Realm>(std::get<mock::Realm>(std::move(realm)));
  world.guild_ids = {20};
  return world;
}

TEST_CASE("GW-INT-11, GW-RGM-4: a world's members are told of with GUILD_PRESENCES, or by op 8", "[mock]") {
  Talk talk{described_world()};
  auto& without = talk.raw();
  talk.text(without, identify("the-token", "", "1"));
  talk.advance(5s);
  auto& with = talk.raw();
  talk.text(with, identify("the-token", "", "257"));
  CHECK((with.has(R"("username":"someone")") && with.has(R"("username":"another")")));
  CHECK((without.has(R"("username":"pinger")") && without.has(R"("member_count":3)")));
  CHECK_FALSE(without.has(R"("username":"someone")"));
  talk.text(without, R"({"op":8,"d":{"guild_id":"20","query":"SOME","limit":5}})");
  CHECK((without.has("GUILD_MEMBERS_CHUNK") && without.has(R"("username":"someone")")));
  CHECK_FALSE(without.has(R"("username":"another")"));
  talk.text(without, R"({"op":8,"d":{"guild_id":"20","user_ids":["12","5"]}})");
  CHECK((without.has(R"("username":"another")") && without.has(R"("not_found":["5"])")));
  talk.text(without, R"({"op":43,"d":{"guild_id":"20","fields":["status"]}})");
  CHECK(without.has(R"("channels":[{"id":"30","status":null}])"));
}

TEST_CASE("GW-READY-1, GW-READY-4: READY and GUILD_CREATE carry the world in every encoding and compression",
          "[mock]") {
  for (const auto encoding : {encoding::Encoding::Json, encoding::Encoding::Etf})
    for (const auto compression : {kNone, kZlib, kZstd, kPayload}) {
      if (encoding == encoding::Encoding::Etf && compression == kPayload) continue;  // GW-ENC-2
      CAPTURE(static_cast<int>(encoding), static_cast<int>(compression));
      Talk talk{described_world()};
      Config config = Talk::config("the-token", compression);
      config.encoding = encoding;
      const auto& client = talk.join(config);
      talk.advance(1s);
      REQUIRE(client.data.size() == 2);
      const json ready = json::parse(client.data[0]);
      CHECK(ready["user"]["username"] == "pinger");
      CHECK(ready["application"]["id"].dump().find("77") != std::string::npos);
      const json guild = json::parse(client.data[1]);
      CHECK(guild["name"] == "workshop");
      CHECK(guild["channels"][1]["name"] == "general");
      CHECK(guild["roles"][1]["name"] == "moderators");
      CHECK(guild["members"].size() == 3);
    }
}

}  // namespace
}  // namespace portcullis::tests
