#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/core/fault.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/core/websocket/utf8.h"

namespace portcullis::timeline {

/// What one end of a WebSocket says, as somebody hears it who takes no part.
struct Heard {
  std::function<void(websocket::Opcode kind, std::span<const std::byte> message)> message;
  std::function<void(websocket::Opcode kind, std::span<const std::byte> payload)> control;  ///< Ping, Pong, Close
  std::function<void(std::string what)> fault;  ///< the first rule that is broken; nothing is told after it
};

/// Says in words which rule was broken, and its requirement.
std::string words_for(const Fault& fault);

/// Reads the frames that one end sends.
///
/// Lifetime: spans end with the call. `limits` is borrowed.
/// Source:   RFC 6455 section 5; after a Close only the beginning of a data frame is told, as a fault (WS-CL-8).
class FrameReader {
 public:
  /// `reader` is the role of the other end, whom the frames are for.
  FrameReader(websocket::Role reader, const Limits& limits, Heard heard)
      : limits_(limits), heard_(std::move(heard)), header_(reader) {}

  void feed(std::span<const std::byte> bytes);

 private:
  void feed_header(std::byte byte);
  const Fault* check_order();
  std::size_t feed_payload(std::span<const std::byte> bytes);
  void finish_frame();
  void finish_message();
  void finish_control();
  void fail(const Fault& fault);

  const Limits& limits_;
  Heard heard_;
  websocket::HeaderReader header_;
  std::vector<std::byte> message_;  ///< what is there of the message at hand
  std::vector<std::byte> control_;
  websocket::Utf8 utf8_;
  websocket::Opcode kind_ = websocket::Opcode::Continuation;  ///< of that message; Continuation: none is at hand
  std::uint64_t position_ = 0;                                ///< in the payload of the frame at hand
  bool closed_ = false;
  bool given_up_ = false;
};

}  // namespace portcullis::timeline
