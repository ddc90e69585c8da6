#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "portcullis/oracle/mock/request.h"
#include "portcullis/oracle/mock/say.h"
#include "portcullis/spec/dispatch_events.h"

namespace portcullis::mock {

/// Where an event goes. One that is not documented goes to everybody.
///
/// Source: GW-INT-4 to GW-INT-7, GW-SHARD-1, GW-SHARD-2; laws intents/gate, shard/route.
class Address {
 public:
  /// Shape: `data` is JSON text; `bot_id` is whose sessions are meant, as two events about the bot itself come to more.
  Address(std::string_view name, std::string_view data, std::uint64_t bot_id = 0);

  bool passes_gate(std::uint64_t intents) const;
  bool is_on(const std::optional<ShardPair>& shard) const;

 private:
  const spec::DispatchRow* row_;
  std::optional<std::uint64_t> guild_id_;
  bool of_own_ = false;  ///< about the bot itself
};

/// Gives what a session is told of an event: the bare text only where it asked for the content of messages (GW-INT-8).
std::string_view text_for(std::uint64_t intents, const SayDispatch& say);

}  // namespace portcullis::mock
