#include "portcullis/core/encoding/etf_write.h"

#include <array>
#include <new>
#include <span>

#include "portcullis/core/websocket/utf8.h"

namespace portcullis::encoding {

EtfWriter::EtfWriter(std::vector<char>& out, std::size_t bytes_max) noexcept
    : out_(out), from_(out.size()), bytes_max_(bytes_max) {
  append(std::string_view{std::array{static_cast<char>(kEtfVersion)}.data(), 1});
}

void EtfWriter::append(std::string_view bytes) noexcept try {
  if (too_large_ || no_memory_) return;
  too_large_ = bytes.size() > bytes_max_ - (out_.size() - from_);
  if (!too_large_) out_.insert(out_.end(), bytes.begin(), bytes.end());
} catch (const std::bad_alloc&) {
  no_memory_ = true;
}

/// A tag with what follows it, a number in so many bytes, the highest first.
void EtfWriter::put(Tag tag, std::uint64_t number, unsigned bytes) noexcept {
  std::array<char, 9> head{static_cast<char>(tag)};
  for (unsigned i = 1; i <= bytes; ++i) head[i] = static_cast<char>(number >> (8 * (bytes - i)));
  append({head.data(), bytes + 1});
}

void EtfWriter::atom(std::string_view name) noexcept {
  put(Tag::Atom, name.size(), 2);
  append(name);
}

void EtfWriter::begin_map(std::size_t members) noexcept { put(Tag::Map, members, 4); }

/// What follows is the tail; an empty list is nothing but that.
void EtfWriter::begin_list(std::size_t elements) noexcept {
  if (elements != 0) put(Tag::List, elements, 4);
}

void EtfWriter::string(std::string_view text) noexcept {
  if (websocket::find_bad_utf8(std::as_bytes(std::span{text.data(), text.size()})) != websocket::Utf8::kNone)
    not_utf8_ = true;
  put(Tag::Binary, text.size(), 4);
  append(text);
}

void EtfWriter::integer(std::int64_t value) noexcept {
  if (value >= 0 && value <= 255) return put(Tag::SmallInteger, static_cast<std::uint64_t>(value), 1);
  if (value == static_cast<std::int32_t>(value)) return put(Tag::Integer, static_cast<std::uint64_t>(value), 4);
  const auto bits = static_cast<std::uint64_t>(value);
  std::uint64_t rest = value < 0 ? 0 - bits : bits;
  std::array<char, 8> little_endian{};
  std::size_t size = 0;
  for (; rest != 0; rest >>= 8) little_endian[size++] = static_cast<char>(rest);
  put(Tag::SmallBig, size << 8 | (value < 0 ? 1u : 0u), 2);
  append({little_endian.data(), size});
}

void EtfWriter::snowflake(std::uint64_t value) noexcept {
  std::array<char, 24> buffer;
  string(digits({false, value}, buffer));
}

Status EtfWriter::finish() const noexcept {
  const std::uint64_t written = out_.size() - from_;
  if (not_utf8_) return Error{Errc::CommandNotUtf8, Blame::Caller, written, req::GW_ENV_18};
  if (too_large_) return Error{Errc::CommandTooLarge, Blame::Caller, written, req::GW_ETF_18};
  if (no_memory_) return Error{Errc::OutOfMemory, Blame::Limit, written, req::GW_ETF_18};
  return kOk;
}

}  // namespace portcullis::encoding
