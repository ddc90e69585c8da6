#include "portcullis/core/compression/decompressor.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace portcullis::compression {

Decompressor::Decompressor(Compression kind, const Limits& limits) noexcept {
  // One byte above the limit is where an excess shows, and has to be a number too.
  const std::size_t bytes_max = std::min(limits.payload_bytes_max, std::numeric_limits<std::size_t>::max() - 1);
  switch (kind) {
    case Compression::None: break;
    case Compression::ZlibStream: way_.emplace<ZlibStream>(bytes_max); break;
    case Compression::ZstdStream: way_.emplace<ZstdStream>(bytes_max, limits.zstd_window_log_max); break;
    case Compression::Payload: way_.emplace<ZlibPayload>(bytes_max); break;
  }
}

Result<std::optional<std::span<const std::byte>>> Decompressor::feed(std::span<const std::byte> message,
                                                                     Workspace& workspace) noexcept {
  if (error_) return *error_;
  auto payload = std::visit([&](auto& way) { return way.feed(message, workspace); }, way_);
  if (!payload) error_ = payload.error();
  return payload;
}

Status Decompressor::hold(std::span<const std::byte> payload) noexcept {
  assert(payloads_go_on() && "elsewhere a message is a payload");
  const Status held = std::get_if<ZlibStream>(&way_)->hold(payload);
  if (!held) error_ = held.error();
  return held;
}

}  // namespace portcullis::compression
