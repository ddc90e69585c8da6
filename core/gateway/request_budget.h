#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "portcullis/core/gateway/command.h"
#include "portcullis/core/time.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::gateway {

/// What the limits beside the send window are counted by.
struct RequestKey {
  spec::Opcode opcode;
  std::uint64_t guild_id = 0;  ///< 0: of no guild, or of several
  bool whole_list = false;     ///< asks for all the members of the guild

  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

RequestKey key_of(const Command& command) noexcept;

/// Keeps the limits that some commands have beside the send window; they outlive connections.
///
/// Shape:  send no sooner than `ready_at`, then `note`.
/// Memory: none on the heap until a guild has to be remembered; when 128 are, the next one holds its whole opcode back.
/// Source: requirements GW-PRES-6, GW-RGM-10, GW-RL-3, GW-RL-5.
class RequestBudget {
 public:
  /// Says from when on such a command may be sent: `now` when it may already.
  Instant ready_at(const RequestKey& key, Instant now) const noexcept;

  /// Records that such a command was sent.
  void note(const RequestKey& key, Instant now) noexcept;

  /// Holds an opcode back for a guild, or for all when `guild_id` is 0, as a RATE_LIMITED dispatch asks.
  void block_until(spec::Opcode opcode, std::uint64_t guild_id, Instant until, Instant now) noexcept;

  /// Counts what is remembered of guilds and opcodes.
  std::size_t held() const noexcept { return holds_.size(); }

 private:
  struct Hold {
    RequestKey key;  // without a guild it counts for all, with `whole_list` for such requests only
    Instant until;
  };

  void hold(Hold wanted, Instant now) noexcept;

  std::vector<Hold> holds_;
  std::array<Instant, 5> presences_at_{};  // a ring
  std::uint8_t presence_count_ = 0;
  std::uint8_t next_presence_ = 0;
};

}  // namespace portcullis::gateway
