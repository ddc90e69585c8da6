#include "portcullis/core/encoding/etf_inflate.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>

#include "portcullis/core/encoding/etf_term.h"

namespace portcullis::encoding {
namespace {

constexpr std::size_t kHead = 6;  // version, tag, and four bytes of size
constexpr std::size_t kSizeMax = std::numeric_limits<uInt>::max() - 1;

Error error(Errc code, Blame blame, std::size_t offset) noexcept { return {code, blame, offset, req::GW_ETF_11}; }

/// A zlib stream that ends with its scope.
struct Stream {
  Stream() noexcept : begun(inflateInit(&z) == Z_OK) {}
  ~Stream() {
    if (begun) inflateEnd(&z);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
  bool begun;
};

bool resize(std::vector<char>& out, std::size_t size) noexcept try {
  if (out.size() < size) out.resize(size);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

}  // namespace

Result<std::string_view> inflate_term(std::string_view payload, std::size_t bytes_max,
                                      std::vector<char>& out) noexcept {
  if (payload.size() < kHead) return error(Errc::EtfIncomplete, Blame::Peer, payload.size());
  std::size_t size = 0;
  for (const char byte : payload.substr(2, 4)) size = size << 8 | static_cast<unsigned char>(byte);
  if (size > std::min(bytes_max, kSizeMax)) return error(Errc::PayloadTooLarge, Blame::Limit, 1);
  const std::string_view input = payload.substr(kHead);
  // One byte more than there should be, by which an excess shows.
  Stream stream;
  if (!stream.begun || input.size() > kSizeMax || !resize(out, size + 1))
    return error(Errc::OutOfMemory, Blame::Limit, 1);
  stream.z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // zlib's own z_const is off
  stream.z.avail_in = static_cast<uInt>(input.size());
  stream.z.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.z.avail_out = static_cast<uInt>(size + 1);
  const int code = ::inflate(&stream.z, Z_NO_FLUSH);
  if (code == Z_MEM_ERROR) return error(Errc::OutOfMemory, Blame::Limit, 1);
  const bool goes_on = (code == Z_OK || code == Z_BUF_ERROR) && stream.z.avail_out != 0;
  if (goes_on) return error(Errc::EtfIncomplete, Blame::Peer, payload.size());
  if (code != Z_STREAM_END || stream.z.total_out != size) return error(Errc::EtfCompressed, Blame::Peer, 1);
  if (stream.z.avail_in != 0) return error(Errc::EtfTrailing, Blame::Peer, payload.size() - stream.z.avail_in);
  return std::string_view{out.data(), size};
}

}  // namespace portcullis::encoding
