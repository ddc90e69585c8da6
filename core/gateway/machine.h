#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/encoding/envelope.h"
#include "portcullis/core/gateway/backoff.h"
#include "portcullis/core/gateway/command.h"
#include "portcullis/core/gateway/config.h"
#include "portcullis/core/gateway/endpoint.h"
#include "portcullis/core/gateway/event.h"
#include "portcullis/core/gateway/heartbeat.h"
#include "portcullis/core/gateway/request_budget.h"
#include "portcullis/core/gateway/send_window.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/tables.h"
#include "portcullis/core/workspace.h"
#include "portcullis/spec/gateway_session.h"

namespace portcullis::gateway {

/// What the session wants done to its transport and told to its user. The calls come in the order in which they are to
/// take effect.
class Port {
 public:
  virtual void dial(Endpoint&& endpoint) noexcept = 0;
  virtual bool transmit(std::string_view payload) noexcept = 0;  ///< false: the connection takes no more
  virtual void close(std::uint16_t code) noexcept = 0;
  virtual void hangup() noexcept = 0;  ///< the link is over as far as we are concerned
  virtual void notify(const Event& event) noexcept = 0;
  virtual void ask_identify() noexcept = 0;  ///< for a turn in this shard's bucket
  virtual void give_back_identify() noexcept = 0;

 protected:
  ~Port() = default;
};

/// How to leave: End closes with 1000 and the session is over; Keep leaves it resumable.
enum class Leaving : std::uint8_t { End, Keep };

/// The session of one shard over as many connections as it takes: which state, what to send, when, and what a loss
/// means. Its behaviour is the table in spec/gateway_session.h; what it does about a row stands in the function of its
/// name.
class Machine {
 public:
  using State = spec::gateway_session::State;
  using Input = spec::gateway_session::Input;
  using Action = spec::gateway_session::Action;

  /// The arguments are borrowed and must outlive the machine.
  Machine(const Config& config, const Limits& limits, const Chance& chance, Workspace& workspace, Port& port,
          const Tables& tables = kTables) noexcept;

  /// Checks the configuration: the URL, what Identify carries, the session to resume.
  Status check() const noexcept;
  /// Checks a URL that is to stand in the place of the configured one.
  Status check_main_url(std::string_view url) const noexcept;

  // Local commands.
  void connect(Instant now) noexcept;
  void reconnect(Instant now) noexcept;
  void stop(Leaving how, Instant now) noexcept;
  void identify_granted(Instant now) noexcept;
  Status send(const Command& command, Instant now) noexcept;

  // What became of the transport.
  void opened(Instant now) noexcept;
  void open_failed(const std::optional<Error>& error, int http_status, Duration retry_after, Instant now) noexcept;
  void lost(Instant now) noexcept;
  /// `echo`: the code is our own, come back; it says nothing about the session.
  void closed(std::uint16_t code, bool echo, Instant now) noexcept;
  void close_timed_out(Instant now) noexcept;

  // What the peer sent. A frame that turns out undecodable is an error and has changed nothing.
  Status frame(const encoding::EnvelopeView& envelope, Instant now) noexcept;
  void undecodable(const Error& error, Instant now) noexcept;

  /// Runs the earliest of what is due at `now`; false when nothing is.
  bool run_due_timer(Instant now) noexcept;
  std::optional<Instant> deadline() const noexcept;

  State state() const noexcept { return state_; }
  /// Says that nothing will come until `connect`; none while it is running.
  const std::optional<Finish>& finished() const noexcept { return finished_; }
  std::optional<Session> session() const;
  std::optional<Duration> latency() const noexcept { return heartbeat_.latency(); }
  std::size_t commands_waiting() const noexcept { return queue_.size(); }
  /// Names the identify bucket of this shard (GW-IDL-1, GW-IDL-12).
  std::uint32_t bucket() const noexcept;

  /// Counts how often each row was taken; for tests that want every live row met. Borrowed; null switches it off.
  void count_rows(std::vector<std::uint64_t>* counts) noexcept { row_counts_ = counts; }

 private:
  // What an input carries besides its name.
  struct Detail {
    const encoding::EnvelopeView* frame = nullptr;
    const Command* command = nullptr;
    std::optional<Error> error = std::nullopt;
    Disconnected::Why why = Disconnected::Why::LostLink;
    std::uint16_t close_code = 0;
    int http_status = 0;
    Duration wait{0};      // at least this long until the next attempt
    Duration interval{0};  // of a Hello
  };
  // Why the link at hand ends and what is to come of it, kept while our Close is under way.
  struct Ending {
    Disconnected::Why why = Disconnected::Why::LostLink;
    std::optional<Error> error = std::nullopt;
    Duration wait{0};
    Backoff::Pace pace = Backoff::Pace::Loss;
    Finish::Why finish = Finish::Why::Ended;
  };
  // A session as READY gave it; `id` is empty when there is nothing to resume (LOCAL-8).
  struct Held {
    std::string id;
    std::string url;
    std::optional<std::int64_t> sequence;
  };
  struct Waiting {
    RequestKey key;
    std::vector<char> payload;
  };

  Status check_beside_main(std::string_view url) const noexcept;
  Status take(Input input, const Detail& detail, Instant now) noexcept;
  Status step(Input input, const Detail& detail) noexcept;
  Status perform(Action action, const Detail& detail) noexcept;
  Input classify(const encoding::EnvelopeView& envelope) const noexcept;
  Input classify_dispatch(const encoding::EnvelopeView& envelope) const noexcept;

  void dial() noexcept;
  void expect_hello() noexcept;
  void beat_and_ask_slot(const Detail& detail) noexcept;
  void beat_and_resume(const Detail& detail) noexcept;
  void retry_dial(const Detail& detail) noexcept;
  void abort_dial(Finish::Why how) noexcept;

  void adopt_session(const Detail& detail) noexcept;
  void adopt_unexpected_session(const Detail& detail) noexcept;
  void finish_resume(const Detail& detail) noexcept;
  void deliver(const Detail& detail) noexcept;
  void deliver_out_of_place(const Detail& detail) noexcept;
  void rearm_beat(const Detail& detail) noexcept;
  void odd(Odd::What what, const Detail& detail, Requirement requirement) noexcept;

  void close_to_reconnect(const Detail& detail) noexcept;
  Ending invalid_session(Disconnected::Why why) const noexcept;
  void close_undecodable(const Detail& detail) noexcept;
  void close_for_good() noexcept;
  void close(std::uint16_t code, const Ending& ending) noexcept;
  void drop_zombie() noexcept;
  void stop_fatal(const Detail& detail) noexcept;
  void retry(const Ending& ending, const Detail& detail) noexcept;
  void finish_and_stop(const Detail& detail) noexcept;
  void forget_session() noexcept;
  void finish(Finish::Why why, std::uint16_t close_code = 0) noexcept;
  void end_link() noexcept;

  void answer_beat() noexcept;
  void send_beat() noexcept;
  Status queue_command(const Command& command) noexcept;
  Status send_command(const Command& command) noexcept;
  void release_commands() noexcept;
  template <typename Payload>
  void send_handshake(const Payload& payload) noexcept;
  template <typename Payload>
  Status write(const Payload& payload, std::vector<char>& out) const noexcept;
  bool transmit(const std::vector<char>& payload) noexcept;

  void beat(const Detail& detail) noexcept;
  void hold_session(const encoding::EnvelopeView& ready) noexcept;
  bool count_sequence(const encoding::EnvelopeView& envelope) noexcept;
  void become_live() noexcept;
  void obey_rate_limited(const encoding::EnvelopeView& envelope) noexcept;
  void notify_dispatch(const Detail& detail, Dispatch::Kind kind, bool out_of_place) noexcept;
  void run_timer(Instant due) noexcept;
  Query query() const noexcept;
  IdentifyView identify() const noexcept { return {config_.identify, in_identify(config_.compression)}; }
  bool resumable() const noexcept { return held_ && !held_->id.empty() && held_->sequence; }

  const Config& config_;
  const Limits& limits_;
  const Chance& chance_;
  Workspace& workspace_;
  Port& port_;
  const Tables& tables_;
  std::vector<std::uint64_t>* row_counts_ = nullptr;

  State state_ = State::Idle;
  Instant now_{};
  std::optional<Finish> finished_ = Finish{};
  std::optional<Held> held_;
  std::vector<Waiting> queue_;
  RequestBudget budget_;
  Backoff backoff_;
  Ending ending_;
  std::size_t commands_dropped_ = 0;
  unsigned resumes_ended_ = 0;        // LOCAL-3
  unsigned resume_url_failures_ = 0;  // LOCAL-4
  unsigned main_url_failures_ = 0;    // LOCAL-20

  // Of the current link.
  bool resuming_ = false;
  bool replayed_ = false;  // something new, by the Resume at hand
  bool live_ = false;
  bool at_resume_url_ = false;
  Heartbeat heartbeat_;
  SendWindow window_;
  std::optional<Instant> hello_by_;
  std::optional<Instant> ready_by_;
  std::optional<Instant> dial_at_;
  std::optional<Instant> owed_beat_at_;
  std::optional<Instant> release_at_;
};

}  // namespace portcullis::gateway
