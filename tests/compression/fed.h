#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/tests/compression/deflater.h"

namespace portcullis::tests {

inline std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Limits with_payload_bytes(std::size_t payload_bytes_max) {
  Limits limits;
  limits.payload_bytes_max = payload_bytes_max;
  return limits;
}

/// One connection's decompressor with a workspace of its own, and what it says to a message.
struct Fed {
  Fed(compression::Compression kind, const Limits& limits) : decompressor(kind, limits) {}

  auto feed(std::string_view message) { return decompressor.feed(bytes(message), workspace); }
  std::string payload(std::string_view message) {
    const auto got = feed(message);
    return got && *got ? text(**got) : "no payload";
  }
  bool gives_nothing(std::string_view message) {
    const auto got = feed(message);
    return got && !*got;
  }
  Errc error(std::string_view message) {
    const auto got = feed(message);
    REQUIRE_FALSE(got);
    return got.error().code;
  }

  Workspace workspace;
  compression::Decompressor decompressor;
};

}  // namespace portcullis::tests
