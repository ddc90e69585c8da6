#include "portcullis/core/gateway/identify_queue.h"

#include <algorithm>

#include "portcullis/spec/sharding.h"

namespace portcullis::gateway {
namespace {

constexpr Duration kSpacing{5'000};
constexpr Duration kSpacingSpread{500};
constexpr Duration kDay{24 * 3'600'000};

bool holds(const std::vector<std::uint32_t>& shards, std::uint32_t shard) noexcept {
  return std::find(shards.begin(), shards.end(), shard) != shards.end();
}

// Whoever hits the total loses all sessions and the token (GW-IDL-5): a day's last Identify is kept back (LOCAL-37).
SessionStartLimit short_of_total(SessionStartLimit limit) noexcept {
  limit.total = std::max(limit.total, 2u) - 1;
  limit.remaining = std::min(limit.remaining, limit.total);
  limit.max_concurrency = std::max(limit.max_concurrency, 1u);
  return limit;
}

}  // namespace

IdentifyQueue::IdentifyQueue(std::vector<std::uint32_t> shards, Chance chance) noexcept
    : chance_(std::move(chance)), unstarted_(std::move(shards)), limit_(short_of_total({})) {
  std::sort(unstarted_.begin(), unstarted_.end());
}

void IdentifyQueue::set_limit(const SessionStartLimit& limit, Instant now) noexcept {
  limit_ = short_of_total(limit);
  resets_at_ = now + limit.reset_after;
  granted_count_ = 0;
}

void IdentifyQueue::ask(std::uint32_t shard) noexcept {
  if (!holds(waiting_, shard)) waiting_.push_back(shard);
}

void IdentifyQueue::cancel(std::uint32_t shard) noexcept { std::erase(waiting_, shard); }

void IdentifyQueue::retire(std::uint32_t shard) noexcept {
  cancel(shard);
  std::erase(unstarted_, shard);
}

void IdentifyQueue::give_back(std::uint32_t shard) noexcept {
  if (std::erase_if(grants_, [shard](const Grant& grant) { return grant.shard == shard; }) == 0) return;
  if (granted_count_ == 0) return;  // it was of the budget before this one
  --granted_count_;
  ++limit_.remaining;
}

std::optional<std::uint32_t> IdentifyQueue::granted(Instant now) noexcept {
  renew_budget(now);
  std::erase_if(grants_, [now](const Grant& grant) { return grant.over_at <= now; });
  std::optional<std::uint32_t> best;
  for (const std::uint32_t shard : waiting_)
    if (const auto at = ready_at(shard); at && *at <= now && (!best || rank(shard) < rank(*best))) best = shard;
  if (!best) return best;
  retire(*best);
  grants_.push_back({*best, now + draw_between(chance_, kSpacing, kSpacing + kSpacingSpread)});
  --limit_.remaining;
  ++granted_count_;
  return best;
}

std::optional<Instant> IdentifyQueue::deadline() const noexcept {
  std::optional<Instant> first;
  for (const std::uint32_t shard : waiting_)
    if (const auto at = ready_at(shard); at && (!first || *at < *first)) first = at;
  return first;
}

// First starts go by number, before all others, which go in the order they came.
std::uint64_t IdentifyQueue::rank(std::uint32_t shard) const noexcept {
  return holds(unstarted_, shard) ? shard : std::uint64_t{1} << 32;
}

// Nothing when other shards have to start first, whenever that may be.
std::optional<Instant> IdentifyQueue::ready_at(std::uint32_t shard) const noexcept {
  const std::uint32_t buckets = limit_.max_concurrency;
  if (holds(unstarted_, shard) && unstarted_.front() / buckets < shard / buckets) return std::nullopt;
  Instant at = limit_.remaining == 0 && resets_at_ ? *resets_at_ : Instant::min();
  for (const Grant& grant : grants_)
    if (spec::identify_bucket(grant.shard, buckets) == spec::identify_bucket(shard, buckets))
      at = std::max(at, grant.over_at);
  return at;
}

void IdentifyQueue::renew_budget(Instant now) noexcept {
  if (!resets_at_) resets_at_ = now + limit_.reset_after;
  if (now < *resets_at_) return;
  const bool just_now = now - *resets_at_ < kDay;
  limit_.remaining = just_now ? limit_.total - std::min(limit_.total, granted_count_) : limit_.total;
  resets_at_ = (just_now ? *resets_at_ : now) + kDay;
  granted_count_ = 0;
}

}  // namespace portcullis::gateway
