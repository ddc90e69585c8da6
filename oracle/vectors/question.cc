#include "portcullis/oracle/vectors/question.h"

#include <array>
#include <initializer_list>
#include <stdexcept>

namespace portcullis::vectors {
namespace {

using Questions = std::vector<Question>;

/// A list of bytes as vectors write it, under any of these names, becomes hex.
Json plain(const Json& value) {
  Json out = value;
  if (value.is_array())
    for (Json& item : out) item = plain(item);
  if (!value.is_object()) return out;
  for (const auto& [name, member] : value.items()) {
    const bool bytes = name == "text" || name == "binary" || name == "ping" || name == "pong" || name == "reason" ||
                       name == "body" || name == "payload" || name == "receive" || name == "sent";
    out[name] = bytes && member.is_array() ? Json(to_hex(stream_of(member))) : plain(member);
  }
  return out;
}

/// Those of the members that there are.
Json members_of(const Json& from, std::initializer_list<const char*> names) {
  Json out = Json::object();
  for (const char* name : names)
    if (from.contains(name)) out[name] = from[name];
  return out;
}

void must_have_one(const Json& value, std::initializer_list<const char*> names) {
  const Json found = members_of(value, names);
  std::string all;
  for (const char* name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  if (found.size() != 1) throw std::runtime_error("must have one of: " + all);
}

std::string narrow_hex(const Json& text) { return to_hex(from_narrow(text.get<std::string>())); }

Question plain_question(Json ask, Json expect) { return {{}, {}, {}, false, std::move(ask), std::move(expect)}; }

Questions close_code(const Json& one) {
  Json accepted = Json::array();
  for (const char* act : {"resume", "identify", "stop"})
    for (const Json& word : one["accepted"])
      if (word == act) accepted.push_back(act);
  return {plain_question({{"code", one["code"]}}, {{"act", one["recommended"]}, {"accepted", accepted}})};
}

Questions command(const Json& one) {
  must_have_one(one, {"payload", "refused"});
  return {plain_question(members_of(one, {"rules", "command"}), members_of(one, {"payload", "refused"}))};
}

Questions envelope(const Json& one) {
  must_have_one(one, {"text", "hex"});
  Question whole = plain_question(members_of(one, {"text", "hex"}), one["expect"]);
  Question unchecked = plain_question(whole.ask, one.value("unchecked", one["expect"]));
  unchecked.ask["check"] = "envelope";
  unchecked.as = "envelope alone";
  unchecked.own = true;
  return {whole, unchecked};
}

Questions etf(const Json& one) { return {plain_question(members_of(one, {"hex"}), one["expect"])}; }

Questions etf_client(const Json& one) {
  must_have_one(one, {"payload", "close_code"});
  std::string hex = one["hex"];
  for (std::size_t left = one.value("filled", std::size_t{0}); left > 0; --left) hex += "78";
  return {plain_question({{"hex", hex}}, members_of(one, {"payload", "close_code"}))};
}

Json payload(const Json& one) {
  must_have_one(one, {"text", "filled"});
  const std::string front = R"({"op":0,"s":1,"t":"A","d":")";
  std::string text = one.value("text", "");
  if (one.contains("filled"))
    text = front + std::string(one["filled"].get<std::size_t>() - front.size() - 2, 'x') + "\"}";
  return {{"after", one["after"]}, {"text", text}};
}

Questions compression(const Json& one) {
  Json expect{{"payloads", Json::array()}};
  for (const Json& item : one["payloads"]) expect["payloads"].push_back(payload(item));
  if (one.contains("error")) expect["error"] = one["error"];
  return {plain_question(members_of(one, {"payload_bytes_max", "zstd_window_log_max", "messages"}), expect)};
}

Questions url_join(const Json& one) {
  must_have_one(one, {"url", "refused"});
  return {plain_question(members_of(one, {"main", "resume", "query"}), members_of(one, {"url", "parts", "refused"}))};
}

Json ended(int code, const Json& reason, bool clean, bool ours_first) {
  return {{{"hangup", true}}, {{"ended", code}, {"reason", reason}, {"clean", clean}, {"ours_first", ours_first}}};
}

/// What the events of a stream of frames come to once the input has ended (WS-CL-12, WS-CL-13).
Json end_of(const Json& events) {
  if (events.empty()) return ended(1006, "", false, false);
  const Json& last = events.back();
  if (last.contains("close")) return ended(last["close"], last["reason"], true, false);
  return ended(1006, "", false, last.contains("fail"));
}

Questions frames(const Json& one) {
  Questions all;
  const Bytes stream = stream_of(one["stream"]);
  const Json events = plain(one["expect"]);
  const Json expect{{"events", events}, {"reply", to_hex(stream_of(one["reply"]))}, {"end", end_of(events)}};
  for (const char* role : {"client", "server"}) {
    const Bytes wire = role == std::string_view("server") ? masked(stream) : stream;
    all.push_back(plain_question({{"role", role}, {"stream", to_hex(wire)}}, expect));
    all.back().as = role;
  }
  return all;
}

Json step_asked(const Json& step, bool hidden) {
  Json out = plain(
      members_of(step, {"at_ms", "receive", "end", "wake", "send", "send_more", "ping", "pong", "close", "accept"}));
  if (hidden && out.contains("receive")) out["receive"] = to_hex(masked(stream_of(step["receive"])));
  return out;
}

Json step_expected(const Json& step) {
  Json out = members_of(step, {"rule"});
  out["events"] = plain(step.value("expect", Json::array()));
  out["sent"] = to_hex(stream_of(step.value("sent", Json::array())));
  if (step.contains("deadline_ms")) out["deadline_ms"] = step["deadline_ms"];
  return out;
}

Question exchange_as(const std::string& role, const Json& file, const Json& one) {
  Question question = plain_question(members_of(one, {"start", "limits"}), {{"steps", Json::array()}});
  question.as = role;
  question.ask["role"] = role;
  question.ask["masks"] = file.at("given").at("masks");
  for (const Json& step : one["steps"]) {
    must_have_one(step, {"receive", "end", "wake", "send", "send_more", "ping", "pong", "close", "accept"});
    question.ask["steps"].push_back(step_asked(step, role == "server" && !one.contains("raw")));
    question.expect["steps"].push_back(step_expected(step));
  }
  if (one.contains("raw")) question.expect["raw"] = true;
  return question;
}

Questions exchange(const Json& file, const Json& one) {
  Questions all;
  for (const char* role : {"client", "server"})
    if (one["role"] == role || one["role"] == "both") all.push_back(exchange_as(role, file, one));
  return all;
}

/// The events of a handshake, with the hangup that stands before one that failed.
Json handshake_events(const Json& events) {
  Json out = Json::array();
  for (const Json& event : events) {
    if (event.contains("refused") || event.contains("declined")) out.push_back({{"hangup", true}});
    out.push_back(plain(event));
  }
  return out;
}

Questions handshake_client(const Json& file, const Json& one) {
  Question question = plain_question(members_of(one, {"subprotocols", "end"}), Json::object());
  question.ask["answer"] = to_hex(stream_of(one["answer"]));
  question.expect["events"] = handshake_events(one["expect"]);
  // Whatever comes back, nothing is sent behind the request (WS-HS-5, WS-HT-16).
  if (!one.contains("subprotocols")) question.expect["sent"] = narrow_hex(file.at("given").at("request"));
  for (const Json& event : one["expect"])
    if (event.contains("refused"))
      for (const Json& field : event["refused"].value("fields", Json::array()))
        question.ask["fields"].push_back(field["name"]);
  return {question};
}

Questions handshake_server(const Json& one) {
  Question question = plain_question(members_of(one, {"end", "accept", "refuse"}), Json::object());
  question.ask["request"] = to_hex(stream_of(one["request"]));
  question.expect["events"] = handshake_events(one["expect"]);
  if (one["response"] != "") question.expect["sent"] = narrow_hex(one["response"]);
  return {question};
}

Questions opening(const Json& one) {
  must_have_one(one["expect"], {"sent", "rule"});
  must_have_one(one, {"open", "request"});
  Question question = plain_question(members_of(one, {"open", "accept", "refuse"}), one["expect"]);
  if (one.contains("request")) question.ask["request"] = to_hex(from_text(one["request"].get<std::string>()));
  if (one["expect"].contains("sent")) question.expect["sent"] = narrow_hex(one["expect"]["sent"]);
  return {question};
}

Questions ws_url(const Json& one) { return {plain_question(members_of(one, {"url"}), one["expect"])}; }

Questions put(const std::string& layer, const Json& file, const Json& one) {
  if (layer == "close_codes") return close_code(one);
  if (layer == "commands") return command(one);
  if (layer == "envelope") return envelope(one);
  if (layer == "etf") return etf(one);
  if (layer == "etf_client") return etf_client(one);
  if (layer == "url_join") return url_join(one);
  if (layer == "ws_frames") return frames(one);
  if (layer == "ws_exchanges") return exchange(file, one);
  if (layer == "ws_handshake_client") return handshake_client(file, one);
  if (layer == "ws_handshake_server") return handshake_server(one);
  if (layer == "ws_openings") return opening(one);
  if (layer == "ws_urls") return ws_url(one);
  return compression(one);
}

}  // namespace

std::vector<Question> questions_of(const Json& file, const Json& one) {
  const std::string layer = layer_of(file);
  Questions all = put(layer, file, one);
  for (Question& question : all) {
    question.id = one["id"];
    question.verdict = one["verdict"];
    Json ask{{"id", question.id}, {"layer", layer}};
    ask.update(question.ask);
    question.ask = std::move(ask);
  }
  return all;
}

std::string layer_of(const Json& file) {
  const std::string schema = file.at("schema");
  return schema.substr(0, schema.find(".schema.json"));
}

}  // namespace portcullis::vectors
