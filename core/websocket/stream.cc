#include "portcullis/core/websocket/stream.h"

#include <algorithm>

namespace portcullis::websocket {
namespace {

using ConnectionAction = spec::websocket_connection::Action;

Error caller_error(Errc code, Requirement req, std::uint64_t offset = 0) noexcept {
  return Error{code, Blame::Caller, offset, req};
}

constexpr std::uint16_t code_of(std::span<const std::byte> close) noexcept {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(close[0]) << 8 | std::to_integer<unsigned>(close[1]));
}

spec::message_assembly::Event assembly_event(const HeaderReader& header) noexcept {
  using Event = spec::message_assembly::Event;
  if (header.is_control()) return Event::Control;
  if (header.opcode() == Opcode::Text) return header.fin() ? Event::TextWhole : Event::TextFirst;
  if (header.opcode() == Opcode::Binary) return header.fin() ? Event::BinaryWhole : Event::BinaryFirst;
  return header.fin() ? Event::Final : Event::Continuation;
}

}  // namespace

// Input

void Stream::received(std::span<const std::byte> bytes, Instant now) noexcept {
  assert(input_.empty());  // the last bytes were borrowed until poll gave Wait
  if (input_ended_) return;
  input_ = bytes;
  received_ += bytes.size();
  now_ = now;
}

void Stream::ended() noexcept {
  end_due_ = !input_ended_;
  input_ended_ = true;
}

void Stream::elapsed(Instant now) noexcept {
  now_ = now;
  if (deadline_ && now >= *deadline_) perform(step(ConnectionEvent::Timeout));
}

std::span<const std::byte> Stream::take(std::size_t size) noexcept {
  const auto taken = input_.first(size);
  input_ = input_.subspan(size);
  return taken;
}

// Output

StreamOutput Stream::poll() noexcept {
  if (message_spent_) {
    message_.clear();
    message_spent_ = false;
  }
  for (;;) {
    if (farewell_ != Farewell::None) return farewell();
    // Handing pongs out in time is what bounds them: none is ever dropped.
    if (pongs_waiting_ != 0 && pongs_waiting_ >= limits_.pongs_waiting_max) return transmit();
    if (input_.empty() && !end_due_) break;
    if (const Told told = perform(step(next_event()))) return *told;
  }
  if (!out_.empty()) return transmit();
  return Wait{deadline_};
}

Stream::ConnectionEvent Stream::next_event() noexcept {
  if (!input_.empty()) return ConnectionEvent::Bytes;
  end_due_ = false;
  return ConnectionEvent::EndOfInput;
}

StreamOutput Stream::farewell() noexcept {
  if (!out_.empty()) return transmit();
  const Farewell now = farewell_;
  farewell_ = now == Farewell::Failure ? Farewell::Hangup : now == Farewell::Hangup ? Farewell::Final : Farewell::None;
  if (now == Farewell::Failure) return Failed{error_};
  if (now == Farewell::Hangup) return Hangup{};
  return final_output();
}

StreamOutput Stream::final_output() const noexcept {
  if (never_opened_) return NeverOpened{};
  Ended ended{kCloseAbnormal, {}, clean_, timed_out_, ours_first_};
  if (!close_read_) return ended;
  const std::span<const std::byte> close{control_.data(), close_bytes_};
  ended.code = close.empty() ? kCloseNone : code_of(close);
  if (!close.empty()) ended.reason = {reinterpret_cast<const char*>(close.data()) + 2, close.size() - 2};
  return ended;
}

Transmit Stream::transmit() noexcept {
  pongs_waiting_ = 0;
  std::swap(out_, in_flight_);
  out_.clear();
  return Transmit{in_flight_};
}

void Stream::queue(std::string_view head) {
  const auto bytes = std::as_bytes(std::span{head});
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void Stream::queue_frame(bool fin, Opcode opcode, std::span<const std::byte> payload) noexcept {
  if (role_ == Role::Server) return append_frame(out_, fin, opcode, payload, nullptr);
  const std::uint32_t drawn = (*chance_)();
  MaskKey key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::byte>(drawn >> (24 - 8 * i));
  append_frame(out_, fin, opcode, payload, &key);
}

void Stream::queue_close(std::uint16_t code, std::string_view reason) noexcept {
  std::array<std::byte, kControlBytesMax> payload{static_cast<std::byte>(code >> 8), static_cast<std::byte>(code)};
  std::ranges::copy(std::as_bytes(std::span{reason}), payload.begin() + 2);
  queue_frame(true, Opcode::Close, std::span{payload}.first(code == 0 ? 0 : 2 + reason.size()));
}

// The machine

const Stream::ConnectionRow& Stream::step(ConnectionEvent event) noexcept {
  const ConnectionRow& row = connection_.row(state_, event);
  state_ = row.to;
  return row;
}

Stream::Told Stream::perform(const ConnectionRow& row) noexcept {
  switch (row.act) {
    case ConnectionAction::Impossible:
      assert(false);
      return std::nullopt;
    case ConnectionAction::Ignore:
    case ConnectionAction::StartFrames:
    case ConnectionAction::SendFrame:
    case ConnectionAction::RejectNotOpen:
    case ConnectionAction::RejectClosing:
      return std::nullopt;
    case ConnectionAction::ReadHead:
      return HeadInput{};
    case ConnectionAction::ReadFrames:
      return read_frames();
    case ConnectionAction::Discard:
      input_ = {};
      return std::nullopt;
    case ConnectionAction::GiveUpHandshake:
      never_opened_ = true;
      return end(Farewell::Hangup);
    case ConnectionAction::Deliver:
      return Message{disposition_ == Assembly::DeliverText ? Kind::Text : Kind::Binary, payload_};
    case ConnectionAction::AnswerPing:
      queue_frame(true, Opcode::Pong, payload_);
      ++pongs_waiting_;
      return Ping{payload_};
    case ConnectionAction::DeliverPong:
      return Pong{payload_};
    case ConnectionAction::SendClose:
      ours_first_ = true;
      deadline_ = now_ + limits_.close_timeout;
      return std::nullopt;
    case ConnectionAction::AnswerClose:
      queue_close(close_bytes_ == 0 ? std::uint16_t{0} : code_of(control_), {});
      [[fallthrough]];
    case ConnectionAction::NoteClose:
      close_read_ = true;
      return perform(step(role_ == Role::Client ? ConnectionEvent::BothDoneAsClient : ConnectionEvent::BothDoneAsServer));
    case ConnectionAction::Linger:
      deadline_ = now_ + limits_.linger_timeout;
      return std::nullopt;
    case ConnectionAction::FailWithClose:
      ours_first_ = true;
      queue_close(failing_code_, {});
      return end(Farewell::Failure);
    case ConnectionAction::FailWithoutClose:
      return end(Farewell::Failure);
    case ConnectionAction::EndClean:
      clean_ = true;
      return end(Farewell::Hangup);
    case ConnectionAction::EndTimedOut:
      timed_out_ = true;
      return end(Farewell::Hangup);
    case ConnectionAction::EndLost:
      return end(Farewell::Hangup);
  }
  return std::nullopt;
}

Stream::Told Stream::end(Farewell first) noexcept {
  farewell_ = first;
  deadline_.reset();
  return std::nullopt;
}

// Frames

Stream::Told Stream::read_frames() noexcept {
  while (!header_.complete()) {
    if (input_.empty()) return std::nullopt;
    if (const Fault* const fault = read_header_byte()) return violation(*fault, offset() - 1);
  }
  return disposition_ == Assembly::HandleControl ? read_control() : read_data();
}

const Fault* Stream::read_header_byte() noexcept {
  const std::byte byte = take(1).front();
  if (const Fault* const fault = header_.feed(byte, limits_.message_bytes_max - message_.size())) return fault;
  return header_.at_first() ? assemble() : nullptr;
}

const Fault* Stream::assemble() noexcept {
  const auto& row = assembly_.row(reading_, assembly_event(header_));
  reading_ = row.to;
  disposition_ = row.act;
  if (disposition_ == Assembly::FailNothingToContinue) return &fault::kNothingToContinue;
  if (disposition_ == Assembly::FailUnfinished) return &fault::kUnfinished;
  return nullptr;
}

Stream::Told Stream::read_data() noexcept {
  const bool last = disposition_ == Assembly::DeliverText || disposition_ == Assembly::DeliverBinary;
  const bool text = disposition_ == Assembly::DeliverText || disposition_ == Assembly::GatherText;
  const auto left = header_.length() - position_;
  const auto chunk = take(static_cast<std::size_t>(std::min<std::uint64_t>(left, input_.size())));
  const bool frame_done = chunk.size() == left;
  // A message that lies in the input as a whole, in clear, is handed out from there.
  const bool in_place = frame_done && last && message_.empty() && !header_.masked();
  const auto plain = in_place ? chunk : gather(chunk);
  position_ += chunk.size();
  if (text)
    if (const std::size_t bad = utf8_.feed(plain); bad != Utf8::kNone)
      return violation(fault::kNotUtf8, offset() - chunk.size() + bad);
  if (!frame_done) return std::nullopt;

  header_.restart();
  position_ = 0;
  if (!last) return std::nullopt;
  if (text && !utf8_.complete()) return violation(fault::kNotUtf8AtEnd, offset() - 1);
  payload_ = in_place ? chunk : std::span<const std::byte>{message_};
  message_spent_ = true;
  return perform(step(ConnectionEvent::MessageDone));
}

std::span<const std::byte> Stream::gather(std::span<const std::byte> chunk) {
  message_.insert(message_.end(), chunk.begin(), chunk.end());
  const auto gathered = std::span{message_}.last(chunk.size());
  if (header_.masked()) mask(gathered, header_.key(), position_);
  return gathered;
}

Stream::Told Stream::read_control() noexcept {
  const auto left = header_.length() - position_;
  const auto chunk = take(static_cast<std::size_t>(std::min<std::uint64_t>(left, input_.size())));
  const auto kept = std::span{control_}.subspan(static_cast<std::size_t>(position_), chunk.size());
  std::ranges::copy(chunk, kept.begin());
  if (header_.masked()) mask(kept, header_.key(), position_);
  position_ += chunk.size();
  if (position_ < header_.length()) return std::nullopt;

  payload_ = std::span{control_}.first(static_cast<std::size_t>(position_));
  header_.restart();
  position_ = 0;
  if (header_.opcode() == Opcode::Close) return read_close(payload_);
  return perform(step(header_.opcode() == Opcode::Ping ? ConnectionEvent::Ping : ConnectionEvent::Pong));
}

Stream::Told Stream::read_close(std::span<const std::byte> payload) noexcept {
  const std::uint64_t start = offset() - payload.size();
  if (payload.size() == 1) return violation(fault::kCloseTooShort, start);
  if (!payload.empty()) {
    if (!is_close_code(code_of(payload))) return violation(fault::kCloseCode, start + 1);
    const std::size_t bad = find_bad_utf8(payload.subspan(2));
    // A reason cut short is certain to be bad at its last byte.
    if (bad != Utf8::kNone)
      return violation(fault::kCloseReason, start + 2 + std::min(bad, payload.size() - 3));
  }
  close_bytes_ = static_cast<std::uint8_t>(payload.size());
  return perform(step(ConnectionEvent::Close));
}

Stream::Told Stream::violation(const Fault& fault, std::uint64_t offset) noexcept {
  error_ = Error{fault.code, fault.blame, offset, fault.req};
  failing_code_ = fault.answer;
  return perform(step(ConnectionEvent::Violation));
}

// What the caller asks for

Status Stream::admit() noexcept {
  const ConnectionRow& row = step(ConnectionEvent::LocalSend);
  if (row.act == ConnectionAction::RejectNotOpen) return caller_error(Errc::NotOpen, row.req);
  if (row.act == ConnectionAction::RejectClosing) return caller_error(Errc::AlreadyClosing, row.req);
  return kOk;
}

Status Stream::send(Kind kind, std::span<const std::byte> payload, bool fin) noexcept {
  if (kind == Kind::Text) return send_part(fin ? AssemblyEvent::TextWhole : AssemblyEvent::TextFirst, Opcode::Text, payload);
  return send_part(fin ? AssemblyEvent::BinaryWhole : AssemblyEvent::BinaryFirst, Opcode::Binary, payload);
}

Status Stream::send_more(std::span<const std::byte> payload, bool fin) noexcept {
  return send_part(fin ? AssemblyEvent::Final : AssemblyEvent::Continuation, Opcode::Continuation, payload);
}

Status Stream::send_part(AssemblyEvent event, Opcode opcode, std::span<const std::byte> payload) noexcept {
  if (const Status status = admit(); !status) return status;
  const auto& row = assembly_.row(sending_, event);
  if (row.act == Assembly::FailNothingToContinue) return caller_error(Errc::FrameContinuationUnexpected, row.req);
  if (row.act == Assembly::FailUnfinished) return caller_error(Errc::FrameMessageUnfinished, row.req);
  const bool last = row.act == Assembly::DeliverText || row.act == Assembly::DeliverBinary;
  if (row.act == Assembly::DeliverText || row.act == Assembly::GatherText) {
    Utf8 utf8 = sent_utf8_;
    std::size_t bad = utf8.feed(payload);
    if (bad == Utf8::kNone && last && !utf8.complete()) bad = payload.size();
    if (bad != Utf8::kNone) return caller_error(Errc::TextNotUtf8, req::WS_U8_7, bad);
    sent_utf8_ = utf8;
  }
  sending_ = row.to;
  queue_frame(last, opcode, payload);
  return kOk;
}

Status Stream::send_control(Opcode opcode, std::span<const std::byte> payload) noexcept {
  if (payload.size() > kControlBytesMax) return caller_error(Errc::ControlPayloadTooLong, req::WS_CT_3);
  if (const Status status = admit(); !status) return status;
  queue_frame(true, opcode, payload);
  return kOk;
}

Status Stream::close(std::uint16_t code, std::string_view reason, Instant now) noexcept {
  const bool code_good = code == 0 ? reason.empty() : is_close_code(code) && (code != 1010 || role_ == Role::Client);
  if (!code_good) return caller_error(Errc::CloseCodeInvalid, req::WS_CL_6);
  if (reason.size() > kControlBytesMax - 2) return caller_error(Errc::CloseReasonTooLong, req::WS_CL_6);
  if (const std::size_t bad = find_bad_utf8(std::as_bytes(std::span{reason})); bad != Utf8::kNone)
    return caller_error(Errc::CloseReasonNotUtf8, req::WS_CL_6, bad);
  const ConnectionRow& row = step(ConnectionEvent::LocalClose);
  if (row.act == ConnectionAction::RejectNotOpen) return caller_error(Errc::NotOpen, row.req);
  now_ = now;
  if (row.act == ConnectionAction::SendClose) queue_close(code, reason);
  perform(row);
  return kOk;
}

Status Stream::check_connecting() const noexcept {
  if (state_ == ConnectionState::Connecting) return kOk;
  return caller_error(Errc::AlreadyOpen, req::WS_HS_1);
}

}  // namespace portcullis::websocket
