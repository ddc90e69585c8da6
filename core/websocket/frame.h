#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "portcullis/core/websocket/fault.h"

namespace portcullis::websocket {

enum class Role : std::uint8_t { Client, Server };
enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

inline constexpr std::size_t kControlBytesMax = 125;
inline constexpr std::uint16_t kCloseNone = 1005;      ///< reported, never sent: the Close had no code
inline constexpr std::uint16_t kCloseAbnormal = 1006;  ///< reported, never sent: no Close was read

using MaskKey = std::array<std::byte, 4>;

/// XORs `bytes`, which lie `position` bytes into a frame's payload, with the key. Source: WS-MK-6.
void mask(std::span<std::byte> bytes, MaskKey key, std::uint64_t position) noexcept;

/// Says whether a Close frame may carry the code. Source: WS-CL-4.
constexpr bool is_close_code(std::uint32_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// Appends a frame to `out`, its length in the shortest form, masked when there is a key.
///
/// Shape:    a control frame's payload is 125 bytes at most; the payload is copied.
/// Source:   RFC 6455 section 5.2; requirements WS-FR-1 to WS-FR-7, WS-MK-1 to WS-MK-3, WS-MK-7.
void append_frame(std::vector<std::byte>& out, bool fin, Opcode opcode, std::span<const std::byte> payload,
                  const MaskKey* key);

/// Reads frame headers, a byte at a time: each is judged as soon as it is there, so that where the input is cut cannot
/// decide which of two faults is found.
class HeaderReader {
 public:
  explicit HeaderReader(Role reader) noexcept : reader_(reader) {}

  /// Takes the next byte of a header that is not complete; gives the rule that it breaks, if any.
  ///
  /// Units:    `room`: how many payload bytes a data frame may have. Nothing is allocated or waited for before.
  /// Source:   RFC 6455 section 5.2; the order of the checks is WS-FA-5.
  const Fault* feed(std::byte byte, std::uint64_t room) noexcept;

  /// True after the first byte, when FIN and opcode are known and nothing else.
  bool at_first() const noexcept { return stage_ == Stage::Second; }
  bool complete() const noexcept { return stage_ == Stage::Complete; }
  /// Forgets the frame; its payload is done.
  void restart() noexcept { stage_ = Stage::First; }

  bool fin() const noexcept { return (first_ & 0x80) != 0; }
  Opcode opcode() const noexcept { return static_cast<Opcode>(first_ & 0x0f); }
  bool is_control() const noexcept { return (first_ & 0x08) != 0; }
  bool masked() const noexcept { return reader_ == Role::Server; }
  const MaskKey& key() const noexcept { return key_; }
  std::uint64_t length() const noexcept { return length_; }

 private:
  enum class Stage : std::uint8_t { First, Second, Length, Key, Complete };

  const Fault* read_first(std::uint8_t byte) noexcept;
  const Fault* read_second(std::uint8_t byte, std::uint64_t room) noexcept;
  const Fault* read_length(std::uint8_t byte, std::uint64_t room) noexcept;
  const Fault* accept_length(std::uint64_t room) noexcept;

  std::uint64_t length_ = 0;
  std::uint64_t least_ = 0;  ///< the smallest length that needs the form at hand
  MaskKey key_{};
  Role reader_;
  Stage stage_ = Stage::First;
  std::uint8_t first_ = 0;
  std::uint8_t missing_ = 0;  ///< bytes of the extended length or the key still to come
};

}  // namespace portcullis::websocket
