#pragma once

#include <array>
#include <cstdint>

#include "portcullis/core/time.h"

namespace portcullis::gateway {

/// A periodic beat and the handshake (Identify, Resume) may always go out; room for them was kept.
enum class SendClass : std::uint8_t { PeriodicBeat, AskedBeat, Handshake, Command };

/// Keeps one connection within 120 sends in any 60 s, with room for its heartbeats (LOCAL-6).
///
/// Shape:  ask `room`, send, `note`. The window is half open: a send leaves it 60 s after it was made.
/// Units:  `now` never goes back.
/// Source: requirements GW-RATE-1, GW-RATE-2, GW-RATE-4, GW-RATE-5, INV-12.
class SendWindow {
 public:
  static constexpr std::size_t kSendsMax = 120;
  static constexpr Duration kLength{60'000};

  /// Starts afresh for a new connection. Until Hello names the interval the largest reserve stands.
  void reset() noexcept { *this = SendWindow(); }

  /// Keeps room for the beats of this interval.
  void set_interval(Duration heartbeat_interval) noexcept;

  /// True when one more send of this class fits.
  bool room(SendClass what, Instant now) noexcept;

  /// Records a send of any class.
  void note(Instant now) noexcept;

  /// Says when there is room for this class if nothing else is sent: `now` when there is room already.
  Instant next_room(SendClass what, Instant now) noexcept;

 private:
  static constexpr std::size_t kReserveMax = 60;
  static constexpr std::size_t kAskedReserve = 5;

  std::size_t sends_max(SendClass what) const noexcept;
  void forget_until(Instant now) noexcept;
  void drop_oldest() noexcept;

  // No two neighbours in the window are 60 s apart, so that the times between them fit 16 bits.
  std::array<std::uint16_t, kSendsMax> gaps_ms_{};  ///< before the send with this place in the ring
  Instant oldest_{};
  Instant newest_{};
  std::uint8_t first_ = 0;
  std::uint8_t count_ = 0;
  std::uint8_t reserve_ = kReserveMax;
};

}  // namespace portcullis::gateway
