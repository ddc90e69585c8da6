#include "portcullis/oracle/mock/compressor.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <new>

namespace portcullis::mock {
namespace {

using Part = std::array<char, 4'096>;

void end(z_stream_s* stream) {
  deflateEnd(stream);
  delete stream;
}
void end(ZSTD_CCtx_s* stream) { ZSTD_freeCCtx(stream); }

std::unique_ptr<z_stream_s, void (*)(z_stream_s*)> zlib() {
  std::unique_ptr<z_stream_s, void (*)(z_stream_s*)> stream(new z_stream{}, end);
  if (deflateInit(stream.get(), Z_DEFAULT_COMPRESSION) != Z_OK) throw std::bad_alloc();
  return stream;
}

// Neither checksum nor dictionary is what libzstd does by itself; of the size it knows nothing.
std::unique_ptr<ZSTD_CCtx_s, void (*)(ZSTD_CCtx_s*)> zstd(int window_log) {
  std::unique_ptr<ZSTD_CCtx_s, void (*)(ZSTD_CCtx_s*)> stream(ZSTD_createCCtx(), end);
  if (!stream || ZSTD_isError(ZSTD_CCtx_setParameter(stream.get(), ZSTD_c_windowLog, window_log)))
    throw std::bad_alloc();
  return stream;
}

std::string compressed(z_stream_s& stream, std::string_view payload, int flush) {
  std::string out;
  Part part;
  // zlib reads it only; its interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  stream.avail_in = static_cast<uInt>(payload.size());
  do {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    deflate(&stream, flush);
    out.append(part.data(), part.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

std::string compressed(ZSTD_CCtx_s& stream, std::string_view payload) {
  std::string out;
  Part part;
  ZSTD_inBuffer in{payload.data(), payload.size(), 0};
  for (std::size_t left = 1; left != 0;) {
    ZSTD_outBuffer room{part.data(), part.size(), 0};
    left = ZSTD_compressStream2(&stream, &room, &in, ZSTD_e_flush);
    if (ZSTD_isError(left)) throw std::bad_alloc();
    out.append(part.data(), room.pos);
  }
  return out;
}

}  // namespace

std::optional<Compressor> Compressor::of(std::string_view compress, int zstd_window_log) {
  if (compress == "zlib-stream") return Compressor(zlib());
  if (compress == "zstd-stream") return Compressor(zstd(zstd_window_log));
  return std::nullopt;
}

std::string Compressor::message(std::string_view payload) {
  if (const auto* stream = std::get_if<Zlib>(&stream_)) return compressed(**stream, payload, Z_SYNC_FLUSH);
  return compressed(*std::get<Zstd>(stream_), payload);
}

std::string zlib_payload(std::string_view payload) { return compressed(*zlib(), payload, Z_FINISH); }

}  // namespace portcullis::mock
