#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/oracle/mock/api/people.h"
#include "portcullis/oracle/mock/api/router.h"
#include "portcullis/oracle/mock/realm_file.h"

namespace portcullis::mock {

using nlohmann::json;

inline constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";
inline constexpr const char* kBot = "100000000000000001";
inline constexpr const char* kSomeone = "11";
inline constexpr const char* kAnother = "12";
inline constexpr const char* kGuild = "20";
inline constexpr const char* kGeneral = "31";
inline constexpr const char* kTown = R"({"guilds": [
    {"name": "workshop", "id": "20", "roles": [{"name": "moderators", "id": "41", "permissions": "8"}],
     "channels": [{"name": "rooms", "id": "30", "type": "category"}, {"name": "general", "id": "31"},
                  {"name": "bots", "id": "32"}, {"name": "speaking", "id": "33", "type": "voice"}],
     "members": [{"name": "someone", "id": "11"}, {"name": "another", "id": "12", "nick": "the other", "roles": ["moderators"]}]},
    {"name": "annex", "id": "21", "channels": [{"name": "bots", "id": "34"}], "members": ["someone"]}]})";

/// A world without a gateway: what is told to the bot is written down.
class Town {
 public:
  Town() {
    world.token = kToken;
    world.realm = std::make_shared<const Realm>(std::get<Realm>(read_realm(kTown)));
    world.guild_ids = {20, 21};
    wait(0);
  }

  struct Answered {
    int status;
    json body;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string allow;
  };
  /// Asks as the bot does.
  Answered ask(const std::string& method, const std::string& path, const std::string& body = {},
               const std::string& type = "application/json") {
    HttpRequest request;
    request.method = method;
    request.path = "/api/v10" + path.substr(0, path.find('?'));
    if (path.find('?') != path.npos) request.query = path.substr(path.find('?') + 1);
    request.body = body;
    request.fields = {{"Authorization", authorization}, {"Content-Type", type}};
    const auto answer = api::answer_api(request, state, tell_);
    if (!answer) return {0, {}, {}, {}};
    shown = shown_path(request, *answer);
    return {answer->status, answer->body.empty() ? json() : json::parse(answer->body), answer->fields, answer->allow};
  }
  Answered ask(const std::string& method, const std::string& path, const json& body) {
    return ask(method, path, body.dump());
  }
  /// Asks as whoever holds the control port does.
  Answered people(const std::string& method, const std::string& path, const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (path.find('?') != path.npos) request.query = path.substr(path.find('?') + 1);
    request.body = body;
    const auto answer = api::answer_people(request, state, tell_);
    if (!answer) return {0, {}, {}, {}};
    return {answer->status, json::parse(answer->body), {}, answer->allow};
  }
  void wait(std::int64_t ms) { state.set_time(now_ms_ += ms); }

  /// Gives the data of the last event, which must have that name.
  json told(const std::string& name) const {
    if (events.empty() || events.back().name != name) return json();
    return json::parse(events.back().data);
  }
  json veiled() const { return json::parse(events.back().veiled); }
  std::string post(const std::string& content = "hello") {
    return ask("POST", "/channels/31/messages", json{{"content", content}}).body["id"];
  }
  std::string write(const std::string& content, const std::string& author = "someone") {
    return people("POST", "/message", json{{"channel", "general"}, {"author", author}, {"content", content}}.dump())
        .body["id"];
  }

  World world;
  api::State state{world};
  std::vector<SayDispatch> events;
  std::string authorization = std::string("Bot ") + kToken;
  std::string shown;

 private:
  std::int64_t now_ms_ = 1'767'225'600'123;  // 2026-01-01
  api::Tell tell_ = [this](const SayDispatch& event) {
    events.push_back(event);
    return std::size_t{1};
  };
};

}  // namespace portcullis::mock
