#include "portcullis/oracle/mock/api/people.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/messages.h"
#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/api/summon.h"
#include "portcullis/oracle/mock/api/wish.h"
#include "portcullis/oracle/mock/objects.h"

namespace portcullis::mock::api {
namespace {

using nlohmann::json;

HttpAnswer told(std::uint64_t id, std::size_t reached) {
  return json_answer({{"id", snowflake(id)}, {"reached", reached}});
}

HttpAnswer say_message(Wish& wish) {
  wish.only({"channel", "guild", "author", "content", "reply_to"});
  const bool direct = !wish.has("channel");
  const User author = wish.person("author", direct ? Place{} : wish.place());
  const Place place = direct ? wish.state.direct_place(author) : wish.place();
  json draft{{"content", wish.text("content")}};
  if (wish.has("reply_to")) draft["message_reference"] = {{"message_id", wish.text("reply_to")}};
  check_draft(draft);
  check_not_empty(draft);
  std::size_t reached = 0;
  const Tell count = [&](const SayDispatch& event) { return reached = wish.tell(event); };
  const Message& made = write_message(wish.state, count, place, author, draft);
  return told(made.id(), reached);
}

HttpAnswer change_message(Wish& wish) {
  wish.only({"message", "content"});
  const auto [place, message] = wish.message();
  const json draft{{"content", wish.text("content")}};
  check_draft(draft);
  std::size_t reached = 0;
  const Tell count = [&](const SayDispatch& event) { return reached = wish.tell(event); };
  edit_message(wish.state, count, place, message, draft);
  return told(message.id(), reached);
}

HttpAnswer withdraw_message(Wish& wish) {
  wish.only({"message"});
  const auto [place, message] = wish.message();
  const std::uint64_t id = message.id();
  return told(id, delete_message(wish.state, wish.tell, place, id));
}

HttpAnswer react(Wish& wish) {
  wish.only({"message", "emoji", "user", "remove"});
  const auto [place, message] = wish.message();
  const User user = wish.person("user", place);
  const json emoji = emoji_of(wish.text("emoji"));
  const auto change = wish.flag("remove") ? remove_reaction : add_reaction;
  return told(message.id(), change(wish.tell, place, message, emoji, user));
}

HttpAnswer show_messages(Wish& wish) {
  wish.only({"channel", "guild", "user"});
  if (!wish.has("channel") && !wish.has("user"))
    throw Objection{400, "name a \"channel\", or a \"user\" whose direct messages are meant"};
  const Place place = wish.has("channel") ? wish.place() : wish.state.direct_place(wish.person("user", Place{}));
  json out = json::array();
  for (const Message& one : wish.state.messages(place.channel_id)) out.push_back(rendered(wish.state, one));
  return json_answer(out);
}

HttpAnswer show_interactions(Wish& wish) {
  constexpr std::array kAnswered{"no", "deferred", "yes"};
  wish.only({"id"});
  json out = json::array();
  for (const Interaction& one : wish.state.interactions()) {
    if (wish.has("id") && wish.text("id") != snowflake(one.id)) continue;
    json messages = json::array();
    auto ids = one.message_ids;
    if (one.original_id && ids.empty()) ids.push_back(*one.original_id);
    for (const std::uint64_t id : ids)
      if (const Message* const found = wish.state.find_message(one.place.channel_id, id))
        messages.push_back(rendered(wish.state, *found));
    out.push_back({{"id", snowflake(one.id)},
                   {"type", one.object["type"]},
                   {"data", one.object["data"]},
                   {"answered", kAnswered[static_cast<std::size_t>(one.answered)]},
                   {"answer", one.answer},
                   {"messages", std::move(messages)}});
  }
  return json_answer(out);
}

HttpAnswer show_commands(Wish& wish) {
  wish.only({"guild"});
  json out = json::array();
  for (const json& one : wish.state.commands(0)) out.push_back(one);
  if (wish.has("guild"))
    for (const json& one : wish.state.commands(wish.guild_named(wish.text("guild"))->id)) out.push_back(one);
  return json_answer(out);
}

HttpAnswer show_world(Wish& wish) {
  wish.only({});
  json guilds = json::array();
  for (const auto& guild : all_guilds(wish.state.world())) {
    json members = json::array();
    for (const Member& one : guild->members) members.push_back(member_object(one));
    guilds.push_back(guild_create_object(*guild, std::move(members)));
  }
  return json_answer({{"bot", user_object(wish.state.bot())}, {"guilds", std::move(guilds)}});
}

json fields_of(const HttpRequest& request) {
  if (request.method == "POST") {
    json body = request.body.empty() ? json::object() : json::parse(request.body, nullptr, false);
    if (body.is_discarded()) throw Objection{400, "the body is not JSON"};
    if (!body.is_object()) throw Objection{400, "the body must be a JSON object"};
    return body;
  }
  json out = json::object();
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    out[unescaped(pair.substr(0, equals))] = unescaped(pair.substr(std::min(equals + 1, pair.size())));
  }
  return out;
}

HttpAnswer answer_deed(const Deed& deed, const HttpRequest& request, State& state, const Tell& tell) {
  try {
    const json fields = fields_of(request);
    Wish wish{state, fields, tell};
    return deed.answer(wish);
  } catch (const Objection& objection) {
    return http_error(objection.status, objection.text);
  } catch (const json::exception&) {
    return http_error(400, "the body has a value of a type that will not do");
  } catch (const Refusal& refusal) {
    // The same rules as the bot's: 2,000 characters, and so on.
    return http_error(refusal.status, refusal.message + (refusal.errors.is_null() ? "" : ": " + refusal.errors.dump()));
  }
}

}  // namespace

// clang-format off
extern constexpr std::array<Deed, kDeeds> kPeople{
    Deed{"GET",  "/world",           "shows the guilds, channels, roles and members", "", show_world},
    Deed{"GET",  "/messages",        "shows those of ?channel=, or the direct ones of ?user=, oldest first", "", show_messages},
    Deed{"GET",  "/commands",        "shows the commands that the bot registered; with ?guild= that guild's too", "", show_commands},
    Deed{"GET",  "/interactions",    "shows them with the bot's answers; with ?id= that one", "", show_interactions},
    Deed{"POST", "/message",         "a member writes in a channel, or without one to the bot alone",
         R"({"channel": "general", "author": "someone", "content": "hello"})", say_message},
    Deed{"POST", "/message/edit",    "its author changes a message", R"({"message": "ID", "content": "hello again"})", change_message},
    Deed{"POST", "/message/delete",  "a message is deleted", R"({"message": "ID"})", withdraw_message},
    Deed{"POST", "/reaction",        "a member reacts to a message, or takes it back",
         R"({"message": "ID", "emoji": "👍", "user": "someone", "remove": false})", react},
    Deed{"POST", "/interaction",     "a member uses a command of the bot's, or a component of a message",
         R"({"name": "ping", "channel": "general", "user": "someone", "options": {}})", post_interaction},
};
// clang-format on

std::optional<HttpAnswer> answer_people(const HttpRequest& request, State& state, const Tell& tell) {
  const auto* const deed = std::ranges::find(kPeople, std::string_view(request.path), &Deed::path);
  if (deed == kPeople.end()) return std::nullopt;
  const bool fits = request.method == deed->method || (request.method == "HEAD" && deed->method == "GET");
  if (fits) return answer_deed(*deed, request, state, tell);
  const std::string allowed = deed->method == "GET" ? "GET, HEAD" : "POST";
  HttpAnswer answer = http_error(405, "this path takes " + allowed);
  answer.allow = allowed;
  return answer;
}

}  // namespace portcullis::mock::api
