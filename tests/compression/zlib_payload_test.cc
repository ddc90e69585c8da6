#include <catch2/catch.hpp>
#include <string>

#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/compression/fed.h"

namespace portcullis::tests {
namespace {

using compression::Compression;

constexpr std::string_view kHello = R"({"op":10,"d":{"heartbeat_interval":41250}})";

/// One connection's payload compression.
struct Fixture : Fed {
  explicit Fixture(std::size_t payload_bytes_max = 1 << 20)
      : Fed(Compression::Payload, with_payload_bytes(payload_bytes_max)) {}
};

std::string packed(std::string_view payload) { return Deflater().last_message(payload); }

TEST_CASE("GW-PCOMP-2: each message inflates alone", "[compression]") {
  Fixture fixture;
  CHECK(fixture.payload(packed(kHello)) == kHello);
  CHECK(fixture.payload(packed("[2]")) == "[2]");
  CHECK(fixture.payload(packed(kHello)) == kHello);
  CHECK(fixture.payload(packed("")).empty());
  for (const int level : {0, 1, 9}) CHECK(fixture.payload(Deflater({}, level).last_message(kHello)) == kHello);
}

TEST_CASE("GW-PCOMP-2: what is cut off anywhere is refused", "[compression]") {
  const std::string whole = packed(kHello);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const auto error = Fixture().feed(whole.substr(0, size));
    REQUIRE_FALSE(error);
    CHECK(error.error().code == Errc::InflateTruncated);
    CHECK(error.error().blame == Blame::Peer);
    CHECK(error.error().offset == size);
  }
  CHECK(Fixture().error(Deflater().message(kHello)) == Errc::InflateTruncated);  // flushed, but not ended
}

TEST_CASE("GW-PCOMP-6: what follows the stream is refused", "[compression]") {
  for (const std::string& more : {std::string(1, '\0'), std::string(" "), packed(kHello), std::string(100'000, 'x')}) {
    const auto error = Fixture().feed(packed(kHello) + more);
    REQUIRE_FALSE(error);
    CHECK(error.error().code == Errc::InflateTrailing);
    CHECK(error.error().offset == packed(kHello).size());
    CHECK(error.error().req == req::GW_PCOMP_6);
  }
}

TEST_CASE("GW-PCOMP-3: a header is good or is refused", "[compression]") {
  const std::string rest = packed(kHello).substr(2);
  Workspace workspace;
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      const bool zlib = (first & 0x0f) == 8 && first >> 4 <= 7 && (first << 8 | second) % 31 == 0;
      compression::Decompressor decompressor(Compression::Payload, Limits{});
      const std::string message = std::string{static_cast<char>(first), static_cast<char>(second)} + rest;
      const auto got = decompressor.feed(bytes(message), workspace);
      if (bool(got) != (zlib && (second & 0x20) == 0)) FAIL("header " << first << ", " << second);
      const Errc wanted = zlib ? Errc::InflateDictionary : Errc::InflateCorrupt;
      if (!got && got.error().code != wanted) FAIL("error of header " << first << ", " << second);
    }
}

TEST_CASE("GW-PCOMP-2: a dictionary, plain text and a wrong checksum are refused", "[compression]") {
  CHECK(Fixture().error(Deflater("dictionary").last_message(kHello)) == Errc::InflateDictionary);
  CHECK(Fixture().error(kHello) == Errc::InflateCorrupt);
  for (std::size_t i = 1; i <= 4; ++i) {
    std::string wrong = packed(kHello);
    wrong[wrong.size() - i] ^= 0x10;
    CHECK(Fixture().error(wrong) == Errc::InflateCorrupt);
  }
}

TEST_CASE("GW-PCOMP-6: a payload may be as long as the limit and no longer, and a bomb takes no more memory",
          "[compression]") {
  for (const std::size_t size : {1u, 100u, 16'383u, 16'384u, 16'385u, 65'536u, 100'000u}) {
    CAPTURE(size);
    const std::string most(size, 'x');
    Fixture fixture(size), other(size), bombed(size);
    CHECK(fixture.payload(packed(most)) == most);
    CHECK(fixture.payload(packed(most)) == most);
    CHECK(other.error(packed(most + 'x')) == Errc::PayloadTooLarge);
    const auto error = bombed.feed(packed(std::string(10'000'000, '0')));
    REQUIRE_FALSE(error);
    CHECK(error.error().blame == Blame::Limit);
    for (const auto* each : {&fixture, &other, &bombed}) CHECK(each->workspace.payload.capacity() <= size + 1);
  }
}

TEST_CASE("GW-ENC-5: after an error every call gives the same error", "[compression]") {
  Fixture fixture;
  CHECK(fixture.payload(packed(kHello)) == kHello);
  const auto broken = fixture.feed("x");
  REQUIRE_FALSE(broken);
  CHECK(fixture.feed(packed(kHello)).error() == broken.error());
}

}  // namespace
}  // namespace portcullis::tests
