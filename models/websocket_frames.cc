#include "portcullis/models/websocket_frames.h"

#include <optional>

namespace portcullis::models {
namespace {

using What = FrameEvent::What;

struct Range {
  unsigned from, to;
};
using Sequence = std::vector<Range>;

/// The alternatives of UTF8-char in RFC 3629 section 4, from top to bottom.
const std::vector<Sequence>& utf8_grammar() {
  constexpr Range tail{0x80, 0xbf};
  static const std::vector<Sequence> grammar{
      {{0x00, 0x7f}},
      {{0xc2, 0xdf}, tail},
      {{0xe0, 0xe0}, {0xa0, 0xbf}, tail},
      {{0xe1, 0xec}, tail, tail},
      {{0xed, 0xed}, {0x80, 0x9f}, tail},
      {{0xee, 0xef}, tail, tail},
      {{0xf0, 0xf0}, {0x90, 0xbf}, tail, tail},
      {{0xf1, 0xf3}, tail, tail, tail},
      {{0xf4, 0xf4}, {0x80, 0x8f}, tail, tail},
  };
  return grammar;
}

unsigned byte_of(const std::string& text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

/// Whether the text from `start` on agrees with the sequence for as far as both of them go.
bool agrees(const std::string& text, std::size_t start, const Sequence& sequence) {
  for (std::size_t i = 0; i < sequence.size() && start + i < text.size(); ++i) {
    const unsigned byte = byte_of(text, start + i);
    if (byte < sequence[i].from || byte > sequence[i].to) return false;
  }
  return true;
}

/// One frame as section 5.2 draws it. What the stream does not hold yet is absent.
struct Frame {
  std::optional<bool> fin;
  std::optional<unsigned> reserved;
  std::optional<unsigned> opcode;
  std::optional<bool> masked;
  std::optional<unsigned> length7;
  std::optional<std::uint64_t> length;
  bool key_is_there = false;
  std::string payload;  ///< unmasked, as much of it as there is
  bool is_whole = false;
  std::size_t bytes = 0;  ///< of the stream that it takes up, when whole
};

class Stream {
 public:
  explicit Stream(std::span<const std::byte> bytes) {
    for (const std::byte one : bytes) bytes_.push_back(static_cast<char>(one));
  }

  bool has(std::size_t index) const { return index < bytes_.size(); }
  unsigned byte(std::size_t index) const { return byte_of(bytes_, index); }

  /// Gives the number in `count` bytes, the first of them being the highest.
  std::optional<std::uint64_t> number(std::size_t index, std::size_t count) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!has(index + i)) return std::nullopt;
      value = value * 256 + byte(index + i);
    }
    return value;
  }

 private:
  std::string bytes_;
};

Frame frame_at(const Stream& stream, std::size_t start) {
  Frame frame;
  if (!stream.has(start)) return frame;
  frame.fin = stream.byte(start) / 128 == 1;
  frame.reserved = stream.byte(start) / 16 % 8;
  frame.opcode = stream.byte(start) % 16;
  if (!stream.has(start + 1)) return frame;
  frame.masked = stream.byte(start + 1) / 128 == 1;
  frame.length7 = stream.byte(start + 1) % 128;

  std::size_t at = start + 2;
  if (*frame.length7 < 126) {
    frame.length = *frame.length7;
  } else {
    const std::size_t count = *frame.length7 == 126 ? 2 : 8;
    frame.length = stream.number(at, count);
    at += count;
  }
  if (!frame.length) return frame;

  std::vector<unsigned> key;
  for (int i = 0; *frame.masked && i < 4; ++i, ++at)
    if (stream.has(at)) key.push_back(stream.byte(at));
  if (*frame.masked && key.size() < 4) return frame;
  frame.key_is_there = true;

  for (std::uint64_t i = 0; i < *frame.length; ++i, ++at) {
    if (!stream.has(at)) return frame;
    const unsigned byte = stream.byte(at);
    frame.payload.push_back(static_cast<char>(*frame.masked ? byte ^ key[i % 4] : byte));
  }
  frame.is_whole = true;
  frame.bytes = at - start;
  return frame;
}

bool is_control(const Frame& frame) { return *frame.opcode >= 8; }

bool may_be_sent(unsigned code) {
  if (code >= 3000 && code <= 4999) return true;
  if (code == 1004 || code == 1005 || code == 1006 || code == 1015) return false;
  return code >= 1000 && code <= 1015;
}

/// Reads one stream from its first byte to its last.
class Reading {
 public:
  Reading(Reader reader, const FrameBounds& bounds) : reader_(reader), bounds_(bounds) {}

  std::vector<FrameEvent> all(const Stream& stream) {
    for (std::size_t at = 0; !over_;) {
      const Frame frame = frame_at(stream, at);
      if (const unsigned code = what_is_wrong(frame); code != 0) {
        say({What::Fail, "", code});
        break;
      }
      if (!frame.is_whole) break;
      take(frame);
      at += frame.bytes;
    }
    return events_;
  }

 private:
  /// Gives the code to fail with, 0 while nothing is wrong. The order is the one in which the bytes come.
  unsigned what_is_wrong(const Frame& frame) const {
    if (!frame.fin) return 0;
    if (*frame.reserved != 0) return 1002;
    if ((*frame.opcode > 2 && *frame.opcode < 8) || *frame.opcode > 10) return 1002;
    if (is_control(frame) && !*frame.fin) return 1002;
    if (*frame.opcode == 0 && !open_) return 1002;
    if ((*frame.opcode == 1 || *frame.opcode == 2) && open_) return 1002;

    if (!frame.masked) return 0;
    if (*frame.masked != (reader_ == Reader::Server)) return 1002;
    if (is_control(frame) && *frame.length7 > 125) return 1002;

    if (!frame.length) return 0;
    if (*frame.length7 == 126 && *frame.length < 126) return 1002;
    if (*frame.length7 == 127 && *frame.length < 65536) return 1002;
    if (*frame.length >= 0x8000000000000000) return 1002;
    if (!is_control(frame) && *frame.length > bounds_.frame_bytes_max) return 1009;
    if (!is_control(frame) && *frame.length > bounds_.message_bytes_max - message_.size()) return 1009;

    if (!frame.key_is_there) return 0;
    if (is_control(frame)) return frame.is_whole && *frame.opcode == 8 ? what_is_wrong_with_close(frame.payload) : 0;
    const bool is_text = open_ ? *open_ == What::Text : *frame.opcode == 1;
    if (!is_text) return 0;
    const Utf8Verdict verdict = judge_utf8(message_ + frame.payload);
    if (verdict == Utf8Verdict::Bad) return 1007;
    return frame.is_whole && *frame.fin && verdict == Utf8Verdict::Begun ? 1007 : 0;
  }

  static unsigned what_is_wrong_with_close(const std::string& payload) {
    if (payload.empty()) return 0;
    if (payload.size() == 1) return 1002;
    if (!may_be_sent(byte_of(payload, 0) * 256 + byte_of(payload, 1))) return 1002;
    return judge_utf8(payload.substr(2)) == Utf8Verdict::Valid ? 0 : 1007;
  }

  /// Takes a whole frame with which nothing is wrong.
  void take(const Frame& frame) {
    if (*frame.opcode == 9) return say({What::Ping, frame.payload});
    if (*frame.opcode == 10) return say({What::Pong, frame.payload});
    if (*frame.opcode == 8) return take_close(frame.payload);
    if (!open_) open_ = *frame.opcode == 1 ? What::Text : What::Binary;
    message_ += frame.payload;
    if (!*frame.fin) return;
    say({*open_, message_});
    open_.reset();
    message_.clear();
  }

  void take_close(const std::string& payload) {
    over_ = true;
    if (payload.empty()) return say({What::Close, "", 1005});
    say({What::Close, payload.substr(2), byte_of(payload, 0) * 256 + byte_of(payload, 1)});
  }

  void say(FrameEvent event) { events_.push_back(std::move(event)); }

  Reader reader_;
  FrameBounds bounds_;
  std::vector<FrameEvent> events_;
  std::optional<What> open_;  ///< the kind of the message whose last fragment has not come
  std::string message_;       ///< of which this has
  bool over_ = false;
};

}  // namespace

Utf8Verdict judge_utf8(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const Sequence* fitting = nullptr;
    for (const Sequence& sequence : utf8_grammar())
      if (agrees(text, at, sequence)) fitting = &sequence;
    if (fitting == nullptr) return Utf8Verdict::Bad;
    if (at + fitting->size() > text.size()) return Utf8Verdict::Begun;
    at += fitting->size();
  }
  return Utf8Verdict::Valid;
}

std::vector<FrameEvent> read_frames(std::span<const std::byte> stream, Reader reader, const FrameBounds& bounds) {
  return Reading(reader, bounds).all(Stream(stream));
}

}  // namespace portcullis::models
