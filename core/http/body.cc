#include "portcullis/core/http/body.h"

#include <algorithm>
#include <charconv>

#include "portcullis/core/http/text.h"

namespace portcullis::http {
namespace {

/// Gives the number that all of `digits` is, without sign or prefix; nothing when it overflows.
std::optional<std::uint64_t> parse_whole(std::string_view digits, int base) noexcept {
  const char* const end = digits.data() + digits.size();
  std::uint64_t value = 0;
  const auto [stop, errc] = std::from_chars(digits.data(), end, value, base);
  return errc == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

}  // namespace

const Fault* BodyReader::begin(int status, const FieldsView& head) {
  const auto codings = head.elements("Transfer-Encoding");
  const auto lengths = head.elements("Content-Length");
  if (status == 204 || status == 304) {
    stage_ = Stage::Complete;
  } else if (head.find("Transfer-Encoding")) {
    if (!codings.empty() && same_ignoring_case(codings.back(), "chunked")) stage_ = Stage::ChunkSize;
  } else if (head.find("Content-Length")) {
    const auto length = lengths.empty() ? std::nullopt : parse_whole(lengths.front(), 10);
    const auto same = [&](std::string_view one) { return parse_whole(one, 10) == length; };
    if (!length || !std::ranges::all_of(lengths, same)) return &fault::kBodyLength;
    left_ = *length;
    stage_ = left_ == 0 ? Stage::Complete : Stage::Counted;
  }
  return nullptr;
}

const Fault* BodyReader::feed(std::span<const std::byte>& input) {
  if (stage_ > Stage::ChunkData) {
    const char byte = static_cast<char>(input.front());
    input = input.subspan(1);
    return feed_framing(byte);
  }
  keep(input);
  return nullptr;
}

void BodyReader::keep(std::span<const std::byte>& input) {
  const bool endless = stage_ == Stage::UntilEnd;
  const std::uint64_t wanted = endless ? input.size() : std::min<std::uint64_t>(left_, input.size());
  const std::size_t kept = std::min<std::size_t>(wanted, limits_.http_body_bytes_max - kept_.size());
  kept_.insert(kept_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(kept));
  input = input.subspan(kept);
  truncated_ = kept < wanted;
  if (!endless) left_ -= kept;
  if (truncated_ || (stage_ == Stage::Counted && left_ == 0)) stage_ = Stage::Complete;
  if (stage_ == Stage::ChunkData && left_ == 0) stage_ = Stage::ChunkReturn;
}

const Fault* BodyReader::feed_framing(char byte) {
  const auto expect = [&](char wanted, Stage next) {
    stage_ = next;
    return byte == wanted ? nullptr : &fault::kChunk;
  };
  switch (stage_) {
    case Stage::ChunkSize:
    case Stage::ChunkSpace: return read_chunk_size(byte);
    case Stage::ChunkExtension:
      if (byte == '\r') return expect('\r', Stage::ChunkSizeEnd);
      return is_field_byte(byte) && ++line_bytes_ <= limits_.http_line_bytes_max ? nullptr : &fault::kChunk;
    case Stage::ChunkSizeEnd: line_bytes_ = 0; return expect('\n', left_ == 0 ? Stage::Trailer : Stage::ChunkData);
    case Stage::ChunkReturn: return expect('\r', Stage::ChunkEnd);
    case Stage::ChunkEnd: return expect('\n', Stage::ChunkSize);
    default: {
      const Fault* const fault = trailer_.feed(byte);
      if (trailer_.complete()) stage_ = Stage::Complete;
      return fault;
    }
  }
}

const Fault* BodyReader::read_chunk_size(char byte) noexcept {
  const bool sized = line_bytes_ != 0;
  if (sized && byte == '\r') {
    stage_ = Stage::ChunkSizeEnd;
    return nullptr;
  }
  if (++line_bytes_ > limits_.http_line_bytes_max) return &fault::kChunk;
  if (sized && (byte == ';' || is_space(byte))) {
    stage_ = byte == ';' ? Stage::ChunkExtension : Stage::ChunkSpace;
    return nullptr;
  }
  const auto digit = parse_whole({&byte, 1}, 16);
  if (stage_ == Stage::ChunkSpace || !digit || left_ >> 60 != 0) return &fault::kChunk;
  left_ = left_ << 4 | *digit;  // 0 before the first digit: the last chunk was used up
  return nullptr;
}

void BodyReader::input_ended() noexcept {
  incomplete_ = stage_ != Stage::UntilEnd && stage_ != Stage::Complete;
  stage_ = Stage::Complete;
}

}  // namespace portcullis::http
