#include "portcullis/driver/identify_gate.h"

#include <utility>

namespace portcullis::driver {

IdentifyGate::IdentifyGate(std::vector<std::uint32_t> shards, Chance chance)
    : queue_(std::move(shards), std::move(chance)) {}

void IdentifyGate::set_limit(const gateway::SessionStartLimit& limit, Instant now) {
  const std::lock_guard lock(mutex_);
  queue_.set_limit(limit, now);
}

void IdentifyGate::ask(std::uint32_t shard, Tell tell) {
  const std::lock_guard lock(mutex_);
  waiting_[shard] = std::move(tell);
  queue_.ask(shard);
}

void IdentifyGate::give_back(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  queue_.give_back(shard);
  tell_of_move();
}

void IdentifyGate::retire(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(shard);
  queue_.retire(shard);
  tell_of_move();
}

std::optional<Instant> IdentifyGate::serve(Instant now) {
  const std::lock_guard lock(mutex_);
  while (const auto shard = queue_.granted(now)) {
    if (auto asked = waiting_.extract(*shard)) asked.mapped()(Word::Turn);
    tell_of_move();
  }
  return queue_.deadline();
}

// A shard behind one that had not started knew no deadline, and whoever has had its turn does not serve any more.
void IdentifyGate::tell_of_move() {
  for (const auto& [shard, tell] : waiting_) tell(Word::Moved);
}

}  // namespace portcullis::driver
