#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/client.h"
#include "portcullis/core/websocket/server.h"
#include "portcullis/net/stream.h"

namespace portcullis::tests {

inline constexpr std::size_t kReadBytes = 64 * 1024;
/// So much may wait for a peer that does not read before nothing more is read from it: what waits is never more than
/// this, one message, and what one reading holds.
inline constexpr std::size_t kUnwrittenBytesMax = 16 * 1024 * 1024;
inline constexpr Duration kFarewell{1'000};  ///< from our hanging up to the end that the peer owes us

/// The core's defaults, but for what waits in the core itself: an echo is never refused.
inline Limits echo_limits() {
  Limits limits;
  limits.close_timeout = kFarewell;
  limits.output_bytes_max = static_cast<std::size_t>(limits.message_bytes_max) + 8 * kReadBytes;
  return limits;
}

/// A WebSocket connection over a TCP socket that sends each message back as it came.
///
/// Shape:    `poll` for what `watch` adds, until `deadline`; then `turn`, until `is_over`.
template <typename Connection>
class Line {
 public:
  template <typename... Arguments>
  explicit Line(net::Stream stream, Arguments&&... arguments)
      : stream_(std::move(stream)), connection_(std::forward<Arguments>(arguments)...) {}

  Connection& connection() noexcept { return connection_; }
  /// Says whether the handshake was done.
  bool was_open() const noexcept { return was_open_; }
  bool is_over() const noexcept { return stream_.is_over(); }
  const std::optional<websocket::Ended>& ended() const noexcept { return ended_; }

  void watch(std::vector<pollfd>& polled) const {
    const bool full = stream_.queued_bytes() > kUnwrittenBytesMax;
    polled.push_back({stream_.fd(), static_cast<short>(full ? POLLOUT : stream_.events()), 0});
  }
  std::optional<Instant> deadline() const noexcept { return leaving_at_ ? leaving_at_ : deadline_; }

  void turn(Instant now) {
    stream_.step();
    if (stream_.queued_bytes() <= kUnwrittenBytesMax) read(now);
    connection_.elapsed(now);
    drain(now);
    if (leaving_at_ && *leaving_at_ <= now) stream_.reset();
  }

  /// Starts the closing handshake; without an open connection, hangs up.
  void close(std::uint16_t code, Instant now) {
    if (!connection_.close(code, {}, now)) hang_up(now);
    drain(now);
  }

  /// Goes on with what the connection has to say. To be called once the client has asked to open.
  void drain(Instant now) {
    for (;;) {
      const auto output = connection_.poll();
      if (const auto* wait = std::get_if<websocket::Wait>(&output)) {
        deadline_ = wait->deadline;
        return;
      }
      std::visit([&](const auto& one) { on(one, now); }, output);
    }
  }

 private:
  void read(Instant now) {
    std::array<std::byte, kReadBytes> buffer;
    const auto [what, count] = stream_.read(buffer);
    if (what == net::Stream::Read::What::End) connection_.ended(now);
    if (what == net::Stream::Read::What::Bytes) connection_.received(std::span{buffer}.first(count), now);
    drain(now);
  }
  void hang_up(Instant now) {
    stream_.finish();
    leaving_at_ = now + kFarewell;
  }

  void on(const websocket::Message& one, Instant) {
    // Refused only where our own Close is out.
    static_cast<void>(connection_.send(one.kind, one.payload));
  }
  void on(const websocket::Transmit& one, Instant) { stream_.write(one.bytes); }
  void on(const websocket::Opened&, Instant) { was_open_ = true; }
  void on(const websocket::Requested&, Instant) { was_open_ = bool(connection_.accept({}, {})); }
  void on(const websocket::Hangup&, Instant now) { hang_up(now); }
  void on(const websocket::Ended& one, Instant) {
    ended_ = one;
    ended_->reason = {};  // not ours to keep
  }
  template <typename Other>
  void on(const Other&, Instant) {}

  net::Stream stream_;
  Connection connection_;
  std::optional<Instant> deadline_;    ///< of the connection
  std::optional<Instant> leaving_at_;  ///< when an end is made of it whatever the peer does
  std::optional<websocket::Ended> ended_;
  bool was_open_ = false;
};

/// Gives the port that all of `text` is, or nothing.
std::optional<std::uint16_t> parse_port(std::string_view text) noexcept;

}  // namespace portcullis::tests
