#pragma once

#include <zlib.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "portcullis/bench/link.h"

namespace portcullis::bench {

/// zlib as its manual has it used: one stream, flushed behind each message.
class ZlibStream {
 public:
  ZlibStream() { require(inflateInit(&stream_) == Z_OK); }
  ~ZlibStream() { inflateEnd(&stream_); }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  /// Gives the payload of a message; it lies in the buffer, which must be longer than it.
  std::string_view payload(std::span<const std::byte> message, std::vector<char>& buffer) {
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(message.data()));
    stream_.avail_in = static_cast<uInt>(message.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(buffer.size());
    require(inflate(&stream_, Z_SYNC_FLUSH) == Z_OK && stream_.avail_in == 0);
    return {buffer.data(), buffer.size() - stream_.avail_out};
  }

 private:
  z_stream stream_{};
};

/// What today's clients do with each message: inflate it where it is compressed, and make a tree of it.
class Trees {
 public:
  Trees(compression::Compression compression, std::vector<char>& buffer)
      : compressed_(compression != compression::Compression::None), buffer_(buffer) {}

  void take(std::span<const std::byte> message) {
    const std::string_view plain(reinterpret_cast<const char*>(message.data()), message.size());
    const auto tree = nlohmann::json::parse(compressed_ ? stream_.payload(message, buffer_) : plain);
    count_ += tree.is_object();
  }
  std::size_t count() const noexcept { return count_; }

 private:
  bool compressed_;
  std::vector<char>& buffer_;
  ZlibStream stream_;
  std::size_t count_ = 0;
};

}  // namespace portcullis::bench
