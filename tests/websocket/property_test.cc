#include "tests/property.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <random>

#include "portcullis/core/websocket/frame.h"
#include "portcullis/core/websocket/utf8.h"
#include "tests/websocket/draw.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;

/// Feeds all of it in pieces of sizes that are drawn, none among them.
template <typename Connection>
void feed_drawn(Connection& connection, std::span<const std::byte> bytes, Record& record) {
  std::mt19937 dice = draw_dice();
  const std::size_t most = roll(dice, 1, std::max<std::size_t>(1, bytes.size()));
  while (!bytes.empty()) {
    const std::size_t size = roll(dice, 0, std::min(most, bytes.size()));
    const Bytes piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    connection.received(piece, at(0));
    drain(connection, record);
    bytes = bytes.subspan(size);
  }
}

template <typename End>
Record whole_life(std::span<const std::byte> bytes, bool drawn_cuts, Cut cut = Cut::Whole) {
  Limits limits;
  limits.message_bytes_max = 300;
  End end(limits);
  if (drawn_cuts)
    feed_drawn(end.connection, bytes, end.record);
  else
    feed(end.connection, bytes, cut, end.record);
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  return end.record;
}

template <typename End>
void check_cuts(const Bytes& stream) {
  const Record whole = whole_life<End>(stream, false);
  RC_ASSERT(whole_life<End>(stream, false, Cut::EveryByte) == whole);
  RC_ASSERT(whole_life<End>(stream, true) == whole);
}

TEST_CASE("WS-IO-1: where a stream of frames is cut cannot be observed, by the client", "[ws][property]") {
  check_always("frames, any cut, client", [] { check_cuts<OpenClient>(draw_stream()); });
}

TEST_CASE("WS-IO-1: where a stream of frames is cut cannot be observed, by the server", "[ws][property]") {
  check_always("frames, any cut, server", [] {
    // Masked as a client would; sometimes not, which is one more wrong.
    const Bytes stream = draw_stream();
    check_cuts<OpenServer>(*rc::gen::inRange(0, 10) == 0 ? stream : masked(stream));
  });
}

/// A head as good or as bad as its pieces.
std::string draw_head(const std::string& good) {
  static const std::vector<std::string> kPieces{"\r\n",
                                                "\r",
                                                "\n",
                                                ": ",
                                                "X: y\r\n",
                                                " fold\r\n",
                                                "Content-Length: 3\r\n",
                                                "HTTP/1.1 403 X\r\n",
                                                "Transfer-Encoding: chunked\r\n",
                                                "\r\n\r\n",
                                                "3\r\nabc\r\n0\r\n\r\n"};
  std::string head = good;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, head.size() + 1);
    if (*rc::gen::arbitrary<bool>())
      head.insert(at, *rc::gen::elementOf(kPieces));
    else
      head.erase(at, *rc::gen::inRange<std::size_t>(0, 4));
  }
  return head;
}

TEST_CASE("WS-IO-1: where a handshake is cut cannot be observed, by the client", "[ws][property]") {
  check_always("answers, any cut", [] {
    static const std::vector<std::string> kGood{
        std::string(kGoodAnswer), "HTTP/1.1 103 X\r\n\r\n" + std::string(kGoodAnswer),
        "HTTP/1.1 403 X\r\nContent-Length: 5\r\n\r\nHello", "HTTP/1.1 403 X\r\n\r\nHello",
        "HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: v\r\n\r\n"};
    Bytes input = from_text(draw_head(*rc::gen::elementOf(kGood)));
    const Bytes frames = draw_stream();
    input.insert(input.end(), frames.begin(), frames.end());
    const auto play = [&](bool drawn) {
      Limits limits;
      limits.http_body_bytes_max = 8;
      const Chance chance = counting_chance();
      ClientConnection client(limits, chance);
      RC_ASSERT(bool(client.open(Url{false, "h", 80, "/"}, {}, {})));
      Record record;
      if (drawn)
        feed_drawn(client, input, record);
      else
        feed(client, input, Cut::Whole, record);
      client.ended(at(0));
      drain(client, record);
      return record;
    };
    RC_ASSERT(play(true) == play(false));
  });
}

TEST_CASE("WS-IO-1: where a request is cut cannot be observed, by the server", "[ws][property]") {
  check_always("requests, any cut", [] {
    Bytes input = from_text(draw_head(std::string(kGoodRequest)));
    const Bytes frames = masked(draw_stream());
    input.insert(input.end(), frames.begin(), frames.end());
    const auto play = [&](bool drawn) {
      const Limits limits;
      ServerConnection server(limits);
      Record record;
      if (drawn)
        feed_drawn(server, input, record);
      else
        feed(server, input, Cut::Whole, record);
      (void)server.accept({}, {});
      drain(server, record);
      server.ended(at(0));
      drain(server, record);
      return record;
    };
    RC_ASSERT(play(true) == play(false));
  });
}

bool is_final(const std::string& line) {
  return line.starts_with("ended") || line.starts_with("refused") || line.starts_with("declined");
}

/// Any call at any time, in an order that is drawn; then the transport ends.
template <typename Connection>
void live_through(Connection& connection, Record& record) {
  std::int64_t now = 0;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    now += *rc::gen::inRange(0, 3000);
    switch (*rc::gen::inRange(0, 7)) {
      case 0: (void)connection.close(*rc::gen::element<std::uint16_t>(0, 1000, 4000, 1005), "", at(now)); break;
      case 1: (void)connection.send(Kind::Text, draw_text(), *rc::gen::arbitrary<bool>()); break;
      case 2: (void)connection.ping(draw_bytes(10)); break;
      case 3: connection.elapsed(at(now)); break;
      case 4: connection.ended(at(now)); break;
      default: {
        const Bytes stream = draw_stream();
        const Bytes hidden = masked(stream);
        connection.received(std::is_same_v<Connection, ServerConnection> ? hidden : stream, at(now));
        drain(connection, record);
      }
    }
    drain(connection, record);
  }
  connection.ended(at(now));
  drain(connection, record);
}

TEST_CASE("WS-IO-7: exactly one final event, and nothing after it", "[ws][property]") {
  const auto check = [](const Record& record) {
    RC_ASSERT(std::count_if(record.lines.begin(), record.lines.end(), is_final) == 1);
    RC_ASSERT(is_final(record.lines.back()));
    RC_ASSERT(std::count(record.lines.begin(), record.lines.end(), "hangup") == 1);
    RC_ASSERT(record.lines[record.lines.size() - 2] == "hangup");
    RC_ASSERT(!record.deadline);
  };
  check_always("any calls, client", [&] {
    OpenClient end;
    live_through(end.connection, end.record);
    check(end.record);
  });
  check_always("any calls, server", [&] {
    OpenServer end;
    live_through(end.connection, end.record);
    check(end.record);
  });
  check_always("any calls, a client that is not open", [&] {
    const Limits limits;
    const Chance chance = counting_chance();
    ClientConnection client(limits, chance);
    Record record;
    live_through(client, record);
    check(record);
  });
}

TEST_CASE("WS-FR-7, WS-FG-6: what one end sends the other reads, fragmented in any way", "[ws][property]") {
  check_always("encode, then decode", [] {
    OpenClient client;
    OpenServer server;
    const Bytes payload = *rc::gen::inRange(0, 50) == 0
                              ? Bytes(*rc::gen::element<std::size_t>(125, 126, 65535, 65536), std::byte{7})
                              : draw_bytes(400);
    const auto send = [&](auto& connection) {
      std::span<const std::byte> left = payload;
      const std::size_t first = *rc::gen::inRange<std::size_t>(0, left.size() + 1);
      RC_ASSERT(bool(connection.send(Kind::Binary, left.first(first), first == left.size())));
      if (first == left.size()) return;
      left = left.subspan(first);
      while (*rc::gen::inRange(0, 3) != 0) {
        const std::size_t size = *rc::gen::inRange<std::size_t>(0, left.size() + 1);
        RC_ASSERT(bool(connection.send_more(left.first(size), false)));
        RC_ASSERT(bool(connection.ping(draw_bytes(5))));
        left = left.subspan(size);
      }
      RC_ASSERT(bool(connection.send_more(left, true)));
    };
    const auto binary_of = [](const Record& record) {
      std::vector<std::string> lines;
      for (const std::string& line : record.lines)
        if (line.starts_with("binary")) lines.push_back(line);
      return lines;
    };
    const std::vector<std::string> expected{"binary " + to_hex(payload)};
    send(client.connection);
    drain(client.connection, client.record);
    feed_drawn(server.connection, client.record.sent, server.record);
    RC_ASSERT(binary_of(server.record) == expected);
    server.record = {};
    send(server.connection);
    drain(server.connection, server.record);
    client.record = {};
    feed_drawn(client.connection, server.record.sent, client.record);
    RC_ASSERT(binary_of(client.record) == expected);
  });
}

TEST_CASE("WS-MK-6: masking by words is masking by bytes, at any place and in any pieces", "[ws][property]") {
  check_always("mask", [] {
    const Bytes payload = draw_bytes(200);
    const std::size_t start = *rc::gen::inRange<std::size_t>(0, 16);
    const auto drawn = *rc::gen::arbitrary<std::array<std::uint8_t, 4>>();
    MaskKey key;
    for (std::size_t i = 0; i < 4; ++i) key[i] = static_cast<std::byte>(drawn[i]);
    Bytes memory(start);
    memory.insert(memory.end(), payload.begin(), payload.end());
    std::span<std::byte> left = std::span(memory).subspan(start);
    std::uint64_t position = *rc::gen::inRange<std::uint64_t>(0, 1 << 20);
    const std::uint64_t from = position;
    std::mt19937 dice = draw_dice();
    while (!left.empty()) {
      const std::size_t size = roll(dice, 0, left.size());
      mask(left.first(size), key, position);
      position += size;
      left = left.subspan(size);
    }
    for (std::size_t i = 0; i < start; ++i) RC_ASSERT(memory[i] == std::byte{});
    for (std::size_t i = 0; i < payload.size(); ++i) RC_ASSERT(memory[start + i] == (payload[i] ^ key[(from + i) % 4]));
  });
}

/// RFC 3629 read aloud: decodes one code point at a time. Gives the index of the first byte that cannot continue valid
/// text, the size when the text ends inside a code point, or kNone.
std::size_t slow_bad_utf8(const Bytes& text) {
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i);
    const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (size == 0) return i;
    // The least and the largest code point that the bytes so far may become.
    unsigned long low = size == 1 ? lead : lead & (0x7fu >> size);
    for (std::size_t k = 0; k < size; ++k) {
      if (i + k == text.size()) return text.size();
      if (k > 0 && byte(i + k) >> 6 != 2) return i + k;
      if (k > 0) low = low << 6 | (byte(i + k) & 0x3f);
      const unsigned open_bits = static_cast<unsigned>(6 * (size - 1 - k));
      const unsigned long least = low << open_bits;
      const unsigned long most = least | ((1ul << open_bits) - 1);
      const unsigned long shortest = size == 2 ? 0x80 : size == 3 ? 0x800 : size == 4 ? 0x10000 : 0;
      if (most < shortest || least > 0x10ffff || (least >= 0xd800 && most <= 0xdfff)) return i + k;
    }
    i += size;
  }
  return Utf8::kNone;
}

TEST_CASE("WS-U8-2: the validator agrees with a slow one, in any pieces", "[ws][property]") {
  check_always("UTF-8", [] {
    Bytes text = draw_text();
    if (*rc::gen::arbitrary<bool>()) {
      static const std::vector<std::uint8_t> kEdges{0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0,
                                                    0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0,
                                                    0xf1, 0xf4, 0xf5, 0xff, 0x61, 0x61, 0x61, 0x61};
      for (int i = *rc::gen::inRange(0, 40); i > 0; --i)
        text.push_back(static_cast<std::byte>(*rc::gen::elementOf(kEdges)));
    }
    RC_ASSERT(find_bad_utf8(text) == slow_bad_utf8(text));
    Utf8 utf8;
    std::size_t bad = Utf8::kNone;
    std::mt19937 dice = draw_dice();
    for (std::size_t i = 0; i < text.size() && bad == Utf8::kNone;) {
      const std::size_t size = roll(dice, 0, text.size() - i);
      bad = utf8.feed(std::span(text).subspan(i, size));
      if (bad != Utf8::kNone) bad += i;
      i += size;
    }
    if (bad == Utf8::kNone && !utf8.complete()) bad = text.size();
    RC_ASSERT(bad == slow_bad_utf8(text));
  });
}

TEST_CASE("WS-U8-2: every lead and second byte", "[ws]") {
  for (unsigned lead = 0; lead < 256; ++lead)
    for (unsigned second = 0; second < 256; ++second)
      for (const unsigned third : {0x61u, 0x80u, 0xbfu, 0xc2u}) {
        Bytes text;
        for (const unsigned one : {lead, second, third, 0x80u}) text.push_back(static_cast<std::byte>(one));
        if (find_bad_utf8(text) != slow_bad_utf8(text)) FAIL_CHECK(to_hex(text));
      }
}

}  // namespace
}  // namespace portcullis::tests
