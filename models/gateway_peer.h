#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Section 8.7 of the catalogue a second time: what a good gateway answers. It stands above the bytes and takes its
/// numbers, and the close codes of its refusals, from `spec/laws.json`. Times are milliseconds.
namespace portcullis::models {

/// The numbers of the laws that the model keeps to.
struct PeerLaws {
  std::set<std::int64_t> versions;
  std::int64_t interval, silence, identify_window, lifetime, whole_list_window, send_window;
  std::int64_t first_sequence, sequence_step;
  std::size_t sends_max, payload_bytes_max, kept_max, guilds_max;
  std::uint64_t intents_known, intents_privileged;
  std::set<std::int64_t> codes_for_good, codes_of_an_end;
  int silent_code, version_code, unknown_code, undecodable_code, before_identify_code, token_code, twice_code,
      sequence_code, rate_code, size_code, shard_code, guilds_code, intents_code, disallowed_code;
};

/// Reads them from the text of `spec/laws.json`; throws when one is missing.
PeerLaws read_peer_laws(std::string_view text);

// ---- What a client says

namespace said {
struct Beat {};
struct Identify {
  std::string token;
  std::uint64_t intents = 0;
  std::int64_t shard = 0;
  std::int64_t shard_count = 1;
};
struct Resume {
  std::string token;
  std::string session_id;
  std::int64_t sequence = 0;
};
struct Presence {};
struct WholeList {};    ///< op 8 for all members of the world's guild
struct Malformed {};    ///< a known opcode whose `d` does not fit
struct Unknown {};      ///< another opcode, or one that only a gateway sends
struct Undecodable {};  ///< bytes that are no payload
}  // namespace said

using Said = std::variant<said::Beat, said::Identify, said::Resume, said::Presence, said::WholeList, said::Malformed,
                          said::Unknown, said::Undecodable>;

// ---- What comes out

namespace answer {
struct Hello {
  std::int64_t interval;
};
struct Ack {};
struct Dispatch {
  std::string name;
  std::int64_t sequence;
};
struct Invalid {
  bool resumable;
};
struct Reconnect {};
struct AskBeat {};
struct Close {
  std::optional<int> code;
};
struct Hangup {};  ///< the transport, in order
struct Drop {};    ///< the transport, at once
}  // namespace answer

using Answer = std::variant<answer::Hello, answer::Ack, answer::Dispatch, answer::Invalid, answer::Reconnect,
                            answer::AskBeat, answer::Close, answer::Hangup, answer::Drop>;

/// Who may log in, and what they see.
struct PeerWorld {
  std::string token;
  std::uint64_t intents_allowed = 0;
  std::size_t guilds = 1;  ///< all of them on shard 0
};

/// Discord's side, for any number of connections.
///
///   Shape:  after each input but `elapsed`, `take`. Links have numbers that never come back.
///   Source: section 8.7 of the catalogue; `spec/laws.json`; GW- and OP-, as cited at each clause.
class GatewayPeer {
 public:
  using Link = std::uint64_t;
  using Output = std::pair<Link, Answer>;

  GatewayPeer(PeerWorld world, PeerLaws laws) : world_(std::move(world)), laws_(std::move(laws)) {}

  void upgraded(Link link, std::int64_t version, std::int64_t now);
  /// `session` is the id that a READY would give.
  void says(Link link, const Said& what, std::size_t bytes, const std::string& session, std::int64_t now);
  void closes(Link link, std::optional<int> code, std::int64_t now);
  void ends(Link link, std::int64_t now);
  void elapsed(std::int64_t now);

  // What the script makes it do.
  void dispatches(const std::string& session, const std::string& name, std::int64_t now);
  void asks_to_reconnect(Link link);
  void invalidates(Link link, bool resumable);
  void asks_for_beat(Link link);

  std::vector<Output> take();
  /// When `elapsed` must be called at the latest.
  std::optional<std::int64_t> deadline() const;
  bool has(Link link) const { return links_.contains(link); }
  bool is_closed(Link link) const { return links_.at(link).state == State::Closed; }
  /// Ids of the sessions that there are, resumable or live.
  std::set<std::string> sessions() const;

 private:
  enum class State : std::uint8_t { Unauthenticated, Authenticated, Invalid, Closed };
  struct Session {
    std::string token;
    std::uint64_t intents = 0;
    std::int64_t shard = 0;
    std::int64_t sequence = 0;
    std::deque<std::pair<std::int64_t, std::string>> kept;
    std::optional<Link> link;
    std::optional<std::int64_t> ends_at;
  };
  struct Connection {
    State state = State::Unauthenticated;
    std::string session;  // empty: none
    std::deque<std::int64_t> sends;
    std::optional<std::int64_t> beat_by, close_by;
  };

  void say(Link link, Answer answer) { out_.emplace_back(link, std::move(answer)); }
  void close(Link link, int code);
  void identify(Link link, const said::Identify& what, const std::string& id);
  void resume(Link link, const said::Resume& what);
  void command(Link link, const Said& what);
  void replay(Link link, const std::string& id, std::int64_t sequence);
  void give(Session& session, const std::string& name, bool keep);
  void refuse(Link link);
  void end_session(Connection& connection);
  void keep_session(Connection& connection);
  void forget_what_is_over();
  bool is_past_the_rate(Connection& connection) const;
  int code_against(const said::Identify& what) const;

  PeerWorld world_;
  PeerLaws laws_;
  std::int64_t now_ = 0;
  std::map<Link, Connection> links_;
  std::map<std::string, Session> sessions_;
  std::map<std::int64_t, std::int64_t> identified_at_;  // by bucket
  std::optional<std::int64_t> whole_list_at_;
  std::vector<Output> out_;
};

}  // namespace portcullis::models
