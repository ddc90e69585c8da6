#include "portcullis/core/websocket/stream.h"

#include <algorithm>

namespace portcullis::websocket {
namespace {

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

constexpr const Fault* fault_of(spec::message_assembly::Action act) noexcept {
  if (act == spec::message_assembly::Action::FailNothingToContinue) return &fault::kNothingToContinue;
  return act == spec::message_assembly::Action::FailUnfinished ? &fault::kUnfinished : nullptr;
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

void Stream::ended(Instant now) noexcept {
  now_ = now;
  end_due_ = end_due_ || !input_ended_;
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

Stream::Output Stream::advance() noexcept {
  if (message_spent_) message_.clear();
  message_spent_ = false;
  for (;;) {
    if (farewell_ != Farewell::None) return farewell();
    // Handing pongs out in time is what bounds them: none is ever dropped.
    if (pongs_waiting_ != 0 && pongs_waiting_ >= limits_.pongs_waiting_max) return transmit();
    if (input_.empty() && !end_due_) break;
    if (const Told told = perform(next_row())) return *told;
  }
  if (!out_.empty()) return transmit();
  return Wait{deadline_};
}

const Stream::ConnectionRow& Stream::next_row() noexcept {
  if (!input_.empty()) return follow(*on_bytes_);
  end_due_ = false;
  return step(ConnectionEvent::EndOfInput);
}

Stream::Output Stream::farewell() noexcept {
  if (!out_.empty()) return transmit();
  const Farewell now = farewell_;
  farewell_ = now == Farewell::Failure ? Farewell::Hangup : now == Farewell::Hangup ? Farewell::Final : Farewell::None;
  if (now == Farewell::Failure) return Failed{error_};
  if (now == Farewell::Hangup) return Hangup{};
  if (never_opened_) return NeverOpened{};
  return ended_;
}

Transmit Stream::transmit() noexcept {
  pongs_waiting_ = 0;
  std::swap(out_, in_flight_);
  out_.clear();
  return Transmit{in_flight_};
}

void Stream::queue(std::string_view head) noexcept {
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

void Stream::queue_close() noexcept {
  std::array<std::byte, kControlBytesMax> payload;
  payload[0] = static_cast<std::byte>(close_code_ >> 8);
  payload[1] = static_cast<std::byte>(close_code_);
  std::ranges::copy(std::as_bytes(std::span{close_reason_}), payload.begin() + 2);
  queue_frame(true, Opcode::Close, std::span{payload}.first(close_code_ == 0 ? 0 : 2 + close_reason_.size()));
}

// The machine

const Stream::ConnectionRow& Stream::step(ConnectionEvent event) noexcept {
  return follow(connection_.row(state_, event));
}

const Stream::ConnectionRow& Stream::follow(const ConnectionRow& row) noexcept {
  if (row.to == state_) return row;
  state_ = row.to;
  on_bytes_ = &connection_.row(state_, ConnectionEvent::Bytes);
  return row;
}

void Stream::handshake_done(bool good) noexcept {
  perform(step(good ? ConnectionEvent::HeadOk : ConnectionEvent::HeadRefused));
}

// clang-format off
Stream::Told Stream::perform(const ConnectionRow& row) noexcept {
  using A = spec::websocket_connection::Action;
  switch (row.act) {
    case A::Impossible:       assert(false); return {};
    case A::Ignore: case A::StartFrames: case A::SendFrame: case A::RejectNotOpen: case A::RejectClosing: return {};
    case A::ReadHead:         return HeadInput{};
    case A::ReadFrames:       return read_frames();
    case A::Discard:          input_ = {}; return {};
    case A::GiveUpHandshake:  never_opened_ = true; return end(Farewell::Hangup);
    case A::Deliver:          return Message{disposition_ == Assembly::DeliverText ? Kind::Text : Kind::Binary, payload_};
    case A::AnswerPing:       queue_frame(true, Opcode::Pong, payload_); ++pongs_waiting_; return Ping{payload_};
    case A::DeliverPong:      return Pong{payload_};
    case A::SendClose:        queue_close(); ended_.ours_first = true; deadline_ = now_ + limits_.close_timeout; return {};
    case A::AnswerClose:      queue_close(); return closes_done();
    case A::NoteClose:        return closes_done();
    case A::Linger:           deadline_ = now_ + limits_.linger_timeout; return {};
    case A::FailWithClose:    queue_close(); ended_.ours_first = true; return end(Farewell::Failure);
    case A::FailWithoutClose: return end(Farewell::Failure);
    case A::EndClean:         ended_.clean = true; return end(Farewell::Hangup);
    case A::EndTimedOut:      ended_.timed_out = true; return end(Farewell::Hangup);
    case A::EndLost:          return end(Farewell::Hangup);
  }
  return {};
}
// clang-format on

Stream::Told Stream::end(Farewell first) noexcept {
  farewell_ = first;
  deadline_.reset();
  return {};
}

Stream::Told Stream::closes_done() noexcept {
  return perform(step(role_ == Role::Client ? ConnectionEvent::BothDoneAsClient : ConnectionEvent::BothDoneAsServer));
}

// Frames

Stream::Told Stream::read_frames() noexcept {
  while (!header_.complete()) {
    if (input_.empty()) return {};
    if (const Fault* const fault = read_header_byte()) return violation(*fault, offset() - 1);
  }
  return disposition_ == Assembly::HandleControl ? read_control() : read_data();
}

const Fault* Stream::read_header_byte() noexcept {
  const std::uint64_t room = std::min(limits_.frame_bytes_max, limits_.message_bytes_max - message_.size());
  if (const Fault* const fault = header_.feed(take(1).front(), room)) return fault;
  if (!header_.at_first()) return nullptr;
  const auto& row = assembly_.row(reading_, assembly_event(header_));
  reading_ = row.to;
  disposition_ = row.act;
  return fault_of(row.act);
}

std::span<const std::byte> Stream::take_payload() noexcept {
  return take(static_cast<std::size_t>(std::min<std::uint64_t>(header_.length() - position_, input_.size())));
}

void Stream::finish_frame() noexcept {
  header_.restart();
  position_ = 0;
}

Stream::Told Stream::read_data() noexcept {
  const bool last = disposition_ == Assembly::DeliverText || disposition_ == Assembly::DeliverBinary;
  const bool text = disposition_ == Assembly::DeliverText || disposition_ == Assembly::GatherText;
  const auto chunk = take_payload();
  const bool frame_done = position_ + chunk.size() == header_.length();
  // A message that lies in the input as a whole and unmasked is handed out from there.
  const bool in_place = frame_done && last && message_.empty() && !header_.masked();
  const auto plain = in_place ? chunk : gather(chunk);
  position_ += chunk.size();
  if (text)
    if (const std::size_t bad = utf8_.feed(plain); bad != Utf8::kNone)
      return violation(fault::kNotUtf8, offset() - chunk.size() + bad);
  if (!frame_done) return {};

  finish_frame();
  if (!last) return {};
  if (text && !utf8_.complete()) return violation(fault::kNotUtf8AtEnd, offset() - 1);
  payload_ = in_place ? chunk : std::span<const std::byte>{message_};
  message_spent_ = true;
  return perform(step(ConnectionEvent::MessageDone));
}

std::span<const std::byte> Stream::gather(std::span<const std::byte> chunk) noexcept {
  if (chunk.size() == 1)
    message_.push_back(chunk.front());  // several times as fast, for a peer that dribbles
  else
    message_.insert(message_.end(), chunk.begin(), chunk.end());
  const auto gathered = std::span{message_}.last(chunk.size());
  if (header_.masked()) mask(gathered, header_.key(), position_);
  return gathered;
}

Stream::Told Stream::read_control() noexcept {
  const auto chunk = take_payload();
  const auto kept = std::span{control_}.subspan(static_cast<std::size_t>(position_), chunk.size());
  std::ranges::copy(chunk, kept.begin());
  if (header_.masked()) mask(kept, header_.key(), position_);
  position_ += chunk.size();
  if (position_ < header_.length()) return {};

  payload_ = std::span{control_}.first(static_cast<std::size_t>(position_));
  finish_frame();
  if (header_.opcode() == Opcode::Close) return read_close();
  return perform(step(header_.opcode() == Opcode::Ping ? ConnectionEvent::Ping : ConnectionEvent::Pong));
}

Stream::Told Stream::read_close() noexcept {
  const std::uint64_t start = offset() - payload_.size();
  if (payload_.size() == 1) return violation(fault::kCloseTooShort, start);
  close_code_ = payload_.empty() ? std::uint16_t{0} : code_of(payload_);
  close_reason_ = {};  // no reason is echoed
  std::string_view reason;
  if (!payload_.empty()) {
    if (!is_close_code(close_code_)) return violation(fault::kCloseCode, start + 1);
    reason = {reinterpret_cast<const char*>(payload_.data()) + 2, payload_.size() - 2};
    // A reason that is cut short is known to be bad at its last byte.
    if (const std::size_t bad = find_bad_utf8(payload_.subspan(2)); bad != Utf8::kNone)
      return violation(fault::kCloseReason, start + 2 + std::min(bad, reason.size() - 1));
  }
  ended_.code = payload_.empty() ? kCloseNone : close_code_;
  ended_.reason = reason;
  return perform(step(ConnectionEvent::Close));
}

Stream::Told Stream::violation(const Fault& fault, std::uint64_t offset) noexcept {
  error_ = error_of(fault, offset);
  close_code_ = fault.answer;
  close_reason_ = {};
  return perform(step(ConnectionEvent::Violation));
}

// What the caller asks for

Status Stream::admit(ConnectionEvent event) noexcept {
  using A = spec::websocket_connection::Action;
  const ConnectionRow& row = step(event);
  if (row.act == A::RejectNotOpen) return caller_error(Errc::NotOpen, row.req);
  if (row.act == A::RejectClosing) return caller_error(Errc::AlreadyClosing, row.req);
  perform(row);
  return kOk;
}

/// What is queued is at most the mark and one frame; Closes and the answers to pings are not counted against it.
Status Stream::admit_send() noexcept {
  if (const Status status = admit(ConnectionEvent::LocalSend); !status) return status;
  if (out_.size() < limits_.output_bytes_max) return kOk;
  return Error{Errc::OutputFull, Blame::Limit, 0, req::WS_LM_3};
}

Status Stream::send(Kind kind, std::span<const std::byte> payload, bool fin) noexcept {
  using E = AssemblyEvent;
  if (kind == Kind::Text) return send_part(fin ? E::TextWhole : E::TextFirst, Opcode::Text, payload);
  return send_part(fin ? E::BinaryWhole : E::BinaryFirst, Opcode::Binary, payload);
}

Status Stream::send_more(std::span<const std::byte> payload, bool fin) noexcept {
  return send_part(fin ? AssemblyEvent::Final : AssemblyEvent::Continuation, Opcode::Continuation, payload);
}

Status Stream::send_part(AssemblyEvent event, Opcode opcode, std::span<const std::byte> payload) noexcept {
  if (const Status status = admit_send(); !status) return status;
  const auto& row = assembly_.row(sending_, event);
  if (const Fault* const fault = fault_of(row.act)) return caller_error(fault->code, row.req);
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
  if (const Status status = admit_send(); !status) return status;
  queue_frame(true, opcode, payload);
  return kOk;
}

Status Stream::close(std::uint16_t code, std::string_view reason, Instant now) noexcept {
  const bool code_good = code == 0 ? reason.empty() : is_close_code(code) && (code != 1010 || role_ == Role::Client);
  if (!code_good) return caller_error(Errc::CloseCodeInvalid, req::WS_CL_6);
  if (reason.size() > kControlBytesMax - 2) return caller_error(Errc::CloseReasonTooLong, req::WS_CL_6);
  if (const std::size_t bad = find_bad_utf8(std::as_bytes(std::span{reason})); bad != Utf8::kNone)
    return caller_error(Errc::CloseReasonNotUtf8, req::WS_CL_6, bad);
  now_ = now;
  close_code_ = code;
  close_reason_ = reason;
  return admit(ConnectionEvent::LocalClose);
}

}  // namespace portcullis::websocket
