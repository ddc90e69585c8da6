// Runs the vectors of what an end does step by step, and of what it says in the opening handshake.
#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using websocket::Kind;
using Lines = std::vector<std::string>;

constexpr const char* kExchanges = "corpus/vectors/websocket/exchanges.json";
constexpr const char* kOpenings = "corpus/vectors/websocket/openings.json";

std::uint32_t word_of(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return word;
}

/// Draws the nonce that is given, then the masks, round and round.
Chance given_chance(const Json& given) {
  std::vector<std::uint32_t> words;
  const Bytes nonce = from_hex(given["nonce"].get<std::string>());
  for (std::size_t i = 0; i < 16; i += 4) words.push_back(word_of(nonce, i));
  for (const Json& mask : given.value("masks", Json::array()))
    words.push_back(word_of(from_hex(mask.get<std::string>()), 0));
  return [words, next = std::size_t{0}]() mutable {
    const std::uint32_t word = words[next++];
    if (next == words.size()) next = 4;
    return word;
  };
}

Limits limits_of(const Json& one) {
  Limits limits;
  const Json wanted = one.value("limits", Json::object());
  limits.frame_bytes_max = wanted.value("frame_bytes_max", limits.frame_bytes_max);
  limits.message_bytes_max = wanted.value("message_bytes_max", limits.message_bytes_max);
  limits.pongs_waiting_max = wanted.value("pongs_waiting_max", limits.pongs_waiting_max);
  limits.output_bytes_max = wanted.value("output_bytes_max", limits.output_bytes_max);
  return limits;
}

/// Either role, with its handshake done or to be done.
struct Client {
  Client(const Json& one, const Json& given)
      : limits(limits_of(one)), chance(given_chance(given)), connection(limits, chance) {
    REQUIRE(bool(connection.open(websocket::Url{false, "h", 80, "/"}, {}, {})));
    drain(connection, record);
    if (one["start"] == "open") feed(connection, from_text(kGoodAnswer), Cut::Whole, record);
    record = {};
  }
  static Bytes from_peer(const Bytes& frames) { return frames; }
  static Bytes to_peer(const Bytes& frames) { return unmasked(frames); }
  Status accept() { throw std::runtime_error("a client accepts nothing"); }

  Limits limits;
  Chance chance;
  ClientConnection connection;
  Record record;
};

struct Server {
  Server(const Json& one, const Json&) : limits(limits_of(one)), connection(limits) {
    if (one["start"] != "open") return;
    feed(connection, from_text(kGoodRequest), Cut::Whole, record);
    REQUIRE(bool(connection.accept({}, {})));
    drain(connection, record);
    record = {};
  }
  static Bytes from_peer(const Bytes& frames) { return masked(frames); }
  static Bytes to_peer(const Bytes& frames) { return frames; }
  Status accept() { return connection.accept({}, {}); }

  Limits limits;
  ServerConnection connection;
  Record record;
};

template <typename End>
void receive(End& end, const Bytes& bytes, Cut cut, Instant now) {
  const std::size_t size = cut == Cut::Whole ? bytes.size() : static_cast<std::size_t>(cut);
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    const std::size_t last = std::min(i + size, bytes.size());
    const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                      bytes.begin() + static_cast<std::ptrdiff_t>(last));
    end.connection.received(piece, now);
    drain(end.connection, end.record);
  }
}

/// Makes a step's call, or gives it its input.
template <typename End>
Status make(End& end, const Json& step, bool raw, Cut cut) {
  const Instant now = at(step["at_ms"]);
  auto& connection = end.connection;
  if (step.contains("send")) {
    const Json& send = step["send"];
    return connection.send(send["kind"] == "text" ? Kind::Text : Kind::Binary, stream_of(send["payload"]), send["fin"]);
  }
  if (step.contains("send_more"))
    return connection.send_more(stream_of(step["send_more"]["payload"]), step["send_more"]["fin"]);
  if (step.contains("ping")) return connection.ping(stream_of(step["ping"]));
  if (step.contains("pong")) return connection.pong(stream_of(step["pong"]));
  if (step.contains("accept")) return end.accept();
  if (step.contains("close")) {
    const std::string reason = to_text(stream_of(step["close"]["reason"]));
    return connection.close(step["close"]["code"], reason, now);
  }
  if (step.contains("receive")) {
    const Bytes bytes = stream_of(step["receive"]);
    receive(end, raw ? bytes : End::from_peer(bytes), cut, now);
  } else if (step.contains("wake")) {
    connection.elapsed(now);
  } else {
    REQUIRE(step.contains("end"));
    connection.ended(now);
  }
  return kOk;
}

Lines expected_lines(const Json& step) {
  Lines lines;
  for (const Json& event : step.value("expect", Json::array())) {
    for (const char* kind : {"text", "binary", "ping", "pong"})
      if (event.contains(kind)) lines.push_back(std::string(kind) + " " + to_hex(stream_of(event[kind])));
    for (const char* kind : {"opened", "requested", "refused"})
      if (event.contains(kind)) lines.push_back(std::string(kind) + " " + event[kind].get<std::string>());
    if (event.contains("fail")) lines.push_back("failed");
    if (event.contains("hangup")) lines.push_back("hangup");
    if (event.contains("ended"))
      lines.push_back("ended " + std::to_string(event["ended"].get<int>()) + " " + to_hex(stream_of(event["reason"])) +
                      (event["clean"] ? " clean" : " lost"));
  }
  return lines;
}

/// What a vector does not say is left out: which rule a frame broke and where, and who closed first.
Lines as_vectors_say(Lines lines) {
  for (std::string& line : lines) {
    if (line.starts_with("failed ")) line = "failed";
    if (line.starts_with("refused ")) line = line.substr(0, line.find(" @"));
    if (line.starts_with("ended "))
      for (const char* word : {" clean", " lost"})
        if (const std::size_t found = line.find(word); found != std::string::npos)
          line = line.substr(0, found + std::string_view(word).size());
  }
  return lines;
}

template <typename End>
void play(const Json& one, const Json& given, Cut cut) {
  End end(one, given);
  const bool raw = one.contains("raw");
  int number = 0;
  for (const Json& step : one["steps"]) {
    CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>(), static_cast<int>(cut), ++number);
    end.record = {};
    const std::size_t before = end.connection.queued_bytes();
    const Status status = make(end, step, raw, cut);
    REQUIRE(bool(status) == !step.contains("rule"));
    if (!status) {
      CHECK(id(status.error().req) == step["rule"].get<std::string>());
      CHECK(status.error().blame != Blame::Peer);
      CHECK(end.connection.queued_bytes() == before);
    }
    drain(end.connection, end.record);
    CHECK(as_vectors_say(end.record.lines) == expected_lines(step));
    const Bytes sent = raw ? end.record.sent : End::to_peer(end.record.sent);
    CHECK(to_hex(sent) == to_hex(stream_of(step.value("sent", Json::array()))));
    if (!step.contains("deadline_ms")) continue;
    const Json& deadline = step["deadline_ms"];
    CHECK(end.record.deadline == (deadline.is_null() ? std::nullopt : std::optional(at(deadline))));
  }
}

TEST_CASE("WS-IO-1, WS-IO-4: the exchange vectors hold for each role that they name, under any cut", "[ws][vectors]") {
  const Json given = read_vectors(kExchanges)["given"];
  CHECK(Limits{}.close_timeout == Duration{given["close_ms"].get<int>()});
  CHECK(Limits{}.linger_timeout == Duration{given["linger_ms"].get<int>()});
  int played = 0;
  for (const Json& one : cases_of(kExchanges))
    for (const Cut cut : {Cut::Whole, Cut::EveryByte, Cut::Threes}) {
      if (one["role"] != "server") play<Client>(one, given, cut), ++played;
      if (one["role"] != "client") play<Server>(one, given, cut), ++played;
    }
  CHECK(played > 400);
}

/// Fields as a vector has them; text up to U+00FF stands for one byte a character.
struct Fields {
  explicit Fields(const Json& pairs) {
    for (const Json& pair : pairs)
      for (const Json& part : pair) texts.push_back(to_text(stream_of(Json::array({{{"text", part}}}))));
    for (std::size_t i = 0; i < texts.size(); i += 2) fields.push_back({texts[i], texts[i + 1]});
  }
  std::vector<std::string> texts;
  std::vector<websocket::Field> fields;
};

std::string bytes_of(const Json& text) { return to_text(stream_of(Json::array({{{"text", text}}}))); }

void compare(const Json& expect, const Status& status, const std::string& sent) {
  REQUIRE(bool(status) == expect.contains("sent"));
  CHECK(sent == (status ? bytes_of(expect["sent"]) : ""));
  if (status) return;
  CHECK(id(status.error().req) == expect["rule"].get<std::string>());
  CHECK(status.error().blame == Blame::Caller);
}

void play_open(const Json& one, const Json& given) {
  const Limits limits;
  const Chance chance = given_chance(given);
  ClientConnection client(limits, chance);
  const Json& open = one["open"];
  const auto names = open["subprotocols"].get<std::vector<std::string>>();
  const Fields extra(open["fields"]);
  const Status status = client.open({open["secure"], bytes_of(open["host"]), open["port"], bytes_of(open["target"])},
                                    extra.fields, std::vector<std::string_view>(names.begin(), names.end()));
  Record record;
  drain(client, record);
  CHECK(record.lines.empty());
  compare(one["expect"], status, to_text(record.sent));
}

Status answer(ServerConnection& server, const Json& one) {
  if (one.contains("accept"))
    return server.accept(one["accept"]["subprotocol"].get<std::string>(), Fields(one["accept"]["fields"]).fields);
  const Json& refuse = one["refuse"];
  return server.refuse(refuse["status"], Fields(refuse["fields"]).fields, from_text(refuse["body"].get<std::string>()));
}

void play_answer(const Json& one) {
  const Limits limits;
  ServerConnection server(limits);
  Record record;
  feed(server, from_text(one["request"].get<std::string>()), Cut::Whole, record);
  REQUIRE(record.lines.size() == 1);
  const Status status = answer(server, one);
  drain(server, record);
  compare(one["expect"], status, to_text(record.sent));
  // Who was told no may say something else.
  CHECK(bool(server.accept({}, {})) != bool(status));
}

TEST_CASE("WS-HS-1, WS-HT-26: the vectors of what is said in the opening handshake hold", "[ws][vectors]") {
  const Json given = read_vectors(kOpenings)["given"];
  for (const Json& one : cases_of(kOpenings)) {
    CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>());
    if (one.contains("open"))
      play_open(one, given);
    else
      play_answer(one);
  }
}

}  // namespace
}  // namespace portcullis::tests
