#include "portcullis/oracle/proxy/lane.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace portcullis::proxy {

using websocket::Opcode;
using websocket::Role;

std::size_t Boundaries::take(std::span<const std::byte> bytes) {
  std::size_t taken = 0;
  between_ = false;
  while (taken < bytes.size() && !lost_ && !header_.complete()) {
    lost_ = header_.feed(bytes[taken++], std::numeric_limits<std::uint64_t>::max()) != nullptr;
    if (header_.complete()) left_ = header_.length();
  }
  if (lost_) return bytes.size();
  const auto payload = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - taken));
  left_ -= payload;
  between_ = header_.complete() && left_ == 0;
  if (between_) header_.restart();
  return taken + payload;
}

Lane::Lane(Side from, std::vector<Fault> faults, Chance chance)
    : reader_(from == Side::Client ? Role::Server : Role::Client),
      chance_(std::move(chance)),
      faults_(std::move(faults)),
      boundaries_(reader_) {}

void Lane::take(std::span<const std::byte> bytes, Instant now) {
  if (cut_ || closed_ || closing_ || bytes.empty()) return;
  pieces_.push_back({now, {bytes.begin(), bytes.end()}});
  held_ += bytes.size();
}

Lane::Output Lane::poll(Instant now) {
  drop_spent();
  if (std::exchange(closing_, false)) return close();
  if (cut_) return Cut{*cut_};
  if (closed_) return Wait{};
  if (stalled_until_ && *stalled_until_ <= now) stalled_until_.reset();
  if (next_ < faults_.size() && !stalled_until_ && passed_ >= faults_[next_].after) {
    const bool early = faults_[next_].kind == Fault::Kind::Close && !boundaries_.between();
    if (!early) return strike(now);
  }
  if (const auto until = held_until(now)) return Wait{until};
  if (held_ == 0) return Wait{};
  return deliver(sendable());
}

void Lane::drop_spent() {
  if (pieces_.empty() || used_ != pieces_.front().bytes.size()) return;
  pieces_.pop_front();
  used_ = 0;
}

/// Lets the next fault take effect.
Lane::Output Lane::strike(Instant now) {
  const Fault& fault = faults_[next_++];
  switch (fault.kind) {
    case Fault::Kind::Drop: cut_ = fault.how; break;
    case Fault::Kind::Stall: stalled_until_ = now + fault.time; break;
    case Fault::Kind::Delay:
      delay_ = &fault;
      delayed_to_ = fault.bytes == 0 ? std::numeric_limits<std::uint64_t>::max() : passed_ + fault.bytes;
      break;
    case Fault::Kind::Close: closing_ = true; break;
    case Fault::Kind::Corrupt: corrupted_to_ = passed_ + fault.bytes; break;
  }
  if (cut_ || closing_) {
    pieces_.clear();
    held_ = used_ = 0;
  }
  return Strike{fault};
}

/// Says the last word of this side, in its place.
Lane::Output Lane::close() {
  const Fault& fault = faults_[next_ - 1];
  std::vector<std::byte> payload{static_cast<std::byte>(fault.code >> 8), static_cast<std::byte>(fault.code & 0xff)};
  for (const char c : fault.reason) payload.push_back(static_cast<std::byte>(c));
  websocket::MaskKey key{};
  const bool masked = reader_ == Role::Server;
  std::uint32_t drawn = masked ? chance_() : 0;
  for (std::byte& byte : key) {
    byte = static_cast<std::byte>(drawn & 0xff);
    drawn >>= 8;
  }
  own_.clear();
  websocket::append_frame(own_, true, Opcode::Close, payload, masked ? &key : nullptr);
  closed_ = true;
  return Deliver{own_};
}

/// Gives until when nothing may pass, where something holds it up.
std::optional<Instant> Lane::held_until(Instant now) const {
  if (stalled_until_) return stalled_until_;
  const bool late = delay_ != nullptr && passed_ < delayed_to_ && held_ != 0;
  if (!late || pieces_.front().at + delay_->time <= now) return std::nullopt;
  return pieces_.front().at + delay_->time;
}

/// How many bytes of the first piece nothing stands in the way of.
std::size_t Lane::sendable() const {
  std::uint64_t count = pieces_.front().bytes.size() - used_;
  const auto up_to = [&](std::uint64_t position) {
    if (position > passed_) count = std::min(count, position - passed_);
  };
  if (next_ < faults_.size()) up_to(faults_[next_].after);
  if (delay_ != nullptr) up_to(delayed_to_);
  up_to(corrupted_to_);
  return static_cast<std::size_t>(count);
}

Lane::Output Lane::deliver(std::size_t count) {
  std::span<std::byte> bytes = std::span(pieces_.front().bytes).subspan(used_, count);
  const bool close_is_due = next_ < faults_.size() && passed_ >= faults_[next_].after;
  if (close_is_due) bytes = bytes.first(boundaries_.take(bytes));
  for (std::size_t at = 0; !close_is_due && at < bytes.size();) at += boundaries_.take(bytes.subspan(at));
  if (passed_ < corrupted_to_)
    for (std::byte& byte : bytes) byte = ~byte;
  used_ += bytes.size();
  passed_ += bytes.size();
  held_ -= bytes.size();
  return Deliver{bytes};
}

}  // namespace portcullis::proxy
