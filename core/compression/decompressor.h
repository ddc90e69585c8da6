#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <variant>

#include "portcullis/core/compression/compression.h"
#include "portcullis/core/compression/zlib_payload.h"
#include "portcullis/core/compression/zlib_stream.h"
#include "portcullis/core/compression/zstd_stream.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

namespace portcullis::compression {

/// Turns the data messages of one connection into payloads. Made anew for each connection (GW-ZLIB-1, GW-ZSTD-1).
class Decompressor {
 public:
  /// Takes no memory for a context (40 KiB with zlib, 100 and the window with zstd) before there is something to do.
  Decompressor(Compression kind, const Limits& limits) noexcept;

  /// Takes one WebSocket message.
  ///
  /// Shape:    any bytes, none included. With ZlibStream a payload is there when what came since the last one ends with
  ///           00 00 FF FF, also when these lie in two messages or stand in the middle of a payload (see `hold`). With
  ///           the others each message is a payload; with ZstdStream one that yields no bytes is passed over.
  /// Returns:  the payload, or nothing while it goes on in the next message.
  /// Lifetime: the payload borrows `message` (None), `workspace` or this object, until the next call here or the next
  ///           use of `workspace`. The size of `workspace.payload` only says how far it has grown.
  /// Errors:   Blame::Peer: InflateCorrupt and InflateDictionary; ZlibStream: InflateEnded (it says that it is
  ///           finished); ZstdStream: InflateChecksum; Payload: InflateTruncated, InflateTrailing.
  ///           Blame::Limit: PayloadTooLarge for more than `payload_bytes_max`, inflated or gathered; InflateWindow for
  ///           more than `zstd_window_log_max`; OutOfMemory.
  ///           The offset counts the compressed bytes that the connection has taken. After an error each call gives the
  ///           same.
  /// Source:   GW-ZLIB-1 to GW-ZLIB-9, GW-ZSTD-1 to GW-ZSTD-9, GW-PCOMP-2, GW-PCOMP-3, GW-PCOMP-6, OP-16, OP-20,
  ///           LOCAL-35, LOCAL-36.
  Result<std::optional<std::span<const std::byte>>> feed(std::span<const std::byte> message,
                                                         Workspace& workspace) noexcept;

  /// Says whether what looks like a payload may be the front of one that goes on in the next message.
  bool payloads_go_on() const noexcept { return std::holds_alternative<ZlibStream>(way_); }

  /// Puts the payload that `feed` just gave, which was not a whole one, in front of what comes next.
  ///
  /// Shape:  only where `payloads_go_on`.
  /// Errors: OutOfMemory.
  /// Source: GW-ZLIB-7.
  Status hold(std::span<const std::byte> payload) noexcept;

 private:
  struct Plain {
    Result<std::optional<std::span<const std::byte>>> feed(std::span<const std::byte> message, Workspace&) noexcept {
      return std::optional(message);
    }
  };

  std::variant<Plain, ZlibStream, ZstdStream, ZlibPayload> way_;
  std::optional<Error> error_;
};

}  // namespace portcullis::compression
