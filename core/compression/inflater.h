#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "portcullis/core/limits.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

struct z_stream_s;

namespace portcullis::compression {

/// How the incoming messages of a connection are compressed.
enum class Compression : std::uint8_t { None, ZlibStream };

/// Turns the data messages of one connection into payloads. Made anew for each connection (GW-ZLIB-1).
class Inflater {
 public:
  /// Takes memory for the context (40 KiB with zlib) only when the first payload is there.
  Inflater(Compression kind, const Limits& limits) noexcept
      : kind_(kind),
        payload_bytes_max_(std::min(limits.payload_bytes_max, std::numeric_limits<std::size_t>::max() - 1)) {}

  /// Takes one WebSocket message.
  ///
  /// Shape:    any bytes, none included. With ZlibStream a payload is there when what came since the last one ends with
  ///           00 00 FF FF, also when these lie in two messages or stand in the middle of a payload (see `hold`).
  /// Returns:  the payload, or nothing while it goes on in the next message. With None each message is one.
  /// Lifetime: the payload borrows `message` (None), `workspace` or this object, until the next call here or the next
  /// use
  ///           of `workspace`. The size of `workspace.payload` only says how far it has grown.
  /// Errors:   Blame::Peer: InflateCorrupt, InflateDictionary, InflateEnded (the stream says that it is finished).
  ///           Blame::Limit: PayloadTooLarge for more than `payload_bytes_max`, inflated or still compressed;
  ///           OutOfMemory. The offset counts the compressed bytes of the connection. After an error each call gives
  ///           the same.
  /// Source:   GW-ZLIB-1 to GW-ZLIB-9, OP-16.
  Result<std::optional<std::span<const std::byte>>> feed(std::span<const std::byte> message,
                                                         Workspace& workspace) noexcept;

  /// Puts the payload that `feed` just gave, which was not a whole one, in front of what comes next.
  ///
  /// Errors: OutOfMemory.
  /// Source: GW-ZLIB-7.
  Status hold(std::span<const std::byte> payload) noexcept;

 private:
  struct End {
    void operator()(z_stream_s* stream) const noexcept;
  };

  Status gather(std::span<const std::byte> message) noexcept;
  Status inflate_all(std::span<const std::byte> input, std::vector<std::byte>& output, std::size_t& size) noexcept;
  Status begin() noexcept;
  Error broken(Errc code, Requirement req) noexcept;

  Compression kind_;
  std::size_t payload_bytes_max_;
  std::unique_ptr<z_stream_s, End> stream_;
  std::vector<std::byte> gathered_;  // compressed bytes of a payload that goes on
  std::vector<std::byte> held_;      // the buffer of payloads that came out in parts; its size is what it has grown to
  std::size_t held_bytes_ = 0;       // what is held in it
  std::uint64_t taken_ = 0;          // compressed bytes that went through the stream
  std::optional<Error> error_;
};

}  // namespace portcullis::compression
