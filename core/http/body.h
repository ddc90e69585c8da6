#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "portcullis/core/http/head.h"

namespace portcullis::http {

/// Reads the body of a refused handshake's response, and keeps as much of it as the limit allows.
/// Source: RFC 9112 sections 6.3 and 7.1; requirements WS-HT-17 to WS-HT-20.
class BodyReader {
 public:
  explicit BodyReader(const Limits& limits) noexcept : limits_(limits), trailer_(HeadKind::Trailer, limits) {}

  /// Decides how long the body is.
  const Fault* begin(int status, const FieldsView& head);
  /// Takes bytes from the front of `input`, which is not empty, and leaves the rest there.
  const Fault* feed(std::span<const std::byte>& input);
  void input_ended() noexcept;

  bool complete() const noexcept { return stage_ == Stage::Complete; }
  std::span<const std::byte> bytes() const noexcept { return kept_; }
  bool truncated() const noexcept { return truncated_; }
  bool incomplete() const noexcept { return incomplete_; }

 private:
  enum class Stage : std::uint8_t {
    UntilEnd,
    Counted,
    ChunkData,
    ChunkSize,
    ChunkSpace,
    ChunkExtension,
    ChunkSizeEnd,
    ChunkReturn,
    ChunkEnd,
    Trailer,
    Complete,
  };

  const Fault* feed_framing(char byte);
  const Fault* read_chunk_size(char byte) noexcept;
  void keep(std::span<const std::byte>& input);

  const Limits& limits_;
  HeadReader trailer_;
  std::vector<std::byte> kept_;
  std::uint64_t left_ = 0;  ///< of the counted body or the chunk
  std::size_t line_bytes_ = 0;
  Stage stage_ = Stage::UntilEnd;
  bool truncated_ = false;
  bool incomplete_ = false;
};

}  // namespace portcullis::http
