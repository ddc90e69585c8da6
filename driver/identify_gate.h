#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "portcullis/core/gateway/identify_queue.h"

namespace portcullis::driver {

/// One identify queue for the shards of a process, each on its own thread. It has no thread itself: whichever shard
/// wakes first at `deadline` hands the turns out.
///
/// Threads: all functions may be called from any thread.
class IdentifyGate {
 public:
  /// What a shard in line is told.
  enum class Word : std::uint8_t {
    Turn,   ///< it may identify
    Moved,  ///< somebody else's move may have brought its turn nearer: it is to call `serve`
  };
  /// Tells a shard; called on any thread, and must not call back.
  using Tell = std::function<void(Word)>;

  IdentifyGate(std::vector<std::uint32_t> shards, Chance chance);

  void set_limit(const gateway::SessionStartLimit& limit, Instant now);
  void ask(std::uint32_t shard, Tell tell);
  /// Takes a shard out of line, and gives back a turn that it has not used.
  void give_back(std::uint32_t shard);
  /// Says that a shard will not ask any more.
  void retire(std::uint32_t shard);
  /// Hands out the turns that are due, and says when to call again; none while nobody waits.
  std::optional<Instant> serve(Instant now);

 private:
  void tell_of_move();

  std::mutex mutex_;
  gateway::IdentifyQueue queue_;
  std::map<std::uint32_t, Tell> waiting_;
};

}  // namespace portcullis::driver
