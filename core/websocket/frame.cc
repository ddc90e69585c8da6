#include "portcullis/core/websocket/frame.h"

#include <cstring>

namespace portcullis::websocket {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReservedBits = 0x70;
constexpr std::uint8_t kMask = 0x80;

constexpr bool is_opcode(std::uint8_t opcode) noexcept { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

}  // namespace

void mask(std::span<std::byte> bytes, MaskKey key, std::uint64_t position) noexcept {
  std::array<std::byte, 8> pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = key[(position + i) % key.size()];
  std::uint64_t pattern_word;
  std::memcpy(&pattern_word, pattern.data(), sizeof pattern_word);
  std::size_t i = 0;
  for (; i + sizeof pattern_word <= bytes.size(); i += sizeof pattern_word) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    word ^= pattern_word;
    std::memcpy(bytes.data() + i, &word, sizeof word);
  }
  for (std::size_t j = 0; i < bytes.size(); ++i, ++j) bytes[i] ^= pattern[j];
}

void append_frame(std::vector<std::byte>& out, bool fin, Opcode opcode, std::span<const std::byte> payload,
                  const MaskKey* key) {
  std::array<std::byte, 14> header;
  std::size_t size = 0;
  const auto put = [&](std::uint64_t value) { header[size++] = static_cast<std::byte>(value); };
  const std::uint64_t length = payload.size();
  const unsigned extended = length < 126 ? 0 : length < 65536 ? 2 : 8;
  put((fin ? kFin : 0u) | static_cast<unsigned>(opcode));
  put((key != nullptr ? kMask : 0u) | (extended == 0 ? length : extended == 2 ? 126u : 127u));
  for (unsigned left = extended; left > 0; --left) put(length >> (8 * (left - 1)));
  if (key != nullptr)
    for (const std::byte byte : *key) header[size++] = byte;

  out.insert(out.end(), header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
  out.insert(out.end(), payload.begin(), payload.end());
  if (key != nullptr) mask(std::span(out).last(payload.size()), *key, 0);
}

const Fault* HeaderReader::feed(std::byte byte, std::uint64_t room) noexcept {
  const auto value = std::to_integer<std::uint8_t>(byte);
  switch (stage_) {
    case Stage::First: return read_first(value);
    case Stage::Second: return read_second(value, room);
    case Stage::Length: return read_length(value, room);
    case Stage::Key:
      key_[key_.size() - missing_] = byte;
      if (--missing_ == 0) stage_ = Stage::Complete;
      break;
    case Stage::Complete: break;
  }
  return nullptr;
}

const Fault* HeaderReader::read_first(std::uint8_t byte) noexcept {
  first_ = byte;
  stage_ = Stage::Second;
  if ((byte & kReservedBits) != 0) return &fault::kReservedBits;
  if (!is_opcode(byte & 0x0f)) return &fault::kOpcode;
  if (is_control() && !fin()) return &fault::kControlFragmented;
  return nullptr;
}

const Fault* HeaderReader::read_second(std::uint8_t byte, std::uint64_t room) noexcept {
  const bool has_key = (byte & kMask) != 0;
  if (has_key != masked()) return masked() ? &fault::kMaskMissing : &fault::kMaskUnexpected;
  length_ = byte & 0x7f;
  if (length_ < 126) return accept_length(room);
  if (is_control()) return &fault::kControlTooLong;
  missing_ = length_ == 126 ? 2 : 8;
  least_ = length_ == 126 ? 126 : 65536;
  length_ = 0;
  stage_ = Stage::Length;
  return nullptr;
}

const Fault* HeaderReader::read_length(std::uint8_t byte, std::uint64_t room) noexcept {
  length_ = length_ << 8 | byte;
  if (--missing_ != 0) return nullptr;
  if (length_ < least_) return &fault::kLengthNotMinimal;
  if (length_ >> 63 != 0) return &fault::kLengthOverflow;
  return accept_length(room);
}

const Fault* HeaderReader::accept_length(std::uint64_t room) noexcept {
  if (!is_control() && length_ > room) return &fault::kMessageTooLarge;
  missing_ = static_cast<std::uint8_t>(key_.size());
  stage_ = masked() ? Stage::Key : Stage::Complete;
  return nullptr;
}

}  // namespace portcullis::websocket
