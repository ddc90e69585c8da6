#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

struct z_stream_s;
struct ZSTD_CCtx_s;

namespace portcullis::mock {

/// Our end of transport compression: all payloads of a connection as one stream, flushed behind each, a message each.
///
/// Source: GW-ZLIB-1 to GW-ZLIB-3, GW-ZSTD-1, GW-ZSTD-2, GW-ZSTD-5, GW-ZSTD-7; laws compression/zlib-stream and
///         compression/zstd-stream.
class Compressor {
 public:
  /// For a value of the URL's `compress`; none for one that asks for nothing that there is.
  static std::optional<Compressor> of(std::string_view compress, int zstd_window_log);

  std::string message(std::string_view payload);
  /// Says whether the bytes show where a payload ends, so that it may come in several messages.
  bool marks_the_end() const { return std::holds_alternative<Zlib>(stream_); }

 private:
  using Zlib = std::unique_ptr<z_stream_s, void (*)(z_stream_s*)>;
  using Zstd = std::unique_ptr<ZSTD_CCtx_s, void (*)(ZSTD_CCtx_s*)>;

  explicit Compressor(Zlib stream) : stream_(std::move(stream)) {}
  explicit Compressor(Zstd stream) : stream_(std::move(stream)) {}

  std::variant<Zlib, Zstd> stream_;
};

/// One payload as a zlib stream of its own, as payload compression has it.
///
/// Source: GW-PCOMP-2; law compression/payload.
std::string zlib_payload(std::string_view payload);

}  // namespace portcullis::mock
