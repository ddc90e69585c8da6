#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/time.h"

namespace portcullis::gateway {

/// How many sessions may be started, as GET /gateway/bot says; the defaults stand where it was not asked (GW-IDL-11).
struct SessionStartLimit {
  std::uint32_t total = 1'000;
  std::uint32_t remaining = 1'000;
  Duration reset_after{24 * 3'600'000};
  std::uint32_t max_concurrency = 1;
};

/// Spaces out the Identifies of one token's shards: one a bucket in 5 s and up to 0.5 s at random, low shards first,
/// and one less than the daily total (LOCAL-37).
///
/// Shape:  `ask` once Hello is there; after every call, and at `deadline`, poll `granted` until it gives nothing. A
///         grant is used at once, or given back.
/// Source: requirements GW-IDL-1, GW-IDL-2, GW-IDL-4, GW-IDL-9 to GW-IDL-12, GW-REST-7.
class IdentifyQueue {
 public:
  /// Takes the shards to be started here. Each waits for its first Identify until all before its own group of
  /// `max_concurrency` have had theirs.
  IdentifyQueue(std::vector<std::uint32_t> shards, Chance chance) noexcept;

  /// Takes a fresh answer of GET /gateway/bot. Without one the budget of the next 24 h is what the grants of the window
  /// now ending leave of the total, so that no 24 h see the total.
  void set_limit(const SessionStartLimit& limit, Instant now) noexcept;

  /// Puts a shard in line; an unsharded session is shard 0. Asking again changes nothing.
  void ask(std::uint32_t shard) noexcept;

  /// Takes a shard out of line; it will ask again.
  void cancel(std::uint32_t shard) noexcept;

  /// Says that a shard will not ask: it was stopped, or has resumed. Nobody waits for its start any more.
  void retire(std::uint32_t shard) noexcept;

  /// Takes back a grant that the shard has not used.
  void give_back(std::uint32_t shard) noexcept;

  /// Gives a shard that is to identify now, if there is one.
  std::optional<std::uint32_t> granted(Instant now) noexcept;

  /// Says when to poll `granted` again; nothing while nobody waits for time alone.
  std::optional<Instant> deadline() const noexcept;

 private:
  struct Grant {
    std::uint32_t shard;
    Instant over_at;
  };

  std::uint64_t rank(std::uint32_t shard) const noexcept;
  std::optional<Instant> ready_at(std::uint32_t shard) const noexcept;
  void renew_budget(Instant now) noexcept;

  Chance chance_;
  std::vector<std::uint32_t> unstarted_;  // in rising order
  std::vector<std::uint32_t> waiting_;    // in the order they came
  std::vector<Grant> grants_;             // of the last seconds
  SessionStartLimit limit_;
  std::optional<Instant> resets_at_;  // from the first call that tells the time
  std::uint32_t granted_count_ = 0;   // since the last reset
};

}  // namespace portcullis::gateway
