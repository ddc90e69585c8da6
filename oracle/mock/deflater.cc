#include "portcullis/oracle/mock/deflater.h"

#include <zlib.h>

#include <array>
#include <new>

namespace portcullis::mock {

Deflater::Deflater()
    : stream_(new z_stream{}, [](z_stream* stream) {
        deflateEnd(stream);
        delete stream;
      }) {
  if (deflateInit(stream_.get(), Z_DEFAULT_COMPRESSION) != Z_OK) throw std::bad_alloc();
}

std::string Deflater::message(std::string_view payload) {
  std::string out;
  std::array<char, 4'096> part;
  // zlib reads it only; its interface is older than const.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  stream_->avail_in = static_cast<uInt>(payload.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(part.data());
    stream_->avail_out = static_cast<uInt>(part.size());
    deflate(stream_.get(), Z_SYNC_FLUSH);
    out.append(part.data(), part.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
  return out;
}

}  // namespace portcullis::mock
