#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "portcullis/core/http/head.h"
#include "portcullis/core/websocket/stream.h"

namespace portcullis::websocket {

using http::Field;
using http::FieldsView;

/// A good request has come: answer it with `accept` or `refuse`, now or later.
struct Requested {
  std::string_view target;  ///< path and query
  FieldsView fields;
  std::span<const std::string_view> subprotocols;  ///< that the client offers, the best first
};

/// The final output of a handshake that failed or that we refused; its Hangup was given before.
struct Declined {
  Error error;
  int status;  ///< that was answered, 0 where nothing was sent
};

/// The server's end of one WebSocket connection; made anew for each transport.
class ServerConnection : public Stream {
 public:
  using Output = std::variant<Wait, Message, Transmit, Ping, Pong, Failed, Hangup, Ended, Requested, Declined>;

  /// Lifetime: limits and tables are borrowed and must outlive the connection.
  explicit ServerConnection(const Limits& limits, const ConnectionRows& connection = spec::websocket_connection::kRows,
                            const AssemblyRows& assembly = spec::message_assembly::kRows) noexcept;
  ~ServerConnection();

  /// Queues the 101; frames may be sent at once.
  ///
  /// Shape:    the subprotocol is one that was offered, or empty; `extra` are fields beside the handshake's own.
  /// Errors:   Blame::Caller, and nothing is queued: NotOpen where no request waits, Subprotocol, HeaderName,
  ///           HeaderValue, HeaderReserved.
  /// Source:   requirements WS-HS-45 to WS-HS-50.
  Status accept(std::string_view subprotocol, std::span<const Field> extra) noexcept;

  /// Queues a whole response with a status from 300 to 599 and ends the connection.
  ///
  /// Shape:    401 needs a WWW-Authenticate among the fields; what 405 and 426 need is added; 304 has no body.
  /// Errors:   Blame::Caller, and nothing is queued: NotOpen, HttpStartLine (the status, or a body that it cannot
  /// have), HttpFieldLine (the field that
  ///           is missing), HeaderName, HeaderValue, HeaderReserved.
  /// Source:   requirements WS-HT-24, WS-HS-48.
  Status refuse(int status, std::span<const Field> fields, std::span<const std::byte> body) noexcept;

  /// Gives the next thing for the caller to do. After each other call, poll until it gives Wait.
  Output poll() noexcept;

 private:
  struct Handshake;

  void read_request() noexcept;
  void hold() noexcept;
  const Fault* check_request() const;
  Requested requested() noexcept;
  Declined declined() const noexcept;
  void decline(const Fault& fault, std::uint64_t offset) noexcept;
  void respond(int status, std::string_view reason, std::span<const Field> fields, std::string_view body);

  std::unique_ptr<Handshake> handshake_;  ///< until the first Wait after it is over
};

}  // namespace portcullis::websocket
