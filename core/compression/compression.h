#pragma once

#include <cstdint>

namespace portcullis::compression {

/// How the messages that come over a connection are compressed. The first three are agreed on in the URL, Payload in
/// Identify.
enum class Compression : std::uint8_t { None, ZlibStream, ZstdStream, Payload };

}  // namespace portcullis::compression
