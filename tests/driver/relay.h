#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <random>
#include <thread>

#include "portcullis/net/listener.h"

namespace portcullis::tests {

/// Stands between clients and a server on loopback, and ends each connection after a drawn number of bytes, both
/// directions counted: with a reset or in order, by turns.
class Relay {
 public:
  /// Draws from 1 to `bytes_max`.
  Relay(std::uint16_t server_port, std::uint32_t bytes_max);
  ~Relay();

  std::uint16_t port() const noexcept { return listener_.port(); }
  unsigned cuts() const noexcept { return cuts_; }
  /// Lets all connections live from now on.
  void spare() noexcept { sparing_ = true; }

 private:
  struct Pair {
    net::Fd client;
    net::Fd server;
    std::size_t left;  ///< bytes until the cut
  };

  void run();
  void accept();
  bool carry(Pair& pair, const net::Fd& from, const net::Fd& to);
  void cut(Pair& pair);

  std::uint16_t server_port_;
  std::uint32_t bytes_max_;
  net::Listener listener_;
  std::list<Pair> pairs_;
  std::mt19937 random_{20'260'806};
  std::atomic<unsigned> cuts_ = 0;
  std::atomic<bool> sparing_ = false;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace portcullis::tests
