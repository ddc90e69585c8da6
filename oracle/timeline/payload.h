#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/workspace.h"
#include "portcullis/oracle/timeline/pseudonyms.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::timeline {

/// Payloads beyond this are told without their `d`; of a READY beyond the second, `d` is told without what is large.
inline constexpr std::size_t kTellBytesMax = 8 * 1024;
inline constexpr std::size_t kTellReadyBytesMax = 1024 * 1024;

/// Turns the data messages of one direction into what a `message` record tells of them.
///
/// Lifetime: pseudonyms and limits are borrowed.
class PayloadReader {
 public:
  PayloadReader(encoding::Encoding encoding, compression::Compression compression, bool from_server,
                Pseudonyms& pseudonyms, const Limits& limits);

  /// Takes a message.
  ///
  /// Shape:   gives the members `payload` and `payload_bytes`, and `left_out` where something is; or `undecodable`.
  /// Returns: nothing while the payload goes on in the next message.
  std::optional<Json> take(bool text, std::span<const std::byte> message);

 private:
  using Payload = Result<std::optional<std::span<const std::byte>>>;

  Payload payload_of(bool text, std::span<const std::byte> message);
  Payload inflate_alone(std::span<const std::byte> message);

  encoding::Encoding encoding_;
  compression::Compression compression_;
  bool from_server_;
  Pseudonyms& pseudonyms_;
  const Limits& limits_;
  compression::Decompressor decompressor_;
  Workspace workspace_;
};

}  // namespace portcullis::timeline
