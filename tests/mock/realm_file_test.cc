// World files: what a good one comes to, and what is said of a bad one.
#include "portcullis/oracle/mock/realm_file.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/oracle/mock/objects.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::mock {
namespace {

using nlohmann::json;

constexpr const char* kWhole = R"({
  "bot": {"name": "pinger", "id": "77"},
  "guilds": [
    {"name": "workshop", "id": "4194304", "owner": "another",
     "roles": [{"name": "@everyone", "permissions": "1024"},
               {"name": "moderators", "id": "9", "permissions": "8", "colour": 255, "hoisted": true, "mentionable": true}],
     "channels": [{"name": "talk", "type": "category"}, {"name": "general", "topic": "anything", "category": "talk"},
                  {"name": "speaking", "type": "voice", "id": "12"}, {"name": "news", "type": "announcement", "nsfw": true}],
     "members": ["someone", {"name": "another", "id": "5", "nick": "the other", "roles": ["moderators"]},
                 {"name": "pinger", "nick": "ping"}, {"name": "helper", "bot": true}]},
    {"name": "annex", "members": ["another"]},
    {"name": "empty"}]})";

json schema() {
  std::ifstream in("corpus/schema/world.schema.json");
  return json::parse(in);
}

Realm realm_of(const std::string& text) {
  auto read = read_realm(text);
  if (const auto* const fault = std::get_if<RealmFault>(&read)) FAIL(fault->where << ": " << fault->what);
  return std::get<Realm>(std::move(read));
}

RealmFault fault_of(const std::string& text) {
  const auto read = read_realm(text);
  CAPTURE(text);
  REQUIRE(std::holds_alternative<RealmFault>(read));
  return std::get<RealmFault>(read);
}

TEST_CASE("world: a file says what the guilds are", "[mock]") {
  CHECK(tests::schema_faults(schema(), json::parse(kWhole)).empty());
  const Realm realm = realm_of(kWhole);
  CHECK(realm.bot.name == "pinger");
  CHECK(realm.bot.id == 77);
  REQUIRE(realm.guilds.size() == 3);
  const Guild& guild = realm.guilds[0];
  CHECK(guild.id == 4'194'304);
  CHECK(guild.owner_id == 5);
  REQUIRE(guild.roles.size() == 2);
  CHECK(guild.roles[0].id == guild.id);
  CHECK(guild.roles[0].permissions == 1'024);
  CHECK(guild.roles[1].permissions == 8);
  CHECK(guild.roles[1].colour == 255);
  CHECK((guild.roles[1].hoisted && guild.roles[1].mentionable));
  REQUIRE(guild.channels.size() == 4);
  CHECK(guild.channels[1].parent_id == guild.channels[0].id);
  CHECK(guild.channels[1].topic == "anything");
  CHECK(guild.channels[2].kind == ChannelKind::Voice);
  CHECK(guild.channels[2].id == 12);
  CHECK((guild.channels[3].kind == ChannelKind::Announcement && guild.channels[3].nsfw));
  REQUIRE(guild.members.size() == 4);
  CHECK(guild.members[0].user.id == 77);
  CHECK(guild.members[0].nick == "ping");
  CHECK(guild.members[2].nick == "the other");
  CHECK(guild.members[2].role_ids == std::vector<std::uint64_t>{9});
  CHECK(guild.members[3].user.bot);
  CHECK_FALSE(guild.members[1].user.bot);
}

TEST_CASE("world: whoever is named by two guilds is one user, and the owner where none is named", "[mock]") {
  const Realm realm = realm_of(kWhole);
  CHECK(realm.guilds[1].members[1].user.id == 5);
  CHECK(realm.guilds[1].owner_id == 5);
  CHECK(realm.guilds[2].owner_id == realm.bot.id);
}

TEST_CASE("world: ids that are left out are made up, the same each time and none twice", "[mock]") {
  const char* const text =
      R"({"guilds": [{"name": "a", "channels": [{"name": "b"}, {"name": "c"}], "roles": [{"name": "d"}],
                               "members": ["e", "f"]}, {"name": "a", "channels": [{"name": "b"}], "members": ["g"]}]})";
  std::vector<std::uint64_t> ids;
  for (const Realm& realm : {realm_of(text), realm_of(text)})
    for (const Guild& guild : realm.guilds) {
      ids.push_back(guild.id);
      for (const Channel& one : guild.channels) ids.push_back(one.id);
      for (std::size_t i = 1; i < guild.roles.size(); ++i) ids.push_back(guild.roles[i].id);
      for (const Member& one : guild.members) ids.push_back(one.user.id);
    }
  const std::size_t half = ids.size() / 2;
  CHECK(std::vector(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(half)) ==
        std::vector(ids.begin() + static_cast<std::ptrdiff_t>(half), ids.end()));
  ids.resize(half);
  std::ranges::sort(ids);
  CHECK(std::ranges::adjacent_find(ids) + 1 != ids.end());  // the bot is in both guilds
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  CHECK(ids.size() == half - 1);
}

TEST_CASE("world: what is not JSON is shown with its line and column", "[mock]") {
  CHECK(fault_of("{\n \"guilds\": [\n  {,}\n]}").where == "line 3, column 4");
  CHECK(fault_of("").where == "line 1, column 1");
  CHECK(fault_of(R"({"guilds": 1e999})").what == "is not JSON that can be held: a number in it is out of range");
}

struct Bad {
  const char* text;
  const char* where;
  const char* what;
};
// clang-format off
constexpr std::array kMisshapen{
    Bad{R"([])", "the file", "must be an object"},
    Bad{R"({"guild": []})", "guild", "is no field here; there are bot, guilds"},
    Bad{R"({"bot": "x"})", "bot", "must be an object"},
    Bad{R"({"bot": {"nick": "x"}})", "bot.nick", "is no field here"},
    Bad{R"({"bot": {"id": 5}})", "bot.id", "must be an id, as a string of digits"},
    Bad{R"({"bot": {"id": "5x"}})", "bot.id", "must be an id"},
    Bad{R"({"guilds": {}})", "guilds", "must be an array"},
    Bad{R"({"guilds": [{}]})", "guilds[0].name", "is missing"},
    Bad{R"({"guilds": [{"name": ""}]})", "guilds[0].name", "must have 1 to 100 bytes"},
    Bad{R"({"guilds": [{"name": 7}]})", "guilds[0].name", "must be a string"},
    Bad{R"({"guilds": [{"name": "a", "icon": "b"}]})", "guilds[0].icon", "is no field here"},
    Bad{R"({"guilds": [{"name": "a", "channels": [{"name": "b"}, {"name": "c", "type": "chat"}]}]})",
        "guilds[0].channels[1].type", "must be text, voice, category, announcement or stage"},
    Bad{R"({"guilds": [{"name": "a", "channels": [{"name": "b", "nsfw": 1}]}]})",
        "guilds[0].channels[0].nsfw", "must be true or false"},
    Bad{R"({"guilds": [{"name": "a", "channels": [{"name": "b", "position": 1}]}]})",
        "guilds[0].channels[0].position", "is no field here"},
    Bad{R"({"guilds": [{"name": "a", "roles": [{"name": "b", "permissions": 8}]}]})",
        "guilds[0].roles[0].permissions", "must be a bit field, as a string of digits"},
    Bad{R"({"guilds": [{"name": "a", "roles": [{"name": "b", "colour": 16777216}]}]})",
        "guilds[0].roles[0].colour", "must be a whole number to 16777215"},
    Bad{R"({"guilds": [{"name": "a", "roles": [{"name": "b", "color": 1}]}]})", "guilds[0].roles[0].color", "is no field"},
    Bad{R"({"guilds": [{"name": "a", "members": [7]}]})", "guilds[0].members[0]", "must be an object"},
    Bad{R"({"guilds": [{"name": "a", "members": [{"nick": "b"}]}]})", "guilds[0].members[0].name", "is missing"},
    Bad{R"({"guilds": [{"name": "a", "members": [{"name": "b", "age": 5}]}]})", "guilds[0].members[0].age", "is no field"},
};
constexpr std::array kSenseless{
    Bad{R"({"guilds": [{"name": "a", "id": "0"}]})", "guilds[0].id", "must not be 0"},
    Bad{R"({"guilds": [{"name": "a", "id": "7"}, {"name": "b", "id": "7"}]})", "guilds[1].id", "has the id 7, which is taken"},
    Bad{R"({"bot": {"id": "5"}, "guilds": [{"name": "a", "id": "5"}]})", "guilds[0].id", "has the id 5, which is taken"},
    Bad{R"({"guilds": [{"name": "a", "channels": [{"name": "b"}, {"name": "b"}]}]})",
        "guilds[0].channels[1].name", "is used twice in the guild: b"},
    Bad{R"({"guilds": [{"name": "a", "roles": [{"name": "b"}, {"name": "b"}]}]})", "guilds[0].roles[1].name", "is used twice"},
    Bad{R"({"guilds": [{"name": "a", "channels": [{"name": "b"}, {"name": "c", "category": "b"}]}]})",
        "guilds[0].channels[1].category", "must be the name of a channel above it, of the type category"},
    Bad{R"({"guilds": [{"name": "a", "members": [{"name": "b", "roles": ["c"]}]}]})",
        "guilds[0].members[0].roles[0]", "must be the name of a role of the guild"},
    Bad{R"({"guilds": [{"name": "a", "members": ["b", "b"]}]})", "guilds[0].members[1]", "is named twice"},
    Bad{R"({"guilds": [{"name": "a", "owner": "b"}]})", "guilds[0].owner", "must be the name of a member of the guild"},
    Bad{R"({"guilds": [{"name": "a", "members": [{"name": "c", "id": "3"}]},
                       {"name": "b", "members": [{"name": "c", "id": "4"}]}]})",
        "guilds[1].members[0].id", "must be the one that c has elsewhere"},
    Bad{R"({"guilds": [{"name": "a", "members": ["c"]}, {"name": "b", "members": [{"name": "c", "bot": true}]}]})",
        "guilds[1].members[0].bot", "must be as it is elsewhere for c"},
};
// clang-format on

TEST_CASE("world: a field of a wrong form is named by its path, and the schema refuses it too", "[mock]") {
  for (const auto& [text, where, what] : kMisshapen) {
    const RealmFault fault = fault_of(text);
    CHECK(fault.where == where);
    CHECK_THAT(fault.what, Catch::Matchers::Contains(what));
    CHECK_FALSE(tests::schema_faults(schema(), json::parse(text)).empty());
  }
}

TEST_CASE("world: a name or id that makes no sense is named by its path", "[mock]") {
  for (const auto& [text, where, what] : kSenseless) {
    const RealmFault fault = fault_of(text);
    CHECK(fault.where == where);
    CHECK_THAT(fault.what, Catch::Matchers::Contains(what));
    CHECK(tests::schema_faults(schema(), json::parse(text)).empty());
  }
}

TEST_CASE("world: without a file every guild is found by its id and by those of its channels", "[mock]") {
  World world;
  world.guild_ids = {7, 8};
  CHECK(find_guild(world, 8)->name == "Guild 8");
  CHECK(find_guild(world, 9) == nullptr);
  CHECK(find_guild_of_channel(world, 1'000'007)->id == 7);
  CHECK(find_guild_of_channel(world, 2'000'008)->id == 8);
  CHECK(find_guild_of_channel(world, 5) == nullptr);
  CHECK(find_user(world, world.bot_id)->bot);
  CHECK(find_user(world, world.bot_id + 1)->name == "Zo\u00eb");
  CHECK(find_user(world, 1) == nullptr);
  CHECK(all_guilds(world).size() == 2);
}

}  // namespace
}  // namespace portcullis::mock
