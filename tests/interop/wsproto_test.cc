// Our client and our server against a WebSocket that others wrote, every byte by itself in both directions.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;
using Lines = std::vector<std::string>;

/// The program at the other end; see wsproto_peer.py for what it does.
class Peer {
 public:
  explicit Peer(const char* role) {
    std::signal(SIGPIPE, SIG_IGN);
    int to[2];
    int from[2];
    if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int end : {to[0], to[1], from[0], from[1]}) close(end);
      execl("/usr/bin/python3", "python3", "-I", "tests/interop/wsproto_peer.py", role, static_cast<char*>(nullptr));
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    to_ = to[1];
    from_ = from[0];
  }
  Peer(const Peer&) = delete;
  ~Peer() {
    close(to_);
    close(from_);
    waitpid(child_, nullptr, 0);
  }

  /// Hands over bytes of the transport; gives what comes back.
  Bytes exchange(std::span<const std::byte> bytes) {
    Bytes record;
    for (int shift = 24; shift >= 0; shift -= 8) record.push_back(static_cast<std::byte>(bytes.size() >> shift));
    record.insert(record.end(), bytes.begin(), bytes.end());
    if (write(to_, record.data(), record.size()) != static_cast<ssize_t>(record.size())) lost();
    const Bytes answer = read_record();
    const std::string seen = to_text(read_record());
    for (std::size_t i = 0; i < seen.size();) {
      const std::size_t end = std::min(seen.find('\n', i), seen.size());
      events.push_back(seen.substr(i, end - i));
      i = end + 1;
    }
    return answer;
  }

  Lines events;  ///< all that it saw

 private:
  [[noreturn]] static void lost() {
    throw std::runtime_error("the peer has gone: is the Debian package python3-wsproto installed? tools/setup does it");
  }
  Bytes read_exactly(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t have = 0; have < size;) {
      const ssize_t got = read(from_, bytes.data() + have, size - have);
      if (got <= 0) lost();
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }
  Bytes read_record() {
    std::size_t size = 0;
    for (const std::byte byte : read_exactly(4)) size = size << 8 | std::to_integer<std::size_t>(byte);
    return read_exactly(size);
  }

  pid_t child_ = 0;
  int to_ = -1;
  int from_ = -1;
};

/// Moves bytes both ways, in pieces of one size, until neither end has more to say.
template <typename Connection>
void pump(Connection& connection, Peer& peer, Record& record, Cut cut) {
  for (;;) {
    drain(connection, record);
    if (record.sent.empty()) return;
    const Bytes out = std::exchange(record.sent, {});
    const std::size_t size = cut == Cut::Whole ? out.size() : static_cast<std::size_t>(cut);
    Bytes in;
    for (std::size_t i = 0; i < out.size(); i += size) {
      const Bytes answer = peer.exchange(std::span(out).subspan(i, std::min(size, out.size() - i)));
      in.insert(in.end(), answer.begin(), answer.end());
    }
    feed(connection, in, cut, record);
  }
}

std::string text_line(const std::string& text) { return "text " + to_hex(from_text(text)); }

/// Says everything there is to say; the other end sends it back.
template <typename Connection>
void converse(Connection& connection, Peer& peer, Record& record, Cut cut) {
  const Bytes big(cut == Cut::Whole ? 1'000'000 : 70'000, std::byte{0x5a});
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  Lines expected;
  Lines seen;
  const auto say = [&](bool sent) {
    REQUIRE(sent);
    pump(connection, peer, record, cut);
  };
  peer.events.clear();
  record.lines.clear();

  say(bool(connection.send(Kind::Text, from_text("Hello"))));
  say(bool(connection.send(Kind::Text, {})));
  say(bool(connection.send(Kind::Text, from_text(text))));
  expected = {text_line("Hello"), text_line(""), text_line(text)};
  seen = {"text 5", "text 0", "text 4"};
  for (const std::size_t size : {std::size_t{1}, std::size_t{125}, std::size_t{126}, std::size_t{127}, big.size()}) {
    const auto payload = std::span(big).first(size);
    say(bool(connection.send(Kind::Binary, payload)));
    expected.push_back("binary " + to_hex(payload));
    seen.push_back("binary " + std::to_string(size));
  }

  // A message of ours in fragments, a ping among them; a code point over two of them.
  REQUIRE(bool(connection.send(Kind::Text, from_text("x\xe2"), false)));
  REQUIRE(bool(connection.ping(from_text("p"))));
  REQUIRE(bool(connection.send_more(from_text("\x82"), false)));
  say(bool(connection.send_more(from_text("\xac"), true)));
  expected.insert(expected.end(), {"pong 70", text_line("x\xe2\x82\xac")});
  seen.insert(seen.end(), {"ping 70", "text 2"});

  // One of theirs, with pings among its fragments.
  say(bool(connection.send(Kind::Text, from_text("frag:a\xe2\x82\xac"))));
  expected.insert(expected.end(), {"ping 6265747765656e", "ping 6265747765656e", text_line("a\xe2\x82\xac")});
  seen.insert(seen.end(), {"text 7", "pong 6265747765656e", "pong 6265747765656e"});

  say(bool(connection.send(Kind::Text, from_text("ping:abc"))));
  expected.push_back("ping 616263");
  seen.insert(seen.end(), {"text 8", "pong 616263"});

  CHECK(record.lines == expected);
  CHECK(peer.events == seen);
}

enum class First { We, They };

template <typename Connection>
void part(Connection& connection, Peer& peer, Record& record, Cut cut, First first) {
  record.lines.clear();
  peer.events.clear();
  if (first == First::We)
    REQUIRE(bool(connection.close(4000, "done", at(0))));
  else
    REQUIRE(bool(connection.send(Kind::Text, from_text("close:4001"))));
  pump(connection, peer, record, cut);
  connection.ended(at(0));
  drain(connection, record);
  if (first == First::We) {
    CHECK(peer.events == Lines{"close 4000 done"});
    CHECK(record.lines == Lines{"hangup", "ended 4000 " + to_hex(from_text("done")) + " clean ours"});
  } else {
    CHECK(peer.events == Lines{"text 10", "close 4001 "});
    CHECK(record.lines == Lines{"hangup", "ended 4001 " + to_hex(from_text("bye")) + " clean theirs"});
  }
}

constexpr std::array kCuts{Cut::Whole, Cut::EveryByte, Cut::Threes};
const Limits kLimits{};

TEST_CASE("WS-HS-20: our client speaks with wsproto's server, cut at every byte", "[ws][interop]") {
  for (const Cut cut : kCuts)
    for (const First first : {First::We, First::They}) {
      CAPTURE(static_cast<int>(cut), static_cast<int>(first));
      Peer peer("server");
      const Chance chance = counting_chance();
      ClientConnection client(kLimits, chance);
      Record record;
      const std::array<std::string_view, 2> offered{"b", "a"};
      const std::array extra{Field{"User-Agent", "x"}};
      REQUIRE(bool(client.open(Url{false, "server.example", 8080, "/chat?v=1"}, extra, offered)));
      pump(client, peer, record, cut);
      CHECK(record.lines == Lines{"opened b"});
      CHECK(peer.events == Lines{"request server.example:8080 /chat?v=1 b,a"});
      converse(client, peer, record, cut);
      part(client, peer, record, cut, first);
    }
}

TEST_CASE("WS-HS-45: our server speaks with wsproto's client, cut at every byte", "[ws][interop]") {
  for (const Cut cut : kCuts)
    for (const First first : {First::We, First::They}) {
      CAPTURE(static_cast<int>(cut), static_cast<int>(first));
      Peer peer("client");
      ServerConnection server(kLimits);
      Record record;
      feed(server, peer.exchange({}), cut, record);
      CHECK(record.lines == Lines{"requested /chat?v=1 b a"});
      REQUIRE(bool(server.accept("a", std::array{Field{"Server", "x"}})));
      pump(server, peer, record, cut);
      // It offers permessage-deflate, which we leave out (WS-HS-47).
      CHECK(peer.events == Lines{"accepted a 0"});
      converse(server, peer, record, cut);
      part(server, peer, record, cut, first);
    }
}

TEST_CASE("WS-HT-24: wsproto understands our refusal", "[ws][interop]") {
  for (const Cut cut : kCuts) {
    Peer peer("client");
    ServerConnection server(kLimits);
    Record record;
    feed(server, peer.exchange({}), cut, record);
    REQUIRE(bool(server.refuse(403, {}, from_text("no"))));
    pump(server, peer, record, cut);
    CHECK(peer.events == Lines{"rejected 403"});
  }
}

}  // namespace
}  // namespace portcullis::tests
