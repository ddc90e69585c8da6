#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "portcullis/spec/close_codes.h"
#include "portcullis/tests/client/world.h"

namespace portcullis::tests {

/// Watches a World from outside and holds what comes out against the invariants of the catalogue (INV-1 to INV-18, as
/// far as one client's outputs can show them). It knows what the server sent and nothing of the client's inside.
class Watch {
 public:
  explicit Watch(World& world);

  // What the server is about to do on the current link.
  void sends_hello(std::int64_t heartbeat_ms);
  void sends_dispatch(std::optional<std::int64_t> s);
  void sends_ready(std::string_view session_id, std::optional<std::int64_t> s);
  void sends_resumed(std::optional<std::int64_t> s);
  void ends_session();  ///< op 9 false
  void closes(spec::CloseClass how);
  void breaks_payloads() { deaf_ = true; }                 ///< no message that follows on this link counts
  void breaks_frames() { deaf_ = deaf_to_close_ = true; }  ///< not even a Close
  void asks_for_beat() { beats_before_ = beats_; }

  // What the caller is about to do.
  void starts() { fatal_ = false; }
  void ends() { session_.reset(); }
  void loses_link();
  void time_passed();

  /// After an op 1 from the server was read in a state that takes frames: exactly one beat, in the same step (INV-7).
  void expect_answer();
  /// Records the first invariant that was broken.
  void fail(std::string_view invariant, std::string_view what);
  /// What was broken, if anything.
  const std::string& broken() const { return broken_; }
  std::optional<std::int64_t> sequence() const { return session_ ? session_->sequence : std::nullopt; }
  bool live() const { return live_; }
  bool identified() const { return identify_sent_; }
  bool resumed() const { return resume_sent_; }
  bool closed() const { return closed_; }
  bool deaf() const { return deaf_; }
  std::size_t sent_in_a_minute() const { return sends_.size(); }

 private:
  struct Known {
    std::string id;  // empty: the server named no place where it could be resumed
    std::optional<std::int64_t> sequence;
    bool resumable() const { return !id.empty() && sequence.has_value(); }
  };

  bool is_news(std::optional<std::int64_t> s);
  void on_output(const Output& output);
  void on_dial(const Dial& dial);
  void on_disconnected(const Disconnected& event);
  void on_sent(std::string_view json);
  void on_heartbeat(std::string_view d);
  void on_identify();
  void on_resume(std::string_view json);

  World& world_;
  std::string broken_;
  std::optional<Known> session_;
  bool transport_ = false;
  bool closed_ = false;  // our Close went out on this link
  bool live_ = false;    // READY or RESUMED was sent on this link
  bool identify_sent_ = false;
  bool resume_sent_ = false;
  bool deaf_ = false;
  bool deaf_to_close_ = false;
  bool peer_closed_ = false;
  bool dialled_with_session_ = false;
  bool replayed_ = false;
  int resumes_ended_ = 0;
  bool fatal_ = false;
  bool must_identify_ = false;
  bool ended_by_us_ = false;
  std::string dialled_host_;
  std::optional<Instant> beat_by_;
  Duration interval_{0};
  bool fair_ = true;  // no interval of this link was so short that beats alone fill the window
  std::deque<Instant> sends_;
  std::uint64_t beats_ = 0;
  std::uint64_t beats_before_ = 0;
};

}  // namespace portcullis::tests
