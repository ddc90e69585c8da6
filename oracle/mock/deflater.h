#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace portcullis::mock {

/// Our end of `compress=zlib-stream`: all payloads of a connection as one zlib stream, flushed behind each.
///
/// Source: GW-ZLIB-1 to GW-ZLIB-3; law compression/zlib-stream.
class Deflater {
 public:
  Deflater();
  std::string message(std::string_view payload);

 private:
  std::unique_ptr<z_stream_s, void (*)(z_stream_s*)> stream_;
};

}  // namespace portcullis::mock
