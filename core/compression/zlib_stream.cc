#include "portcullis/core/compression/zlib_stream.h"

#include <algorithm>
#include <array>
#include <utility>

namespace portcullis::compression {
namespace {

constexpr std::array<std::byte, 4> kSuffix{std::byte{0x00}, std::byte{0x00}, std::byte{0xFF}, std::byte{0xFF}};

bool ends_with_suffix(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= kSuffix.size() && std::ranges::equal(bytes.last(kSuffix.size()), kSuffix);
}

}  // namespace

Status ZlibStream::gather(std::span<const std::byte> message) noexcept {
  if (message.size() > payload_bytes_max_ - gathered_.size()) return zlib_.error(Errc::PayloadTooLarge, req::GW_ZLIB_4);
  if (!append(gathered_, message, payload_bytes_max_)) return zlib_.error(Errc::OutOfMemory, req::GW_ZLIB_4);
  return kOk;
}

Status ZlibStream::inflate_all(std::span<const std::byte> input, Output& output) noexcept {
  if (!zlib_.has_begun())
    if (const Status begun = zlib_.begin(); !begun) return begun;
  const auto ended = zlib_.inflate(input, output);
  if (!ended) return ended.error();
  if (*ended) return zlib_.error(Errc::InflateEnded, req::GW_ZLIB_2);
  return kOk;
}

Result<std::optional<std::span<const std::byte>>> ZlibStream::feed(std::span<const std::byte> message,
                                                                   Workspace& workspace) noexcept {
  using Payload = std::optional<std::span<const std::byte>>;
  const bool in_one = gathered_.empty() && ends_with_suffix(message);  // inflated from where it lies
  if (!in_one)
    if (const Status status = gather(message); !status) return status.error();
  if (!in_one && !ends_with_suffix(gathered_)) return Payload{};

  std::vector<std::byte>& buffer = held_bytes_ == 0 ? workspace.payload : held_;
  Output output(buffer, std::exchange(held_bytes_, 0), payload_bytes_max_);
  const Status status = inflate_all(in_one ? message : gathered_, output);
  gathered_.clear();
  if (!status) return status.error();
  return Payload{output.bytes()};
}

Status ZlibStream::hold(std::span<const std::byte> payload) noexcept {
  held_bytes_ = payload.size();
  if (payload.data() == held_.data()) return kOk;
  held_.clear();
  if (!append(held_, payload, payload_bytes_max_ + 1)) return zlib_.error(Errc::OutOfMemory, req::GW_ZLIB_7);
  return kOk;
}

}  // namespace portcullis::compression
