// For every history of several shards that share one queue of turns to identify: two op 2 of one bucket are 5 s apart,
// whatever their gateway, their users and late callers do.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "portcullis/core/gateway/identify_queue.h"
#include "portcullis/tests/client/world.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using State = spec::gateway_session::State;
using Move = std::pair<std::uint8_t, std::uint16_t>;  // what to do, and to which shard

constexpr std::uint32_t kShards = 4;
constexpr std::uint32_t kConcurrency = 2;
constexpr Duration kSpacing{5'000};

// A user's shards: asks for turns go to the queue, grants come from it, and what is not used goes back.
class Shards {
 public:
  Shards() : queue_({0, 1, 2, 3}, [] { return 0u; }) {
    queue_.set_limit({.max_concurrency = kConcurrency}, now());
    for (std::uint32_t id = 0; id < kShards; ++id) add(id);
  }

  void play(Move move);
  const std::string& broken() const { return broken_; }
  std::size_t identifies() const { return identifies_; }
  std::size_t returned() const { return returned_; }

 private:
  void add(std::uint32_t id);
  void progress(World& world);
  void hear(std::uint32_t id, const Output& output);
  void identified(std::uint32_t id);
  void grant();
  void wait(Duration by);
  Instant now() const { return now_; }

  std::vector<std::unique_ptr<World>> worlds_;
  gateway::IdentifyQueue queue_;
  Instant now_{Duration{1'000'000}};
  std::map<std::uint32_t, Instant> identified_at_;  // by bucket
  std::size_t identifies_ = 0;
  std::size_t returned_ = 0;
  std::optional<std::uint32_t> granted_late_;
  std::string broken_;
};

void Shards::add(std::uint32_t id) {
  Config config = plain_config();
  config.identify.shard = gateway::Shard{id, kShards};
  config.max_concurrency = kConcurrency;
  worlds_.push_back(std::make_unique<World>(config, Limits{}, id + 1));
  World& world = *worlds_.back();
  world.on_output = [this, id](const Output& output) { hear(id, output); };
  world.on_sent = [this, id](std::string_view json) {
    if (json.starts_with(R"({"op":2,)")) identified(id);
  };
}

void Shards::hear(std::uint32_t id, const Output& output) {
  if (std::holds_alternative<AskIdentify>(output)) queue_.ask(id);
  if (!std::holds_alternative<ReturnIdentify>(output)) return;
  ++returned_;
  queue_.give_back(id);
}

// INV-14, GW-IDL-1
void Shards::identified(std::uint32_t id) {
  ++identifies_;
  const std::uint32_t bucket = id % kConcurrency;
  const auto before = identified_at_.find(bucket);
  if (before != identified_at_.end() && now_ - before->second < kSpacing)
    broken_ = "INV-14: shard " + std::to_string(id) + " identified " + std::to_string((now_ - before->second).count()) +
              " ms after another of its bucket";
  identified_at_[bucket] = now_;
}

// A turn that was given is handed on at once, or after something else has happened.
void Shards::grant() {
  if (const auto late = std::exchange(granted_late_, std::nullopt)) worlds_[*late]->grant();
  while (const auto shard = queue_.granted(now_)) worlds_[*shard]->grant();
}

void Shards::wait(Duration by) {
  const Instant until = now_ + by;
  while (now_ < until) {
    const Duration step = std::min(until - now_, Duration{250});
    now_ += step;
    for (const auto& world : worlds_) world->advance(step);
    grant();
  }
}

void Shards::play(Move move) {
  const auto [kind, pick] = move;
  World& world = *worlds_[pick % kShards];
  switch (kind % 24) {
    case 0:
      if (world.has_link()) world.lose();
      break;
    case 1: world.stop(pick / 4 % 2 == 0 ? gateway::Leaving::End : gateway::Leaving::Keep); break;
    case 2: world.reconnect(); break;
    case 3: return wait(Duration{1 + pick % 6'000});
    case 4: {
      const auto shard = queue_.granted(now_);
      if (shard && !granted_late_) return void(granted_late_ = shard);
      if (shard) worlds_[*shard]->grant();
      break;
    }
    case 5:
      if (world.has_link() && world.is_upgraded()) world.close(pick / 4 % 2 == 0 ? 4009 : 4000);
      break;
    case 6:
      if (world.has_link() && world.is_upgraded()) world.text(R"({"op":9,"d":false})");
      break;
    default: progress(world);
  }
  grant();
}

// What a good gateway and a good caller do next.
void Shards::progress(World& world) {
  switch (world.client().state()) {
    case State::Idle:
    case State::Stopped: return void(world.start());
    case State::Connecting:
      if (world.is_upgraded()) return world.lose();
      return world.has_request() ? world.upgrade() : world.opened();
    case State::AwaitHello: return world.text(hello(41'250));
    case State::Identifying: return world.text(ready("session"));
    case State::Resuming: return world.text(resumed(2));
    case State::Ready: return world.text(R"({"op":11})");
    case State::ClosingToReconnect:
    case State::ClosingToStop:
      if (world.has_link()) return world.lose();
      break;
    default: break;
  }
  wait(Duration{1'000});
}

TEST_CASE("INV-14, GW-IDL-1, GW-IDL-4: identifies of one bucket are 5 s apart, whatever happens to their shards") {
  std::size_t identifies = 0;
  std::size_t returned = 0;
  check_always("spacing of identifies", [&] {
    const auto moves = *rc::gen::container<std::vector<Move>>(rc::gen::resize(100, rc::gen::arbitrary<Move>()));
    Shards shards;
    for (const Move& move : moves) {
      shards.play(move);
      if (!shards.broken().empty()) RC_FAIL(shards.broken());
    }
    identifies += shards.identifies();
    returned += shards.returned();
  });
  std::cout << identifies << " identifies, " << returned << " turns given back\n";
  CHECK(identifies > kCases / 4);
  CHECK(returned > kCases / 100);
}

}  // namespace
}  // namespace portcullis::tests
