#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "portcullis/oracle/judge/address.h"
#include "portcullis/oracle/judge/moment.h"

/// What the judge keeps while it goes through a timeline. All times are `at_ms`.
namespace portcullis::judge {

/// A session of one shard, from its READY on.
struct Session {
  std::string id;
  int shard = 0;
  Address resume_at;                                           ///< its place is empty where READY named none
  Address opened_at;                                           ///< what the connection that identified was asked for
  std::vector<std::pair<std::int64_t, std::int64_t>> highest;  ///< time and `s`, each higher than the one before
  std::optional<std::int64_t> last;                            ///< the newest `s`, which may be lower
  std::optional<std::int64_t> at_reconnect;                    ///< the highest `s` when op 7 was sent
  std::uint64_t intents = 0;
  std::uint32_t shard_count = 0;
  std::string ended_by;  ///< empty while it may be resumed

  std::optional<std::int64_t> sequence() const {
    return highest.empty() ? std::nullopt : std::optional(highest.back().second);
  }
};

/// What has become of a link's handshake.
enum class Phase : std::uint8_t { BeforeAuth, Identifying, Resuming, Live, Invalid };

struct Link {
  int shard = Moment::kNoShard;
  std::int64_t opened_at = 0;
  Address address;
  std::optional<std::int64_t> hello_at, interval;
  Phase phase = Phase::BeforeAuth;
  Session* session = nullptr;
  std::int64_t dispatches = 0;  ///< heard of its session on this link

  // Beats
  std::optional<std::int64_t> beat_at, scheduled_beat_at, ack_at, identified_at, asked_at;
  int asked = 0;             ///< requests that no beat has answered
  int unacked = 0;           ///< scheduled beats in a row without an ACK
  int beats_unanswered = 0;  ///< all beats, less their ACKs
  std::deque<std::int64_t> unsolicited;

  // Sends
  std::deque<std::int64_t> sends, presences;
  int identifies = 0, handshakes = 0;
  std::uint64_t intents = 0;      ///< of its Identify
  std::uint32_t shard_count = 0;  ///< likewise, or of the session it resumes; 0 before
  bool identify_allowed = true;   ///< none was sent yet, or op 9 came since

  // Its end
  bool lost = false, client_closed = false, server_closed = false, upgraded = false;
  std::optional<std::uint16_t> client_code;
  std::optional<std::int64_t> reconnect_at, invalid_at;
  bool had_session = false;  ///< to be resumed, when the client closed
  std::string invalid;       ///< what op 9 said: invalid, invalid_resumable, or invalid_odd for no boolean
  bool undecodable = false, undecodable_stream = false;
  std::map<std::string, std::int64_t> special_at;  ///< what was out of the ordinary, and when
  std::string odd;                                 ///< the first thing outside the catalogue
};

/// What a shard went through since it was last live.
struct Shard {
  Session* session = nullptr;  ///< the newest; it may have ended
  Json loss;                   ///< the facts of the last loss; null before the first
  std::int64_t lost_at = 0;
  int failed_resumes = 0;  ///< links that sent Resume and were lost before RESUMED
  int refused = 0;         ///< links that were never upgraded, since one was
  int resume_refused = 0;  ///< those at the resume URL, since one was upgraded there or the shard was live
  int losses = 0;          ///< since it was last live
  std::optional<std::int64_t> first_loss_at, fatal_at, last_invalid_at;
  bool identified = false;
  Json refused_command;  ///< the last command before 4001 or 4002
};

struct Process {
  std::map<std::uint64_t, Link> links;
  std::map<int, Shard> shards;
  std::deque<Session> sessions;               ///< they keep their place
  std::map<int, std::int64_t> identified_at;  ///< by key
  std::vector<std::int64_t> identifies;
  std::map<std::string, std::int64_t> rate_limited_until, whole_list_at;  ///< by guild
  std::set<std::string> dead;                                             ///< places where nobody listens
  Address main;                                                           ///< empty until it is known
  std::int64_t max_concurrency = 1;
  std::optional<std::int64_t> identifies_left;  ///< of the day, as far as the API has told
  std::int64_t identifies_reset_at = 0, stopped_at = 0;
  bool stopped = false, leaving = false, unauthorized = false, fatal = false, connected = false,
       failed_since_answer = false, answered = false;
  std::vector<double> first_beats;  ///< as shares of the interval
};

}  // namespace portcullis::judge
