#include "portcullis/oracle/timeline/frames.h"

#include <algorithm>

#include "portcullis/core/websocket/fault.h"

namespace portcullis::timeline {
namespace {

using websocket::Opcode;
using websocket::Utf8;
namespace rule = websocket::fault;

constexpr Fault kDataAfterClose{Errc::AlreadyClosing, 0, req::WS_CL_8};

const Fault* fault_of_close(std::span<const std::byte> payload) {
  if (payload.empty()) return nullptr;
  if (payload.size() == 1) return &rule::kCloseTooShort;
  const auto code = std::to_integer<std::uint32_t>(payload[0]) << 8 | std::to_integer<std::uint32_t>(payload[1]);
  if (!websocket::is_close_code(code)) return &rule::kCloseCode;
  return websocket::find_bad_utf8(payload.subspan(2)) == Utf8::kNone ? nullptr : &rule::kCloseReason;
}

}  // namespace

std::string words_for(const Fault& fault) {
  const std::string_view words = &fault == &kDataAfterClose ? "a data frame follows the Close" : text(fault.code);
  return std::string(words) + " (" + std::string(id(fault.req)) + ")";
}

void FrameReader::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty() && !given_up_) {
    const bool in_header = !header_.complete();
    if (in_header) feed_header(bytes.front());
    bytes = bytes.subspan(in_header ? 1 : feed_payload(bytes));
    if (!given_up_ && header_.complete() && position_ == header_.length()) finish_frame();
  }
}

void FrameReader::feed_header(std::byte byte) {
  const std::uint64_t room = std::min(limits_.frame_bytes_max, limits_.message_bytes_max - message_.size());
  const Fault* fault = header_.feed(byte, room);
  if (fault == nullptr && header_.at_first()) fault = check_order();
  if (fault != nullptr) fail(*fault);
}

/// Says whether the frame that begins may follow those before it.
const Fault* FrameReader::check_order() {
  if (header_.is_control()) return nullptr;
  if (closed_) return &kDataAfterClose;
  const bool goes_on = header_.opcode() == Opcode::Continuation;
  const bool open = kind_ != Opcode::Continuation;
  if (goes_on != open) return goes_on ? &rule::kNothingToContinue : &rule::kUnfinished;
  if (!goes_on) kind_ = header_.opcode();
  return nullptr;
}

std::size_t FrameReader::feed_payload(std::span<const std::byte> bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(header_.length() - position_, bytes.size()));
  std::vector<std::byte>& into = header_.is_control() ? control_ : message_;
  into.insert(into.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  const auto added = std::span(into).last(size);
  if (header_.masked()) websocket::mask(added, header_.key(), position_);
  position_ += size;
  const bool text = !header_.is_control() && kind_ == Opcode::Text;
  if (text && utf8_.feed(added) != Utf8::kNone) fail(rule::kNotUtf8);
  return size;
}

void FrameReader::finish_frame() {
  if (header_.is_control())
    finish_control();
  else if (header_.fin())
    finish_message();
  header_.restart();
  position_ = 0;
}

void FrameReader::finish_message() {
  if (kind_ == Opcode::Text && !utf8_.complete()) return fail(rule::kNotUtf8AtEnd);
  heard_.message(kind_, message_);
  message_.clear();
  kind_ = Opcode::Continuation;
}

void FrameReader::finish_control() {
  const Fault* const fault = header_.opcode() == Opcode::Close ? fault_of_close(control_) : nullptr;
  if (fault != nullptr) return fail(*fault);
  if (!closed_) heard_.control(header_.opcode(), control_);
  closed_ = closed_ || header_.opcode() == Opcode::Close;
  control_.clear();
}

/// After a Close nothing is interpreted that follows (WS-CL-7), but for what must not have been sent.
void FrameReader::fail(const Fault& fault) {
  given_up_ = true;
  message_ = {};
  if (!closed_ || &fault == &kDataAfterClose) heard_.fault(words_for(fault));
}

}  // namespace portcullis::timeline
