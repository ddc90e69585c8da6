#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "portcullis/core/http/head.h"
#include "portcullis/core/websocket/stream.h"
#include "portcullis/core/websocket/url.h"

namespace portcullis::websocket {

using http::Field;
using http::FieldsView;

/// The 101 was good, frames follow. The subprotocol is empty where the server chose none.
struct Opened {
  std::string_view subprotocol;
};

/// The final output of a handshake that failed or was refused; its Hangup was given before.
struct Refused {
  Error error;  ///< HandshakeRefused where the server gave a well-formed answer that is not a 101
  int status;   ///< 0 where there was none
  FieldsView fields;
  std::span<const std::byte> body;
  bool truncated;   ///< the body was longer than the limit
  bool incomplete;  ///< the input ended inside the body
};

/// The client's end of one WebSocket connection; made anew for each transport.
class ClientConnection : public Stream {
 public:
  using Output = std::variant<Wait, Message, Transmit, Ping, Pong, Failed, Hangup, Ended, Opened, Refused>;

  /// Lifetime: limits, chance and tables are borrowed and must outlive the connection.
  ClientConnection(const Limits& limits, const Chance& chance,
                   const ConnectionRows& connection = spec::websocket_connection::kRows,
                   const AssemblyRows& assembly = spec::message_assembly::kRows) noexcept;
  ~ClientConnection();

  /// Queues the request. Four draws of `chance` are the key, each later one is a mask, both with the high byte first.
  ///
  /// Shape:    `extra` are fields beside the handshake's own; `subprotocols` are tokens without repeats, the best
  /// first. Errors:   Blame::Caller, and nothing is queued: UrlHost, UrlCharacter, UrlFragment, HeaderName,
  /// HeaderValue,
  ///           HeaderReserved, Subprotocol, AlreadyOpen.
  /// Source:   requirements WS-HS-1 to WS-HS-6, WS-HT-26, WS-UR-5.
  Status open(const Url& url, std::span<const Field> extra, std::span<const std::string_view> subprotocols) noexcept;

  /// Gives the next thing for the caller to do. After each other call, poll until it gives Wait.
  Output poll() noexcept;

 private:
  struct Handshake;

  void read_handshake() noexcept;
  void read_body() noexcept;
  const Fault* end_head() noexcept;
  const Fault* check_upgrade() const noexcept;
  void give_up(const Fault& fault) noexcept;
  Refused refused() noexcept;

  std::unique_ptr<Handshake> handshake_;  ///< until the first Wait after it is over
};

}  // namespace portcullis::websocket
