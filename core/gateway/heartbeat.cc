#include "portcullis/core/gateway/heartbeat.h"

#include <algorithm>

namespace portcullis::gateway {

void Heartbeat::hello(Duration interval, Duration first, Instant now) noexcept {
  interval_ = interval;
  step(Event::Hello, now);
  due_at_ = now + first;
}

Heartbeat::Action Heartbeat::step(Event event, Instant now) noexcept {
  const auto& row = rows_->row(state_, event);
  state_ = row.to;
  if (event == Event::Due) schedule_after(*due_at_, now);
  if (event == Event::Ack) note_latency(now);
  if (row.act == Action::DropAsZombie) due_at_.reset();
  return row.act;
}

void Heartbeat::schedule_after(Instant due, Instant now) noexcept {
  const Instant next = due + interval_;
  due_at_ = next > now ? next : now + interval_;
}

void Heartbeat::sent(Instant now) noexcept {
  if (open_count_ < open_.size()) open_[open_count_++] = now;
}

void Heartbeat::note_latency(Instant now) noexcept {
  if (open_count_ == 0) return;
  latency_ = now - open_[0];
  std::shift_left(open_.begin(), open_.begin() + open_count_, 1);
  --open_count_;
}

}  // namespace portcullis::gateway
