#include "portcullis/driver/identify_gate.h"

#include <utility>

namespace portcullis::driver {

IdentifyGate::IdentifyGate(std::vector<std::uint32_t> shards, Chance chance)
    : queue_(std::move(shards), std::move(chance)) {}

void IdentifyGate::set_limit(const gateway::SessionStartLimit& limit, Instant now) {
  const std::lock_guard lock(mutex_);
  queue_.set_limit(limit, now);
}

void IdentifyGate::ask(std::uint32_t shard, Grant grant) {
  const std::lock_guard lock(mutex_);
  waiting_[shard] = std::move(grant);
  queue_.ask(shard);
}

void IdentifyGate::give_back(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  queue_.give_back(shard);
}

void IdentifyGate::retire(std::uint32_t shard) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(shard);
  queue_.retire(shard);
}

std::optional<Instant> IdentifyGate::serve(Instant now) {
  const std::lock_guard lock(mutex_);
  while (const auto shard = queue_.granted(now)) {
    if (auto asked = waiting_.extract(*shard)) asked.mapped()();
  }
  return queue_.deadline();
}

}  // namespace portcullis::driver
