#include "portcullis/oracle/mock/client_socket.h"

namespace portcullis::mock {
namespace {

constexpr std::size_t kQueuedBytesMax = 16 * 1024 * 1024;
constexpr Duration kFarewell{2'000};

}  // namespace

void ClientSocket::watch(std::vector<pollfd>& polled, bool reading) {
  const short events = stream_.events();
  polled_ = true;
  polled_at_ = polled.size();
  polled.push_back({stream_.fd(), static_cast<short>(reading ? events : events & ~POLLIN), 0});
}

bool ClientSocket::is_due(const std::vector<pollfd>& polled) const noexcept {
  return polled_ && (hungry_ || polled[polled_at_].revents != 0);
}

void ClientSocket::set_deadline(Instant deadline) noexcept {
  if (!leaving_) deadline_ = deadline;
}

bool ClientSocket::write(std::span<const std::byte> bytes) noexcept {
  if (leaving_ || cut_) return false;
  stream_.write(bytes);
  if (stream_.queued_bytes() <= kQueuedBytesMax) return true;
  cut();
  return false;
}

void ClientSocket::leave(Instant now) noexcept {
  if (leaving_ || cut_) return;
  stream_.finish();
  leaving_ = true;
  deadline_ = now + kFarewell;
}

void ClientSocket::cut() noexcept {
  stream_.reset();
  leaving_ = cut_ = true;
}

}  // namespace portcullis::mock
