#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "portcullis/core/client.h"
#include "portcullis/driver/identify_gate.h"
#include "portcullis/net/tls.h"
#include "portcullis/net/trouble.h"

namespace portcullis::driver {

class Shard;

/// What a shard tells its client: each input but `send`. With the bytes and the draws of chance they are all that
/// decides what it does.
enum class Input : std::uint8_t { Start, Opened, Received, Lost, Elapsed, Granted, Reconnect, MainUrl, Stop };

/// What a shard tells its user.
///
/// Threads:  every call comes on the shard's own thread, but for the first input. It may call the shard's functions but
///           `wait`.
/// Lifetime: views end with the call.
/// Errors:   it must not throw; what it throws ends the program.
class Observer {
 public:
  virtual ~Observer() = default;
  /// The WebSocket is open; Hello is awaited.
  virtual void on_connected(Shard&, const websocket::Url& /*endpoint*/) {}
  /// For recordings: a transport begins, its bytes in clear, from the upgrade on, and its end. They hold the token.
  virtual void on_transport(Shard&, const websocket::Url& /*endpoint*/) {}
  virtual void on_bytes(Shard&, bool /*sent*/, std::span<const std::byte>) {}
  virtual void on_transport_over(Shard&, bool /*by_peer*/, const std::optional<net::Trouble>&) {}
  /// For recordings too: comes before the client is told, and after the bytes that it is told of. Start comes on the
  /// thread of `Shard::start`. The configuration has the newest main URL; it holds the token.
  virtual void on_input(Shard&, Input, Instant /*now*/, const Config&) {}
  /// READY, RESUMED and every other dispatch, in the order of arrival; `Dispatch::kind` tells which.
  virtual void on_dispatch(Shard&, const Dispatch&) {}
  virtual void on_odd(Shard&, const Odd&) {}
  /// A link has ended or was not to be had: why, what comes next and when. `trouble` is the socket's part of it.
  virtual void on_disconnected(Shard&, const Disconnected&, const std::optional<net::Trouble>& /*trouble*/) {}
  /// A command that `Shard::send` had taken is too large, breaks a rate that is not waited for, or finds the queue
  /// full.
  virtual void on_refused(Shard&, const gateway::Command&, const Error&) {}
  /// The last call.
  virtual void on_stopped(Shard&, const Finish&) {}
  /// Where to connect could not be found out; it is tried again after so long. Comes on the thread of
  /// `ShardGroup::start` or, once the shards run, on one of the group's own.
  virtual void on_no_gateway(const net::Trouble&, Duration /*delay*/) {}
};

struct ShardOptions {
  Config config;
  Limits limits;
  net::Tls tls;                      ///< whom to trust
  Duration connect_timeout{10'000};  ///< for TCP and TLS together
  Chance chance = nullptr;           ///< null: the system's
  /// Called on the shard's thread when the main URL keeps failing (LOCAL-20); `Shard::set_main_url` may follow.
  std::function<void()> on_main_url_failing = [] {};
};

/// What a shard has counted since it was made.
struct Counters {
  std::uint64_t events = 0;  ///< dispatches
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::array<std::uint64_t, 11> disconnects{};  ///< by Disconnected::Why
  std::optional<Duration> latency;              ///< from the last beat to its acknowledgement
};

/// One shard on a thread and a socket of its own.
///
/// Threads:  all functions may be called from any thread.
/// Lifetime: observer and gate are borrowed and must outlive it. The destructor stops it, keeping the session, and
///           waits.
class Shard {
 public:
  Shard(ShardOptions options, Observer& observer, IdentifyGate& gate);
  ~Shard();

  /// Checks the configuration and begins; once.
  Status start();
  /// Checks a command and takes it, to be sent while the session is live.
  ///
  /// Errors: Blame::Caller, as `gateway::check`; CommandQueueFull; NotConnected once it is stopped.
  Status send(const gateway::Command& command);
  /// Leaves the connection and makes a new one, resuming if that is possible.
  void reconnect();
  /// Dials another main URL from now on. One that a configuration could not have, or of another scheme than before,
  /// changes nothing.
  void set_main_url(std::string url);
  /// Ends the session, or leaves it so that it can be resumed. The first call counts.
  void stop(gateway::Leaving how);
  /// Waits until it has stopped. Not to be called by the observer.
  void wait();

  std::uint32_t id() const noexcept;
  Counters counters() const;
  /// The session as it stands, to store and to resume in another process; none when there is nothing to resume.
  std::optional<Session> session() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace portcullis::driver
