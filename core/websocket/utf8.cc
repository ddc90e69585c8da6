#include "portcullis/core/websocket/utf8.h"

#include <cstring>

namespace portcullis::websocket {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

std::uint64_t word_at(const std::byte* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Gives where, from `at` on, the first byte over 0x7f may lie: at most three steps of eight bytes early.
std::size_t skip_ascii(std::span<const std::byte> bytes, std::size_t at) noexcept {
  const std::byte* const data = bytes.data();
  for (; at + 32 <= bytes.size(); at += 32) {
    const std::uint64_t any =
        word_at(data + at) | word_at(data + at + 8) | word_at(data + at + 16) | word_at(data + at + 24);
    if ((any & kHighBits) != 0) break;
  }
  while (at + 8 <= bytes.size() && (word_at(data + at) & kHighBits) == 0) at += 8;
  return at;
}

}  // namespace

bool Utf8::lead(std::uint8_t byte) noexcept {
  if (byte < 0xc2 || byte > 0xf4) return false;
  missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;   // no overlong forms
  high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;  // no surrogates, nothing over U+10FFFF
  return true;
}

std::size_t Utf8::feed(std::span<const std::byte> bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = std::to_integer<std::uint8_t>(bytes[i]);
    if (missing_ == 0 && byte < 0x80) {
      i = skip_ascii(bytes, i + 1) - 1;
    } else if (missing_ == 0) {
      if (!lead(byte)) return i;
    } else {
      if (byte < low_ || byte > high_) return i;
      low_ = 0x80;
      high_ = 0xbf;
      --missing_;
    }
  }
  return kNone;
}

std::size_t find_bad_utf8(std::span<const std::byte> text) noexcept {
  Utf8 utf8;
  const std::size_t bad = utf8.feed(text);
  return bad == Utf8::kNone && !utf8.complete() ? text.size() : bad;
}

}  // namespace portcullis::websocket
