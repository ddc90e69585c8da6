#include "portcullis/core/compression/zlib_payload.h"

namespace portcullis::compression {

// That the header's two bytes are divisible by 31 and name deflate is what zlib looks at first (GW-PCOMP-3).
Result<std::optional<std::span<const std::byte>>> ZlibPayload::feed(std::span<const std::byte> message,
                                                                    Workspace& workspace) noexcept {
  if (const Status begun = zlib_.begin(); !begun) return begun.error();
  Output output(workspace.payload, 0, payload_bytes_max_);
  const auto ended = zlib_.inflate(message, output);
  if (!ended) return ended.error();
  if (!*ended) return zlib_.error(Errc::InflateTruncated, req::GW_PCOMP_2);
  if (!message.empty()) return zlib_.error(Errc::InflateTrailing, req::GW_PCOMP_6);
  return std::optional(output.bytes());
}

}  // namespace portcullis::compression
