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
#include "portcullis/core/result.h"
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
struct Transmit { std::span<const std::byte> bytes; };                ///< write these
struct Message  { Kind kind; std::span<const std::byte> payload; };
struct Ping     { std::span<const std::byte> payload; };              ///< its pong is already queued
struct Pong     { std::span<const std::byte> payload; };
struct Failed   { Error error; };                                     ///< the peer broke a rule; Hangup and Ended follow
struct Hangup   {};                                                   ///< close the transport, after the Transmits before
struct Wait     { std::optional<Instant> deadline; };                 ///< nothing to do until bytes, or then
/// The final output of a connection that was open.
struct Ended {
  std::uint16_t code;       ///< of the Close that was read; 1005 where it had none, 1006 where none was read
  std::string_view reason;
  bool clean;               ///< a Close went each way
  bool timed_out;           ///< our Close was not answered
  bool ours_first;          ///< our Close went out before the peer's was read
};
// Only between a stream and its role:
struct HeadInput   {};      ///< the input belongs to the handshake
struct NeverOpened {};      ///< the final output is the handshake's
// clang-format on
using StreamOutput =
    std::variant<Wait, Message, Transmit, Ping, Pong, Failed, Hangup, Ended, HeadInput, NeverOpened>;

/// What both roles share: the connection's state, frames, messages, closing, and the bytes on their way out.
/// `ClientConnection` and `ServerConnection` add their half of the handshake and say what each function promises.
class Stream {
 public:
  /// Lifetime: everything is borrowed; `chance` is null where nothing is masked, in the server role.
  Stream(Role role, const Limits& limits, const Chance* chance, const ConnectionRows& connection,
         const AssemblyRows& assembly) noexcept
      : limits_(limits), chance_(chance), connection_(connection), assembly_(assembly), header_(role), role_(role) {}

  void received(std::span<const std::byte> bytes, Instant now) noexcept;
  void ended() noexcept;
  void elapsed(Instant now) noexcept;
  Status send(Kind kind, std::span<const std::byte> payload, bool fin) noexcept;
  Status send_more(std::span<const std::byte> payload, bool fin) noexcept;
  Status send_control(Opcode opcode, std::span<const std::byte> payload) noexcept;
  Status close(std::uint16_t code, std::string_view reason, Instant now) noexcept;
  StreamOutput poll() noexcept;

  bool is_open() const noexcept { return state_ == ConnectionState::Open; }
  std::size_t queued_bytes() const noexcept { return out_.size(); }

  // For the handshakes
  std::span<const std::byte> input() const noexcept { return input_; }
  /// Takes the first bytes of the input.
  std::span<const std::byte> take(std::size_t size) noexcept;
  /// Puts bytes that were taken, and copied, before what is left of the input.
  void give_back(std::span<const std::byte> bytes) noexcept { input_ = bytes; }
  /// How many bytes of the transport's input were taken.
  std::uint64_t offset() const noexcept { return received_ - input_.size(); }
  void queue(std::string_view head);
  void head_ok() noexcept { step(ConnectionEvent::HeadOk); }
  void head_refused() noexcept { perform(step(ConnectionEvent::HeadRefused)); }
  /// Gives the error of a call for which the handshake is too late.
  Status check_connecting() const noexcept;

 private:
  using ConnectionState = spec::websocket_connection::State;
  using ConnectionEvent = spec::websocket_connection::Event;
  using ConnectionRow = spec::websocket_connection::Row;
  using Assembly = spec::message_assembly::Action;
  using AssemblyEvent = spec::message_assembly::Event;
  using AssemblyState = spec::message_assembly::State;
  using Told = std::optional<StreamOutput>;
  /// What is still to be said at the end, in this order.
  enum class Farewell : std::uint8_t { None, Failure, Hangup, Final };

  const ConnectionRow& step(ConnectionEvent event) noexcept;
  Told perform(const ConnectionRow& row) noexcept;
  ConnectionEvent next_event() noexcept;
  Told read_frames() noexcept;
  const Fault* read_header_byte() noexcept;
  const Fault* assemble() noexcept;
  Told read_data() noexcept;
  Told read_control() noexcept;
  Told read_close(std::span<const std::byte> payload) noexcept;
  Told violation(const Fault& fault, std::uint64_t offset) noexcept;
  std::span<const std::byte> gather(std::span<const std::byte> chunk);
  Told end(Farewell first) noexcept;
  StreamOutput farewell() noexcept;
  StreamOutput final_output() const noexcept;
  Transmit transmit() noexcept;
  Status admit() noexcept;
  Status send_part(AssemblyEvent event, Opcode opcode, std::span<const std::byte> payload) noexcept;
  void queue_frame(bool fin, Opcode opcode, std::span<const std::byte> payload) noexcept;
  void queue_close(std::uint16_t code, std::string_view reason) noexcept;

  const Limits& limits_;
  const Chance* chance_;
  const ConnectionRows& connection_;
  const AssemblyRows& assembly_;

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
  std::uint16_t failing_code_ = 0;
  std::size_t pongs_waiting_ = 0;
  std::array<std::byte, kControlBytesMax> control_;  ///< a control frame's payload; the Close's, once there is one
  std::uint8_t close_bytes_ = 0;
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
  bool close_read_ = false;
  bool clean_ = false;
  bool timed_out_ = false;
  bool ours_first_ = false;
};

/// Turns a stream's output into its role's, for all that the role does not answer itself.
template <typename Output>
Output widened(const StreamOutput& output) noexcept {
  return std::visit(
      [](const auto& one) -> Output {
        if constexpr (std::is_constructible_v<Output, decltype(one)>) return one;
        assert(false);
        return Wait{};
      },
      output);
}

}  // namespace portcullis::websocket
