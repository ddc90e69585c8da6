#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/oracle/proxy/fault.h"

namespace portcullis::proxy {

/// Knows where the frames of a stream end.
class Boundaries {
 public:
  /// `reader` is the role of the end that the frames are for.
  explicit Boundaries(websocket::Role reader) : header_(reader) {}

  /// Takes bytes up to the end of the frame at hand, or all of them; gives how many.
  std::size_t take(std::span<const std::byte> bytes);
  /// Says whether a frame may be put in here; what is no WebSocket has no better place than any.
  bool between() const noexcept { return between_ || lost_; }

 private:
  websocket::HeaderReader header_;
  std::uint64_t left_ = 0;  ///< of the payload at hand
  bool between_ = true, lost_ = false;
};

/// One direction of a link, after the head: what goes in comes out the same, but for the faults.
///
/// Shape:    after `take`, and when a deadline has come, call `poll` until it gives Wait. Where the bytes are cut
/// changes
///           nothing that comes out but its grouping.
/// Units:    `now` is never less than at the last call.
/// Lifetime: the bytes in a Deliver end at the next call.
/// Memory:   `held` says how much waits; who feeds it bounds that by not reading on.
class Lane {
 public:
  struct Deliver {
    std::span<const std::byte> bytes;
  };
  struct Strike {
    const Fault& fault;
  };  ///< the fault takes effect here
  struct Cut {
    How how;
  };  ///< end the link; nothing comes any more
  struct Wait {
    std::optional<Instant> deadline;
  };
  using Output = std::variant<Deliver, Strike, Cut, Wait>;

  /// The faults are those of this direction, ordered by `after`.
  Lane(Side from, std::vector<Fault> faults, Chance chance);

  void take(std::span<const std::byte> bytes, Instant now);
  Output poll(Instant now);
  std::size_t held() const noexcept { return held_; }
  /// Says whether a Close of ours has ended what this side has to say.
  bool is_closed() const noexcept { return closed_; }

 private:
  struct Piece {
    Instant at;
    std::vector<std::byte> bytes;
  };

  void drop_spent();
  Output strike(Instant now);
  Output close();
  std::optional<Instant> held_until(Instant now) const;
  std::size_t sendable() const;
  Output deliver(std::size_t count);

  const websocket::Role reader_;
  const Chance chance_;
  std::vector<Fault> faults_;  ///< borrowed by what `poll` gives
  std::size_t next_ = 0;       ///< the fault that comes next
  Boundaries boundaries_;
  std::deque<Piece> pieces_;
  std::size_t used_ = 0;  ///< of the first piece
  std::size_t held_ = 0;
  std::uint64_t passed_ = 0;
  std::optional<Instant> stalled_until_;
  const Fault* delay_ = nullptr;
  std::uint64_t delayed_to_ = 0;    ///< the position where the delay ends
  std::uint64_t corrupted_to_ = 0;  ///< likewise
  std::optional<How> cut_;
  std::vector<std::byte> own_;  ///< a Close of ours
  bool closing_ = false, closed_ = false;
};

}  // namespace portcullis::proxy
