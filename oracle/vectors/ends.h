#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/tables.h"
#include "portcullis/core/websocket/client.h"
#include "portcullis/core/websocket/server.h"
#include "portcullis/oracle/vectors/bytes.h"

/// The two ends of a WebSocket connection as the vectors put them to work.
namespace portcullis::vectors {

inline constexpr std::string_view kGoodAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: C/0nmHhBztSRGR1CwL6Tf4ZjwpY=\r\n\r\n";
inline constexpr std::string_view kGoodRequest =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n";

inline Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }

/// Draws the nonce of the vectors, then mask keys that rise.
Chance counting_chance();

/// What a connection told: an object for each output but Transmit and Wait; all that it sent; when to wake it.
struct Told {
  Json events = Json::array();
  Bytes sent;
  std::optional<Instant> deadline;
};

/// Polls until Wait. Of a refused handshake the fields of these names are told too.
void drain(websocket::ClientConnection& connection, Told& told, const std::vector<std::string>& fields = {});
void drain(websocket::ServerConnection& connection, Told& told);

/// How an input is cut: into pieces of these sizes, of which the last goes on repeating; none: not at all.
using Cut = std::vector<std::size_t>;

template <typename Connection, typename... More>
void feed(Connection& connection, std::span<const std::byte> bytes, const Cut& cut, Told& told, Instant now,
          const More&... more) {
  for (std::size_t i = 0, piece = 0; i < bytes.size(); ++piece) {
    const std::size_t wanted = cut.empty() ? bytes.size() : cut[std::min(piece, cut.size() - 1)];
    const std::size_t size = std::min(std::max<std::size_t>(wanted, 1), bytes.size() - i);
    // A copy of its own for each piece, so that a read past its end or after its time is seen by the sanitizers.
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                     bytes.begin() + static_cast<std::ptrdiff_t>(i + size));
    connection.received(part, now);
    drain(connection, told, more...);
    i += size;
  }
}

/// A client, which has asked for the upgrade and, when it is open, has it.
struct ClientEnd {
  ClientEnd(const Limits& own_limits, Chance own_chance, const Tables& tables, bool open);

  Limits limits;
  Chance chance;
  websocket::ClientConnection connection;
  Told told;
};

/// A server, which has read nothing or, when it is open, has given the upgrade.
struct ServerEnd {
  ServerEnd(const Limits& own_limits, const Tables& tables, bool open);

  Limits limits;
  websocket::ServerConnection connection;
  Told told;
};

enum class Role : std::uint8_t { Client, Server };

/// What an open end makes of frames and then of the end of its input.
Json play_frames(Role role, std::span<const std::byte> stream, const Cut& cut, const Tables& tables);

}  // namespace portcullis::vectors
