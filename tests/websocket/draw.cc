#include "tests/websocket/draw.h"

#include <rapidcheck.h>

#include "tests/websocket/play.h"

namespace portcullis::tests {

std::mt19937 draw_dice() {
  return std::mt19937(*rc::gen::noShrink(rc::gen::resize(100, rc::gen::arbitrary<std::uint32_t>())));
}

std::size_t roll(std::mt19937& dice, std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(dice);
}

Bytes draw_bytes(std::size_t size_max) {
  std::mt19937 dice = draw_dice();
  Bytes bytes(roll(dice, 0, size_max));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(dice());
  return bytes;
}

Bytes draw_text() {
  static const std::vector<std::string> kPieces{"a",
                                                "Hello, world, and more",
                                                "\xc3\xa9",
                                                "\xe2\x82\xac",
                                                "\xf0\x9f\x98\x80",
                                                "\xf4\x8f\xbf\xbf",
                                                "\xef\xbf\xbe",
                                                std::string(1, '\0')};
  static const std::vector<std::string> kBad{"\xff", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90", "\x80"};
  std::string text;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) text += *rc::gen::elementOf(kPieces);
  if (*rc::gen::inRange(0, 10) == 0) text += *rc::gen::elementOf(kBad);
  return from_text(text);
}

Bytes draw_frame() {
  static const std::vector<unsigned> kFirst{0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a, 0x81, 0x82, 0x89};
  static const std::vector<std::string> kCloses{"8800",   "880203e8", "880503e8e282ac",
                                                "880103", "880203ed", "880303e8ff"};
  const int kind = *rc::gen::inRange(0, 40);
  if (kind == 0) return from_hex(*rc::gen::elementOf(kCloses));
  if (kind == 1) return draw_bytes(20);
  if (kind == 2) return frame(*rc::gen::inRange(0u, 256u), draw_bytes(10));
  if (kind == 3) return from_hex("827e0001ff");
  if (kind == 5) {  // a length that is in its shortest form from 126 on
    const auto size = *rc::gen::inRange<std::size_t>(124, 128);
    Bytes bytes = from_hex("827e00");
    bytes.push_back(static_cast<std::byte>(size));
    bytes.insert(bytes.end(), size, std::byte{'a'});
    return bytes;
  }
  if (kind == 4) return frame(0x82, Bytes(*rc::gen::inRange<std::size_t>(120, 140), std::byte{'a'}));
  return frame(*rc::gen::elementOf(kFirst), draw_text());
}

Bytes draw_stream() {
  Bytes stream;
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
    const Bytes one = draw_frame();
    stream.insert(stream.end(), one.begin(), one.end());
  }
  return stream;
}

namespace {

void append(Bytes& to, const Bytes& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

Bytes draw_good_text() {
  static const std::vector<std::string> kPieces{"a", "plain words", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  std::string text;
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i) text += *rc::gen::elementOf(kPieces);
  return from_text(text);
}

}  // namespace

Bytes draw_good_stream() {
  Bytes stream;
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
    const bool text = *rc::gen::arbitrary<bool>();
    const Bytes payload = text ? draw_good_text() : draw_bytes(*rc::gen::element<std::size_t>(0, 10, 200));
    const int fragments = *rc::gen::element(1, 1, 2, 5);
    std::size_t from = 0;
    for (int k = 1; k <= fragments; ++k) {
      const std::size_t to = k == fragments ? payload.size() : *rc::gen::inRange(from, payload.size() + 1);
      const auto first = payload.begin() + static_cast<std::ptrdiff_t>(from);
      const auto last = payload.begin() + static_cast<std::ptrdiff_t>(to);
      const unsigned opcode = k > 1 ? 0u : text ? 1u : 2u;
      append(stream, frame((k == fragments ? 0x80u : 0u) | opcode, Bytes(first, last)));
      if (*rc::gen::inRange(0, 4) == 0) append(stream, frame(*rc::gen::element(0x89u, 0x8au), draw_bytes(8)));
      from = to;
    }
  }
  if (*rc::gen::inRange(0, 3) == 0)
    append(stream, from_hex(*rc::gen::element<std::string>("8800", "88020fa0", "880503e8e282ac")));
  return stream;
}

Bytes mutate(Bytes bytes) {
  std::mt19937 dice = draw_dice();
  for (std::size_t i = roll(dice, 1, 3); i > 0; --i) {
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(roll(dice, 0, bytes.size()));
    const bool end = at == bytes.end();
    switch (roll(dice, 0, 4)) {
      case 0: bytes.insert(at, static_cast<std::byte>(dice())); break;
      case 1: bytes.erase(at, bytes.end()); break;
      case 2:
        if (!end) bytes.erase(at);
        break;
      case 3:
        if (!end) *at = static_cast<std::byte>(dice());
        break;
      default:
        if (!end) *at ^= static_cast<std::byte>(1u << roll(dice, 0, 7));
    }
  }
  return bytes;
}

}  // namespace portcullis::tests
