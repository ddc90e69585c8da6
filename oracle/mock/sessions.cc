#include "portcullis/oracle/mock/sessions.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "portcullis/oracle/mock/payloads.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::mock {

const std::string& Session::next(std::string_view name, std::string_view data) {
  std::string payload = next_once(name, data);
  payload.shrink_to_fit();  // it may stay for long, beside a thousand others
  if (kept.size() >= kept_max) kept.pop_front();
  kept.push_back({sequence, std::move(payload)});
  return kept.back().payload;
}

std::string Session::next_once(std::string_view name, std::string_view data) {
  sequence += sequence_step;
  return dispatch_payload(name, sequence, data);
}

bool Session::lacks_successor_of(std::int64_t seq) const {
  return seq < sequence && (kept.empty() ? seq + 1 < sequence : seq + 1 < kept.front().sequence);
}

Session& Sessions::create(const Identify& identify, const World& world) {
  std::string id = fresh_id();
  Session& session = sessions_[id];
  session.id = std::move(id);
  session.token = identify.token;
  session.shard = identify.shard;
  session.intents = static_cast<std::uint64_t>(identify.intents);
  session.compressed = identify.compress;
  session.guild_ids = guilds_of(world, identify.shard);
  session.sequence = laws_.first_sequence - laws_.sequence_step;
  session.sequence_step = laws_.sequence_step;
  session.kept_max = laws_.replay_events_max;
  return session;
}

std::string Sessions::fresh_id() {
  for (;;) {
    std::string id;
    for (int part = 0; part < 4; ++part) {
      char text[9];
      std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(chance_()));
      id += text;
    }
    if (!sessions_.contains(id)) return id;
  }
}

const Session* Sessions::find(std::string_view id, Instant now) const {
  const auto at = sessions_.find(id);
  if (at == sessions_.end() || at->second.forgotten) return nullptr;
  return at->second.expires_at && *at->second.expires_at <= now ? nullptr : &at->second;
}

Session* Sessions::find(std::string_view id, Instant now) {
  return const_cast<Session*>(std::as_const(*this).find(id, now));
}

void Sessions::leave(Session& session, const World& world, Instant now) {
  if (session.forgotten) return end(session);
  if (session.expires_at) return;
  session.expires_at = now + (world.session_lifetime ? *world.session_lifetime
                                                     : draw_between(chance_, laws_.lifetime_min, laws_.lifetime_max));
}

void Sessions::expire(Instant now) {
  std::erase_if(sessions_, [now](const auto& entry) {
    const Session& session = entry.second;
    return !session.link && session.expires_at && *session.expires_at <= now;
  });
}

std::optional<Instant> Sessions::deadline() const {
  std::optional<Instant> first;
  for (const auto& [id, session] : sessions_)
    if (!session.link && session.expires_at && (!first || *session.expires_at < *first)) first = session.expires_at;
  return first;
}

std::vector<std::uint64_t> guilds_of(const World& world, const std::optional<ShardPair>& shard) {
  if (!shard) return world.guild_ids;
  std::vector<std::uint64_t> out;
  for (const std::uint64_t id : world.guild_ids)
    if (spec::shard_of_guild(id, shard->count) == shard->id) out.push_back(id);
  return out;
}

bool IdentifyLimits::busy(std::uint32_t bucket, Instant now) const {
  const auto at = taken_at_.find(bucket);
  return at != taken_at_.end() && now - at->second < laws_.identify_window;
}

IdentifyBudget IdentifyLimits::budget(Instant now) const {
  const std::uint32_t total = laws_.identifies_a_day;
  if (!day_began_at_) return {total, total - taken_, taken_ == 0 ? Duration{0} : laws_.identify_day};
  if (now - *day_began_at_ >= laws_.identify_day) return {total, total, Duration{0}};
  return {total, total - taken_, *day_began_at_ + laws_.identify_day - now};
}

void IdentifyLimits::take(std::uint32_t bucket, Instant now) {
  std::erase_if(taken_at_, [&](const auto& entry) { return now - entry.second >= laws_.identify_window; });
  taken_at_[bucket] = now;
  if (budget(now).left == laws_.identifies_a_day) taken_ = 0;
  if (taken_ == 0 || !day_began_at_) day_began_at_ = now;
  ++taken_;
}

}  // namespace portcullis::mock
