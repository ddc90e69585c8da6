#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/compression/compression.h"
#include "portcullis/tests/compression/zstd.h"

namespace portcullis::tests {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::string_view text);
std::string text_of(std::span<const std::byte> bytes);

/// The bytes of one unmasked frame, as a server writes it: shares no code with core/websocket.
Bytes server_frame(std::uint8_t first_byte, std::span<const std::byte> payload);
Bytes server_text(std::string_view json);
Bytes server_close(std::optional<std::uint16_t> code);

/// Deflates payloads as one zlib stream with a sync flush behind each, as the gateway does.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  Bytes operator()(std::string_view payload);
  Bytes last(std::string_view payload);  ///< also ends the stream

 private:
  Bytes deflated(std::string_view payload, int flush, int expected);

  struct State;
  State* state_;
};

/// Compresses the payloads of one connection as the gateway does for the compression agreed on. Of payload compression
/// it takes every second payload, the first left plain, as Hello has to be.
class Packer {
 public:
  struct Message {
    Bytes payload;
    bool binary = false;
  };

  explicit Packer(compression::Compression kind);
  Message operator()(std::string_view json);

 private:
  bool each_alone_;
  bool compress_next_ = false;
  std::optional<Deflater> deflate_;
  std::optional<Zstd> zstd_;
};

/// What the client wrote, taken apart again: the request, then frames. Written against RFC 6455 alone.
class ClientBytes {
 public:
  struct Frame {
    std::uint8_t opcode = 0;
    std::string payload;
  };
  void take(std::span<const std::byte> bytes);
  /// The upgrade request once it is whole.
  const std::optional<std::string>& request() const { return request_; }
  /// The 101 that answers it.
  std::string accept() const;
  /// Frames that became whole since the last call. Throws when the client broke a rule of framing.
  std::vector<Frame> frames();

 private:
  std::string buffer_;
  std::optional<std::string> request_;
};

}  // namespace portcullis::tests
