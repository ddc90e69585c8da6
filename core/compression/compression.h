#pragma once

#include <cstdint>
#include <string_view>

namespace portcullis::compression {

/// How the messages that come over a connection are compressed. The streams are asked for in the URL, Payload in
/// Identify.
///
/// Memory: a connection with ZlibStream or Payload holds 40 KiB more, one with ZstdStream about 100 KiB, the window and
///         twice the largest block: with the gateway's window of 256 KiB 734 KiB in all.
/// Source: GW-ENC-2, GW-ID-12, GW-ID-13, GW-ZSTD-5.
enum class Compression : std::uint8_t { None, ZlibStream, ZstdStream, Payload };

/// Gives what the URL's `compress` says; empty where it is not to be there (GW-URL-2).
constexpr std::string_view in_query(Compression compression) noexcept {
  switch (compression) {
    case Compression::ZlibStream: return "zlib-stream";
    case Compression::ZstdStream: return "zstd-stream";
    case Compression::Payload:
    case Compression::None: break;
  }
  return {};
}

/// Gives what the `compress` of Identify says; false is its default.
constexpr bool in_identify(Compression compression) noexcept { return compression == Compression::Payload; }

}  // namespace portcullis::compression
