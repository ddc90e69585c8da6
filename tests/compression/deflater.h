#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct z_stream_s;

namespace portcullis::tests {

/// The gateway's side of a zlib-stream: zlib's own deflate, flushed after each payload.
class Deflater {
 public:
  explicit Deflater(std::string_view dictionary = {}, int level = 6);
  std::string message(std::string_view payload);
  std::string last_message(std::string_view payload);  // also ends the stream

 private:
  std::string deflated(std::string_view payload, int flush);

  std::shared_ptr<z_stream_s> stream_;
};

inline std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

}  // namespace portcullis::tests
