#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/client.h"
#include "portcullis/core/websocket/server.h"
#include "portcullis/oracle/vectors/ends.h"
#include "portcullis/tests/tables.h"

/// What the tests of WebSocket share: bytes, frames taken apart a second time, and a record of what a connection did.
namespace portcullis::tests {

using vectors::at;
using vectors::Bytes;
using vectors::counting_chance;
using vectors::from_hex;
using vectors::from_text;
using vectors::Json;
using vectors::kGoodAnswer;
using vectors::kGoodRequest;
using vectors::masked;
using vectors::stream_of;
using vectors::to_hex;
using vectors::to_text;
using vectors::unmasked;

/// A frame, built without the code under test.
Bytes frame(unsigned first, std::span<const std::byte> payload);
/// What a connection gave: a line for each output but Transmit and Wait, and all that it transmitted.
struct Record {
  std::vector<std::string> lines;
  Bytes sent;
  std::optional<Instant> deadline;
  friend bool operator==(const Record&, const Record&) = default;
};

/// Connections that obey the tables at hand.
struct ClientConnection : websocket::ClientConnection {
  ClientConnection(const Limits& limits, const Chance& chance) noexcept
      : websocket::ClientConnection(limits, chance, *tables_at_hand().client.connection,
                                    *tables_at_hand().client.assembly) {}
};
struct ServerConnection : websocket::ServerConnection {
  explicit ServerConnection(const Limits& limits) noexcept
      : websocket::ServerConnection(limits, *tables_at_hand().client.connection, *tables_at_hand().client.assembly) {}
};

/// Polls until Wait.
void drain(websocket::ClientConnection& connection, Record& record);
void drain(websocket::ServerConnection& connection, Record& record);

/// How an input is cut: pieces of `size` bytes.
enum class Cut : std::size_t { Whole = 0, EveryByte = 1, Threes = 3 };

template <typename Connection>
void feed(Connection& connection, std::span<const std::byte> bytes, Cut cut, Record& record) {
  std::size_t size = cut == Cut::Whole ? bytes.size() : static_cast<std::size_t>(cut);
  if (size == 0) size = 1;
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    // A copy of its own for each piece, so that a read past its end or after its time is seen by the sanitizers.
    const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                      bytes.begin() + static_cast<std::ptrdiff_t>(std::min(i + size, bytes.size())));
    connection.received(piece, at(0));
    drain(connection, record);
  }
}

/// A client and a server with a good handshake behind them; `record` holds only what comes after it.
struct OpenClient {
  explicit OpenClient(const Limits& limits = kLimits);
  static const Limits kLimits;
  Chance chance = counting_chance();
  ClientConnection connection;
  Record record;
};
struct OpenServer {
  explicit OpenServer(const Limits& limits = OpenClient::kLimits);
  ServerConnection connection;
  Record record;
};

}  // namespace portcullis::tests
