#include "portcullis/oracle/vectors/ends.h"

#include <stdexcept>
#include <utility>
#include <variant>

namespace portcullis::vectors {
namespace {

using namespace websocket;

/// Bytes of a peer's, which may be any.
std::string narrow(std::string_view text) { return to_narrow(std::as_bytes(std::span{text})); }

Json names(std::span<const std::string_view> texts) {
  Json out = Json::array();
  for (const std::string_view text : texts) out.push_back(narrow(text));
  return out;
}

struct Describe {
  const std::vector<std::string>& fields;

  Json operator()(const Wait&) const { return {}; }
  Json operator()(const Transmit&) const { return {}; }
  Json operator()(const Message& one) const {
    return {{one.kind == Kind::Text ? "text" : "binary", to_hex(one.payload)}};
  }
  Json operator()(const Ping& one) const { return {{"ping", to_hex(one.payload)}}; }
  Json operator()(const Pong& one) const { return {{"pong", to_hex(one.payload)}}; }
  Json operator()(const Failed& one) const { return {{"fail", id(one.error.req)}}; }
  Json operator()(const Hangup&) const { return {{"hangup", true}}; }
  Json operator()(const Ended& one) const {
    Json out{{"ended", one.code},
             {"reason", to_hex(std::as_bytes(std::span{one.reason}))},
             {"clean", one.clean},
             {"ours_first", one.ours_first}};
    if (one.timed_out) out["timed_out"] = true;
    return out;
  }
  Json operator()(const Opened& one) const { return {{"opened", narrow(one.subprotocol)}}; }
  Json operator()(const Refused& one) const {
    Json out{{"rule", id(one.error.req)},
             {"status", one.status},
             {"body", to_hex(one.body)},
             {"truncated", one.truncated},
             {"incomplete", one.incomplete}};
    for (const std::string& name : fields) {
      Json values = Json::array();
      for (const std::string_view value : one.fields.all(name)) values.push_back(narrow(value));
      out["fields"].push_back({{"name", name}, {"values", values}});
    }
    return {{"refused", out}};
  }
  Json operator()(const Requested& one) const {
    return {{"requested", {{"target", narrow(one.target)}, {"subprotocols", names(one.subprotocols)}}}};
  }
  Json operator()(const Declined& one) const {
    return {{"declined", {{"rule", id(one.error.req)}, {"status", one.status}}}};
  }
};

template <typename Connection>
void drain_any(Connection& connection, Told& told, const std::vector<std::string>& fields) {
  for (;;) {
    const auto output = connection.poll();
    if (const auto* wait = std::get_if<Wait>(&output)) return void(told.deadline = wait->deadline);
    if (const auto* transmit = std::get_if<Transmit>(&output))
      told.sent.insert(told.sent.end(), transmit->bytes.begin(), transmit->bytes.end());
    else
      told.events.push_back(std::visit(Describe{fields}, output));
  }
}

/// The events of frames as vectors tell them: of the end only a Close that was read.
Json frames_told(Told told) {
  Json out{{"events", Json::array()}, {"reply", to_hex(told.sent)}};
  for (Json& event : told.events) {
    if (event.contains("ended") && event["clean"] == true)
      out["events"].push_back({{"close", event["ended"]}, {"reason", event["reason"]}});
    if (event.contains("ended") || event.contains("hangup"))
      out["end"].push_back(std::move(event));
    else
      out["events"].push_back(std::move(event));
  }
  return out;
}

template <typename End>
Json play_in(End& end, std::span<const std::byte> stream, const Cut& cut) {
  feed(end.connection, stream, cut, end.told, at(0));
  end.connection.ended(at(0));
  drain(end.connection, end.told);
  return frames_told(std::move(end.told));
}

}  // namespace

void drain(ClientConnection& connection, Told& told, const std::vector<std::string>& fields) {
  drain_any(connection, told, fields);
}
void drain(ServerConnection& connection, Told& told) { drain_any(connection, told, {}); }

Chance counting_chance() {
  return [drawn = std::uint32_t{0}]() mutable {
    ++drawn;
    return drawn <= 4 ? 0x01020304 + (drawn - 1) * 0x04040404 : drawn * 0x9e3779b9;
  };
}

ClientEnd::ClientEnd(const Limits& own_limits, Chance own_chance, const Tables& tables, bool open)
    : limits(own_limits),
      chance(std::move(own_chance)),
      connection(limits, chance, *tables.connection, *tables.assembly) {
  if (!connection.open(Url{false, "h", 80, "/"}, {}, {})) throw std::runtime_error("the upgrade was not asked for");
  drain(connection, told);
  if (open) {
    feed(connection, from_text(kGoodAnswer), {}, told, at(0));
    if (told.events != Json{{{"opened", ""}}}) throw std::runtime_error("the client did not open");
  }
  told = {};
}

ServerEnd::ServerEnd(const Limits& own_limits, const Tables& tables, bool open)
    : limits(own_limits), connection(limits, *tables.connection, *tables.assembly) {
  if (!open) return;
  feed(connection, from_text(kGoodRequest), {}, told, at(0));
  if (!connection.accept({}, {})) throw std::runtime_error("the server did not open");
  drain(connection, told);
  told = {};
}

Json play_frames(Role role, std::span<const std::byte> stream, const Cut& cut, const Tables& tables) {
  if (role == Role::Client) {
    ClientEnd end({}, counting_chance(), tables, true);
    return play_in(end, stream, cut);
  }
  ServerEnd end({}, tables, true);
  return play_in(end, stream, cut);
}

}  // namespace portcullis::vectors
