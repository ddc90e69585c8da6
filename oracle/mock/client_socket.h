#pragma once

#include <poll.h>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/net/stream.h"

namespace portcullis::mock {

/// A client's stream to the server, and what bounds its life.
///
/// Shape:   `watch`, poll, and `take_turn` where `is_due`; drop it when `is_over`.
class ClientSocket {
 public:
  /// The owner ends it at the deadline, unless that is moved.
  ClientSocket(net::Stream stream, Instant deadline) noexcept : stream_(std::move(stream)), deadline_(deadline) {}

  /// Adds itself to what is polled.
  ///
  /// Shape:   without `reading` it asks only to write, so that one who reads no answers gets no more of them.
  void watch(std::vector<pollfd>& polled, bool reading);
  /// Says whether the poll has news of it, or has none because the last turn left bytes within TLS.
  bool is_due(const std::vector<pollfd>& polled) const noexcept;
  Instant deadline() const noexcept { return deadline_; }
  void set_deadline(Instant deadline) noexcept;
  /// Says whether the next turn must not wait.
  bool is_hungry() const noexcept { return hungry_; }

  /// Goes on writing, and reads what has come, a bounded share of it so that no client starves the others.
  ///
  /// Shape:   `take` is called with each piece, and no more once it has called `leave` or `cut`; gives true once, when
  ///          the client has ended.
  template <typename Take>
  bool take_turn(std::span<std::byte> buffer, const Take& take) {
    stream_.step();
    hungry_ = false;
    for (int reads = 0; reads < kReadsPerTurn && !cut_; ++reads) {
      const auto [what, count] = stream_.read(buffer);
      if (what == net::Stream::Read::What::Empty) return false;
      if (what == net::Stream::Read::What::End) return !std::exchange(ended_, true);
      if (!leaving_) take(std::span<const std::byte>(buffer.first(count)));
    }
    hungry_ = !cut_;
    return false;
  }

  /// Writes, or cuts it off when the client leaves too much unread. Gives whether it was written.
  bool write(std::span<const std::byte> bytes) noexcept;
  bool has_unwritten() const noexcept { return stream_.queued_bytes() != 0; }
  /// Ends our side after what is queued; what still comes is read and thrown away, for a while.
  void leave(Instant now) noexcept;
  bool is_leaving() const noexcept { return leaving_; }
  /// Drops it at once.
  void cut() noexcept;
  /// Says whether the transport ended otherwise than it should: a reset, for one.
  bool is_broken() const noexcept { return stream_.trouble().has_value(); }
  bool is_over() const noexcept { return cut_ || stream_.is_over(); }

 private:
  static constexpr int kReadsPerTurn = 4;

  net::Stream stream_;
  Instant deadline_;
  std::size_t polled_at_ = 0;
  bool polled_ = false;
  bool hungry_ = false;
  bool ended_ = false;    ///< the client's side
  bool leaving_ = false;  ///< ours
  bool cut_ = false;
};

}  // namespace portcullis::mock
