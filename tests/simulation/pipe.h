#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "portcullis/core/time.h"

namespace portcullis::simulation {

/// What bytes meet with on their way.
struct Weather {
  Duration latency{20};
  Instant stalled_until{Duration{0}};          ///< until then nothing arrives; nothing is lost by it
  std::size_t piece_bytes = 0;                 ///< so many arrive at once at most; 0: any number
  std::size_t bytes_per_second = 0;            ///< that the reader takes; 0: any number
  std::optional<std::uint64_t> cut_after;      ///< after so many bytes more the link is cut
  std::optional<std::uint64_t> corrupt_after;  ///< after so many bytes more some are overwritten
  std::size_t corrupt_bytes = 1;
  bool dead = false;  ///< what is written vanishes, and so does the end
};

/// One way of a link: bytes go in, and come out in their order, later, in other pieces, or not at all.
class Pipe {
 public:
  enum class End : std::uint8_t { None, Proper, Cut };
  struct Piece {
    Instant at;
    std::vector<std::byte> bytes;
    End end = End::None;
  };

  Weather weather;

  void write(std::span<const std::byte> bytes, Instant now);
  /// Ends it behind what was written.
  void end(Instant now, End how);
  /// From now on, and of what is under way, nothing arrives.
  void die();
  /// Ends it at once, before what is under way.
  void abort(Instant now);
  /// Lets what is under way arrive now.
  void hurry(Instant now);

  /// Says when there is something to take.
  std::optional<Instant> next_at() const;
  Piece take();

  std::size_t bytes_waiting() const { return bytes_waiting_; }
  bool has_ended() const { return ended_; }
  /// Says whether a byte was changed on the way.
  bool is_corrupted() const { return corrupted_; }

 private:
  void push(std::span<const std::byte> bytes, Instant now);
  void corrupt(std::span<std::byte> written);

  std::deque<Piece> pieces_;
  Instant last_at_{};
  std::size_t bytes_waiting_ = 0;
  bool ended_ = false;
  bool corrupted_ = false;
};

}  // namespace portcullis::simulation
