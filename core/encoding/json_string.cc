#include "portcullis/core/encoding/json_string.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <new>

namespace portcullis::encoding {
namespace {

/// What one character of a string stands for, in UTF-8; size 0 when its escape is malformed.
struct Character {
  std::array<char, 4> bytes{};
  std::size_t size = 0;

  std::string_view view() const noexcept { return {bytes.data(), size}; }
};

constexpr std::string_view kEscapes = "\"\\/bfnrt";
constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";

/// Takes XXXX off the front of `rest`.
std::optional<std::uint32_t> take_hex(std::string_view& rest) noexcept {
  std::uint32_t value = 0;
  if (rest.size() < 4 || std::from_chars(rest.data(), rest.data() + 4, value, 16).ptr != rest.data() + 4) return {};
  rest.remove_prefix(4);
  return value;
}

/// Takes XXXX or, for a pair of surrogates, XXXX\uXXXX off the front of `rest`.
std::optional<std::uint32_t> take_code_point(std::string_view& rest) noexcept {
  const auto first = take_hex(rest);
  if (!first || *first < 0xD800 || *first > 0xDFFF) return first;
  if (*first > 0xDBFF || !rest.starts_with("\\u")) return {};
  rest.remove_prefix(2);
  const auto second = take_hex(rest);
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return {};
  return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
}

Character encoded(std::uint32_t code) noexcept {
  const auto tail = [code](unsigned shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {{static_cast<char>(code)}, 1};
  if (code < 0x800) return {{static_cast<char>(0xC0 | code >> 6), tail(0)}, 2};
  if (code < 0x10000) return {{static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)}, 3};
  return {{static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)}, 4};
}

/// Takes one byte, or one escape whole, off the front of `rest`, which is not empty.
Character take(std::string_view& rest) noexcept {
  const char first = rest.front();
  rest.remove_prefix(1);
  if (first != '\\') return {{first}, 1};
  if (rest.empty()) return {};
  const char kind = rest.front();
  rest.remove_prefix(1);
  if (kind == 'u') {
    const auto code = take_code_point(rest);
    return code ? encoded(*code) : Character{};
  }
  const std::size_t index = kEscapes.find(kind);
  return index == std::string_view::npos ? Character{} : Character{{kMeanings[index]}, 1};
}

}  // namespace

bool equals_unescaped(std::string_view inside, std::string_view plain) noexcept {
  if (inside.size() <= plain.size()) return inside == plain && inside.find('\\') == std::string_view::npos;
  while (!inside.empty()) {
    const Character next = take(inside);
    if (next.size == 0 || !plain.starts_with(next.view())) return false;
    plain.remove_prefix(next.size);
  }
  return plain.empty();
}

std::optional<std::string_view> unescape(std::string_view inside, std::vector<char>& scratch) noexcept try {
  scratch.resize(inside.size());  // no escape is shorter than what it stands for
  std::size_t size = 0;
  while (!inside.empty()) {
    const Character next = take(inside);
    if (next.size == 0) return {};
    next.view().copy(scratch.data() + size, next.size);
    size += next.size;
  }
  return std::string_view{scratch.data(), size};
} catch (const std::bad_alloc&) {
  return {};
}

}  // namespace portcullis::encoding
