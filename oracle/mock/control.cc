#include "portcullis/oracle/mock/control.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/oracle/mock/api/people.h"

namespace portcullis::mock {
namespace {

using Json = nlohmann::json;
using nlohmann::ordered_json;

constexpr int kNestingMax = 512;
constexpr std::size_t kReasonBytesMax = websocket::kControlBytesMax - 2;

/// What is wrong with a request's body; empty when it is good.
using Complaint = std::string;

/// A request's body: its tree, and its text, out of which values are handed on as they were written.
struct Body {
  Json tree;
  std::string_view text;

  std::string raw(std::string_view name) const {
    return std::string(encoding::find({encoding::ValueKind::Map, text}, name).raw);
  }
};

// ---- Reading fields: each gives its value, or complains

std::string wrong(std::string_view name, std::string_view should_be) {
  return "\"" + std::string(name) + "\" must be " + std::string(should_be);
}

const Json* member(const Body& body, std::string_view name) {
  const auto found = body.tree.find(name);
  return found == body.tree.end() ? nullptr : &*found;
}

bool read(const Body& body, std::string_view name, std::string& into, Complaint& complaint) {
  const Json* const value = member(body, name);
  if (value == nullptr) return false;
  if (!value->is_string()) complaint = wrong(name, "a string");
  if (complaint.empty()) into = value->get<std::string>();
  return true;
}

bool read(const Body& body, std::string_view name, bool& into, Complaint& complaint) {
  const Json* const value = member(body, name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) complaint = wrong(name, "true or false");
  if (complaint.empty()) into = value->get<bool>();
  return true;
}

template <std::unsigned_integral Number>
bool read(const Body& body, std::string_view name, Number& into, Complaint& complaint) {
  constexpr auto kMax = std::numeric_limits<Number>::max();
  const Json* const value = member(body, name);
  if (value == nullptr) return false;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > kMax)
    complaint = wrong(name, "a whole number from 0 to " + std::to_string(kMax));
  if (complaint.empty()) into = static_cast<Number>(value->get<std::uint64_t>());
  return true;
}

Complaint missing(std::string_view name) { return "\"" + std::string(name) + "\" is missing"; }

// ---- The verbs

Say dispatch(const Body& body, Complaint& complaint) {
  SayDispatch say;
  if (!read(body, "t", say.name, complaint)) complaint = missing("t");
  if (complaint.empty() && say.name.empty()) complaint = wrong("t", "the name of an event");
  if (complaint.empty() && member(body, "d") == nullptr) complaint = missing("d");
  say.data = body.raw("d");
  return say;
}

Say invalid(const Body& body, Complaint& complaint) {
  SayInvalid say;
  read(body, "resumable", say.resumable, complaint);
  return say;
}

Say silence(const Body& body, Complaint& complaint) {
  SaySilence say;
  read(body, "on", say.on, complaint);
  return say;
}

Say close(const Body& body, Complaint& complaint) {
  SayClose say;
  if (!read(body, "code", say.code, complaint)) complaint = missing("code");
  // 1010 is the client's alone.
  if (complaint.empty() && (!websocket::is_close_code(say.code) || say.code == 1010))
    complaint = wrong("code", "one that a server may send: 1000 to 1003, 1007 to 1009, 1011 to 1014, 3000 to 4999");
  if (complaint.empty()) read(body, "reason", say.reason, complaint);
  if (complaint.empty() && say.reason.size() > kReasonBytesMax)
    complaint = wrong("reason", "of " + std::to_string(kReasonBytesMax) + " bytes at most");
  return say;
}

Say anything(const Body& body, Complaint& complaint) {
  const Json* const payload = member(body, "payload");
  if (payload == nullptr) complaint = missing("payload");
  const bool text = payload != nullptr && payload->is_string();
  return SayAnything{text ? payload->get<std::string>() : body.raw("payload")};
}

template <typename Simple>
Say simply(const Body&, Complaint&) {
  return Simple{};
}

struct Verb {
  std::string_view path;
  std::array<std::string_view, 2> fields;  ///< beside session and link
  Say (*read)(const Body&, Complaint&);
  std::string_view does;
  std::string_view example;
};
// clang-format off
constexpr std::array kVerbs{
    Verb{"/dispatch",  {"t", "d"},         dispatch,              "dispatches an event to live sessions, and keeps it for replay",
         R"({"t": "MESSAGE_CREATE", "d": {"guild_id": "200000000000000001", "content": "hello"}})"},
    Verb{"/reconnect", {},                 simply<SayReconnect>,  "sends op 7", "{}"},
    Verb{"/invalid",   {"resumable"},      invalid,               "sends op 9", R"({"resumable": true})"},
    Verb{"/heartbeat", {},                 simply<SayHeartbeat>,  "sends op 1", "{}"},
    Verb{"/hello",     {},                 simply<SayHello>,      "sends op 10, late or once more", "{}"},
    Verb{"/silence",   {"on"},             silence,               "reads, but answers nothing more", R"({"on": true})"},
    Verb{"/drop",      {},                 simply<SayDrop>,       "ends the transport without a Close", "{}"},
    Verb{"/close",     {"code", "reason"}, close,                 "sends a Close", R"({"code": 4000, "reason": "unknown error"})"},
    Verb{"/forget",    {},                 simply<SayForget>,     "makes the session no longer resumable; the link stays", "{}"},
    Verb{"/send",      {"payload"},        anything,              "sends one message: a string as its text, any other value as its JSON",
         R"({"payload": {"op": 11}})"},
};
// clang-format on

// ---- Answers

HttpAnswer json(const ordered_json& body) { return {200, body.dump(), {}, true}; }

HttpAnswer list_verbs() {
  ordered_json verbs = ordered_json::array();
  const auto add = [&](std::string_view method, std::string_view path, std::string_view does) -> ordered_json& {
    return verbs.emplace_back(ordered_json{{"method", method}, {"path", path}, {"does", does}});
  };
  add("GET", "/", "lists the verbs");
  add("GET", "/sessions", "lists the sessions");
  for (const Verb& verb : kVerbs) add("POST", verb.path, verb.does)["example"] = ordered_json::parse(verb.example);
  for (const api::Deed& deed : api::kPeople) {
    ordered_json& listed = add(deed.method, deed.path, deed.does);
    if (!deed.example.empty()) listed["example"] = ordered_json::parse(deed.example);
  }
  return json({{"verbs", verbs},
               {"target", R"(what is said to links goes to all, or to one: "session": an id, or "link": a number)"},
               {"answer", R"({"reached": how many}, or {"error": what is wrong})"}});
}

HttpAnswer list_sessions(const Peer& peer) {
  ordered_json list = ordered_json::array();
  for (const SessionView& session : peer.sessions())
    list.push_back({{"id", session.id},
                    {"shard", session.shard},
                    {"shard_count", session.shard_count},
                    {"sequence", session.sequence},
                    {"link", session.link ? ordered_json(*session.link) : ordered_json(nullptr)},
                    {"identifies", session.identifies},
                    {"resumes", session.resumes}});
  return json(list);
}

/// Parses a request's body; none counts as {}.
std::variant<Body, Complaint> parse(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpace);
  Body body{Json::object(), "{}"};
  if (from == std::string_view::npos) return body;
  body.text = text.substr(from, text.find_last_not_of(kSpace) - from + 1);
  int deepest = 0;
  const auto measure = [&](int depth, Json::parse_event_t, Json&) {
    deepest = std::max(deepest, depth);
    return true;
  };
  try {
    body.tree = Json::parse(body.text, measure);
  } catch (const Json::parse_error& error) {
    return "the body is not JSON: wrong at byte " + std::to_string(from + error.byte);
  } catch (const Json::exception&) {
    return "the body is not JSON that can be held: a number in it is out of range";
  }
  if (!body.tree.is_object()) return "the body must be a JSON object";
  if (deepest > kNestingMax) return "the body is nested more than " + std::to_string(kNestingMax) + " deep";
  return body;
}

/// Complains of the first field that the verb does not know.
Complaint unknown_field(const Verb& verb, const Body& body) {
  for (const auto& item : body.tree.items()) {
    const std::string& name = item.key();
    if (name == "session" || name == "link") continue;
    if (name.empty() || std::ranges::find(verb.fields, name) == verb.fields.end())
      return "\"" + name + "\" is no field of " + std::string(verb.path) +
             "; for example: " + std::string(verb.example);
  }
  return {};
}

HttpAnswer perform(const Verb& verb, const Body& body, Peer& peer, Instant now) {
  Complaint complaint = unknown_field(verb, body);
  std::string session;
  Link link = 0;
  const bool one_session = complaint.empty() && read(body, "session", session, complaint);
  const bool one_link = complaint.empty() && read(body, "link", link, complaint);
  if (complaint.empty() && one_session && one_link) complaint = "either \"session\" or \"link\", not both";
  if (complaint.empty() && one_session && session.empty()) complaint = wrong("session", "the id of a session");
  if (!complaint.empty()) return http_error(400, complaint);
  const Say say = verb.read(body, complaint);
  if (!complaint.empty()) return http_error(400, complaint);
  const std::size_t reached = peer.say(one_link ? std::optional(link) : std::nullopt, session, say, now);
  if (reached == 0) return http_error(404, "nobody was reached: GET /sessions lists sessions and their links");
  return json({{"reached", reached}});
}

HttpAnswer method_not_allowed(std::string_view allowed) {
  HttpAnswer answer = http_error(405, "this path takes " + std::string(allowed));
  answer.allow = allowed;
  return answer;
}

HttpAnswer answer_verb(const Verb& verb, const HttpRequest& request, Peer& peer, Instant now) {
  if (request.method != "POST") return method_not_allowed("POST");
  const auto body = parse(request.body);
  if (const auto* const complaint = std::get_if<Complaint>(&body)) return http_error(400, *complaint);
  return perform(verb, std::get<Body>(body), peer, now);
}

}  // namespace

HttpAnswer answer_control(const HttpRequest& request, Peer& peer, Instant now) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/") return reads ? list_verbs() : method_not_allowed("GET, HEAD");
  if (request.path == "/sessions") return reads ? list_sessions(peer) : method_not_allowed("GET, HEAD");
  const auto* const verb = std::ranges::find(kVerbs, std::string_view(request.path), &Verb::path);
  if (verb == kVerbs.end()) {
    HttpAnswer unknown = http_error(404, "no such path; GET / lists those there are");
    unknown.path_known = false;
    return unknown;
  }
  return answer_verb(*verb, request, peer, now);
}

}  // namespace portcullis::mock
