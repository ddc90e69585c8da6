#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "portcullis/core/compression/zlib_inflate.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

namespace portcullis::compression {

/// Compression::ZlibStream: one zlib stream a connection, and a payload wherever what came ends with 00 00 FF FF.
///
/// Source: GW-ZLIB-1 to GW-ZLIB-9, OP-16.
class ZlibStream {
 public:
  explicit ZlibStream(std::size_t payload_bytes_max) noexcept : payload_bytes_max_(payload_bytes_max) {}

  Result<std::optional<std::span<const std::byte>>> feed(std::span<const std::byte> message,
                                                         Workspace& workspace) noexcept;
  Status hold(std::span<const std::byte> payload) noexcept;

 private:
  Status gather(std::span<const std::byte> message) noexcept;
  Status inflate_all(std::span<const std::byte> input, Output& output) noexcept;

  std::size_t payload_bytes_max_;
  ZlibInflate zlib_{req::GW_ZLIB_8, req::GW_ZLIB_9};
  std::vector<std::byte> gathered_;  // compressed bytes of a payload that goes on
  std::vector<std::byte> held_;      // the buffer of payloads that came out in parts; its size is what it has grown to
  std::size_t held_bytes_ = 0;       // what is held in it
};

}  // namespace portcullis::compression
