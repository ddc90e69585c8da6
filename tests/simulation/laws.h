#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/client.h"
#include "portcullis/oracle/mock/gateway.h"
#include "portcullis/tests/client/peer.h"
#include "portcullis/tests/simulation/setup.h"
#include "portcullis/tests/simulation/tally.h"

namespace portcullis::simulation {

/// A law that did not hold.
struct Broken {
  std::string law;  ///< begins with the requirement
  std::string what;
  Instant at{};
};

/// What must hold of a fleet whatever becomes of its links. It is told what goes in and what comes out, and sees
/// neither what the clients think nor what the gateway keeps.
///
/// Units: all times are the clients' own: who is lied to about the time can keep to no other. The time of what broke is
///        the simulation's.
class Laws {
 public:
  Laws(const Setup& setup, Tally& tally);

  void set_now(Instant now) { now_ = now; }
  const std::optional<Broken>& broken() const { return broken_; }

  // What a client wants.
  void started(std::uint32_t shard);
  void dialled(std::uint32_t shard, bool main_host, Instant local);
  void sent(std::uint32_t shard, std::span<const std::byte> bytes, Instant local);
  void link_over(std::uint32_t shard);
  void asked(std::uint32_t shard, Instant local);
  void told(std::uint32_t shard, const Event& event, Instant local);
  void waits(std::uint32_t shard, std::optional<Instant> deadline, Instant local);
  /// `resumable`: it still has a session.
  void finished(std::uint32_t shard, const Finish& finish, bool resumable);

  // What its user does.
  void granted(std::uint32_t shard) { watched_[shard].granted = true; }
  void returned(std::uint32_t shard);
  void ends(std::uint32_t shard) { watched_[shard].session.reset(); }

  // What the gateway and the network do.
  void stepped(std::uint32_t shard, const mock::Stepped& step);
  /// It answers a Resume, on this link or an older one.
  void replays(std::uint32_t shard);
  void dispatched(std::uint32_t shard, std::size_t bytes);
  /// From now on bytes of this link may have been changed.
  void corrupted(std::uint32_t shard) { watched_[shard].link.corrupted = true; }
  /// The network tells that this link is over, or could not be opened.
  void lost(std::uint32_t shard) { watched_[shard].link.lost = true; }
  /// This link ends at a proxy, which refuses the upgrade and may ask for some time.
  void proxied(std::uint32_t shard, Duration retry_after) {
    watched_[shard].link.proxied = true;
    watched_[shard].link.retry_after = retry_after;
  }
  /// Bytes of this link may come late, and at once.
  void delayed(std::uint32_t shard) { watched_[shard].link.delayed = true; }
  /// From now on this client hears nothing.
  void deafened(std::uint32_t shard, Instant local) { watched_[shard].link.deaf_since = local; }
  /// The clocks have jumped to this time.
  void clock_moved(Instant local);

  /// The session that its READY gave, and nothing took away since.
  const std::string* session_of(std::uint32_t shard) const;
  std::int64_t next_number(std::uint32_t shard) const { return watched_[shard].session->dispatched + 1; }
  /// To be asked when everything had the time to arrive.
  void all_is_delivered();
  void fail(std::string law, std::string what);

 private:
  struct OfSession {
    std::string id;
    std::int64_t sequence = 0;    // the highest that was delivered
    std::int64_t dispatched = 0;  // numbered ones
    std::int64_t delivered = 0;
    std::int64_t resumed_unheard = 0;  // given by the gateway, and not delivered
    bool tainted = false;
  };
  struct OfLink {
    tests::ClientBytes bytes;
    Instant dialled_at{};
    std::deque<Instant> sends;  // of the last minute
    std::optional<Instant> beat_by;
    std::optional<Instant> deaf_since;
    Instant asked_at{};       // for the first of `asks`, by the simulation's time
    std::size_t asks = 0;     // beats that the gateway has asked for
    std::size_t answers = 0;  // beats since then
    std::size_t sends_before = 0;
    bool up = false;
    bool main_host = false;
    bool to_resume = false;  // there was a session
    bool handshake = false;  // op 2 or 6 was sent
    bool live = false;
    bool replayed = false;     // by a Resume
    bool closing = false;      // our Close was sent
    bool ended = false;        // the gateway's side is over, or has said so
    bool invalidated = false;  // op 9 was sent, with false
    bool doubted = false;      // op 9 was sent, with true
    bool lost = false;         // the network has said so
    bool proxied = false;
    Duration retry_after{0};
    bool corrupted = false;
    bool delayed = false;
  };
  struct Watched {
    OfLink link;
    std::optional<OfSession> session;
    std::deque<Instant> dials;  // of the last minute
    bool granted = false;
    bool ended_by_us = false;   // the session, by a Close that says so
    bool new_announced = true;  // that the next session will be a new one
    int resumes_ended = 0;
    int resume_host_failures = 0;   // in a row
    std::uint16_t closed_with = 0;  // the code that ended the session, if one did
    Duration delay{0};              // that was announced
  };

  void sent_close(Watched& of, const std::string& payload);
  void sent_message(std::uint32_t shard, std::string_view payload, Instant local);
  void sent_beat(Watched& of, const std::string& d, Instant local);
  void sent_identify(std::uint32_t shard, Instant local);
  void sent_resume(Watched& of, const std::string& session_id, std::int64_t sequence, Instant local);
  void count_send(OfLink& link, Instant local);
  void delivered(std::uint32_t shard, const Dispatch& dispatch);
  void delivered_ready(Watched& of, const Dispatch& dispatch);
  void delivered_resumed(Watched& of);
  void delivered_numbered(Watched& of, const Dispatch& dispatch);
  void count_sequence(Watched& of, const Dispatch& dispatch);
  void disconnected(Watched& of, const Disconnected& event);
  void check_reason(Watched& of, const Disconnected& event);
  void count_failures(Watched& of, const Disconnected& event);
  bool may_give_up(const Watched& of) const;
  void check_answers(OfLink& link);
  void check_memory();
  /// Breaks the law, or forgives it where bytes were corrupted; then nothing more is known of the session.
  void fail_unless_corrupted(Watched& of, std::string law, std::string what);

  const Setup setup_;
  Tally& tally_;
  Instant now_{};
  std::optional<Broken> broken_;
  std::vector<Watched> watched_;
  std::deque<Instant> identifies_;                     // of the last day
  std::vector<std::optional<Instant>> identified_at_;  // by bucket
  std::vector<char> scratch_;
  std::size_t payload_bytes_ = 16 * 1024;  // of the largest so far, and of a READY
  const std::int64_t bytes_before_;        // that other fleets left
};

/// The limits that the clients of a simulation are given: small, so that they are met with.
Limits small_limits();

}  // namespace portcullis::simulation
