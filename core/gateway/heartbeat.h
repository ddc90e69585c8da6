#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "portcullis/core/time.h"
#include "portcullis/spec/heartbeat.h"

namespace portcullis::gateway {

/// The heartbeat of one connection; made anew for each. It says when a beat is due and what to do about it; who uses it
/// sends the beat and ends a dead connection.
class Heartbeat {
 public:
  using Action = spec::heartbeat::Action;
  using Event = spec::heartbeat::Event;
  using State = spec::heartbeat::State;

  explicit Heartbeat(const spec::heartbeat::Rows& rows = spec::heartbeat::kRows) noexcept : rows_(&rows) {}

  /// Takes the interval of a Hello and arms the first beat, `first` from now.
  ///
  /// Units:  `interval` is positive; `first` lies in [0, interval) (GW-HB-1).
  /// Source: requirements GW-HB-1, GW-HELLO-2; a second Hello re-arms the schedule and owes nothing else (OP-35).
  void hello(Duration interval, Duration first, Instant now) noexcept;

  /// Answers what becomes of a beat that is due, of one that the peer asks for, and of an op 11.
  ///
  /// Source: the table in spec/heartbeat.h; requirements GW-HB-2, GW-HB-14, GW-HB-18, GW-HB-24, LOCAL-21.
  Action step(Event event, Instant now) noexcept;

  /// Says that a beat went out, so that its acknowledgement can be timed.
  void sent(Instant now) noexcept;

  std::optional<Instant> due_at() const noexcept { return due_at_; }
  std::optional<Duration> latency() const noexcept { return latency_; }
  Duration interval() const noexcept { return interval_; }
  State state() const noexcept { return state_; }

 private:
  void schedule_after(Instant due, Instant now) noexcept;
  void note_latency(Instant now) noexcept;

  const spec::heartbeat::Rows* rows_;
  State state_ = State::Stopped;
  Duration interval_{0};
  std::optional<Instant> due_at_;
  std::optional<Duration> latency_;
  std::array<Instant, 8> open_{};  // beats without an ack, oldest first (OP-45)
  std::uint8_t open_count_ = 0;
};

}  // namespace portcullis::gateway
