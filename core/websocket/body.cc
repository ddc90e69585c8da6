#include "portcullis/core/websocket/body.h"

#include <algorithm>
#include <charconv>

#include "portcullis/core/websocket/text.h"

namespace portcullis::websocket {
namespace {

/// Reads a number that is all of `digits`: no sign, no prefix, no overflow.
bool parse_whole(std::string_view digits, int base, std::uint64_t& value) noexcept {
  const char* const end = digits.data() + digits.size();
  const auto [stop, errc] = std::from_chars(digits.data(), end, value, base);
  return errc == std::errc{} && stop == end;
}

}  // namespace

const Fault* BodyReader::begin(int status, const FieldsView& head) {
  if (status == 204 || status == 304) {
    stage_ = Stage::Complete;
  } else if (head.count("Transfer-Encoding") != 0) {
    const auto codings = head.elements("Transfer-Encoding");
    if (!codings.empty() && same_ignoring_case(codings.back(), "chunked")) stage_ = Stage::ChunkSize;
  } else if (head.count("Content-Length") != 0) {
    const auto lengths = head.elements("Content-Length");
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      const std::uint64_t before = left_;
      if (!parse_whole(lengths[i], 10, left_) || (i != 0 && left_ != before)) return &fault::kBodyLength;
    }
    if (lengths.empty()) return &fault::kBodyLength;
    stage_ = left_ == 0 ? Stage::Complete : Stage::Counted;
  }
  return nullptr;
}

const Fault* BodyReader::feed(std::span<const std::byte>& input) {
  if (stage_ != Stage::Counted && stage_ != Stage::UntilEnd && stage_ != Stage::ChunkData) {
    const char byte = static_cast<char>(input.front());
    input = input.subspan(1);
    return feed_line(byte);
  }
  const std::uint64_t wanted = stage_ == Stage::UntilEnd ? input.size() : left_;
  const std::size_t taken = keep(input.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, input.size()))));
  input = input.subspan(taken);
  if (stage_ == Stage::UntilEnd || stage_ == Stage::Complete) return nullptr;
  left_ -= taken;
  if (left_ == 0) stage_ = stage_ == Stage::Counted ? Stage::Complete : Stage::ChunkEnd;
  return nullptr;
}

std::size_t BodyReader::keep(std::span<const std::byte> bytes) {
  const std::size_t room = limits_.http_body_bytes_max - kept_.size();
  const auto kept = bytes.first(std::min(room, bytes.size()));
  kept_.insert(kept_.end(), kept.begin(), kept.end());
  truncated_ = bytes.size() > room;
  if (truncated_) stage_ = Stage::Complete;
  return kept.size();
}

const Fault* BodyReader::feed_line(char byte) {
  if (stage_ == Stage::Trailer) {
    if (const Fault* const fault = trailer_.feed(byte)) return fault;
    if (trailer_.complete()) stage_ = Stage::Complete;
    return nullptr;
  }
  if (line_.feed(byte, fault::kChunk) != nullptr) return &fault::kChunk;
  if (stage_ == Stage::ChunkEnd && !line_.text().empty()) return &fault::kChunk;
  if (!line_.complete()) return nullptr;
  const Fault* fault = nullptr;
  if (stage_ == Stage::ChunkEnd)
    stage_ = Stage::ChunkSize;
  else
    fault = read_chunk_size(line_.text());
  line_.restart();
  return fault;
}

const Fault* BodyReader::read_chunk_size(std::string_view line) noexcept {
  const std::string_view digits = trimmed(line.substr(0, line.find(';')));
  if (line.empty() || is_space(line.front()) || !parse_whole(digits, 16, left_)) return &fault::kChunk;
  stage_ = left_ == 0 ? Stage::Trailer : Stage::ChunkData;
  return nullptr;
}

void BodyReader::input_ended() noexcept {
  incomplete_ = stage_ != Stage::UntilEnd && stage_ != Stage::Complete;
  stage_ = Stage::Complete;
}

}  // namespace portcullis::websocket
