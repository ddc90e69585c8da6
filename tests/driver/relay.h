#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include "portcullis/net/listener.h"

namespace portcullis::tests {

/// What a relay does to a connection.
enum class Harm : std::uint8_t {
  End,  ///< in order
  Reset,
  Half,    ///< the client is told of an end, while what it sends is still read
  Garble,  ///< one bit is turned on its way to the client; with TLS that ends it
  Stall,   ///< nothing is carried for two seconds; then it goes on
};

/// Stands between clients and a server on loopback, and does harm to each connection after a drawn number of bytes,
/// both directions counted: one kind after the other.
class Relay {
 public:
  /// Draws from 1 to `bytes_max`.
  Relay(std::uint16_t server_port, std::uint32_t bytes_max, std::vector<Harm> harms = {Harm::End, Harm::Reset});
  ~Relay();

  std::uint16_t port() const noexcept { return listener_.port(); }
  unsigned harmed() const noexcept { return harmed_; }
  /// Lets all connections live from now on.
  void spare() noexcept { sparing_ = true; }

 private:
  struct Pair {
    net::Fd client;
    net::Fd server;
    std::size_t left;  ///< bytes until it is harmed
    bool half = false;
    std::chrono::steady_clock::time_point stalled_until{};
  };

  void run();
  std::size_t draw();
  void accept();
  bool carry_both(Pair& pair);
  bool carry(Pair& pair, const net::Fd& from, const net::Fd& to);
  bool forward(Pair& pair, const net::Fd& to, std::span<std::byte> bytes);
  bool harm(Pair& pair, const net::Fd& to, std::span<std::byte> rest);

  std::uint16_t server_port_;
  std::uint32_t bytes_max_;
  std::vector<Harm> harms_;
  net::Listener listener_;
  std::list<Pair> pairs_;
  std::mt19937 random_{20'260'806};
  std::atomic<unsigned> harmed_ = 0;
  std::atomic<bool> sparing_ = false;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace portcullis::tests
