#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace portcullis::tests {

/// The gateway's side of a zstd-stream: libzstd's own compressor, flushed after each payload.
class Zstd {
 public:
  /// As GW-ZSTD-5 has seen the gateway do it, unless told otherwise.
  struct Options {
    int window_log = 18;
    int level = 3;
    bool checksum = false;
  };

  Zstd() : Zstd(Options{}) {}
  explicit Zstd(const Options& options);
  std::string message(std::string_view payload);
  std::string last_message(std::string_view payload);  // also ends the frame; the next message begins another

 private:
  std::shared_ptr<ZSTD_CCtx_s> stream_;
};

/// A frame's header by hand: magic, descriptor, and what the descriptor says is to follow.
std::string zstd_header(std::uint8_t descriptor = 0, std::string_view rest = "\x40");
/// A block that holds its content as it is.
std::string zstd_block(std::string_view content, bool last = false);
/// A frame that a decompressor is to skip.
std::string zstd_skippable(std::string_view content);

/// A frame that declares its size, as whoever compresses all at once makes it.
std::string zstd_frame(std::string_view content);

}  // namespace portcullis::tests
