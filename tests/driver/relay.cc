#include "portcullis/tests/driver/relay.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <variant>
#include <vector>

namespace portcullis::tests {
namespace {

constexpr int kTurnMs = 20;

net::Fd connect_to(std::uint16_t port) {
  net::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 ? std::move(socket)
                                                                                             : net::Fd();
}

/// Writes all of it; false when the other side is gone.
bool write_all(const net::Fd& to, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written < 0 && errno == EAGAIN) {
      pollfd polled{to.get(), POLLOUT, 0};
      ::poll(&polled, 1, kTurnMs);
    } else if (written <= 0) {
      return false;
    } else {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  return true;
}

}  // namespace

Relay::Relay(std::uint16_t server_port, std::uint32_t bytes_max, std::vector<Harm> harms)
    : server_port_(server_port),
      bytes_max_(bytes_max),
      harms_(std::move(harms)),
      listener_(std::get<net::Listener>(net::Listener::open("127.0.0.1", 0))),
      thread_([this] { run(); }) {}

Relay::~Relay() {
  over_ = true;
  thread_.join();
}

void Relay::run() {
  while (!over_) {
    std::vector<pollfd> polled{{listener_.fd(), POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      polled.push_back({pair.client.get(), POLLIN, 0});
      polled.push_back({pair.server.get(), POLLIN, 0});
    }
    ::poll(polled.data(), polled.size(), kTurnMs);
    accept();
    for (auto pair = pairs_.begin(); pair != pairs_.end();) {
      pair = carry_both(*pair) ? std::next(pair) : pairs_.erase(pair);
    }
  }
}

std::size_t Relay::draw() { return std::uniform_int_distribution<std::size_t>(1, bytes_max_)(random_); }

void Relay::accept() {
  while (auto client = listener_.accept()) {
    net::Fd server = connect_to(server_port_);
    if (server) pairs_.push_back({std::move(*client), std::move(server), draw()});
  }
}

bool Relay::carry_both(Pair& pair) {
  if (pair.stalled_until > std::chrono::steady_clock::now()) return true;
  return carry(pair, pair.client, pair.server) && carry(pair, pair.server, pair.client);
}

/// Carries what is there one way; false when the pair is over.
bool Relay::carry(Pair& pair, const net::Fd& from, const net::Fd& to) {
  std::array<std::byte, 16 * 1'024> buffer;
  const ssize_t count = ::recv(from.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  return forward(pair, to, std::span(buffer).first(static_cast<std::size_t>(count)));
}

bool Relay::forward(Pair& pair, const net::Fd& to, std::span<std::byte> bytes) {
  if (pair.half) return true;  // nobody gets it
  if (sparing_) return write_all(to, bytes);
  const auto carried = bytes.first(std::min(bytes.size(), pair.left));
  pair.left -= carried.size();
  if (!write_all(to, carried)) return false;
  return pair.left != 0 || harm(pair, to, bytes.subspan(carried.size()));
}

/// Does the next kind of harm; false when the pair is over by it.
bool Relay::harm(Pair& pair, const net::Fd& to, std::span<std::byte> rest) {
  constexpr linger kReset{.l_onoff = 1, .l_linger = 0};
  constexpr std::chrono::seconds kStall{2};
  pair.left = draw();
  switch (harms_[harmed_++ % harms_.size()]) {
    case Harm::End: return false;
    case Harm::Reset:
      for (const net::Fd* end : {&pair.client, &pair.server})
        ::setsockopt(end->get(), SOL_SOCKET, SO_LINGER, &kReset, sizeof kReset);
      return false;
    case Harm::Half: pair.half = true; return ::shutdown(pair.client.get(), SHUT_WR) == 0;
    case Harm::Garble:
      if (!rest.empty()) rest.front() ^= std::byte{1};
      return write_all(to, rest);
    case Harm::Stall: pair.stalled_until = std::chrono::steady_clock::now() + kStall; return write_all(to, rest);
  }
  return false;
}

}  // namespace portcullis::tests
