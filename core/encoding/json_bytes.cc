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
  static std::uint64_t bits(__m128i part, char c) noexcept {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(part, _mm_set1_epi8(c))));
  }
  std::uint64_t equal(char c) const noexcept {
    return bits(parts[0], c) | bits(parts[1], c) << 16 | bits(parts[2], c) << 32 | bits(parts[3], c) << 48;
  }
  /// Sets bit 0x20 in every byte, which makes [ ] into { } and no other byte into one of these.
  Block folded() const noexcept {
    const __m128i bit = _mm_set1_epi8(0x20);
    return {_mm_or_si128(parts[0], bit), _mm_or_si128(parts[1], bit), _mm_or_si128(parts[2], bit), _mm_or_si128(parts[3], bit)};
  }

  __m128i parts[4];

 private:
  Block(__m128i a, __m128i b, __m128i c, __m128i d) noexcept : parts{a, b, c, d} {}
};

/// Marks the bytes that follow a backslash which does not itself follow one; `carry` goes from block to block.
std::uint64_t escaped_bytes(std::uint64_t backslashes, bool& carry) noexcept {
  std::uint64_t escaped = carry ? 1 : 0;
  carry = false;
  backslashes &= ~escaped;
  while (backslashes != 0) {
    const std::uint64_t first = backslashes & (0 - backslashes);
    carry = first >> 63 != 0;
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

/// Steps through the brackets of a block; true when the way ends in it, `at` then standing where.
bool ends_here(Skip& from, std::uint64_t brackets, std::uint64_t opens, std::size_t depth_max) noexcept {
  for (; brackets != 0; brackets &= brackets - 1) {
    const int index = std::countr_zero(brackets);
    const bool opening = (opens >> index & 1) != 0;
    from.too_deep = opening && from.depth == depth_max;
    if (from.too_deep) return from.at += index, true;
    from.depth = opening ? from.depth + 1 : from.depth - 1;
    if (from.depth == 0) return from.at += index + 1, true;
  }
  return false;
}

}  // namespace

Skip Sse2Bytes::skip(Skip from, const char* end, std::size_t depth_max) noexcept {
  while (from.at != end && from.depth != 0) {
    const auto size = std::min<std::size_t>(64, static_cast<std::size_t>(end - from.at));
    std::array<char, 64> last{};  // what is left at the end, made up to a block with bytes that mean nothing
    if (size < 64) std::memcpy(last.data(), from.at, size);
    const Block block(size < 64 ? last.data() : from.at);
    const Block folded = block.folded();
    const std::uint64_t opens = folded.equal('{');
    bool carry = from.escaped;
    const std::uint64_t escaped = escaped_bytes(block.equal('\\'), carry);
    const std::uint64_t inside = odd_so_far(block.equal('"') & ~escaped) ^ (from.in_string ? ~std::uint64_t{0} : 0);
    from.in_string = from.escaped = false;
    if (ends_here(from, (opens | folded.equal('}')) & ~inside & ~escaped, opens, depth_max)) return from;
    from.in_string = inside >> 63 != 0;
    from.escaped = size < 64 ? (escaped >> size & 1) != 0 : carry;
    from.at += size;
  }
  return from;
}
#endif

}  // namespace portcullis::encoding
