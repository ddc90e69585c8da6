#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "portcullis/core/chance.h"
#include "portcullis/core/compression/decompressor.h"
#include "portcullis/core/gateway/config.h"
#include "portcullis/core/gateway/event.h"
#include "portcullis/core/gateway/machine.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/tables.h"
#include "portcullis/core/websocket/client.h"
#include "portcullis/core/websocket/url.h"
#include "portcullis/core/workspace.h"

namespace portcullis {

/// One transport. The number never comes back, so that what arrives late for an old one can be told apart (LOCAL-18).
struct Link {
  std::uint64_t number = 0;

  friend bool operator==(const Link&, const Link&) = default;
};

struct Dial {
  Link link;
  const websocket::Url& endpoint;
};  ///< open TCP, and TLS when `endpoint.secure`
struct Transmit {
  Link link;
  std::span<const std::byte> bytes;
};  ///< write these
struct Hangup {
  Link link;
};  ///< close the transport, after what was transmitted
struct Notify {
  const Event& event;
};  ///< tell the application
struct AskIdentify {
  std::uint32_t bucket;
};  ///< ask whoever spaces identifies out for a turn
struct ReturnIdentify {
  std::uint32_t bucket;
};  ///< a granted turn that was not used
struct Wait {
  std::optional<Instant> deadline;
};  ///< nothing to do until an input, or then
struct Finished {
  Finish finish;
};  ///< nothing to do until `start`

using Output = std::variant<Dial, Transmit, Hangup, Notify, AskIdentify, ReturnIdentify, Wait, Finished>;

/// One shard's whole life, over as many connections as it takes. It does no I/O: bytes, time and chance go in, bytes
/// and events come out, and equal inputs give equal outputs. It beats, identifies, resumes, waits and backs off by
/// itself; its user opens sockets and moves bytes.
///
/// After every call but `poll`, call `poll` until it gives Wait or Finished before touching this client or another one
/// that shares the Workspace.
///
///   Shape:    `received` takes any length, zero included; cutting the stream elsewhere changes no output but how
///             Transmit groups its bytes.
///   Units:    `now` is the caller's monotonic time in milliseconds, never less than at the last call.
///   Lifetime: `bytes` are borrowed until `poll` gives Wait or Finished; the views in an output end at the next `poll`.
///             The Workspace and the tables are borrowed for the client's life.
///   Errors:   nothing a peer sends makes a call fail: it becomes an event. A `Status` blames the caller.
///   Source:   section 8 of the catalogue; the tables in spec/.
class Client final : private gateway::Port {
 public:
  Client(Config config, Limits limits, Chance chance, Workspace& workspace, const Tables& tables = kTables);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Checks the configuration and begins; out of Finished, begins again. Does nothing while it is running.
  Status start(Instant now) noexcept;
  /// The transport that Dial asked for is up, TLS included.
  void opened(Link link, Instant now) noexcept;
  /// Takes bytes from the peer, cut up in any way.
  void received(Link link, std::span<const std::byte> bytes, Instant now) noexcept;
  /// The transport has ended: end of input, reset, or it could not be opened.
  void lost(Link link, Instant now) noexcept;
  /// The deadline of the last Wait has come. Timers fall due here and in all other calls but `received`: read what lies
  /// in the socket first, or an acknowledgement in it counts as missing (section 8.5 of the catalogue); but where there
  /// is always more to read, call this in between, or the beats stop.
  void elapsed(Instant now) noexcept;
  /// Takes a command to send while the session is live, or to keep until it is (LOCAL-17).
  Status send(const gateway::Command& command, Instant now) noexcept;
  /// Answers AskIdentify.
  void identify_granted(Instant now) noexcept;
  /// Leaves this connection and makes a new one at once, resuming if that is possible.
  void reconnect(Instant now) noexcept;
  /// Takes another main URL, as GET /gateway/bot gave it, for the next dial that goes there (LOCAL-20).
  ///
  /// Errors: those of `start` for a URL, and another scheme than before (LOCAL-19); nothing has changed then.
  Status set_main_url(std::string url) noexcept;
  /// Ends the session (End), or leaves it so that it can be resumed (Keep). Finished follows.
  void stop(gateway::Leaving how, Instant now) noexcept;

  /// Gives the next thing for the caller to do.
  Output poll() noexcept;

  /// The session as it stands, to store and to resume in another process; none when there is nothing to resume.
  std::optional<Session> session() const;
  /// The time from the last beat to its acknowledgement; none before the first.
  std::optional<Duration> latency() const noexcept { return machine_.latency(); }
  gateway::Machine::State state() const noexcept { return machine_.state(); }
  std::size_t commands_waiting() const noexcept { return machine_.commands_waiting(); }
  /// Counts how often each row of the session table was taken; for tests. Borrowed; null switches it off.
  void count_rows(std::vector<std::uint64_t>* counts) noexcept { machine_.count_rows(counts); }

 private:
  // What is waiting to be polled, in order; a step of the session leaves three at most.
  enum class Next : std::uint8_t { Dial, Hangup, Notify, AskIdentify, ReturnIdentify };
  struct Step {
    Next what;
    Event event;
  };
  // The current link, from Dial until its transport has ended or was given up.
  struct Current {
    std::uint64_t number = 0;
    websocket::Url endpoint;
    std::optional<websocket::ClientConnection> connection;  // from `opened` on
    std::optional<compression::Decompressor> decompressor;  // from the upgrade on
    std::optional<Instant> deadline;                        // the connection's own
    std::optional<std::uint16_t> closed_with;               // by us
    bool transport = false;                                 // the caller holds it
    bool given_up = false;                                  // nothing of it counts any more
    bool undecodable = false;                               // LOCAL-24
  };

  void dial(gateway::Endpoint&& endpoint) noexcept override;
  bool transmit(std::string_view payload) noexcept override;
  void close(std::uint16_t code) noexcept override;
  void hangup() noexcept override;
  void notify(const Event& event) noexcept override { push(Next::Notify, event); }
  void ask_identify() noexcept override { push(Next::AskIdentify); }
  void give_back_identify() noexcept override { push(Next::ReturnIdentify); }

  void push(Next what, const Event& event = Connected{}) noexcept;
  Output pop() noexcept;
  std::optional<Output> last_words() noexcept;
  std::optional<Output> poll_link() noexcept;
  Output rest(std::optional<Instant> timer) noexcept;
  bool is_current(Link link) const noexcept { return link.number == link_.number && link_.transport; }
  bool timers_held() const noexcept;

  void on(const websocket::Opened&) noexcept;
  void on(const websocket::Refused& refused) noexcept;
  void on(const websocket::Message& message) noexcept;
  void on(const websocket::Failed& failed) noexcept { undecodable(failed.error); }
  void on(const websocket::Hangup&) noexcept;
  void on(const websocket::Ended& ended) noexcept;
  void on(const websocket::Ping&) noexcept {}
  void on(const websocket::Pong&) noexcept {}
  Result<std::optional<std::span<const std::byte>>> payload_of(const websocket::Message& message) noexcept;
  Result<encoding::EnvelopeView> envelope_of(std::string_view payload) noexcept;
  bool is_etf() const noexcept { return config_.encoding == encoding::Encoding::Etf; }
  void undecodable(const Error& error) noexcept;

  Config config_;
  Limits limits_;
  Chance chance_;
  Workspace& workspace_;
  const Tables& tables_;
  gateway::Machine machine_;
  Instant now_{};
  Instant timers_run_to_{};  // `received` does not move it: what is still unread may be what a timer waits for
  Current link_;
  std::array<Step, 4> steps_{};
  std::uint8_t first_ = 0;
  std::uint8_t count_ = 0;
};

}  // namespace portcullis
