#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace portcullis::websocket {

/// Says whether bytes that arrive in pieces are UTF-8 as RFC 3629 has it.
class Utf8 {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  /// Gives the index of the first byte that no valid text can continue, or kNone. After a bad byte no more is fed.
  std::size_t feed(std::span<const std::byte> bytes) noexcept;

  /// True when no code point is half read.
  bool complete() const noexcept { return missing_ == 0; }

 private:
  bool lead(std::uint8_t byte) noexcept;

  std::uint8_t missing_ = 0;  ///< continuation bytes still to come
  std::uint8_t low_ = 0x80;   ///< what the next of them may be
  std::uint8_t high_ = 0xbf;
};

/// Gives the index of the first bad byte of a whole text (its size where the last code point is cut short), or kNone.
std::size_t find_bad_utf8(std::span<const std::byte> text) noexcept;

}  // namespace portcullis::websocket
