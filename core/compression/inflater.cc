#include "portcullis/core/compression/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <utility>

namespace portcullis::compression {
namespace {

constexpr std::array<std::byte, 4> kSuffix{std::byte{0x00}, std::byte{0x00}, std::byte{0xFF}, std::byte{0xFF}};
constexpr std::size_t kFirstBytes = 16 * 1024;

bool ends_with_suffix(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= kSuffix.size() && std::ranges::equal(bytes.last(kSuffix.size()), kSuffix);
}

/// zlib counts in an unsigned int.
uInt portion(std::size_t size) noexcept {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

/// Makes room for `size` bytes: more than that, so that it is not asked often, but never for more than `bytes_max`.
bool reserve(std::vector<std::byte>& buffer, std::size_t size, std::size_t bytes_max) noexcept try {
  if (size > buffer.capacity())
    buffer.reserve(std::min(std::max({size, 2 * buffer.capacity(), kFirstBytes}), bytes_max));
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

/// Makes the buffer longer when `size` bytes of it, that is all, are used; `bytes_max` plus the byte by which an excess
/// shows at most.
bool grow(std::vector<std::byte>& buffer, std::size_t size, std::size_t bytes_max) noexcept {
  if (size < buffer.size()) return true;
  if (!reserve(buffer, size + 1, bytes_max + 1)) return false;
  buffer.resize(buffer.capacity());
  return true;
}

bool append(std::vector<std::byte>& buffer, std::span<const std::byte> bytes, std::size_t bytes_max) noexcept {
  if (!reserve(buffer, buffer.size() + bytes.size(), bytes_max)) return false;
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
  return true;
}

}  // namespace

void Inflater::End::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

Error Inflater::broken(Errc code, Requirement req) noexcept {
  const bool limit = code == Errc::PayloadTooLarge || code == Errc::OutOfMemory;
  return error_.emplace(Error{code, limit ? Blame::Limit : Blame::Peer, taken_, req});
}

Status Inflater::begin() noexcept try {
  if (stream_) return kOk;
  stream_.reset(new z_stream{});
  if (inflateInit(stream_.get()) != Z_OK) return broken(Errc::OutOfMemory, req::GW_ZLIB_1);
  return kOk;
} catch (const std::bad_alloc&) {
  return broken(Errc::OutOfMemory, req::GW_ZLIB_1);
}

Status Inflater::gather(std::span<const std::byte> message) noexcept {
  if (message.size() > payload_bytes_max_ - gathered_.size()) return broken(Errc::PayloadTooLarge, req::GW_ZLIB_4);
  if (!append(gathered_, message, payload_bytes_max_)) return broken(Errc::OutOfMemory, req::GW_ZLIB_4);
  return kOk;
}

Status Inflater::inflate_all(std::span<const std::byte> input, std::vector<std::byte>& output,
                             std::size_t& size) noexcept {
  z_stream& stream = *stream_;
  do {
    if (!grow(output, size, payload_bytes_max_)) return broken(Errc::OutOfMemory, req::GW_ZLIB_9);
    const uInt offered = stream.avail_in = portion(input.size());
    const uInt room = stream.avail_out = portion(output.size() - size);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // zlib's own z_const is off
    stream.next_out = reinterpret_cast<Bytef*>(output.data() + size);
    const int code = ::inflate(&stream, Z_SYNC_FLUSH);
    size += room - stream.avail_out;
    taken_ += offered - stream.avail_in;
    input = input.subspan(offered - stream.avail_in);
    if (size > payload_bytes_max_) return broken(Errc::PayloadTooLarge, req::GW_ZLIB_9);
    if (code == Z_STREAM_END) return broken(Errc::InflateEnded, req::GW_ZLIB_2);
    if (code == Z_NEED_DICT) return broken(Errc::InflateDictionary, req::GW_ZLIB_8);
    if (code == Z_MEM_ERROR) return broken(Errc::OutOfMemory, req::GW_ZLIB_1);
    if (code != Z_OK && code != Z_BUF_ERROR) return broken(Errc::InflateCorrupt, req::GW_ZLIB_8);
  } while (!input.empty() || stream.avail_out == 0);
  return kOk;
}

Result<std::optional<std::span<const std::byte>>> Inflater::feed(std::span<const std::byte> message,
                                                                 Workspace& workspace) noexcept {
  using Payload = std::optional<std::span<const std::byte>>;
  if (error_) return *error_;
  if (kind_ == Compression::None) return Payload{message};

  const bool in_one = gathered_.empty() && ends_with_suffix(message);  // inflated from where it lies
  if (!in_one)
    if (const Status status = gather(message); !status) return status.error();
  if (!in_one && !ends_with_suffix(gathered_)) return Payload{};

  if (const Status status = begin(); !status) return status.error();
  std::vector<std::byte>& output = held_bytes_ == 0 ? workspace.payload : held_;
  std::size_t size = std::exchange(held_bytes_, 0);
  const Status status = inflate_all(in_one ? message : gathered_, output, size);
  gathered_.clear();
  if (!status) return status.error();
  return Payload{std::span<const std::byte>{output}.first(size)};
}

Status Inflater::hold(std::span<const std::byte> payload) noexcept {
  held_bytes_ = payload.size();
  if (payload.data() == held_.data()) return kOk;
  held_.clear();
  if (!append(held_, payload, payload_bytes_max_ + 1)) return broken(Errc::OutOfMemory, req::GW_ZLIB_7);
  return kOk;
}

}  // namespace portcullis::compression
