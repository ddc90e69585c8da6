// The layer that does what its steps say, on either side of a WebSocket.
#include <nlohmann/json.hpp>

#include "portcullis/oracle/vectors/answers.h"
#include "portcullis/oracle/vectors/ends.h"

namespace portcullis::vectors {
namespace {

using play::Node;
using websocket::Kind;

constexpr std::uint64_t kBytesMax = 64 * 1024 * 1024;
constexpr std::uint64_t kDayMs = 86'400'000;

Bytes bytes_of(const Node& hex) { return from_text(hex.bytes()); }

std::uint32_t word_of(const Node& hex) {
  const std::string bytes = hex.bytes();
  if (bytes.size() != 4) hex.must_be("four bytes of hex");
  std::uint32_t word = 0;
  for (const char byte : bytes) word = word << 8 | static_cast<std::uint8_t>(byte);
  return word;
}

/// Draws the nonce that all vectors have, then the masks that are given, round and round.
Chance chance_of(const Node& question) {
  const auto given = question.find("masks");
  if (!given) return counting_chance();
  std::vector<std::uint32_t> masks;
  for (const Node& mask : given->items()) masks.push_back(word_of(mask));
  if (masks.empty()) given->must_be("a list that is not empty");
  return [masks, nonce = counting_chance(), drawn = std::size_t{0}]() mutable {
    return drawn < 4 ? (++drawn, nonce()) : masks[(drawn++ - 4) % masks.size()];
  };
}

Limits limits_of(const Node& question) {
  Limits limits;
  const auto wanted = question.find("limits");
  if (!wanted) return limits;
  wanted->only({"frame_bytes_max", "message_bytes_max", "pongs_waiting_max", "output_bytes_max"});
  const auto limit = [&](std::string_view name, auto& member) {
    member = limit_of(*wanted, name, 0, kBytesMax, member);
  };
  limit("frame_bytes_max", limits.frame_bytes_max);
  limit("message_bytes_max", limits.message_bytes_max);
  limit("pongs_waiting_max", limits.pongs_waiting_max);
  limit("output_bytes_max", limits.output_bytes_max);
  return limits;
}

Status accept(ClientEnd&, const Node& step) { step.fail_member("accept", "is for the server"); }
Status accept(ServerEnd& end, const Node&) { return end.connection.accept({}, {}); }

/// Makes a step's call.
template <typename End>
Status call(End& end, const Node& step, Instant now) {
  auto& connection = end.connection;
  if (const auto send = step.find("send"))
    return connection.send(send->at("kind").choice({"text", "binary"}) == 0 ? Kind::Text : Kind::Binary,
                           bytes_of(send->at("payload")), send->at("fin").boolean());
  if (const auto more = step.find("send_more"))
    return connection.send_more(bytes_of(more->at("payload")), more->at("fin").boolean());
  if (const auto ping = step.find("ping")) return connection.ping(bytes_of(*ping));
  if (const auto pong = step.find("pong")) return connection.pong(bytes_of(*pong));
  if (step.find("accept")) return accept(end, step);
  const Node close = step.at("close");
  return connection.close(static_cast<std::uint16_t>(close.at("code").number(0, 65'535)), close.at("reason").bytes(),
                          now);
}

/// Gives it a step's input; false where the step has none.
template <typename End>
bool input(End& end, const Node& step, const Cut& cut, Instant now) {
  if (const auto receive = step.find("receive"))
    feed(end.connection, bytes_of(*receive), cut, end.told, now);
  else if (step.find("wake"))
    end.connection.elapsed(now);
  else if (step.find("end"))
    end.connection.ended(now);
  else
    return false;
  return true;
}

/// The events as these vectors tell them: no more of a handshake than its outcome, and not who closed first.
Json in_short(Json events) {
  for (Json& event : events) {
    if (event.contains("refused")) event["refused"] = Json(event["refused"]["rule"]);
    if (event.contains("requested")) event["requested"] = Json(event["requested"]["target"]);
    event.erase("ours_first");
    event.erase("timed_out");
  }
  return events;
}

template <typename End>
Json play_step(End& end, const Node& step, const Cut& cut, Instant now) {
  step.only({"at_ms", "receive", "end", "wake", "send", "send_more", "ping", "pong", "close", "accept"});
  end.told = {};
  const std::size_t before = end.connection.queued_bytes();
  Json out = Json::object();
  if (!input(end, step, cut, now))
    if (const Status status = call(end, step, now); !status) {
      out["rule"] = id(status.error().req);
      if (status.error().blame == Blame::Peer) out["blame"] = "peer";
      if (end.connection.queued_bytes() != before) out["queued"] = true;
    }
  drain(end.connection, end.told);
  out["events"] = in_short(std::move(end.told.events));
  out["sent"] = to_hex(end.told.sent);
  out["deadline_ms"] = nullptr;
  if (end.told.deadline) out["deadline_ms"] = end.told.deadline->time_since_epoch().count();
  return out;
}

template <typename End>
Json play(End& end, const Node& question) {
  Cut cut;
  if (const auto sizes = question.find("cut"))
    for (const Node& size : sizes->items()) cut.push_back(size.number(1, kBytesMax));
  Json steps = Json::array();
  std::uint64_t now = 0;
  for (const Node& step : question.at("steps").items()) {
    now = step.at("at_ms").number(now, kDayMs);
    steps.push_back(play_step(end, step, cut, at(static_cast<std::int64_t>(now))));
  }
  return {{"steps", steps}};
}

}  // namespace

Json answer_exchange(const Node& question, const Tables& tables) {
  question.only({"id", "layer", "role", "start", "masks", "limits", "steps", "cut"});
  const bool open = question.at("start").choice({"open", "new"}) == 0;
  const Limits limits = limits_of(question);
  if (question.at("role").choice({"client", "server"}) == 0) {
    ClientEnd end(limits, chance_of(question), tables, open);
    return play(end, question);
  }
  ServerEnd end(limits, tables, open);
  return play(end, question);
}

}  // namespace portcullis::vectors
