// The layers of a WebSocket: frames, and both sides of the opening handshake.
#include <nlohmann/json.hpp>

#include "portcullis/oracle/vectors/answers.h"
#include "portcullis/oracle/vectors/ends.h"

namespace portcullis::vectors {
namespace {

using play::Node;

constexpr std::uint64_t kPieceMax = 1 << 30;

Bytes bytes_of(const Node& hex) { return from_text(hex.bytes()); }

Cut cut_of(const Node& question) {
  Cut cut;
  if (const auto sizes = question.find("cut"))
    for (const Node& size : sizes->items()) cut.push_back(size.number(1, kPieceMax));
  return cut;
}

std::vector<std::string> texts_of(const Node& object, std::string_view name) {
  std::vector<std::string> texts;
  if (const auto items = object.find(name))
    for (const Node& item : items->items()) texts.push_back(item.text());
  return texts;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

std::string narrow(const Node& text) { return to_text(from_narrow(text.text())); }

/// Fields of a head, pairs of name and value; text up to U+00FF stands for one byte a character.
struct Fields {
  explicit Fields(const Node& pairs) {
    for (const Node& pair : pairs.items()) {
      const auto parts = pair.items();
      if (parts.size() != 2) pair.must_be("[name, value]");
      for (const Node& part : parts) texts.push_back(narrow(part));
    }
    for (std::size_t i = 0; i < texts.size(); i += 2) fields.push_back({texts[i], texts[i + 1]});
  }
  std::vector<std::string> texts;
  std::vector<websocket::Field> fields;
};

int status_of(const Node& node) { return static_cast<int>(node.number(0, 999)); }

/// Answers as the question says, either at once or when all of the input has come.
Status reply(websocket::ServerConnection& server, const Node& question) {
  if (const auto refuse = question.find("refuse")) return server.refuse(status_of(*refuse), {}, {});
  const auto accept = question.find("accept");
  return server.accept(accept ? accept->text() : std::string(), {});
}

Json said(const Status& status, const Told& told) {
  if (status) return {{"sent", to_hex(told.sent)}};
  Json out{{"rule", id(status.error().req)}};
  if (status.error().blame != Blame::Caller) out["blame"] = "another than the caller";
  if (!told.sent.empty()) out["sent"] = to_hex(told.sent);
  return out;
}

Json answer_open(const Node& open, const Tables& tables) {
  open.only({"secure", "host", "port", "target", "fields", "subprotocols"});
  const Limits limits;
  const Chance chance = counting_chance();
  websocket::ClientConnection client(limits, chance, *tables.connection, *tables.assembly);
  const Fields extra(open.at("fields"));
  const auto names = texts_of(open, "subprotocols");
  const Status status =
      client.open({open.at("secure").boolean(), narrow(open.at("host")),
                   static_cast<std::uint16_t>(open.at("port").number(0, 65'535)), narrow(open.at("target"))},
                  extra.fields, views_of(names));
  Told told;
  drain(client, told);
  Json out = said(status, told);
  if (!told.events.empty()) out["events"] = told.events;
  return out;
}

Status reply_with_fields(websocket::ServerConnection& server, const Node& question) {
  if (const auto accept = question.find("accept")) {
    accept->only({"subprotocol", "fields"});
    return server.accept(accept->at("subprotocol").text(), Fields(accept->at("fields")).fields);
  }
  const Node refuse = question.at("refuse");
  refuse.only({"status", "fields", "body"});
  return server.refuse(status_of(refuse.at("status")), Fields(refuse.at("fields")).fields,
                       from_text(refuse.at("body").text()));
}

}  // namespace

Json answer_frames(const Node& question, const Tables& tables) {
  question.only({"id", "layer", "role", "stream", "cut"});
  const bool client = question.at("role").choice({"client", "server"}) == 0;
  return play_frames(client ? Role::Client : Role::Server, bytes_of(question.at("stream")), cut_of(question), tables);
}

Json answer_handshake_client(const Node& question, const Tables& tables) {
  question.only({"id", "layer", "given", "subprotocols", "answer", "end", "fields", "cut"});
  const Limits limits;
  const Chance chance = counting_chance();
  websocket::ClientConnection client(limits, chance, *tables.connection, *tables.assembly);
  const auto names = texts_of(question, "subprotocols"), fields = texts_of(question, "fields");
  Told told;
  if (!client.open(websocket::Url{false, "server.example", 80, "/chat"}, {}, views_of(names)))
    question.fail_member("subprotocols", "cannot be offered");
  drain(client, told, fields);
  feed(client, bytes_of(question.at("answer")), cut_of(question), told, at(0), fields);
  if (question.at("end").boolean()) client.ended(at(0));
  drain(client, told, fields);
  return {{"events", told.events}, {"sent", to_hex(told.sent)}};
}

Json answer_handshake_server(const Node& question, const Tables& tables) {
  question.only({"id", "layer", "request", "end", "accept", "refuse", "cut"});
  const Limits limits;
  websocket::ServerConnection server(limits, *tables.connection, *tables.assembly);
  Told told;
  feed(server, bytes_of(question.at("request")), cut_of(question), told, at(0));
  if (!told.events.empty() && told.events[0].contains("requested") && !reply(server, question))
    question.fail("\"accept\" or \"refuse\" cannot be answered");
  if (question.at("end").boolean()) server.ended(at(0));
  drain(server, told);
  return {{"events", told.events}, {"sent", to_hex(told.sent)}};
}

Json answer_opening(const Node& question, const Tables& tables) {
  question.only({"id", "layer", "open", "request", "accept", "refuse"});
  if (const auto open = question.find("open")) return answer_open(*open, tables);
  const Limits limits;
  websocket::ServerConnection server(limits, *tables.connection, *tables.assembly);
  Told told;
  feed(server, bytes_of(question.at("request")), {}, told, at(0));
  if (told.events.size() != 1 || !told.events[0].contains("requested"))
    question.fail_member("request", "must be a good request, and no more");
  const Status status = reply_with_fields(server, question);
  drain(server, told);
  Json out = said(status, told);
  // Who was told no may say something else.
  if (bool(server.accept({}, {})) == bool(status)) out["again"] = bool(status);
  return out;
}

}  // namespace portcullis::vectors
