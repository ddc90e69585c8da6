#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/time.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/core/websocket/utf8.h"
#include "portcullis/spec/message_assembly.h"
#include "portcullis/spec/websocket_connection.h"

namespace portcullis::websocket {

using ConnectionRows = spec::websocket_connection::Rows;
using AssemblyRows = spec::message_assembly::Rows;

enum class Kind : std::uint8_t { Text, Binary };

// The outputs of both roles. A view in one lives until the next call of `poll`.
// clang-format off
struct Wait     { std::optional<Instant> deadline; };                 ///< nothing to do until bytes, or then
struct Transmit { std::span<const std::byte> bytes; };                ///< write these
struct Message  { Kind kind; std::span<const std::byte> payload; };
struct Ping     { std::span<const std::byte> payload; };              ///< its pong is already queued
struct Pong     { std::span<const std::byte> payload; };
struct Failed   { Error error; };                                     ///< the peer broke a rule; Hangup and Ended follow
struct Hangup   {};                                                   ///< close the transport, after the Transmits before
struct Ended {                                                        ///< the final output, once frames were exchanged
  std::uint16_t code = 1006;                                          ///< of the Close that was read; 1005 where it had
  std::string_view reason;                                            ///<   none, 1006 where none was read
  bool clean = false;                                                 ///< a Close went each way
  bool timed_out = false;                                             ///< our Close was not answered
  bool ours_first = false;                                            ///< our Close went out before the peer's was read
};
struct HeadInput   {};                                                ///< from a stream to its role: read the handshake
struct NeverOpened {};                                                ///<   and: the final output is the handshake's
// clang-format on

/// What the two ends of a connection share: its state, frames, messages, closing, and the bytes on their way out.
/// `ClientConnection` and `ServerConnection` add their halves of the handshake, and `poll`.
///
/// Memory:   no buffer until one is needed; those it has keep their size, so once warm a message allocates nothing.
/// Source:   RFC 6455 sections 5 to 7; requirements WS-FR to WS-IO.
class Stream {
 public:
  Stream(Stream&&) = delete;

  /// Takes bytes from the peer, cut up in any way; after the end of input they are ignored.
  ///
  /// Lifetime: `bytes` are borrowed until `poll` gives Wait, and none may be given before.
  void received(std::span<const std::byte> bytes, Instant now) noexcept;

  /// Takes the news that the peer sends no more, or that the transport broke.
  void ended(Instant now) noexcept;

  /// Takes the news that the deadline of the last Wait has come; earlier it does nothing.
  void elapsed(Instant now) noexcept;

  /// Queues a message, or its first part when it is not `fin`; `send_more` queues the others.
  ///
  /// Lifetime: the payload is copied.
  /// Errors:   Blame::Caller, and nothing is queued: NotOpen, AlreadyClosing, FrameMessageUnfinished,
  ///           FrameContinuationUnexpected, TextNotUtf8 (the offset is that of the bad byte). Blame::Limit:
  ///           OutputFull, until what waits was handed out by `poll`.
  /// Source:   requirements WS-FG-5, WS-U8-7, WS-CL-8, WS-LM-3.
  Status send(Kind kind, std::span<const std::byte> payload, bool fin = true) noexcept;
  Status send_more(std::span<const std::byte> payload, bool fin) noexcept;

  /// Queues a control frame of 125 bytes at most. The pongs that pings ask for need no call.
  ///
  /// Errors:   Blame::Caller, and nothing is queued: ControlPayloadTooLong, NotOpen, AlreadyClosing. Blame::Limit:
  ///           OutputFull.
  /// Source:   requirements WS-CT-3, WS-CL-8, WS-LM-3.
  Status ping(std::span<const std::byte> payload) noexcept { return send_control(Opcode::Ping, payload); }
  Status pong(std::span<const std::byte> payload) noexcept { return send_control(Opcode::Pong, payload); }

  /// Starts the closing handshake. A second call, and one after the end, does nothing.
  ///
  /// Shape:    code 0 sends an empty Close and takes no reason; a reason has 123 bytes at most.
  /// Errors:   Blame::Caller: NotOpen, CloseCodeInvalid, CloseReasonTooLong, CloseReasonNotUtf8.
  /// Source:   requirements WS-CL-1, WS-CL-6, WS-CL-15.
  Status close(std::uint16_t code, std::string_view reason, Instant now) noexcept;

  bool is_open() const noexcept { return state_ == ConnectionState::Open; }

  /// Gives how many bytes wait for the next Transmit.
  std::size_t queued_bytes() const noexcept { return out_.size(); }

 protected:
  using Output = std::variant<Wait, Message, Transmit, Ping, Pong, Failed, Hangup, Ended, HeadInput, NeverOpened>;

  /// Lifetime: everything is borrowed; `chance` is null in the server role, where nothing is masked.
  Stream(Role role, const Limits& limits, const Chance* chance, const ConnectionRows& connection,
         const AssemblyRows& assembly) noexcept
      : limits_(limits), chance_(chance), connection_(connection), assembly_(assembly), header_(role), role_(role) {}
  ~Stream() = default;

  Output advance() noexcept;
  std::span<const std::byte> input() const noexcept { return input_; }
  std::span<const std::byte> take(std::size_t size) noexcept;
  void replace_input(std::span<const std::byte> bytes) noexcept { input_ = bytes; }
  std::uint64_t offset() const noexcept { return received_ - input_.size(); }  ///< how much of the input was taken
  void queue(std::string_view head) noexcept;
  void handshake_done(bool good) noexcept;
  bool is_connecting() const noexcept { return state_ == ConnectionState::Connecting; }
  const Limits& limits() const noexcept { return limits_; }
  const Chance& chance() const noexcept { return *chance_; }

 private:
  using ConnectionState = spec::websocket_connection::State;
  using ConnectionEvent = spec::websocket_connection::Event;
  using ConnectionRow = spec::websocket_connection::Row;
  using Assembly = spec::message_assembly::Action;
  using AssemblyEvent = spec::message_assembly::Event;
  using AssemblyState = spec::message_assembly::State;
  using Told = std::optional<Output>;
  enum class Farewell : std::uint8_t { None, Failure, Hangup, Final };  ///< what is still to be said, in this order

  const ConnectionRow& step(ConnectionEvent event) noexcept;
  const ConnectionRow& follow(const ConnectionRow& row) noexcept;
  const ConnectionRow& next_row() noexcept;
  Told perform(const ConnectionRow& row) noexcept;
  Told end(Farewell first) noexcept;
  Output farewell() noexcept;
  Transmit transmit() noexcept;

  Told read_frames() noexcept;
  const Fault* read_header_byte() noexcept;
  Told read_data() noexcept;
  Told read_control() noexcept;
  Told read_close() noexcept;
  Told closes_done() noexcept;
  Told violation(const Fault& fault, std::uint64_t offset) noexcept;
  std::span<const std::byte> take_payload() noexcept;
  std::span<const std::byte> gather(std::span<const std::byte> chunk) noexcept;
  void finish_frame() noexcept;

  Status admit(ConnectionEvent event) noexcept;
  Status admit_send() noexcept;
  Status send_part(AssemblyEvent event, Opcode opcode, std::span<const std::byte> payload) noexcept;
  Status send_control(Opcode opcode, std::span<const std::byte> payload) noexcept;
  void queue_frame(bool fin, Opcode opcode, std::span<const std::byte> payload) noexcept;
  void queue_close() noexcept;

  const Limits& limits_;
  const Chance* chance_;
  const ConnectionRows& connection_;
  const AssemblyRows& assembly_;
  /// The row for input in the state at hand: looked up once a state, not once a byte.
  const ConnectionRow* on_bytes_ = &connection_.row(ConnectionState::Connecting, ConnectionEvent::Bytes);

  std::span<const std::byte> input_;    ///< the caller's, not yet taken
  std::uint64_t received_ = 0;          ///< bytes of input, those not yet taken included
  std::vector<std::byte> out_;          ///< queued
  std::vector<std::byte> in_flight_;    ///< handed out by the last Transmit
  std::vector<std::byte> message_;      ///< gathered so far
  std::span<const std::byte> payload_;  ///< of the frame or message that the step at hand is about
  std::uint64_t position_ = 0;          ///< payload bytes of the frame at hand already taken
  std::optional<Instant> deadline_;
  Instant now_{};
  Error error_{};
  Ended ended_{};
  std::string_view close_reason_;  ///< of the Close that the step at hand may send
  std::size_t pongs_waiting_ = 0;
  std::uint16_t close_code_ = 0;                     ///< likewise; 0 for an empty Close
  std::array<std::byte, kControlBytesMax> control_;  ///< a control frame's payload, the Close's in the end
  HeaderReader header_;
  Utf8 utf8_;
  Utf8 sent_utf8_;
  Role role_;
  ConnectionState state_ = ConnectionState::Connecting;
  AssemblyState reading_ = AssemblyState::Idle;
  AssemblyState sending_ = AssemblyState::Idle;
  Assembly disposition_ = Assembly::HandleControl;  ///< of the frame at hand
  Farewell farewell_ = Farewell::None;
  bool message_spent_ = false;  ///< `message_` was handed out and is free from the next poll on
  bool input_ended_ = false;
  bool end_due_ = false;  ///< the end of input is still to be looked at
  bool never_opened_ = false;
};

/// Turns a stream's output into its role's, for all that the role does not answer itself.
template <typename To, typename From>
To widened(const From& output) noexcept {
  const auto convert = [](const auto& one) -> To {
    if constexpr (std::is_constructible_v<To, decltype(one)>) return one;
    assert(false);
    return Wait{};
  };
  return std::visit(convert, output);
}

}  // namespace portcullis::websocket
