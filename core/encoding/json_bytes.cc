#include "portcullis/core/encoding/json_bytes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace portcullis::encoding {
namespace {

constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kTops = kOnes * 0x80;

constexpr std::uint64_t has_zero(std::uint64_t word) noexcept { return (word - kOnes) & ~word & kTops; }

constexpr bool all_plain(std::uint64_t word) noexcept {
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kTops;
  return (control | (word & kTops) | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'))) == 0;
}

}  // namespace

const char* PortableBytes::plain_end(const char* at, const char* end) noexcept {
  for (std::uint64_t word = 0; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    if (!all_plain(word)) break;
  }
  while (at != end && is_plain(*at)) ++at;
  return at;
}

Skip PortableBytes::skip(Skip from, const char* end, std::size_t depth_max) noexcept {
  for (; from.at != end && from.depth != 0; ++from.at) {
    const char c = *from.at;
    if (from.escaped) {
      from.escaped = false;
    } else if (c == '\\') {
      from.escaped = true;
    } else if (c == '"') {
      from.in_string = !from.in_string;
    } else if (from.in_string) {
      continue;
    } else if (c == '{' || c == '[') {
      from.too_deep = from.depth == depth_max;
      if (from.too_deep) return from;
      ++from.depth;
    } else if (c == '}' || c == ']') {
      --from.depth;
    }
  }
  return from;
}

#if defined(__SSE2__)
namespace {

/// 64 bytes; each question about them is answered by one bit a byte.
struct Block {
  explicit Block(const char* at) noexcept : parts{load(at), load(at + 16), load(at + 32), load(at + 48)} {}

  static __m128i load(const char* at) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
  template <typename Question>
  std::uint64_t ask(Question question) const noexcept {
    const auto bits = [&](__m128i part) -> std::uint64_t {
      return static_cast<std::uint32_t>(_mm_movemask_epi8(question(part)));
    };
    return bits(parts[0]) | bits(parts[1]) << 16 | bits(parts[2]) << 32 | bits(parts[3]) << 48;
  }
  std::uint64_t quotes() const noexcept {
    return ask([](__m128i part) { return _mm_cmpeq_epi8(part, _mm_set1_epi8('"')); });
  }
  std::uint64_t backslashes() const noexcept {
    const auto question = [](__m128i part) { return _mm_cmpeq_epi8(part, _mm_set1_epi8('\\')); };
    const __m128i any = _mm_or_si128(_mm_or_si128(question(parts[0]), question(parts[1])),
                                     _mm_or_si128(question(parts[2]), question(parts[3])));
    return _mm_movemask_epi8(any) == 0 ? 0 : ask(question);
  }
  /// Marks [ ] { } and \ ^ _ | ~ DEL: with bit 0x20 set these, and no others, are above z.
  std::uint64_t bracket_like() const noexcept {
    return ask(
        [](__m128i part) { return _mm_cmpgt_epi8(_mm_or_si128(part, _mm_set1_epi8(0x20)), _mm_set1_epi8('z')); });
  }

  __m128i parts[4];
};

/// Marks the bytes that follow a backslash which does not itself follow one; `carry`, 0 or 1, goes from block to block.
std::uint64_t escaped_bytes(std::uint64_t backslashes, std::uint64_t& carry) noexcept {
  std::uint64_t escaped = carry;
  carry = 0;
  for (backslashes &= ~escaped; backslashes != 0;) {
    const std::uint64_t first = backslashes & (0 - backslashes);
    carry = first >> 63;
    escaped |= first << 1;
    backslashes &= ~(first | first << 1);
  }
  return escaped;
}

/// Marks each byte before which, itself included, an odd number of bits is set.
std::uint64_t odd_so_far(std::uint64_t word) noexcept {
  word ^= word << 1;
  word ^= word << 2;
  word ^= word << 4;
  word ^= word << 8;
  word ^= word << 16;
  return word ^ word << 32;
}

/// What a byte that is `bracket_like` does to the depth, by its last three bits.
constexpr std::array<std::size_t, 8> kDepthChange{0, 0, 0, 1, 0, static_cast<std::size_t>(-1), 0, 0};

/// Steps through the brackets of a block; gives the one with which the way ends, or 64.
int last_bracket(const char* block, std::uint64_t brackets, std::size_t& depth, std::size_t depth_max) noexcept {
  for (; brackets != 0; brackets &= brackets - 1) {
    const int index = std::countr_zero(brackets);
    depth += kDepthChange[block[index] & 7];
    if (depth - 1 >= depth_max) return index;  // 0 or too many
  }
  return 64;
}

}  // namespace

Skip Sse2Bytes::skip(Skip from, const char* end, std::size_t depth_max) noexcept {
  std::uint64_t inside = from.in_string ? ~std::uint64_t{0} : 0;
  std::uint64_t carry = from.escaped ? 1 : 0;
  std::array<char, 64> last{};  // what is left at the end, made up to a block with bytes that mean nothing
  const char* at = from.at;
  for (std::ptrdiff_t left = end - at; left > 0 && from.depth != 0; left = end - at) {
    if (left < 64) std::memcpy(last.data(), at, static_cast<std::size_t>(left));
    const char* const bytes = left < 64 ? last.data() : at;
    const Block block(bytes);
    const std::uint64_t escaped = escaped_bytes(block.backslashes(), carry);
    inside = odd_so_far(block.quotes() & ~escaped) ^ (0 - (inside >> 63));
    const int index = last_bracket(bytes, block.bracket_like() & ~inside & ~escaped, from.depth, depth_max);
    if (index != 64 && from.depth == 0) return {.at = at + index + 1, .depth = 0};
    if (index != 64) return {.at = at + index, .depth = from.depth - 1, .too_deep = true};
    if (left < 64) carry = escaped >> left & 1;
    at += std::min<std::ptrdiff_t>(left, 64);
  }
  return {.at = at, .depth = from.depth, .in_string = inside >> 63 != 0, .escaped = carry != 0};
}
#endif

}  // namespace portcullis::encoding
