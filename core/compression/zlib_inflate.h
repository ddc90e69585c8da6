#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "portcullis/core/compression/buffer.h"
#include "portcullis/core/result.h"

struct z_stream_s;

namespace portcullis::compression {

/// One zlib stream after the other, in memory that is taken once.
class ZlibInflate {
 public:
  /// `broken` is the clause that damage breaks, `bounded` the one that asks for a bound.
  ZlibInflate(Requirement broken, Requirement bounded) noexcept : broken_(broken), bounded_(bounded) {}

  /// Begins a stream. The first call takes the memory, about 40 KiB.
  ///
  /// Errors: OutOfMemory.
  Status begin() noexcept;
  bool has_begun() const noexcept { return stream_ != nullptr; }

  /// Inflates until the input is used up, or the stream ends; what is left stands in `input` then.
  ///
  /// Returns: whether the stream has ended.
  /// Errors:  InflateCorrupt, InflateDictionary, PayloadTooLarge, OutOfMemory.
  Result<bool> inflate(std::span<const std::byte>& input, Output& output) noexcept;

  /// Says what broke, after the bytes that all streams have taken so far.
  Error error(Errc code, Requirement req) const noexcept { return stream_error(code, taken_, req); }

 private:
  struct End {
    void operator()(z_stream_s* stream) const noexcept;
  };

  Requirement broken_;
  Requirement bounded_;
  std::unique_ptr<z_stream_s, End> stream_;
  std::uint64_t taken_ = 0;  // compressed bytes that went through
};

}  // namespace portcullis::compression
