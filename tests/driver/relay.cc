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
bool write_all(const net::Fd& to, const std::byte* bytes, std::size_t size) {
  while (size != 0) {
    const ssize_t written = ::send(to.get(), bytes, size, MSG_NOSIGNAL);
    if (written < 0 && errno == EAGAIN) {
      pollfd polled{to.get(), POLLOUT, 0};
      ::poll(&polled, 1, kTurnMs);
    } else if (written <= 0) {
      return false;
    } else {
      bytes += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  return true;
}

}  // namespace

Relay::Relay(std::uint16_t server_port, std::uint32_t bytes_max)
    : server_port_(server_port),
      bytes_max_(bytes_max),
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
      const bool lives = carry(*pair, pair->client, pair->server) && carry(*pair, pair->server, pair->client);
      pair = lives ? std::next(pair) : pairs_.erase(pair);
    }
  }
}

void Relay::accept() {
  while (auto client = listener_.accept()) {
    net::Fd server = connect_to(server_port_);
    const std::size_t left = std::uniform_int_distribution<std::size_t>(1, bytes_max_)(random_);
    if (server) pairs_.push_back({std::move(*client), std::move(server), left});
  }
}

/// Carries what is there one way; false when the pair is over.
bool Relay::carry(Pair& pair, const net::Fd& from, const net::Fd& to) {
  std::array<std::byte, 16 * 1'024> buffer;
  const ssize_t count = ::recv(from.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  const auto size = static_cast<std::size_t>(count);
  if (sparing_) return write_all(to, buffer.data(), size);
  const std::size_t carried = std::min(size, pair.left);
  pair.left -= carried;
  if (!write_all(to, buffer.data(), carried)) return false;
  if (pair.left != 0) return true;
  cut(pair);
  return false;
}

void Relay::cut(Pair& pair) {
  constexpr linger kReset{.l_onoff = 1, .l_linger = 0};
  if (++cuts_ % 2 == 0)
    for (const net::Fd* end : {&pair.client, &pair.server})
      ::setsockopt(end->get(), SOL_SOCKET, SO_LINGER, &kReset, sizeof kReset);
}

}  // namespace portcullis::tests
