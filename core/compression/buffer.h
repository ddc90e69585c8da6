#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "portcullis/core/result.h"

namespace portcullis::compression {

/// Appends bytes; false when no memory is left. The buffer takes no memory for more than `bytes_max`.
bool append(std::vector<std::byte>& buffer, std::span<const std::byte> bytes, std::size_t bytes_max) noexcept;

/// An error of a compressed stream: a limit is blamed on itself, everything else on the peer.
Error stream_error(Errc code, std::uint64_t offset, Requirement req) noexcept;

/// A payload in the making: a buffer that is kept for the next one, and how many of its bytes are the payload's.
///
/// Memory: the buffer grows in large steps to `bytes_max` plus the one byte by which an excess shows, and never
/// shrinks.
class Output {
 public:
  /// `size` bytes of the payload stand in the buffer already.
  Output(std::vector<std::byte>& buffer, std::size_t size, std::size_t bytes_max) noexcept
      : buffer_(buffer), size_(size), bytes_max_(bytes_max) {}

  /// Makes room for one byte at least; false when no memory is left.
  bool make_room() noexcept;
  /// Where to write; empty only before `make_room`.
  std::span<std::byte> room() const noexcept { return std::span(buffer_).subspan(size_); }
  void add(std::size_t bytes) noexcept { size_ += bytes; }

  bool is_too_large() const noexcept { return size_ > bytes_max_; }
  std::span<const std::byte> bytes() const noexcept { return std::span(buffer_).first(size_); }

 private:
  std::vector<std::byte>& buffer_;
  std::size_t size_;
  std::size_t bytes_max_;
};

}  // namespace portcullis::compression
