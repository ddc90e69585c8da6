#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/core/time.h"

namespace portcullis::mock {

/// A connection of a client to us; the number is the caller's and never comes back.
using Link = std::uint64_t;

/// The identifies of a day, as `session_start_limit` tells of them.
struct IdentifyBudget {
  std::uint32_t total = 0;
  std::uint32_t left = 0;
  Duration reset_after{0};  ///< until all are there again; none when none is used
};

struct Realm;

/// Who may log in, and what they see.
struct World {
  std::string token{};                             ///< bare; empty: any token is good
  std::string gateway_url{};                       ///< handed out in READY as `resume_gateway_url`; bare
  std::optional<std::string> resume_url{};         ///< instead of it; empty: READY has none
  std::optional<std::uint32_t> identifies_left{};  ///< of the day; none: all of them
  std::uint64_t bot_id = 100'000'000'000'000'001;
  std::vector<std::uint64_t> guild_ids{200'000'000'000'000'001};  ///< those of all shards; each shard gets its own
  std::shared_ptr<const Realm> realm{};               ///< what those guilds, and the bot, are; none: all the same
  std::uint64_t intents_allowed = ~std::uint64_t{0};  ///< privileged ones that the application may use
  std::uint32_t max_concurrency = 1;
  std::optional<Duration> heartbeat_interval{};  ///< none: as laws.json says
  std::optional<Duration> session_lifetime{};    ///< likewise
  /// Numbered MESSAGE_CREATEs to every session, live or not, that asked for GUILD_MESSAGES and whose shard has a guild.
  double events_per_second = 0;
  Duration hello_delay{0};  ///< from the upgrade to Hello
};

}  // namespace portcullis::mock
