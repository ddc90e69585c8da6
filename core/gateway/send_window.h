#pragma once

#include <array>
#include <cstdint>

#include "portcullis/core/time.h"

namespace portcullis::gateway {

/// A periodic beat and the handshake (Identify, Resume) may always go out; room for them was kept.
enum class SendClass : std::uint8_t { PeriodicBeat, AskedBeat, Handshake, UserCommand };

/// Keeps one connection within 120 sends in any 60 s, with room for its heartbeats. A send counts for 60 s.
///
/// Shape:  ask `room`, send, `note`; `now` never goes back.
/// Source: requirements GW-RATE-1, GW-RATE-2, GW-RATE-4, GW-RATE-5, LOCAL-6, INV-12.
class SendWindow {
 public:
  /// Starts afresh for a new connection. Until Hello names the interval the largest reserve stands.
  void reset() noexcept { *this = SendWindow(); }

  /// Keeps room for beats of this interval.
  void set_interval(Duration heartbeat_interval) noexcept;

  /// True when one more send of this class fits.
  bool room(SendClass what, Instant now) noexcept { return next_room(what, now) <= now; }

  /// Says when one more fits if nothing else is sent: `now` when it does already.
  Instant next_room(SendClass what, Instant now) noexcept;

  /// Records a send of any class.
  void note(Instant now) noexcept;

 private:
  Duration age(std::size_t place, Instant now) const noexcept;
  void forget_until(Instant now) noexcept;

  // The low half of the times, in a ring. It does for ages below 49 days; what is older counts a minute longer.
  std::array<std::uint32_t, 120> sent_ms_{};
  std::uint8_t first_ = 0;
  std::uint8_t count_ = 0;
  std::uint8_t reserve_ = 60;
};

}  // namespace portcullis::gateway
