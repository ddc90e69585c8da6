#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "portcullis/core/compression/zlib_inflate.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

namespace portcullis::compression {

/// Compression::Payload: each message is a zlib stream of its own, from its header to its checksum, and nothing else.
///
/// Source: GW-PCOMP-2, GW-PCOMP-3, GW-PCOMP-6.
class ZlibPayload {
 public:
  explicit ZlibPayload(std::size_t payload_bytes_max) noexcept : payload_bytes_max_(payload_bytes_max) {}

  Result<std::optional<std::span<const std::byte>>> feed(std::span<const std::byte> message,
                                                         Workspace& workspace) noexcept;

 private:
  std::size_t payload_bytes_max_;
  ZlibInflate zlib_{req::GW_PCOMP_2, req::GW_PCOMP_6};
};

}  // namespace portcullis::compression
