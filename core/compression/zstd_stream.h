#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "portcullis/core/compression/buffer.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

struct ZSTD_DCtx_s;

namespace portcullis::compression {

/// Compression::ZstdStream: one context a connection, a payload a message. The frame seldom ends, but may.
///
/// Memory: the context (about 100 KiB) with the first message; with a frame's header its window, up to the limit, and
///         some blocks.
/// Source: GW-ZSTD-1 to GW-ZSTD-9, OP-20, LOCAL-35, LOCAL-36.
class ZstdStream {
 public:
  ZstdStream(std::size_t payload_bytes_max, int window_log_max) noexcept
      : payload_bytes_max_(payload_bytes_max), window_log_max_(window_log_max) {}

  Result<std::optional<std::span<const std::byte>>> feed(std::span<const std::byte> message,
                                                         Workspace& workspace) noexcept;

 private:
  struct End {
    void operator()(ZSTD_DCtx_s* context) const noexcept;
  };

  bool begin() noexcept;
  Status decompress(std::span<const std::byte>& input, Output& output) noexcept;
  Error broken(Errc code, Requirement req) const noexcept { return stream_error(code, taken_, req); }

  std::size_t payload_bytes_max_;
  int window_log_max_;
  unsigned frame_bytes_ = 0;  // of the frame at hand, as far as its header may reach
  std::unique_ptr<ZSTD_DCtx_s, End> context_;
  std::uint64_t taken_ = 0;  // compressed bytes that went through
};

}  // namespace portcullis::compression
