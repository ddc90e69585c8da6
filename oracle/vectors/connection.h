#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/core/compression/compression.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/result.h"

namespace portcullis::vectors {

/// What a connection made of its messages: each payload with the number of the message that completed it.
struct Received {
  std::vector<std::pair<std::size_t, std::string>> payloads;
  std::optional<std::pair<std::size_t, Error>> error;

  std::vector<std::string> texts() const;
};

/// A data message as it comes over the connection.
struct WireMessage {
  std::string payload;
  bool binary = true;
};

/// Feeds messages to a fresh decompressor as a client does: a text is plain, and what is not a whole JSON text is held
/// where it may go on. Ends with the first error, of a stream or of a payload's JSON.
Received receive(const std::vector<WireMessage>& messages, const Limits& limits, compression::Compression kind);
/// The same, of binary messages.
Received receive(const std::vector<std::string>& messages, const Limits& limits,
                 compression::Compression kind = compression::Compression::ZlibStream);

}  // namespace portcullis::vectors
