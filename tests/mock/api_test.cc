// What a bot asks over REST: each route, what is told of it, and each refusal.
#include <array>
#include <catch2/catch.hpp>

#include "portcullis/tests/mock/town.h"

namespace portcullis::mock {
namespace {

std::vector<std::string> contents(const json& messages) {
  std::vector<std::string> out;
  for (const json& one : messages) out.push_back(one["content"]);
  return out;
}

struct Refused {
  const char* method;
  const char* path;
  const char* body;
  int status;
  int code;
  const char* message;
};
void check_refusals(Town& town, const auto& rows) {
  for (const auto& [method, path, body, status, code, message] : rows) {
    CAPTURE(method, path, body);
    const std::size_t before = town.events.size();
    const auto answered = town.ask(method, path, std::string(body));
    CHECK(answered.status == status);
    CHECK(answered.body["code"] == code);
    CHECK(answered.body["message"] == message);
    CHECK(town.events.size() == before);
  }
}

TEST_CASE("world: a message of the bot's comes back as it was sent, and as an event", "[mock]") {
  Town town;
  const auto answered =
      town.ask("POST", "/channels/31/messages", json{{"content", "hi <@11> <@&41>"}, {"nonce", "n"}, {"tts", true}});
  CHECK(answered.status == 200);
  CHECK(answered.body["content"] == "hi <@11> <@&41>");
  CHECK(answered.body["author"]["id"] == kBot);
  CHECK(answered.body["timestamp"] == "2026-01-01T00:00:00.123000+00:00");
  CHECK(answered.body["mentions"][0]["username"] == "someone");
  CHECK(answered.body["mention_roles"] == json{"41"});
  CHECK(answered.body["tts"] == true);
  json told = town.told("MESSAGE_CREATE");
  CHECK(told["guild_id"] == kGuild);
  CHECK(told["member"]["nick"].is_null());
  CHECK(told["nonce"] == "n");
  CHECK(told["channel_type"] == 0);
  for (const char* const field : {"guild_id", "member", "channel_type"}) told.erase(field);
  CHECK(told == answered.body);
}

TEST_CASE("world: an id tells its time, and none comes twice", "[mock]") {
  Town town;
  const std::uint64_t first = *api::id_of(town.post());
  const std::uint64_t second = *api::id_of(town.post());
  CHECK((first >> 22) + 1'420'070'400'000 == 1'767'225'600'123);
  CHECK(second > first);
}

TEST_CASE("world: messages are read, changed and deleted, and each is told", "[mock]") {
  Town town;
  const std::string id = town.post();
  const std::string path = "/channels/31/messages/" + id;
  CHECK(town.ask("GET", path).body["content"] == "hello");
  town.wait(1'000);
  const auto changed = town.ask("PATCH", path, json{{"content", "bye"}, {"embeds", {{{"title", "t"}}}}});
  CHECK(changed.status == 200);
  CHECK(changed.body["content"] == "bye");
  CHECK(changed.body["embeds"][0]["type"] == "rich");
  CHECK(changed.body["edited_timestamp"] == "2026-01-01T00:00:01.123000+00:00");
  CHECK(town.told("MESSAGE_UPDATE")["content"] == "bye");
  CHECK(town.ask("PATCH", path, json{{"embeds", json::array()}}).body["content"] == "bye");
  CHECK(town.ask("DELETE", path).status == 204);
  CHECK(town.told("MESSAGE_DELETE") == json{{"id", id}, {"channel_id", kGeneral}, {"guild_id", kGuild}});
  CHECK(town.ask("GET", path).body["code"] == 10'008);
}

TEST_CASE("world: pages of messages come newest first, before, after and around one", "[mock]") {
  Town town;
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(town.post(std::to_string(i)));
  using Texts = std::vector<std::string>;
  const std::string path = "/channels/31/messages?limit=2";
  CHECK(contents(town.ask("GET", path).body) == Texts{"5", "4"});
  CHECK(contents(town.ask("GET", path + "&before=" + ids[3]).body) == Texts{"2", "1"});
  CHECK(contents(town.ask("GET", path + "&after=" + ids[3]).body) == Texts{"5", "4"});
  CHECK(contents(town.ask("GET", path + "&after=" + ids[0]).body) == Texts{"2", "1"});
  CHECK(contents(town.ask("GET", "/channels/31/messages?limit=3&around=" + ids[3]).body) == Texts{"4", "3", "2"});
  CHECK(contents(town.ask("GET", "/channels/31/messages").body).size() == 6);
  CHECK(town.ask("GET", "/channels/31/messages?limit=101").body["code"] == 50'035);
  CHECK(town.ask("GET", "/channels/31/messages?limit=x").body["errors"]["limit"]["_errors"][0]["code"] ==
        "NUMBER_TYPE_COERCE");
}

TEST_CASE("world: a channel keeps its last thousand messages", "[mock]") {
  Town town;
  const std::string first = town.post();
  const std::string second = town.post();
  for (std::size_t i = 2; i < api::kMessagesMax; ++i) town.post();
  CHECK(town.ask("GET", "/channels/31/messages/" + first).status == 200);
  town.post();
  CHECK(town.ask("GET", "/channels/31/messages/" + first).status == 404);
  CHECK(town.ask("GET", "/channels/31/messages/" + second).status == 200);
  CHECK(town.state.messages(31).size() == api::kMessagesMax);
}

TEST_CASE("world: a reply names the message that it answers, and mentions its author", "[mock]") {
  Town town;
  const std::string id = town.write("a question");
  const json body{{"content", "an answer"}, {"message_reference", {{"message_id", *api::id_of(id)}}}};
  const auto answered = town.ask("POST", "/channels/31/messages", body);
  CHECK(answered.body["type"] == 19);
  CHECK(answered.body["message_reference"]["message_id"] == id);
  CHECK(answered.body["referenced_message"]["content"] == "a question");
  CHECK(answered.body["mentions"][0]["id"] == kSomeone);
  json lost{{"content", "x"}, {"message_reference", {{"message_id", "5"}}}};
  CHECK(town.ask("POST", "/channels/31/messages", lost).body["errors"].contains("message_reference"));
  lost["message_reference"]["fail_if_not_exists"] = false;
  CHECK(town.ask("POST", "/channels/31/messages", lost).body["type"] == 0);
}

TEST_CASE("world: of a form the payload counts, and the files' names and sizes", "[mock]") {
  Town town;
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n"
      "{\"content\": \"see\", \"attachments\": [{\"id\": 0, \"description\": \"d\"}]}\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.csv\"\r\n\r\n1,2\r\n\r\n3\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"files[1]\"; filename=\"b.bin\"\r\n\r\n\r\n--b--\r\n";
  const auto answered = town.ask("POST", "/channels/31/messages", form, "multipart/form-data; boundary=b");
  CHECK(answered.status == 200);
  CHECK(answered.body["content"] == "see");
  REQUIRE(answered.body["attachments"].size() == 2);
  CHECK(answered.body["attachments"][0]["filename"] == "a.csv");
  CHECK(answered.body["attachments"][0]["size"] == 8);
  CHECK(answered.body["attachments"][0]["description"] == "d");
  CHECK(answered.body["attachments"][1]["filename"] == "b.bin");
  CHECK(answered.body["attachments"][1]["size"] == 0);
  const json kept{{"attachments", {{{"id", answered.body["attachments"][0]["id"]}}}}};
  const std::string id = answered.body["id"];
  CHECK(town.ask("PATCH", "/channels/31/messages/" + id, kept).body["attachments"] ==
        json::array({answered.body["attachments"][0]}));
  for (const char* const text : {"", "--b", "--b--", "--b\r\n", "--b\r\n\r\n", "--b\r\n--b\r\n", "b"}) {
    CAPTURE(text);
    CHECK(town.ask("POST", "/channels/31/messages", text, "multipart/form-data; boundary=b").body["code"] == 50'006);
  }
}

TEST_CASE("world: what is wrong with a message is said as Discord says it", "[mock]") {
  Town town;
  const std::string of_someone = "/channels/31/messages/" + town.write("mine");
  const std::string own = "/channels/31/messages/" + town.post();
  const std::string long_text = json{{"content", std::string(2'001, 'x')}}.dump();
  const std::string heavy = json{{"content", std::string(70'000, 'x')}}.dump();
  constexpr const char* kForm = "Invalid Form Body";
  const std::array rows{
      Refused{"GET", "/channels/5", "", 404, 10'003, "Unknown Channel"},
      Refused{"GET", "/channels/general", "", 400, 50'035, kForm},
      Refused{"POST", "/channels/5/messages", "{}", 404, 10'003, "Unknown Channel"},
      Refused{"POST", "/channels/30/messages", R"({"content": "x"})", 400, 50'008,
              "Cannot send messages in a non-text channel"},
      Refused{"POST", "/channels/31/messages", "", 400, 50'006, "Cannot send an empty message"},
      Refused{"POST", "/channels/31/messages", R"({"content": "", "embeds": []})", 400, 50'006,
              "Cannot send an empty message"},
      Refused{"POST", "/channels/31/messages", "{", 400, 50'109, "The request body contains invalid JSON."},
      Refused{"POST", "/channels/31/messages", "[]", 400, 50'035, kForm},
      Refused{"POST", "/channels/31/messages", R"({"content": 7})", 400, 50'035, kForm},
      Refused{"POST", "/channels/31/messages", long_text.c_str(), 400, 50'035, kForm},
      Refused{"POST", "/channels/31/messages", heavy.c_str(), 413, 40'005, "Request entity too large"},
      Refused{"POST", "/channels/31/messages", R"({"embeds": [7]})", 400, 50'035, kForm},
      Refused{"POST", "/channels/31/messages", R"({"embeds": [{},{},{},{},{},{},{},{},{},{},{}]})", 400, 50'035, kForm},
      Refused{"POST", "/channels/31/messages", R"({"content": "x", "flags": "y"})", 400, 50'035, kForm},
      Refused{"POST", "/channels/31/messages", R"({"content": "x", "nonce": "abcdefghijklmnopqrstuvwxyz"})", 400,
              50'035, kForm},
      Refused{"GET", "/channels/31/messages/5", "", 404, 10'008, "Unknown Message"},
      Refused{"PATCH", of_someone.c_str(), R"({"content": "x"})", 403, 50'005,
              "Cannot edit a message authored by another user"},
      Refused{"DELETE", "/channels/32/messages/5", "", 404, 10'008, "Unknown Message"},
      Refused{"POST", "/channels/31/messages/bulk-delete", R"({"messages": ["1"]})", 400, 50'035, kForm},
      Refused{"GET", "/guilds/5", "", 404, 10'004, "Unknown Guild"},
      Refused{"GET", "/guilds/20/members/5", "", 404, 10'007, "Unknown Member"},
      Refused{"GET", "/guilds/20/members/search", "", 400, 50'035, kForm},
      Refused{"GET", "/users/5", "", 404, 10'013, "Unknown User"},
      Refused{"POST", "/users/@me/channels", "{}", 400, 50'035, kForm},
      Refused{"POST", "/users/@me/channels", R"({"recipient_id": "5"})", 404, 10'013, "Unknown User"},
      Refused{"POST", "/users/@me/channels", R"({"recipient_id": "100000000000000001"})", 400, 50'007,
              "Cannot send messages to this user"},
      Refused{"POST", "/channels/31/messages", R"({"content": "x", "message_reference": {"message_id": []}})", 400,
              50'035, kForm},
  };
  for (const char* const reaction : {"/reactions/plain/@me", "/reactions/:5/@me"})
    CHECK(town.ask("PUT", own + reaction).body["code"] == 10'014);
  check_refusals(town, rows);
}

TEST_CASE("GW-REST-11: without the token every route but those of interactions is a 401", "[mock]") {
  Town town;
  town.authorization = "Bot other";
  const std::array rows{Refused{"GET", "/channels/31", "", 401, 0, "401: Unauthorized"},
                        Refused{"GET", "/channels/x", "", 401, 0, "401: Unauthorized"},
                        Refused{"PUT", "/applications/100000000000000001/commands", "[]", 401, 0, "401: Unauthorized"},
                        Refused{"POST", "/interactions/1/t/callback", "{}", 404, 10'062, "Unknown interaction"}};
  check_refusals(town, rows);
}

TEST_CASE("world: another method is a 405 that says which would do; another path is none of these", "[mock]") {
  Town town;
  const auto answered = town.ask("PUT", "/channels/31/messages");
  CHECK(answered.status == 405);
  CHECK(answered.allow == "GET, POST");
  CHECK(answered.body == json{{"code", 0}, {"message", "405: Method Not Allowed"}});
  CHECK(town.ask("HEAD", "/channels/31").status == 200);
  for (const char* const path : {"/channels", "/channels/31/", "/channels/31/messages/", "/channels//messages",
                                 "/users/@me", "/channels/31/pins/now", "/webhooks/1"})
    CHECK(town.ask("GET", path).status == 0);
}

TEST_CASE("world: every answer tells of a rate limit that is never reached", "[mock]") {
  Town town;
  std::map<std::string, std::string> limits;
  for (const auto& [name, value] : town.ask("GET", "/channels/31").fields) limits[name] = value;
  CHECK(limits["X-RateLimit-Limit"] == "1000");
  CHECK(limits["X-RateLimit-Remaining"] == "999");
  CHECK(limits["X-RateLimit-Reset"] == "1767225601.123");
  CHECK(limits["X-RateLimit-Reset-After"] == "1.000");
  const auto bucket = [&](const char* method, const char* path) { return town.ask(method, path).fields.back().second; };
  CHECK(bucket("GET", "/channels/31") == bucket("GET", "/channels/32"));
  CHECK(bucket("GET", "/channels/31/messages") != bucket("POST", "/channels/31/messages"));
}

TEST_CASE("world: reactions come and go, and each is told", "[mock]") {
  Town town;
  const std::string id = town.write("like this");
  const std::string path = "/channels/31/messages/" + id + "/reactions";
  CHECK(town.ask("PUT", path + "/\U0001f44d/@me").status == 204);
  json told = town.told("MESSAGE_REACTION_ADD");
  CHECK(told["user_id"] == kBot);
  CHECK(told["emoji"] == json{{"id", nullptr}, {"name", "\U0001f44d"}});
  CHECK(told["guild_id"] == kGuild);
  CHECK(told["member"]["user"]["id"] == kBot);
  CHECK(told["message_author_id"] == kSomeone);
  const std::size_t before = town.events.size();
  CHECK(town.ask("PUT", path + "/\U0001f44d/@me").status == 204);
  CHECK(town.events.size() == before);
  town.ask("PUT", path + "/custom:77/@me");
  CHECK(town.told("MESSAGE_REACTION_ADD")["emoji"] == json{{"id", "77"}, {"name", "custom"}});
  town.people("POST", "/reaction", json{{"message", id}, {"emoji", "\U0001f44d"}, {"user", "another"}}.dump());
  const json reactions = town.ask("GET", "/channels/31/messages/" + id).body["reactions"];
  CHECK(reactions[0]["count"] == 2);
  CHECK(reactions[0]["me"] == true);
  CHECK(reactions[1]["emoji"]["name"] == "custom");
  CHECK(town.ask("GET", path + "/\U0001f44d").body[1]["username"] == "another");
  CHECK(town.ask("DELETE", path + "/\U0001f44d/12").status == 204);
  CHECK(town.told("MESSAGE_REACTION_REMOVE")["user_id"] == kAnother);
  CHECK_FALSE(town.told("MESSAGE_REACTION_REMOVE").contains("member"));
  CHECK(town.ask("DELETE", path + "/\U0001f44d/@me").status == 204);
  CHECK(town.ask("DELETE", path + "/\U0001f44d/@me").body["code"] == 10'014);
  CHECK(town.ask("DELETE", path + "/custom:77").status == 204);
  CHECK(town.told("MESSAGE_REACTION_REMOVE_EMOJI")["emoji"]["id"] == "77");
  town.ask("PUT", path + "/custom:77/@me");
  CHECK(town.ask("DELETE", path).status == 204);
  CHECK(town.told("MESSAGE_REACTION_REMOVE_ALL")["message_id"] == id);
  CHECK_FALSE(town.ask("GET", "/channels/31/messages/" + id).body.contains("reactions"));
  for (int i = 0; i < 20; ++i) CHECK(town.ask("PUT", path + "/e:" + std::to_string(i + 1) + "/@me").status == 204);
  CHECK(town.ask("PUT", path + "/e:21/@me").body["code"] == 30'010);
}

TEST_CASE("world: many messages go at once, and the bot types", "[mock]") {
  Town town;
  const std::string first = town.post();
  const std::string second = town.post();
  CHECK(town.ask("POST", "/channels/31/messages/bulk-delete", json{{"messages", {first, *api::id_of(second), "5"}}})
            .status == 204);
  CHECK(town.told("MESSAGE_DELETE_BULK") ==
        json{{"ids", {first, second}}, {"channel_id", kGeneral}, {"guild_id", kGuild}});
  CHECK(town.ask("POST", "/channels/31/typing").status == 204);
  CHECK(town.told("TYPING_START")["timestamp"] == 1'767'225'600);
}

TEST_CASE("world: guilds, channels, members and users are as the file has them", "[mock]") {
  Town town;
  CHECK(town.ask("GET", "/channels/31").body["name"] == "general");
  CHECK(town.ask("GET", "/guilds/20?with_counts=true").body["approximate_member_count"] == 3);
  CHECK(town.ask("GET", "/guilds/20/channels").body.size() == 4);
  CHECK(town.ask("GET", "/guilds/20/roles").body[1]["name"] == "moderators");
  CHECK(town.ask("GET", "/guilds/20/members").body.size() == 1);
  const json members = town.ask("GET", "/guilds/20/members?limit=10&after=11").body;
  REQUIRE(members.size() == 2);
  CHECK(members[0]["nick"] == "the other");
  CHECK(members[0]["roles"] == json{"41"});
  CHECK(members[1]["user"]["id"] == kBot);
  CHECK(town.ask("GET", "/guilds/20/members/search?query=THE").body[0]["user"]["id"] == kAnother);
  CHECK(town.ask("GET", "/guilds/20/members/12").body["user"]["username"] == "another");
  CHECK(town.ask("GET", "/users/12").body["username"] == "another");
  CHECK(town.ask("GET", "/users/@me/guilds").body.size() == 2);
  CHECK(town.ask("GET", "/users/@me/guilds?after=20").body[0]["id"] == "21");
}

TEST_CASE("world: a user has one channel with the bot, whose messages belong to no guild", "[mock]") {
  Town town;
  const json channel = town.ask("POST", "/users/@me/channels", json{{"recipient_id", kSomeone}}).body;
  CHECK(channel["type"] == 1);
  CHECK(channel["recipients"][0]["id"] == kSomeone);
  CHECK(town.ask("POST", "/users/@me/channels", json{{"recipient_id", 11}}).body["id"] == channel["id"]);
  CHECK(town.ask("POST", "/users/@me/channels", json{{"recipient_id", kAnother}}).body["id"] != channel["id"]);
  const std::string path = "/channels/" + channel["id"].get<std::string>();
  CHECK(town.ask("GET", path).body["type"] == 1);
  CHECK(town.ask("POST", path + "/messages", json{{"content", "psst"}}).status == 200);
  const json told = town.told("MESSAGE_CREATE");
  CHECK_FALSE(told.contains("guild_id"));
  CHECK_FALSE(told.contains("member"));
  CHECK(town.events.back().veiled.empty());
  town.people("POST", "/message", R"({"author": "someone", "content": "back"})");
  const json back = town.told("MESSAGE_CREATE");
  CHECK(back["channel_id"] == channel["id"]);
  CHECK(town.ask("DELETE", path + "/messages/" + back["id"].get<std::string>()).body["code"] == 50'003);
}

TEST_CASE("GW-INT-8: what others write is veiled, unless the bot is mentioned; its own is not", "[mock]") {
  Town town;
  const auto is_veiled = [&] {
    const json whole = json::parse(town.events.back().data);
    CHECK_FALSE(whole["content"].get<std::string>().empty());
    return town.veiled()["content"] == "";
  };
  const std::string id = town.write("for those who may read");
  CHECK(is_veiled());
  for (const char* const field : {"embeds", "attachments", "components"}) CHECK(town.veiled()[field] == json::array());
  town.write("hello <@100000000000000001>");
  CHECK_FALSE(is_veiled());
  town.write("hello <@!100000000000000001>");
  CHECK_FALSE(is_veiled());
  town.write("hello <@12>");
  CHECK(is_veiled());
  town.people("POST", "/message/edit", json{{"message", id}, {"content", "changed"}}.dump());
  CHECK(town.events.back().name == "MESSAGE_UPDATE");
  CHECK(is_veiled());
  const std::string own = town.post();
  CHECK_FALSE(is_veiled());
  // Who replies to the bot mentions it; what somebody else is answered with is seen, what he wrote is not.
  town.people("POST", "/message",
              json{{"channel", "general"}, {"author", "someone"}, {"content", "re"}, {"reply_to", own}}.dump());
  CHECK_FALSE(is_veiled());
  town.ask("POST", "/channels/31/messages", json{{"content", "re"}, {"message_reference", {{"message_id", id}}}});
  CHECK_FALSE(is_veiled());
  CHECK(town.veiled()["referenced_message"]["content"] == "");
}

}  // namespace
}  // namespace portcullis::mock
