// Commands that a bot registers, interactions with them, and what people do by the control port.
#include <array>
#include <catch2/catch.hpp>

#include "portcullis/tests/mock/town.h"

namespace portcullis::mock {
namespace {

const std::string kCommands = std::string("/applications/") + kBot + "/commands";
const std::string kOfGuild = std::string("/applications/") + kBot + "/guilds/20/commands";

json ping() { return {{"name", "ping"}, {"description", "answers"}}; }

json options() {
  return {{"name", "all"},
          {"description", "every kind"},
          {"options",
           {{{"type", 3}, {"name", "text"}, {"description", "d"}, {"required", true}},
            {{"type", 4}, {"name", "whole"}, {"description", "d"}},
            {{"type", 5}, {"name", "flag"}, {"description", "d"}},
            {{"type", 6}, {"name", "who"}, {"description", "d"}},
            {{"type", 7}, {"name", "where"}, {"description", "d"}},
            {{"type", 8}, {"name", "role"}, {"description", "d"}},
            {{"type", 9}, {"name", "any"}, {"description", "d"}},
            {{"type", 10}, {"name", "number"}, {"description", "d"}},
            {{"type", 3}, {"name", "choice"}, {"description", "d"}, {"choices", {{{"name", "A"}, {"value", "a"}}}}}}}};
}

/// Lets somebody use a command, and gives the interaction as the bot has it.
json use(Town& town, json fields) {
  fields.update({{"channel", "general"}, {"user", "another"}});
  const auto answered = town.people("POST", "/interaction", fields.dump());
  INFO(answered.body.dump());
  REQUIRE(answered.status == 200);
  json told = town.told("INTERACTION_CREATE");
  CHECK(told["id"] == answered.body["id"]);
  return told;
}

std::string callback_of(const json& interaction) {
  return "/interactions/" + interaction["id"].get<std::string>() + "/" + interaction["token"].get<std::string>() +
         "/callback";
}
std::string webhook_of(const json& interaction) {
  return std::string("/webhooks/") + kBot + "/" + interaction["token"].get<std::string>();
}

TEST_CASE("world: commands are registered, listed, changed and removed", "[mock]") {
  Town town;
  const auto made = town.ask("POST", kCommands, ping());
  CHECK(made.status == 201);
  CHECK(made.body["application_id"] == kBot);
  CHECK(made.body["type"] == 1);
  const std::string path = kCommands + "/" + made.body["id"].get<std::string>();
  const auto again = town.ask("POST", kCommands, json{{"name", "ping"}, {"description", "other"}});
  CHECK(again.status == 200);
  CHECK(again.body["id"] == made.body["id"]);
  CHECK(town.ask("GET", kCommands).body.size() == 1);
  CHECK(town.ask("PATCH", path, json{{"description", "third"}}).body["description"] == "third");
  CHECK(town.ask("GET", path).body["description"] == "third");
  const auto all = town.ask("PUT", kCommands, json{ping(), options()});
  CHECK(all.body.size() == 2);
  CHECK(all.body[0]["id"] == made.body["id"]);
  CHECK(all.body[1]["options"].size() == 9);
  CHECK(town.ask("DELETE", path).status == 204);
  CHECK(town.ask("DELETE", path).body["code"] == 10'063);
  CHECK(town.ask("GET", kCommands).body.size() == 1);
  CHECK(town.ask("PUT", kOfGuild, json::array({ping()})).body[0]["guild_id"] == kGuild);
  CHECK(town.people("GET", "/commands").body.size() == 1);
  CHECK(town.people("GET", "/commands?guild=workshop").body.size() == 2);
}

TEST_CASE("world: a command that will not do is refused by its field", "[mock]") {
  Town town;
  const auto place_of = [&](const json& body) {
    const auto answered = town.ask("POST", kCommands, body);
    CHECK(answered.body["code"] == 50'035);
    json errors = answered.body.value("errors", json());
    std::string place;
    while (errors.is_object() && !errors.contains("_errors")) {
      place += (place.empty() ? "" : ".") + errors.begin().key();
      errors = json(errors.begin().value());
    }
    return place;
  };
  CHECK(place_of({{"description", "x"}}) == "name");
  CHECK(place_of({{"name", "Ping"}, {"description", "x"}}) == "name");
  CHECK(place_of({{"name", "a b"}, {"description", "x"}}) == "name");
  CHECK(place_of({{"name", "ping"}}) == "description");
  CHECK(place_of({{"name", 7}, {"description", "x"}}) == "name");
  CHECK(place_of({{"name", "ping"}, {"description", "x"}, {"type", 9}}) == "type");
  json bad = options();
  bad["options"][3].erase("type");
  CHECK(place_of(bad) == "options.3.type");
  bad = options();
  bad["options"][1]["name"] = "text";
  CHECK(place_of(bad) == "options");
  CHECK(town.ask("PUT", kCommands, json{ping(), ping()}).body["errors"].contains("1"));
  CHECK(town.ask("PUT", kCommands, json::object()).body["code"] == 50'035);
  CHECK(town.ask("PUT", kCommands, json(std::vector<json>(101, ping()))).body["code"] == 30'032);
  CHECK(town.ask("GET", "/applications/5/commands").body["code"] == 20'012);
  CHECK(town.ask("GET", std::string("/applications/") + kBot + "/guilds/5/commands").body["code"] == 10'004);
  for (int i = 0; i < 100; ++i)
    town.ask("POST", kCommands, json{{"name", "c" + std::to_string(i)}, {"description", "x"}});
  CHECK(town.ask("POST", kCommands, ping()).body["code"] == 30'032);
}

TEST_CASE("world: an interaction tells who uses what, and where", "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json{ping(), options()});
  const json told = use(town, {{"name", "/ping"}});
  CHECK(told["type"] == 2);
  CHECK(told["data"]["name"] == "ping");
  CHECK(told["member"]["user"]["id"] == kAnother);
  CHECK(told["member"]["permissions"].is_string());
  CHECK(told["channel"]["id"] == kGeneral);
  CHECK(told["channel_id"] == kGeneral);
  CHECK(told["guild_id"] == kGuild);
  CHECK(told["application_id"] == kBot);
  const json full = use(town, {{"name", "all"},
                               {"options",
                                {{"text", "t"},
                                 {"whole", 5},
                                 {"flag", true},
                                 {"who", "someone"},
                                 {"where", "#bots"},
                                 {"role", "moderators"},
                                 {"any", "another"},
                                 {"number", 1.5},
                                 {"choice", "a"}}}})["data"];
  json values;
  for (const json& one : full["options"]) values[one["name"].get<std::string>()] = one["value"];
  CHECK(values == json{{"text", "t"},
                       {"whole", 5},
                       {"flag", true},
                       {"who", kSomeone},
                       {"where", "32"},
                       {"role", "41"},
                       {"any", kAnother},
                       {"number", 1.5},
                       {"choice", "a"}});
  CHECK(full["resolved"]["users"][kSomeone]["username"] == "someone");
  CHECK(full["resolved"]["members"][kAnother]["nick"] == "the other");
  CHECK(full["resolved"]["channels"]["32"]["name"] == "bots");
  CHECK(full["resolved"]["roles"]["41"]["name"] == "moderators");
  town.people("POST", "/interaction", R"({"name": "ping", "user": "someone"})");
  const json direct = town.told("INTERACTION_CREATE");
  CHECK(direct["user"]["id"] == kSomeone);
  CHECK_FALSE(direct.contains("guild_id"));
}

TEST_CASE("world: a subcommand is named behind its groups", "[mock]") {
  Town town;
  const json leaf{{"type", 1},
                  {"name", "set"},
                  {"description", "d"},
                  {"options", {{{"type", 3}, {"name", "to"}, {"description", "d"}}}}};
  const json group{{"type", 2}, {"name", "colour"}, {"description", "d"}, {"options", {leaf}}};
  town.ask("POST", kCommands, json{{"name", "config"}, {"description", "d"}, {"options", {group}}});
  const json data = use(town, {{"name", "config colour set"}, {"options", {{"to", "red"}}}})["data"];
  CHECK(data["options"][0]["name"] == "colour");
  CHECK(data["options"][0]["options"][0]["name"] == "set");
  CHECK(data["options"][0]["options"][0]["options"][0] == json{{"name", "to"}, {"type", 3}, {"value", "red"}});
  const auto error = [&](const char* name) {
    return town.people("POST", "/interaction", json{{"name", name}, {"channel", "general"}, {"user", "another"}}.dump())
        .body["error"]
        .get<std::string>();
  };
  CHECK(error("config") == "the command has subcommands: add one of them to \"name\"");
  CHECK(error("config colour get") == "the command has no subcommand \"get\"");
}

TEST_CASE("world: the first answer becomes a message, and no second one is taken", "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json::array({ping()}));
  const json interaction = use(town, {{"name", "ping"}});
  const json answer{{"type", 4}, {"data", {{"content", "pong"}}}};
  CHECK(town.ask("POST", callback_of(interaction), answer).status == 204);
  CHECK(town.shown == "/api/v10/interactions/" + interaction["id"].get<std::string>() + "/{token}/callback");
  const json told = town.told("MESSAGE_CREATE");
  CHECK(told["content"] == "pong");
  CHECK(told["type"] == 20);
  CHECK(told["interaction"]["name"] == "ping");
  CHECK(told["interaction_metadata"]["user"]["id"] == kAnother);
  CHECK(told["author"]["id"] == kBot);
  const auto again = town.ask("POST", callback_of(interaction), answer);
  CHECK((again.status == 400 && again.body["code"] == 40'060));
  const json next = use(town, {{"name", "ping"}});
  const auto with = town.ask("POST", callback_of(next) + "?with_response=true", answer);
  CHECK(with.body["resource"]["message"]["content"] == "pong");
  CHECK(with.body["interaction"]["response_message_id"] == with.body["resource"]["message"]["id"]);
  const json seen = town.people("GET", "/interactions?id=" + next["id"].get<std::string>()).body;
  REQUIRE(seen.size() == 1);
  CHECK(seen[0]["answered"] == "yes");
  CHECK(seen[0]["answer"] == answer);
  CHECK(seen[0]["messages"][0]["content"] == "pong");
}

TEST_CASE("world: the first answer is due within 3 s, further ones within a quarter of an hour", "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json::array({ping()}));
  const json answer{{"type", 4}, {"data", {{"content", "pong"}}}};
  const json late = use(town, {{"name", "ping"}});
  town.wait(3'001);
  CHECK(town.ask("POST", callback_of(late), answer).body["code"] == 10'062);
  CHECK(town.ask("POST", webhook_of(late), json{{"content", "x"}}).body["code"] == 10'015);
  const json good = use(town, {{"name", "ping"}});
  town.wait(3'000);
  CHECK(town.ask("POST", callback_of(good), answer).status == 204);
  town.wait(15 * 60 * 1'000 - 3'000);
  CHECK(town.ask("POST", webhook_of(good), json{{"content", "more"}}).status == 200);
  town.wait(1);
  CHECK(town.ask("POST", webhook_of(good), json{{"content", "more"}}).body["code"] == 50'027);
}

TEST_CASE("world: a promised answer is filled in later, by an edit or by the first follow-up", "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json::array({ping()}));
  for (const bool by_edit : {true, false}) {
    const json interaction = use(town, {{"name", "ping"}});
    town.ask("POST", callback_of(interaction), json{{"type", 5}});
    const json promised = town.told("MESSAGE_CREATE");
    CHECK(promised["flags"] == 128);
    const auto filled =
        by_edit ? town.ask("PATCH", webhook_of(interaction) + "/messages/@original", json{{"content", "done"}})
                : town.ask("POST", webhook_of(interaction), json{{"content", "done"}});
    CHECK(filled.body["id"] == promised["id"]);
    CHECK(filled.body["flags"] == 0);
    CHECK(town.told("MESSAGE_UPDATE")["content"] == "done");
    const auto more = town.ask("POST", webhook_of(interaction), json{{"content", "more"}});
    CHECK(more.body["id"] != promised["id"]);
    const std::string path = webhook_of(interaction) + "/messages/" + more.body["id"].get<std::string>();
    CHECK(town.ask("GET", path).body["content"] == "more");
    CHECK(town.ask("PATCH", path, json{{"content", "less"}}).body["content"] == "less");
    CHECK(town.ask("DELETE", path).status == 204);
    CHECK(town.ask("GET", path).body["code"] == 10'008);
    CHECK(town.ask("GET", webhook_of(interaction) + "/messages/@original").body["content"] == "done");
  }
  const std::string others = town.post();
  const json interaction = use(town, {{"name", "ping"}});
  town.ask("POST", callback_of(interaction), json{{"type", 5}});
  CHECK(town.ask("PATCH", webhook_of(interaction) + "/messages/" + others, json{{"content", "x"}}).body["code"] ==
        10'008);
}

TEST_CASE("GW-INT-9: an ephemeral answer has neither guild nor member, and is read by its interaction alone",
          "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json::array({ping()}));
  const json interaction = use(town, {{"name", "ping"}});
  town.ask("POST", callback_of(interaction), json{{"type", 4}, {"data", {{"content", "psst"}, {"flags", 64}}}});
  const json told = town.told("MESSAGE_CREATE");
  CHECK(told["flags"] == 64);
  CHECK_FALSE(told.contains("guild_id"));
  CHECK_FALSE(told.contains("member"));
  CHECK(town.ask("GET", "/channels/31/messages").body.empty());
  CHECK(town.ask("GET", "/channels/31/messages/" + told["id"].get<std::string>()).body["code"] == 10'008);
  CHECK(town.ask("GET", webhook_of(interaction) + "/messages/@original").body["content"] == "psst");
  CHECK(town.people("GET", "/messages?channel=general").body.size() == 1);
  town.ask("DELETE", webhook_of(interaction) + "/messages/@original");
  CHECK_FALSE(town.told("MESSAGE_DELETE").contains("guild_id"));
}

TEST_CASE("world: a button's interaction holds its message, and may change it", "[mock]") {
  Town town;
  const json row{{"type", 1}, {"components", {{{"type", 2}, {"style", 1}, {"label", "L"}, {"custom_id", "b"}}}}};
  const std::string id =
      town.ask("POST", "/channels/31/messages", json{{"content", "?"}, {"components", {row}}}).body["id"];
  const auto press = [&](const char* component) {
    return town.people("POST", "/interaction",
                       json{{"component", component}, {"message", id}, {"user", "someone"}}.dump());
  };
  CHECK(press("b").status == 200);
  const json first = town.told("INTERACTION_CREATE");
  CHECK(first["type"] == 3);
  CHECK(first["data"] == json{{"custom_id", "b"}, {"component_type", 2}});
  CHECK(first["message"]["id"] == id);
  const json update{{"type", 7}, {"data", {{"content", "!"}, {"components", json::array()}}}};
  CHECK(town.ask("POST", callback_of(first), update).status == 204);
  CHECK(town.told("MESSAGE_UPDATE")["content"] == "!");
  CHECK(town.ask("GET", "/channels/31/messages/" + id).body["components"] == json::array());
  CHECK(press("b").body["error"] == "the message has no component \"b\"");
  town.ask("PUT", kCommands, json::array({ping()}));
  CHECK(town.ask("POST", callback_of(use(town, {{"name", "ping"}})), update).body["code"] == 50'035);
  for (const char* const body :
       {"{}", R"({"type": 1})", R"({"type": 10})", R"({"type": "4"})", "[]", R"({"type": 4, "data": 5})"}) {
    CAPTURE(body);
    CHECK(town.ask("POST", callback_of(use(town, {{"name", "ping"}})), std::string(body)).body["code"] == 50'035);
  }
  CHECK(town.ask("POST", callback_of(use(town, {{"name", "ping"}})), json{{"type", 4}}).body["code"] == 50'006);
}

TEST_CASE("world: the last thousand interactions are kept", "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json::array({ping()}));
  const json first = use(town, {{"name", "ping"}});
  for (std::size_t i = 0; i < api::kInteractionsMax; ++i) use(town, {{"name", "ping"}});
  CHECK(town.state.interactions().size() == api::kInteractionsMax);
  CHECK(town.ask("POST", callback_of(first), json{{"type", 5}}).body["code"] == 10'062);
}

TEST_CASE("LOCAL-27: every verb of the people's has an example, and each example works", "[mock]") {
  for (const api::Deed& deed : api::kPeople) {
    CAPTURE(deed.path);
    CHECK(deed.example.empty() == (deed.method == "GET"));
    if (deed.method == "GET") continue;
    Town town;
    town.ask("PUT", kCommands, json::array({ping()}));
    json example = json::parse(deed.example);
    if (example.contains("message")) example["message"] = town.write("hello");
    CHECK(town.people("POST", std::string(deed.path), example.dump()).body["reached"] == 1);
  }
}

TEST_CASE("GW-SEC-1: no path that is shown holds more than ids", "[mock]") {
  Town town;
  for (const auto& [method, path, shown] : std::vector<std::array<std::string, 3>>{
           {"GET", "/channels/31", "/channels/31"},
           {"GET", "/channels/secret", "/channels/{channel_id}"},
           {"PUT", "/channels/31/messages/5/reactions/secret/@me", "/channels/31/messages/5/reactions/{emoji}/@me"},
           {"PUT", "/channels/31", "/channels/31"},
           {"POST", "/webhooks/1/secret", "/webhooks/1/{token}"},
           {"GET", "/webhooks/1/secret", "/webhooks/1/{token}"},
           {"PATCH", "/webhooks/1/secret/messages/secret", "/webhooks/1/{token}/messages/{message}"}}) {
    town.ask(method, path);
    CHECK(town.shown == "/api/v10" + shown);
  }
}

TEST_CASE("world: people write, change, delete and react", "[mock]") {
  Town town;
  const std::string id = town.write("hello", "another");
  json told = town.told("MESSAGE_CREATE");
  CHECK(told["author"]["id"] == kAnother);
  CHECK(told["member"]["nick"] == "the other");
  CHECK(told["channel_id"] == kGeneral);
  CHECK(town.people("POST", "/message", R"({"channel": "bots", "guild": "annex", "author": "11", "content": "x"})")
            .body["reached"] == 1);
  CHECK(town.told("MESSAGE_CREATE")["channel_id"] == "34");
  CHECK(town.people("POST", "/reaction", json{{"message", id}, {"emoji", "a:1"}, {"user", "someone"}}.dump()).status ==
        200);
  CHECK(town.told("MESSAGE_REACTION_ADD")["user_id"] == kSomeone);
  town.people("POST", "/reaction",
              json{{"message", id}, {"emoji", "a:1"}, {"user", "someone"}, {"remove", true}}.dump());
  CHECK(town.told("MESSAGE_REACTION_REMOVE")["user_id"] == kSomeone);
  CHECK(town.people("POST", "/message/delete", json{{"message", id}}.dump()).status == 200);
  CHECK(town.told("MESSAGE_DELETE")["id"] == id);
  CHECK(town.people("GET", "/messages?channel=general").body.empty());
  CHECK(town.people("GET", "/world").body["guilds"][0]["members"].size() == 3);
}

struct Objected {
  const char* method;
  const char* path;
  const char* body;
  int status;
  const char* error;
};
// clang-format off
constexpr std::array kObjected{
    Objected{"POST", "/message", "{", 400, "the body is not JSON"},
    Objected{"POST", "/message", "[]", 400, "the body must be a JSON object"},
    Objected{"POST", "/message", R"({"chan": "x"})", 400, "\"chan\" is no field here; there are channel, guild, author, content, reply_to"},
    Objected{"POST", "/message", R"({"channel": "general", "author": "someone"})", 400, "\"content\" is missing"},
    Objected{"POST", "/message", R"({"channel": "general", "content": "x"})", 400, "\"author\" is missing"},
    Objected{"POST", "/message", R"({"channel": 31, "author": "someone", "content": "x"})", 400, "\"channel\" must be a string"},
    Objected{"POST", "/message", R"({"channel": "nowhere", "author": "someone", "content": "x"})", 404,
             "no channel is called \"nowhere\"; GET /world lists them"},
    Objected{"POST", "/message", R"({"channel": "bots", "author": "someone", "content": "x"})", 400,
             "several guilds have a channel \"bots\": name the \"guild\" too"},
    Objected{"POST", "/message", R"({"channel": "bots", "guild": "none", "author": "someone", "content": "x"})", 404,
             "no guild is called \"none\"; GET /world lists them"},
    Objected{"POST", "/message", R"({"channel": "34", "author": "another", "content": "x"})", 404,
             "nobody there is called \"another\"; GET /world lists the members"},
    Objected{"POST", "/message", R"({"channel": "general", "author": "someone", "content": ""})", 400, "Cannot send an empty message"},
    Objected{"POST", "/message/edit", R"({"message": "5", "content": "x"})", 404, "there is no message \"5\""},
    Objected{"POST", "/reaction", R"({"message": "x", "emoji": "a:1", "user": "someone"})", 404, "there is no message \"x\""},
    Objected{"GET", "/messages", "", 400, "name a \"channel\", or a \"user\" whose direct messages are meant"},
    Objected{"GET", "/messages?chan=general", "", 400, "\"chan\" is no field here; there are channel, guild, user"},
    Objected{"POST", "/interaction", R"({"channel": "general", "user": "someone"})", 400, "\"name\" is missing"},
    Objected{"POST", "/interaction", R"({"name": "pong", "channel": "general", "user": "someone"})", 404,
             "no command \"pong\" is registered; there are all"},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone"})", 400, "the option \"text\" is required"},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone", "options": []})", 400,
             "\"options\" must be an object of the options' names and values"},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone", "options": {"text": 5}})", 400,
             "the option \"text\" must be a string"},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone", "options": {"text": "a", "whole": "5"}})", 400,
             "the option \"whole\" must be a whole number"},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone", "options": {"text": "a", "choice": "b"}})", 400,
             "the option \"choice\" must be one of its choices"},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone", "options": {"text": "a", "role": "b"}})", 404,
             "the option \"role\": no role is called \"b\""},
    Objected{"POST", "/interaction", R"({"name": "all", "channel": "general", "user": "someone", "options": {"texts": "a"}})", 400,
             "the command has no option \"texts\"; it has text, whole, flag, who, where, role, any, number, choice"},
    Objected{"GET", "/message", "", 405, "this path takes POST"},
    Objected{"POST", "/world", "{}", 405, "this path takes GET, HEAD"},
};
// clang-format on

TEST_CASE("world: what people cannot do is said with the field and the way out, and tells nobody", "[mock]") {
  Town town;
  town.ask("PUT", kCommands, json::array({options()}));
  for (const auto& [method, path, body, status, error] : kObjected) {
    CAPTURE(path, body);
    const auto answered = town.people(method, path, body);
    CHECK(answered.status == status);
    CHECK(answered.body["error"] == error);
    CHECK(town.events.empty());
  }
  CHECK(town.people("POST", "/dispatch").status == 0);
}

}  // namespace
}  // namespace portcullis::mock
