#include "portcullis/core/compression/zlib_inflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace portcullis::compression {
namespace {

/// zlib counts in an unsigned int.
uInt portion(std::size_t size) noexcept {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

void ZlibInflate::End::operator()(z_stream_s* stream) const noexcept {
  inflateEnd(stream);
  delete stream;
}

Status ZlibInflate::begin() noexcept {
  if (stream_) {
    inflateReset(stream_.get());
    return kOk;
  }
  stream_.reset(new (std::nothrow) z_stream{});
  if (stream_ && inflateInit(stream_.get()) == Z_OK) return kOk;
  stream_.reset();
  return error(Errc::OutOfMemory, bounded_);
}

Result<bool> ZlibInflate::inflate(std::span<const std::byte>& input, Output& output) noexcept {
  z_stream& stream = *stream_;
  do {
    if (!output.make_room()) return error(Errc::OutOfMemory, bounded_);
    const uInt offered = stream.avail_in = portion(input.size());
    const uInt room = stream.avail_out = portion(output.room().size());
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));  // zlib's own z_const is off
    stream.next_out = reinterpret_cast<Bytef*>(output.room().data());
    const int code = ::inflate(&stream, Z_SYNC_FLUSH);
    output.add(room - stream.avail_out);
    taken_ += offered - stream.avail_in;
    input = input.subspan(offered - stream.avail_in);
    if (output.is_too_large()) return error(Errc::PayloadTooLarge, bounded_);
    if (code == Z_STREAM_END) return true;
    if (code == Z_NEED_DICT) return error(Errc::InflateDictionary, broken_);
    if (code == Z_MEM_ERROR) return error(Errc::OutOfMemory, bounded_);
    if (code != Z_OK && code != Z_BUF_ERROR) return error(Errc::InflateCorrupt, broken_);
  } while (!input.empty() || stream.avail_out == 0);
  return false;
}

}  // namespace portcullis::compression
