#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/oracle/mock/laws.h"
#include "portcullis/oracle/mock/request.h"
#include "portcullis/oracle/mock/world.h"

namespace portcullis::mock {

/// A session, with what it may still have to replay.
struct Session {
  struct Kept {
    std::int64_t sequence;
    std::string payload;
  };

  /// Numbers a dispatch, writes it out, and keeps it for replay.
  const std::string& next(std::string_view name, std::string_view data);
  /// Numbers a dispatch that is not replayed: READY and RESUMED answer what one connection asked for.
  std::string next_once(std::string_view name, std::string_view data);
  /// Says whether a seq asks for something that has left the buffer.
  bool lacks_successor_of(std::int64_t seq) const;

  std::string id;
  std::string token;  ///< that it was made with; bare
  std::optional<ShardPair> shard;
  std::uint64_t intents = 0;
  std::vector<std::uint64_t> guild_ids;  ///< of its shard
  std::optional<Link> link;              ///< until its transport is gone
  std::optional<Instant> expires_at;     ///< set while nothing can be sent to it
  std::int64_t sequence = 0;             ///< the last that was given
  std::int64_t sequence_step = 1;
  std::deque<Kept> kept;
  std::size_t kept_max = 0;
  std::int64_t numbered = 0;  ///< numbered messages so far
  std::uint64_t voice_moves = 0;
  unsigned resumes = 0;
  bool compressed = false;  ///< Identify asked for payload compression
  bool forgotten = false;
};

/// All sessions by their id.
class Sessions {
 public:
  Sessions(const Laws& laws, Chance chance) : laws_(laws), chance_(std::move(chance)) {}

  /// Makes a session with a fresh id; the reference is good until it ends.
  Session& create(const Identify& identify, const World& world);
  /// Gives none for one whose time is up.
  Session* find(std::string_view id, Instant now);
  const Session* find(std::string_view id, Instant now) const;
  /// Leaves a session to wait for a resume, or ends it when it was forgotten. The reference may be dead after it.
  void leave(Session& session, const World& world, Instant now);
  void end(const Session& session) { sessions_.erase(session.id); }
  /// Ends those whose time is up.
  void expire(Instant now);
  std::optional<Instant> deadline() const;

  std::map<std::string, Session, std::less<>>& all() { return sessions_; }
  const std::map<std::string, Session, std::less<>>& all() const { return sessions_; }

 private:
  std::string fresh_id();

  const Laws& laws_;
  Chance chance_;
  std::map<std::string, Session, std::less<>> sessions_;
};

/// The guilds that a shard is told of; all of them without one.
std::vector<std::uint64_t> guilds_of(const World& world, const std::optional<ShardPair>& shard);

/// How many Identifies are let through: one a bucket in 5 s, and so many a day.
class IdentifyLimits {
 public:
  /// `left` is how many are left of the first day; none: all of them.
  explicit IdentifyLimits(const Laws& laws, std::optional<std::uint32_t> left = {})
      : laws_(laws), taken_(laws.identifies_a_day - std::min(laws.identifies_a_day, left.value_or(~0u))) {}

  bool busy(std::uint32_t bucket, Instant now) const;
  IdentifyBudget budget(Instant now) const;
  void take(std::uint32_t bucket, Instant now);

 private:
  const Laws& laws_;
  std::map<std::uint32_t, Instant> taken_at_;
  std::optional<Instant> day_began_at_;
  std::uint32_t taken_;
};

}  // namespace portcullis::mock
