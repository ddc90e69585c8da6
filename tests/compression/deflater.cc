#include "portcullis/tests/compression/deflater.h"

#include <zlib.h>

#include <array>
#include <stdexcept>

namespace portcullis::tests {
namespace {

Bytef* input(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

}  // namespace

Deflater::Deflater(std::string_view dictionary, int level)
    : stream_(new z_stream{}, [](z_stream* stream) {
        deflateEnd(stream);
        delete stream;
      }) {
  if (deflateInit(stream_.get(), level) != Z_OK) throw std::bad_alloc();
  if (!dictionary.empty()) deflateSetDictionary(stream_.get(), input(dictionary), static_cast<uInt>(dictionary.size()));
}

std::string Deflater::deflated(std::string_view payload, int flush) {
  std::string message;
  std::array<char, 4'096> part;
  stream_->next_in = input(payload);
  stream_->avail_in = static_cast<uInt>(payload.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(part.data());
    stream_->avail_out = static_cast<uInt>(part.size());
    deflate(stream_.get(), flush);
    message.append(part.data(), part.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
  return message;
}

std::string Deflater::message(std::string_view payload) { return deflated(payload, Z_SYNC_FLUSH); }
std::string Deflater::last_message(std::string_view payload) { return deflated(payload, Z_FINISH); }

}  // namespace portcullis::tests
