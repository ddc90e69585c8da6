#include "portcullis/core/compression/buffer.h"

#include <algorithm>
#include <new>

namespace portcullis::compression {
namespace {

constexpr std::size_t kFirstBytes = 16 * 1024;

/// Makes room for `size` bytes: more than that, so that it is not asked often, but never for more than `bytes_max`.
bool reserve(std::vector<std::byte>& buffer, std::size_t size, std::size_t bytes_max) noexcept try {
  if (size > buffer.capacity())
    buffer.reserve(std::min(std::max({size, 2 * buffer.capacity(), kFirstBytes}), bytes_max));
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

}  // namespace

bool append(std::vector<std::byte>& buffer, std::span<const std::byte> bytes, std::size_t bytes_max) noexcept {
  if (!reserve(buffer, buffer.size() + bytes.size(), bytes_max)) return false;
  buffer.insert(buffer.end(), bytes.begin(), bytes.end());
  return true;
}

Error stream_error(Errc code, std::uint64_t offset, Requirement req) noexcept {
  const bool limit = code == Errc::PayloadTooLarge || code == Errc::InflateWindow || code == Errc::OutOfMemory;
  return Error{code, limit ? Blame::Limit : Blame::Peer, offset, req};
}

bool Output::make_room() noexcept {
  if (size_ < buffer_.size()) return true;
  if (!reserve(buffer_, size_ + 1, bytes_max_ + 1)) return false;
  buffer_.resize(buffer_.capacity());
  return true;
}

}  // namespace portcullis::compression
