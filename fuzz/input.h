#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the fuzz targets share: drawing from the input, cutting bytes, and saying what is broken.
namespace portcullis::fuzz {

/// Stops the target when its property is broken, in words that its author understands.
inline void must(bool holds, std::string_view property) {
  if (holds) return;
  std::cerr << "broken: " << property << std::endl;
  std::abort();
}

/// Takes the input of a target apart from its front: a few numbers, then pieces that say how long they are, so that a
/// changed byte changes one thing. What is used up gives zeros and empty pieces.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return left_.empty(); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t two() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t four() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t eight() { return number(8); }
  /// A byte that says how long it is, and so many bytes.
  std::string piece() { return take(byte()); }
  /// The same with two bytes for the length.
  std::string long_piece() { return take(two()); }
  std::string rest() { return take(left_.size()); }

 private:
  // A copy on the heap, so that a sanitizer sees a byte read too far.
  std::string take(std::size_t size) {
    std::string piece(left_.substr(0, size));
    left_.remove_prefix(piece.size());
    return piece;
  }

  // The high byte first, as on the wire.
  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (const char c : take(width)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }

  std::string_view left_;
};

/// Where bytes are cut: all of it follows from one byte of the input. 0 is every byte, 1 is none.
class Cutter {
 public:
  explicit Cutter(std::uint8_t seed) : seed_(seed), state_(seed) {}

  std::size_t operator()(std::size_t left) {
    if (seed_ < 2) return seed_ == 0 ? 1 : left;
    state_ = state_ * 1'664'525u + 1'013'904'223u;
    return std::min<std::size_t>(1 + (state_ >> 16) % (2u << seed_ % 8), left);
  }

 private:
  std::uint8_t seed_;
  std::uint32_t state_;
};

/// Hands out all bytes in pieces, each a copy of its own.
template <typename Deliver>
void in_pieces(std::string_view bytes, Cutter cut, Deliver deliver) {
  while (!bytes.empty()) {
    const auto piece = std::as_bytes(std::span{bytes.data(), cut(bytes.size())});
    deliver(std::vector<std::byte>(piece.begin(), piece.end()));
    bytes.remove_prefix(piece.size());
  }
}

inline std::span<const std::byte> bytes_in(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

}  // namespace portcullis::fuzz
