#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/bench/measure.h"
#include "portcullis/core/client.h"
#include "portcullis/core/websocket/client.h"
#include "portcullis/core/websocket/server.h"
#include "tests/client/allocations.h"

namespace portcullis::bench {

/// Stops a measurement that has gone wrong: its figures would mean nothing.
void require(bool fact);

/// A WebSocket client that is open, and nothing above it.
class Frames {
 public:
  Frames();

  /// Takes bytes from the server, and calls `use` with the payload of each message.
  template <typename Use>
  void deliver(std::span<const std::byte> bytes, Use use) {
    client_.received(bytes, Instant{});
    for (;;) {
      const auto output = client_.poll();
      if (const auto* message = std::get_if<websocket::Message>(&output)) use(message->payload);
      if (std::holds_alternative<websocket::Wait>(output)) return;
    }
  }
  /// Sends a text message; gives the bytes to be written.
  std::size_t send(std::span<const std::byte> payload);

 private:
  Limits limits_;
  Chance chance_ = [] { return std::uint32_t{0x9e3779b9}; };
  websocket::ClientConnection client_{limits_, chance_};
};

/// A whole client and the server's end of its link, both without sockets.
class Link {
 public:
  Link(encoding::Encoding encoding, compression::Compression compression, encoding::Check check, Workspace& workspace);

  void deliver(std::span<const std::byte> bytes) {
    call([&](Client& client) { client.received({1}, bytes, Instant{}); });
  }
  std::size_t events() const { return events_; }
  /// Gives the client out of its link, which is of no use any more.
  std::unique_ptr<Client> take_client() { return std::move(client_); }

 private:
  template <typename Call>
  void call(Call call) {
    call(*client_);
    while (!poll()) {
    }
  }
  bool poll();
  void carry();

  Limits limits_;
  std::size_t events_ = 0;
  Bytes to_server_;
  websocket::ServerConnection server_{limits_};
  std::unique_ptr<Client> client_;
};

}  // namespace portcullis::bench
