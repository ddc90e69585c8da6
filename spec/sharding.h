#pragma once

#include <cstdint>

/// The formulas of sharding and of the identify limits (catalogue sections 3.16 and 3.17).
namespace portcullis::spec {

/// Gives the shard that a guild's events go to.
///
/// Shape:  `shards` is at least 1.
/// Source: GW-SHARD-1, GW-SHARD-8: on the unsigned 64-bit value, in whole numbers.
constexpr std::uint32_t shard_of_guild(std::uint64_t guild_id, std::uint32_t shards) noexcept {
  return static_cast<std::uint32_t>((guild_id >> 22) % shards);
}

/// Gives the bucket in which a shard identifies; each lets one Identify through in 5 s.
///
/// Shape:  `max_concurrency` is at least 1; a connection without a shard is shard 0 (GW-IDL-12).
/// Source: GW-IDL-1.
constexpr std::uint32_t identify_bucket(std::uint32_t shard, std::uint32_t max_concurrency) noexcept {
  return shard % max_concurrency;
}

/// Gives the daily limit of Identifies of a bot for large bot sharding.
///
/// Source: GW-IDL-6. Other bots have 1000 (GW-IDL-4).
constexpr std::uint64_t identifies_a_day(std::uint64_t guilds) noexcept {
  const std::uint64_t by_guilds = guilds / 1000 * 5;
  return by_guilds > 2000 ? by_guilds : 2000;
}

}  // namespace portcullis::spec
