#include "portcullis/core/encoding/json_write.h"

#include <array>
#include <charconv>
#include <new>

#include "portcullis/core/encoding/json_bytes.h"
#include "portcullis/core/encoding/json_table.h"

namespace portcullis::encoding {
namespace {

constexpr std::string_view kShortEscapes = "\"\\\b\f\n\r\t";
constexpr std::string_view kShortNames = "\"\\bfnrt";
constexpr std::string_view kHexDigits = "0123456789abcdef";

template <typename Number>
std::string_view digits(Number value, std::array<char, 20>& buffer) noexcept {
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
}

}  // namespace

void JsonWriter::append(std::string_view text) noexcept try {
  if (too_large_ || no_memory_) return;
  too_large_ = text.size() > bytes_max_ - (out_.size() - from_);
  if (!too_large_) out_.insert(out_.end(), text.begin(), text.end());
} catch (const std::bad_alloc&) {
  no_memory_ = true;
}

void JsonWriter::separate() noexcept {
  if (out_.size() == from_) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') append(",");
}

void JsonWriter::escape(char c) noexcept {
  const std::size_t index = kShortEscapes.find(c);
  if (index != std::string_view::npos) {
    append({std::array{'\\', kShortNames[index]}.data(), 2});
  } else {
    const auto byte = static_cast<unsigned char>(c);
    append({std::array{'\\', 'u', '0', '0', kHexDigits[byte >> 4], kHexDigits[byte & 15]}.data(), 6});
  }
}

/// Gives how many bytes at the front are whole characters beyond ASCII; 0 when the first is not UTF-8.
std::size_t JsonWriter::non_ascii(std::string_view text) noexcept {
  InString state = InString::Body;
  std::size_t size = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (state == InString::Body && static_cast<unsigned char>(text[index]) < 0x80) break;
    state = step(kStrings, state, text[index]);
    if (state == InString::Refuse) break;
    if (state == InString::Body) size = index + 1;
  }
  return size;
}

void JsonWriter::quoted(std::string_view text) noexcept {
  append("\"");
  while (!text.empty() && !not_utf8_ && !too_large_) {
    const char* const end = text.data() + text.size();
    const auto plain = static_cast<std::size_t>(NativeBytes::plain_end(text.data(), end) - text.data());
    append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t taken = 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      escape(text.front());
    } else {
      taken = non_ascii(text);
      not_utf8_ = taken == 0;
      append(text.substr(0, taken));
    }
    text.remove_prefix(taken);
  }
  append("\"");
}

void JsonWriter::begin_map(std::size_t) noexcept {
  separate();
  append("{");
}

void JsonWriter::begin_list(std::size_t) noexcept {
  separate();
  append("[");
}

void JsonWriter::key(std::string_view text) noexcept {
  separate();
  quoted(text);
  append(":");
}

void JsonWriter::string(std::string_view text) noexcept {
  separate();
  quoted(text);
}

void JsonWriter::integer(std::int64_t value) noexcept {
  std::array<char, 20> buffer;
  separate();
  append(digits(value, buffer));
}

void JsonWriter::snowflake(std::uint64_t value) noexcept {
  std::array<char, 20> buffer;
  separate();
  quoted(digits(value, buffer));
}

void JsonWriter::boolean(bool value) noexcept {
  separate();
  append(value ? "true" : "false");
}

void JsonWriter::null() noexcept {
  separate();
  append("null");
}

Status JsonWriter::finish() const noexcept {
  const std::uint64_t written = out_.size() - from_;
  if (not_utf8_) return Error{Errc::CommandNotUtf8, Blame::Caller, written, req::GW_ENV_18};
  if (too_large_) return Error{Errc::CommandTooLarge, Blame::Caller, written, req::GW_SIZE_1};
  if (no_memory_) return Error{Errc::OutOfMemory, Blame::Limit, written, req::GW_SIZE_1};
  return kOk;
}

}  // namespace portcullis::encoding
