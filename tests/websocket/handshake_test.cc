#include <catch2/catch.hpp>
#include <set>

#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;
using Lines = std::vector<std::string>;

const Limits kLimits{};
const Url kUrl{false, "h", 80, "/"};

Errc refused_with(const Url& url, std::vector<Field> extra, std::vector<std::string_view> subprotocols) {
  const Chance chance = counting_chance();
  ClientConnection client(kLimits, chance);
  const Status status = client.open(url, extra, subprotocols);
  REQUIRE_FALSE(bool(status));
  CHECK(status.error().blame == Blame::Caller);
  CHECK(client.queued_bytes() == 0);
  Record record;
  drain(client, record);
  CHECK(record == Record{});
  return status.error().code;
}

TEST_CASE("WS-HS-1: the request, byte for byte", "[ws]") {
  const Chance chance = counting_chance();
  ClientConnection client(kLimits, chance);
  const std::vector<Field> extra{{"User-Agent", "a b"}, {"Origin", "null"}};
  const std::vector<std::string_view> offered{"b", "a"};
  REQUIRE(bool(client.open(Url{true, "::1", 8080, "/?v=10"}, extra, offered)));
  Record record;
  drain(client, record);
  CHECK(to_text(record.sent) ==
        "GET /?v=10 HTTP/1.1\r\nHost: [::1]:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: b, a\r\nUser-Agent: a b\r\nOrigin: null\r\n\r\n");
  CHECK(record.lines.empty());
}

TEST_CASE("WS-HS-2, WS-IO-2: the key comes from the source of chance alone", "[ws]") {
  std::set<std::string> seen;
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    std::string first;
    for (int again = 0; again < 2; ++again) {
      const Chance chance = [drawn = seed * 1000]() mutable { return ++drawn; };
      ClientConnection client(kLimits, chance);
      REQUIRE(bool(client.open(kUrl, {}, {})));
      Record record;
      drain(client, record);
      if (again == 0) first = to_text(record.sent);
      CHECK(to_text(record.sent) == first);
    }
    CHECK(seen.insert(first).second);
  }
}

TEST_CASE("WS-HS-3: subprotocols that cannot be offered are an error of the caller", "[ws]") {
  CHECK(refused_with(kUrl, {}, {""}) == Errc::Subprotocol);
  CHECK(refused_with(kUrl, {}, {"a b"}) == Errc::Subprotocol);
  CHECK(refused_with(kUrl, {}, {"a", "b", "a"}) == Errc::Subprotocol);
  CHECK(refused_with(kUrl, {}, {"a\r\n"}) == Errc::Subprotocol);
}

TEST_CASE("WS-HT-26: what the caller adds cannot inject, nor set the handshake's own fields again", "[ws]") {
  CHECK(refused_with(kUrl, {{"X", "a\r\nY: b"}}, {}) == Errc::HeaderValue);
  CHECK(refused_with(kUrl, {{"X", std::string_view("a\0b", 3)}}, {}) == Errc::HeaderValue);
  CHECK(refused_with(kUrl, {{"X Y", "a"}}, {}) == Errc::HeaderName);
  CHECK(refused_with(kUrl, {{"", "a"}}, {}) == Errc::HeaderName);
  CHECK(refused_with(kUrl, {{"X:", "a"}}, {}) == Errc::HeaderName);
  for (const char* own : {"Host", "upgrade", "CONNECTION", "Sec-WebSocket-Key", "sec-websocket-version",
                          "Sec-WebSocket-Extensions", "Content-Length", "Transfer-Encoding"})
    CHECK(refused_with(kUrl, {{own, "a"}}, {}) == Errc::HeaderReserved);
}

TEST_CASE("WS-UR-5: a URL put together by hand is checked before it is sent", "[ws]") {
  CHECK(refused_with({false, "h", 80, "/\r\nX: y"}, {}, {}) == Errc::UrlCharacter);
  CHECK(refused_with({false, "h", 80, "/a b"}, {}, {}) == Errc::UrlCharacter);
  CHECK(refused_with({false, "h", 80, "/\x80"}, {}, {}) == Errc::UrlCharacter);
  CHECK(refused_with({false, "h\r\n", 80, "/"}, {}, {}) == Errc::UrlCharacter);
  CHECK(refused_with({false, "h", 80, "/a#b"}, {}, {}) == Errc::UrlFragment);
  CHECK(refused_with({false, "", 80, "/"}, {}, {}) == Errc::UrlHost);
  CHECK(refused_with({false, "h", 80, ""}, {}, {}) == Errc::UrlCharacter);
}

TEST_CASE("WS-HS-5: nothing is sent before the 101", "[ws]") {
  const Chance chance = counting_chance();
  ClientConnection client(kLimits, chance);
  REQUIRE(bool(client.open(kUrl, {}, {})));
  Record record;
  drain(client, record);
  record = {};
  CHECK(client.send(Kind::Text, from_text("a")).error().code == Errc::NotOpen);
  CHECK(client.ping({}).error().code == Errc::NotOpen);
  CHECK(client.close(1000, "", at(0)).error().code == Errc::NotOpen);
  CHECK_FALSE(client.is_open());
  CHECK(client.open(kUrl, {}, {}).error().code == Errc::AlreadyOpen);
  drain(client, record);
  CHECK(record == Record{});
  feed(client, from_text(kGoodAnswer), Cut::EveryByte, record);
  CHECK(client.is_open());
  CHECK(client.open(kUrl, {}, {}).error().code == Errc::AlreadyOpen);
  CHECK(client.send(Kind::Text, from_text("a")));
}

TEST_CASE("WS-HT-22: junk fails at the byte that makes it certain", "[ws]") {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"hello", "refused WS-HT-1 @0 0 "}, {"HTTQ", "refused WS-HT-1 @3 0 "}, {"HTTP/2", "refused WS-HT-3 @5 0 "}};
  for (const auto& [junk, line] : expected) {
    const Chance chance = counting_chance();
    ClientConnection client(kLimits, chance);
    Record record;
    feed(client, from_text(junk), Cut::EveryByte, record);
    CHECK(record.lines == Lines{"hangup", line});
  }
}

TEST_CASE("WS-HT-23: every prefix of a good head, and then the end, is a failed handshake", "[ws]") {
  const Bytes answer = from_text(kGoodAnswer);
  for (std::size_t size = 0; size < answer.size(); ++size) {
    const Chance chance = counting_chance();
    ClientConnection client(kLimits, chance);
    REQUIRE(bool(client.open(kUrl, {}, {})));
    Record record;
    feed(client, std::span(answer).first(size), Cut::Whole, record);
    CHECK(record.lines.empty());
    client.ended(at(0));
    drain(client, record);
    REQUIRE(record.lines.size() == 2);
    CHECK(record.lines[1].starts_with("refused WS-HT-23 @" + std::to_string(size) + " "));
  }
}

TEST_CASE("WS-HT-21: the fields of a refusal are there for the caller, whatever their case", "[ws]") {
  const Chance chance = counting_chance();
  ClientConnection client(kLimits, chance);
  REQUIRE(bool(client.open(kUrl, {}, {})));
  const Bytes answer = from_text("HTTP/1.1 429 X\r\nRETRY-AFTER: 7\r\nContent-Length: 2\r\nA: 1\r\na: 2\r\n\r\nno");
  client.received(answer, at(0));
  for (;;) {
    const ClientConnection::Output output = client.poll();
    REQUIRE_FALSE(std::holds_alternative<Wait>(output));
    if (const auto* refused = std::get_if<Refused>(&output)) {
      CHECK(refused->status == 429);
      CHECK(refused->fields.find("Retry-After") == "7");
      CHECK(refused->fields.find("Location") == std::nullopt);
      CHECK(refused->fields.all("A") == std::vector<std::string_view>{"1", "2"});
      CHECK(refused->fields[3].name == "a");
      CHECK(to_text(refused->body) == "no");
      CHECK(refused->error.code == Errc::HandshakeRefused);
      break;
    }
  }
  CHECK(std::holds_alternative<Wait>(client.poll()));
}

TEST_CASE("WS-HT-13: heads without end are cut off at the limit, whatever its size", "[ws]") {
  Limits limits;
  limits.http_head_bytes_max = 200;
  limits.http_line_bytes_max = 50;
  const auto fails_at = [&](const std::string& text, char more) {
    const Chance chance = counting_chance();
    ClientConnection client(limits, chance);
    Record record;
    feed(client, from_text(text), Cut::Whole, record);
    CHECK(record.lines.empty());
    feed(client, from_text(std::string(1000, more)), Cut::EveryByte, record);
    return record.lines.back();
  };
  CHECK(fails_at("HTTP/1.1 101 ", 'a') == "refused WS-HT-13 @50 0 ");
  CHECK(fails_at("HTTP/1.1 101 X\r\n", 'a') == "refused WS-HT-13 @66 101 ");
  std::string lines = "HTTP/1.1 101 X\r\n";
  for (int i = 0; i < 18; ++i) lines += "ABCDEF: a\r\n";
  CHECK(fails_at(lines.substr(0, 160), ' ') == "refused WS-HT-13 @200 101 ");
}

TEST_CASE("WS-HT-13: a field too many is refused at its first byte, before it is kept", "[ws]") {
  Limits limits;
  limits.http_fields_max = 2;
  const std::string start = "HTTP/1.1 101 X\r\n";
  const auto line_of = [&](const std::string& text) {
    const Chance chance = counting_chance();
    ClientConnection client(limits, chance);
    Record record;
    feed(client, from_text(start + text), Cut::EveryByte, record);
    return record.lines.empty() ? "" : record.lines.back();
  };
  CHECK(line_of("A: 1\r\nB: 2\r\n fold\r\n").empty());
  CHECK(line_of("A: 1\r\nB: 2\r\nC").starts_with("refused WS-HT-13 @" + std::to_string(start.size() + 12) + " "));
  CHECK(line_of("A: 1\r\nB: 2\r\n\r\n").starts_with("refused WS-HS-21 "));
}

std::string answered(const std::string& request, const Limits& limits = kLimits) {
  ServerConnection server(limits);
  Record record;
  feed(server, from_text(request), Cut::EveryByte, record);
  return record.lines.empty() ? "" : record.lines.back();
}

TEST_CASE("WS-HT-13: the server's limits are 414 for the target and 431 for the fields", "[ws]") {
  Limits limits;
  limits.http_line_bytes_max = 60;
  CHECK(answered("GET /" + std::string(1000, 'a'), limits) == "declined WS-HT-13 @60 414");
  CHECK(answered("GET / HTTP/1.1\r\nX: " + std::string(1000, 'a'), limits) == "declined WS-HT-13 @76 431");
}

TEST_CASE("WS-HS-48: a refused request opens nothing", "[ws]") {
  ServerConnection server(kLimits);
  Record record;
  feed(server, from_text(kGoodRequest), Cut::Whole, record);
  CHECK(record.lines == Lines{"requested /"});
  const std::vector<Field> challenge{{"WWW-Authenticate", "Basic"}};
  CHECK(server.refuse(401, {}, {}).error().code == Errc::HttpFieldLine);
  CHECK(server.refuse(101, {}, {}).error().code == Errc::HttpStartLine);
  CHECK(server.refuse(600, {}, {}).error().code == Errc::HttpStartLine);
  CHECK(server.refuse(403, std::vector<Field>{{"Connection", "x"}}, {}).error().code == Errc::HeaderReserved);
  CHECK(server.queued_bytes() == 0);
  REQUIRE(bool(server.refuse(401, challenge, from_text("who?"))));
  CHECK(server.accept({}, {}).error().code == Errc::NotOpen);
  CHECK(server.send(Kind::Text, {}).error().code == Errc::NotOpen);
  drain(server, record);
  CHECK(to_text(record.sent) ==
        "HTTP/1.1 401 \r\nContent-Length: 4\r\nConnection: close\r\nWWW-Authenticate: Basic\r\n\r\nwho?");
  CHECK(record.lines.size() == 3);
  feed(server, from_hex("818537fa213d7f9f4d5158"), Cut::Whole, record);
  CHECK(record.lines.size() == 3);
}

TEST_CASE("WS-HS-46: the server chooses one of the client's subprotocols or none", "[ws]") {
  std::string request(kGoodRequest);
  request.insert(request.size() - 2, "Sec-WebSocket-Protocol: a, b\r\n");
  ServerConnection server(kLimits);
  Record record;
  feed(server, from_text(request), Cut::Whole, record);
  CHECK(record.lines == Lines{"requested / a b"});
  CHECK(server.accept("c", {}).error().code == Errc::Subprotocol);
  CHECK(server.accept("A", {}).error().code == Errc::Subprotocol);
  CHECK(server.accept("b", std::vector<Field>{{"X", "\r"}}).error().code == Errc::HeaderValue);
  CHECK(server.queued_bytes() == 0);
  CHECK(bool(server.accept("b", std::vector<Field>{{"X", "y"}})));
  CHECK(server.accept("b", {}).error().code == Errc::NotOpen);
}

TEST_CASE("WS-HS-49: frames that came before the answer are read after it, in order", "[ws]") {
  const Bytes early = from_text(std::string(kGoodRequest));
  for (const Cut cut : {Cut::Whole, Cut::EveryByte, Cut::Threes}) {
    ServerConnection server(kLimits);
    Record record;
    feed(server, early, cut, record);
    feed(server, masked(from_hex("810161 890162 8101")), cut, record);
    CHECK(record.lines == Lines{"requested /"});
    REQUIRE(bool(server.accept({}, {})));
    drain(server, record);
    CHECK(record.lines == Lines{"requested /", "text 61", "ping 62"});
    feed(server, masked(from_hex("810163")).empty() ? Bytes{} : from_hex("54"), cut, record);
    CHECK(record.lines.back() == "text 63");
  }
}

TEST_CASE("WS-HS-49: what comes before the answer is bounded", "[ws]") {
  Limits limits;
  limits.http_head_bytes_max = 300;
  for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
    ServerConnection server(limits);
    Record record;
    feed(server, from_text(kGoodRequest), cut, record);
    feed(server, Bytes(300), cut, record);
    CHECK(record.lines.size() == 1);
    feed(server, Bytes(1), cut, record);
    CHECK(record.lines.back() == "declined WS-HS-49 @" + std::to_string(kGoodRequest.size() + 300) + " 400");
    CHECK(server.accept({}, {}).error().code == Errc::NotOpen);
  }
}

TEST_CASE("WS-HS-50: the server may send at once, behind the 101", "[ws]") {
  ServerConnection server(kLimits);
  Record record;
  feed(server, from_text(kGoodRequest), Cut::Whole, record);
  REQUIRE(bool(server.accept({}, {})));
  REQUIRE(bool(server.send(Kind::Text, from_text("Hello"))));
  drain(server, record);
  const std::string sent = to_text(record.sent);
  CHECK(sent.starts_with("HTTP/1.1 101 "));
  CHECK(sent.ends_with("\r\n\r\n\x81\x05Hello"));
}

TEST_CASE("WS-HT-23: the end before the answer is a failed handshake", "[ws]") {
  ServerConnection server(kLimits);
  Record record;
  feed(server, from_text(kGoodRequest), Cut::Whole, record);
  server.ended(at(0));
  drain(server, record);
  CHECK(record.lines.size() == 3);
  CHECK(record.lines.back().starts_with("declined WS-HT-23"));
  CHECK(record.sent.empty());
  CHECK(server.accept({}, {}).error().code == Errc::NotOpen);
}

}  // namespace
}  // namespace portcullis::tests
