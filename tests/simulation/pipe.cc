#include "portcullis/tests/simulation/pipe.h"

#include <algorithm>
#include <utility>

namespace portcullis::simulation {
namespace {

constexpr std::size_t kReadsPerSecond = 10;  // of a slow reader

}  // namespace

void Pipe::write(std::span<const std::byte> bytes, Instant now) {
  if (ended_ || weather.dead || bytes.empty()) return;
  const bool cut = weather.cut_after && *weather.cut_after <= bytes.size();
  if (cut) bytes = bytes.first(static_cast<std::size_t>(*weather.cut_after));
  if (weather.cut_after) *weather.cut_after -= bytes.size();
  std::size_t most = weather.piece_bytes == 0 ? bytes.size() : weather.piece_bytes;
  if (weather.bytes_per_second != 0)
    most = std::min(most, std::max<std::size_t>(weather.bytes_per_second / kReadsPerSecond, 1));
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(most, bytes.size()));
    push(piece, now);
    bytes = bytes.subspan(piece.size());
  }
  if (cut) end(now, End::Cut);
}

void Pipe::push(std::span<const std::byte> bytes, Instant now) {
  last_at_ = std::max(last_at_, now + weather.latency);
  if (weather.bytes_per_second != 0)
    last_at_ += Duration{static_cast<std::int64_t>(bytes.size() * 1'000 / weather.bytes_per_second)};
  pieces_.push_back({last_at_, {bytes.begin(), bytes.end()}});
  bytes_waiting_ += bytes.size();
  if (weather.corrupt_after) corrupt(pieces_.back().bytes);
}

// 0xff stands in no UTF-8, sets every reserved bit of a frame and is no opcode.
void Pipe::corrupt(std::span<std::byte> written) {
  if (*weather.corrupt_after >= written.size()) {
    *weather.corrupt_after -= written.size();
    return;
  }
  const auto from = written.subspan(static_cast<std::size_t>(*weather.corrupt_after));
  std::ranges::fill(from.first(std::min(weather.corrupt_bytes, from.size())), std::byte{0xff});
  weather.corrupt_after.reset();
  corrupted_ = true;
}

void Pipe::end(Instant now, End how) {
  if (ended_ || weather.dead) return;
  ended_ = true;
  last_at_ = std::max(last_at_, now + weather.latency);
  pieces_.push_back({last_at_, {}, how});
}

void Pipe::die() {
  weather.dead = true;
  pieces_.clear();
  bytes_waiting_ = 0;
}

void Pipe::abort(Instant now) {
  if (weather.dead) return;
  pieces_.clear();
  bytes_waiting_ = 0;
  ended_ = false;
  last_at_ = now;
  end(now, End::Cut);
}

void Pipe::hurry(Instant now) {
  for (Piece& piece : pieces_) piece.at = std::min(piece.at, now);
  last_at_ = now;
}

std::optional<Instant> Pipe::next_at() const {
  if (pieces_.empty()) return std::nullopt;
  return std::max(pieces_.front().at, weather.stalled_until);
}

Pipe::Piece Pipe::take() {
  Piece piece = std::move(pieces_.front());
  pieces_.pop_front();
  bytes_waiting_ -= piece.bytes.size();
  return piece;
}

}  // namespace portcullis::simulation
