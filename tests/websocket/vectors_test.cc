// Runs the vectors of corpus/vectors/websocket: each in the roles it is meant for, whole and cut at every byte.
#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using Lines = std::vector<std::string>;

constexpr std::array kCuts{Cut::Whole, Cut::EveryByte, Cut::Threes};

Json file_of(const std::string& suite) { return read_vectors("corpus/vectors/websocket/" + suite + ".json"); }

/// The cases, and not none of them.
Json cases_of(const std::string& suite) {
  const Json file = file_of(suite);
  REQUIRE(file["cases"].size() == file["count"]);
  REQUIRE(!file["cases"].empty());
  return file["cases"];
}

/// The offset in an error depends on the role and is left to the unit tests; so is which rule a frame broke.
Lines without_offsets(Lines lines) {
  for (std::string& line : lines) {
    if (line.starts_with("failed ")) line = "failed";
    const std::size_t offset = line.find(" @");
    if (offset != std::string::npos) line.erase(offset, line.find_first_not_of("0123456789", offset + 2) - offset);
  }
  return lines;
}

std::string flag(const Json& event, const char* name) { return event[name].get<bool>() ? std::string(" ") + name : ""; }

/// The lines of `Record` that a vector's events stand for.
std::string expected_line(const Json& event) {
  for (const char* kind : {"text", "binary", "ping", "pong"})
    if (event.contains(kind)) return std::string(kind) + " " + to_hex(stream_of(event[kind]));
  if (event.contains("fail")) return "failed";
  if (event.contains("opened")) return "opened " + event["opened"].get<std::string>();
  if (event.contains("requested")) {
    std::string line = "requested " + event["requested"]["target"].get<std::string>();
    for (const Json& offered : event["requested"]["subprotocols"]) line += " " + offered.get<std::string>();
    return line;
  }
  const Json& end = event.contains("refused") ? event["refused"] : event.at("declined");
  std::string line = (event.contains("refused") ? "refused " : "declined ") + end["rule"].get<std::string>() + " " +
                     std::to_string(end["status"].get<int>());
  if (event.contains("refused"))
    line += " " + to_hex(stream_of(end["body"])) + flag(end, "truncated") + flag(end, "incomplete");
  return line;
}

/// What the events of a stream of frames come to once the input has ended (WS-CL-12, WS-CL-13).
Lines expected_lines(const Json& events) {
  Lines lines;
  std::string ended = "ended 1006  lost theirs";
  for (const Json& event : events) {
    if (event.contains("fail")) ended = "ended 1006  lost ours";
    if (event.contains("close"))
      ended = "ended " + std::to_string(event["close"].get<int>()) + " " + to_hex(stream_of(event["reason"])) +
              " clean theirs";
    else
      lines.push_back(expected_line(event));
  }
  lines.insert(lines.end(), {"hangup", ended});
  return lines;
}

template <typename Open>
Record play_frames(const Bytes& stream, Cut cut) {
  Open end;
  feed(end.connection, stream, cut, end.record);
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  return end.record;
}

TEST_CASE("WS-FR-1: the frame vectors hold for the client under any cut", "[ws][vectors]") {
  for (const Json& one : cases_of("frames"))
    for (const Cut cut : kCuts) {
      CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>(), static_cast<int>(cut));
      const Record record = play_frames<OpenClient>(stream_of(one["stream"]), cut);
      CHECK(without_offsets(record.lines) == expected_lines(one["expect"]));
      CHECK(to_hex(unmasked(record.sent)) == to_hex(stream_of(one["reply"])));
    }
}

TEST_CASE("WS-FR-1: the frame vectors hold for the server, masked, under any cut", "[ws][vectors]") {
  for (const Json& one : cases_of("frames"))
    for (const Cut cut : kCuts) {
      CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>(), static_cast<int>(cut));
      const Record record = play_frames<OpenServer>(masked(stream_of(one["stream"])), cut);
      CHECK(without_offsets(record.lines) == expected_lines(one["expect"]));
      CHECK(to_hex(record.sent) == to_hex(stream_of(one["reply"])));
    }
}

template <typename Open>
Record play_in_two(const Bytes& stream, std::size_t size) {
  Open end;
  feed(end.connection, std::span(stream).first(size), Cut::Whole, end.record);
  feed(end.connection, std::span(stream).subspan(size), Cut::Whole, end.record);
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  return end.record;
}

TEST_CASE("WS-IO-1: the frame vectors hold cut in two at any byte", "[ws][vectors]") {
  for (const Json& one : cases_of("frames")) {
    const Bytes stream = stream_of(one["stream"]);
    if (stream.size() > 300) continue;
    CAPTURE(one["id"].get<std::string>());
    for (std::size_t size = 0; size <= stream.size(); ++size)
      CHECK(without_offsets(play_in_two<OpenClient>(stream, size).lines) == expected_lines(one["expect"]));
    const Bytes hidden = masked(stream);
    for (std::size_t size = 0; size <= hidden.size(); ++size)
      CHECK(without_offsets(play_in_two<OpenServer>(hidden, size).lines) == expected_lines(one["expect"]));
  }
}

TEST_CASE("WS-FR-11: any prefix of a good frame vector is not yet an error, and lost when the input ends there",
          "[ws][vectors]") {
  for (const Json& one : cases_of("frames")) {
    const Bytes stream = stream_of(one["stream"]);
    if (one["verdict"] != "valid" || stream.size() > 300) continue;
    const Lines whole = expected_lines(one["expect"]);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      CAPTURE(one["id"].get<std::string>(), size);
      const Lines lines =
          play_frames<OpenClient>(Bytes(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size)), Cut::Whole)
              .lines;
      REQUIRE(lines.size() >= 2);
      const bool closed = lines.back() == whole.back();
      CHECK((closed || lines.back() == "ended 1006  lost theirs"));
      CHECK(std::equal(lines.begin(), lines.end() - 2, whole.begin()));
    }
  }
}

Lines expected_handshake(const Json& events) {
  Lines lines;
  for (const Json& event : events) {
    if (event.contains("refused") || event.contains("declined")) lines.push_back("hangup");
    lines.push_back(expected_line(event));
  }
  return lines;
}

Record play_client(const Json& one, Cut cut, const Limits& limits) {
  const Chance chance = counting_chance();
  ClientConnection client(limits, chance);
  std::vector<std::string> names;
  if (one.contains("subprotocols")) names = one["subprotocols"].get<std::vector<std::string>>();
  const std::vector<std::string_view> offered(names.begin(), names.end());
  Record record;
  REQUIRE(bool(client.open(websocket::Url{false, "server.example", 80, "/chat"}, {}, offered)));
  drain(client, record);
  feed(client, stream_of(one["answer"]), cut, record);
  if (one["end"]) client.ended(at(0));
  drain(client, record);
  return record;
}

TEST_CASE("WS-HS-20: the client's handshake vectors hold under any cut", "[ws][vectors]") {
  const std::string request = file_of("handshake_client")["given"]["request"];
  const Limits limits;
  for (const Json& one : cases_of("handshake_client"))
    for (const Cut cut : kCuts) {
      CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>(), static_cast<int>(cut));
      const Record record = play_client(one, cut, limits);
      CHECK(without_offsets(record.lines) == expected_handshake(one["expect"]));
      // Whatever comes back, nothing is sent behind the request (WS-HS-5, WS-HT-16).
      if (!one.contains("subprotocols")) CHECK(to_text(record.sent) == request);
    }
}

/// The answer's fields as its caller finds them.
void check_fields(const Json& one, const websocket::Refused& refused) {
  for (const Json& field : one["expect"].back()["refused"]["fields"]) {
    const auto found = refused.fields.all(field["name"].get<std::string>());
    CHECK(Lines(found.begin(), found.end()) == field["values"].get<Lines>());
    const auto first = refused.fields.find(field["name"].get<std::string>());
    CHECK(first == (found.empty() ? std::nullopt : std::optional(found.front())));
  }
}

TEST_CASE("WS-HT-21: the fields of a refusal are found as the vectors say", "[ws][vectors]") {
  const Limits limits;
  int refusals = 0;
  for (const Json& one : cases_of("handshake_client")) {
    if (!one["expect"].back().contains("refused") || !one["expect"].back()["refused"].contains("fields")) continue;
    const Chance chance = counting_chance();
    ClientConnection client(limits, chance);
    REQUIRE(bool(client.open(websocket::Url{false, "server.example", 80, "/chat"}, {}, {})));
    const Bytes input = stream_of(one["answer"]);
    client.received(input, at(0));
    for (auto output = client.poll(); !std::holds_alternative<websocket::Wait>(output); output = client.poll())
      if (const auto* refused = std::get_if<websocket::Refused>(&output)) check_fields(one, *refused), ++refusals;
  }
  CHECK(refusals == 1);
}

/// What every refusal must be (WS-HT-24).
void check_refusal(const std::string& sent, int status) {
  if (status == 0) {
    CHECK(sent.empty());
    return;
  }
  const std::size_t end = sent.find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  const std::string head = sent.substr(0, end + 2);
  CHECK(head.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
  CHECK(head.find("\r\nContent-Length: " + std::to_string(sent.size() - end - 4) + "\r\n") != std::string::npos);
  CHECK(head.find("\r\nConnection: close") != std::string::npos);
  if (status == 405) CHECK(head.find("\r\nAllow: GET\r\n") != std::string::npos);
  if (status == 426) CHECK(head.find("\r\nUpgrade: websocket\r\n") != std::string::npos);
  if (status == 426 || status == 400) CHECK(head.find("\r\nSec-WebSocket-Version: 13\r\n") != std::string::npos);
}

/// Answers as the vector says, either at once or when all of the input has come.
void answer(ServerConnection& server, const Json& one) {
  if (one.contains("refuse"))
    CHECK(bool(server.refuse(one["refuse"], {}, {})));
  else
    CHECK(bool(server.accept(one.value("accept", ""), {})));
}

Record play_server(const Json& one, Cut cut, const Limits& limits) {
  ServerConnection server(limits);
  Record record;
  feed(server, stream_of(one["request"]), cut, record);
  if (!record.lines.empty() && record.lines.front().starts_with("requested")) answer(server, one);
  if (one["end"]) server.ended(at(0));
  drain(server, record);
  return record;
}

TEST_CASE("WS-HS-45: the server's handshake vectors hold under any cut", "[ws][vectors]") {
  const Limits limits;
  for (const Json& one : cases_of("handshake_server"))
    for (const Cut cut : kCuts) {
      CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>(), static_cast<int>(cut));
      const Record record = play_server(one, cut, limits);
      CHECK(without_offsets(record.lines) == expected_handshake(one["expect"]));
      const std::string response = one["response"];
      if (!response.empty())
        CHECK(to_text(record.sent) == response);
      else
        check_refusal(to_text(record.sent), one["expect"].back()["declined"]["status"]);
    }
}

TEST_CASE("WS-UR-1: the URL vectors hold", "[ws][vectors]") {
  for (const Json& one : cases_of("urls")) {
    CAPTURE(one["id"].get<std::string>(), one["about"].get<std::string>());
    const auto url = websocket::parse_url(one["url"].get<std::string>());
    const Json& expect = one["expect"];
    if (expect.contains("rule")) {
      REQUIRE_FALSE(bool(url));
      CHECK(id(url.error().req) == expect["rule"].get<std::string>());
      CHECK(url.error().blame == Blame::Caller);
      continue;
    }
    REQUIRE(bool(url));
    CHECK(*url == websocket::Url{expect["secure"], expect["host"], expect["port"], expect["target"]});
    CHECK(url->host_field() == expect["host_field"].get<std::string>());
  }
}

}  // namespace
}  // namespace portcullis::tests
