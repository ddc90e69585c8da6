#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace portcullis::encoding {

/// A way through the inside of a list or map by its brackets and strings alone.
struct Skip {
  const char* at;         ///< the next byte to look at
  std::size_t depth = 1;  ///< brackets open; 0 when `at` stands behind the one that closes the outermost
  bool in_string = false;
  bool escaped = false;   ///< the byte at `at` follows a backslash
  bool too_deep = false;  ///< the bracket at `at` would open one more than allowed

  friend bool operator==(const Skip&, const Skip&) = default;
};

/// The two loops in which the time goes, byte by byte or eight at a time, for any processor.
struct PortableBytes {
  /// Finds the first byte from `at` on that is not plain inside a string: quote, backslash, control or not ASCII.
  static const char* plain_end(const char* at, const char* end) noexcept;
  /// Goes on until the outermost bracket is closed, `depth_max` would be exceeded, or the text ends. A backslash takes
  /// the meaning from the next byte wherever it stands, and which kind of bracket closes which is not looked at.
  static Skip skip(Skip from, const char* end, std::size_t depth_max) noexcept;
};

#if defined(__SSE2__)
/// The same answers from 16 and 64 bytes at a time.
struct Sse2Bytes {
  static const char* plain_end(const char* at, const char* end) noexcept {
    for (; end - at >= 16; at += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: bytes from 0x80 on are negative
      const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
      const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
      const int found = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quotes, backslashes)));
      if (found != 0) return at + std::countr_zero(static_cast<unsigned>(found));
    }
    return PortableBytes::plain_end(at, end);
  }
  static Skip skip(Skip from, const char* end, std::size_t depth_max) noexcept;
};
using NativeBytes = Sse2Bytes;
#else
using NativeBytes = PortableBytes;
#endif

}  // namespace portcullis::encoding
