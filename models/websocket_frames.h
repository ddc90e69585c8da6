#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// RFC 6455 sections 5 to 8 a second time, as plainly as the RFC says it and with no thought of speed: what a stream of
/// frames means to the end that reads it. It shares nothing with core/, to be compared with it.
namespace portcullis::models {

enum class Reader : std::uint8_t { Client, Server };

/// Something that the stream says, in its order. After a Close or a Fail there is nothing more.
struct FrameEvent {
  enum class What : std::uint8_t { Text, Binary, Ping, Pong, Close, Fail };
  What what;
  std::string payload;     ///< of a message or control frame; a Close's reason
  std::uint32_t code = 0;  ///< of a Close, 1005 where it has none; of a Fail, what the reader closes with

  friend bool operator==(const FrameEvent&, const FrameEvent&) = default;
};

struct FrameBounds {
  std::uint64_t frame_bytes_max;
  std::uint64_t message_bytes_max;
};

/// Gives all that `stream`, which starts behind the opening handshake and may end anywhere, says.
///
/// Source: RFC 6455 sections 5.2 to 5.6, 7.4 and 8.1; where it leaves a choice, the rules marked FIX in WS-FR, WS-U8,
///         WS-CL and WS-FA.
std::vector<FrameEvent> read_frames(std::span<const std::byte> stream, Reader reader, const FrameBounds& bounds);

/// What a text is so far: valid as it stands, the beginning of a valid one, or neither.
enum class Utf8Verdict : std::uint8_t { Valid, Begun, Bad };

/// Source: RFC 3629 section 4, its grammar.
Utf8Verdict judge_utf8(const std::string& text);

}  // namespace portcullis::models
