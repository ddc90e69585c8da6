#include <catch2/catch.hpp>
#include <string>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/compression/fed.h"

namespace portcullis::tests {
namespace {

using compression::Compression;
using compression::Decompressor;

constexpr std::string_view kHello = R"({"op":10,"d":{"heartbeat_interval":41250}})";

/// One connection's zlib-stream.
struct Fixture : Fed {
  explicit Fixture(std::size_t payload_bytes_max = 1 << 20)
      : Fed(Compression::ZlibStream, with_payload_bytes(payload_bytes_max)) {}
};

TEST_CASE("GW-ENC-2: without compression a message is handed out where it lies", "[compression]") {
  Workspace workspace;
  Decompressor decompressor(Compression::None, Limits{});
  const auto message = bytes(kHello);
  const auto payload = decompressor.feed(message, workspace);
  REQUIRE(payload);
  REQUIRE(*payload);
  CHECK((*payload)->data() == message.data());
  CHECK((*payload)->size() == message.size());
  CHECK(workspace.payload.empty());
  CHECK((*decompressor.feed({}, workspace))->empty());
}

TEST_CASE("GW-ZLIB-1: one context serves a connection, and another connection has another", "[compression]") {
  Deflater deflater;
  const std::string first = deflater.message(kHello), second = deflater.message(kHello);
  REQUIRE(second.size() < first.size());
  Fixture one, other;
  CHECK(one.payload(first) == kHello);
  CHECK(one.payload(second) == kHello);
  CHECK(other.error(second) == Errc::InflateCorrupt);
  CHECK(Fixture().payload(first) == kHello);
}

TEST_CASE("GW-ZLIB-4: nothing of a payload stays in the workspace between its messages", "[compression]") {
  Deflater ours, theirs;
  const std::string message = ours.message(kHello), other = theirs.message("[1,2,3]");
  Workspace shared;
  Decompressor one(Compression::ZlibStream, Limits{}), two(Compression::ZlibStream, Limits{});
  CHECK_FALSE(*one.feed(bytes(message).first(9), shared));
  CHECK(text(**two.feed(bytes(other), shared)) == "[1,2,3]");
  CHECK(text(**one.feed(bytes(message).subspan(9), shared)) == kHello);
}

TEST_CASE("GW-ZLIB-3: all four bytes of the suffix end a payload, and no three of them", "[compression]") {
  using namespace std::string_literals;
  for (const std::string& almost : {"A\0\xff\xff"s, "\0A\xff\xff"s, "\0\0A\xff"s, "\0\0\xff"s + "A"}) {
    const std::string stored = "\x78\x01\0\x06\0\xf9\xff"s + almost;  // a block of six bytes, as they are
    Fixture fixture;
    CHECK(fixture.gives_nothing(stored));
    CHECK(fixture.payload("yz\0\0\0\xff\xff"s) == almost + "yz");
  }
}

TEST_CASE("GW-ZLIB-6: a message that completes the suffix completes the payload", "[compression]") {
  Deflater deflater;
  const std::string first = deflater.message(kHello), second = deflater.message("[2]");
  for (std::size_t cut = 0; cut <= first.size(); ++cut) {
    CAPTURE(cut);
    Fixture fixture;
    if (cut < first.size()) CHECK(fixture.gives_nothing(first.substr(0, cut)));
    if (cut < first.size()) CHECK(fixture.payload(first.substr(cut)) == kHello);
    if (cut == first.size()) CHECK(fixture.payload(first) == kHello);
    CHECK(fixture.gives_nothing(""));
    CHECK(fixture.payload(second) == "[2]");
  }
}

TEST_CASE("GW-ZLIB-7: what was held stands in front of what comes next, once", "[compression]") {
  Deflater deflater;
  Fixture fixture;
  const std::vector<std::string> parts{"{\"op\"", ":10,", "\"d\":", "null}"};
  std::string so_far;
  for (const std::string& part : parts) {
    const auto payload = fixture.feed(deflater.message(part));
    REQUIRE((payload && *payload));
    CHECK(text(**payload) == (so_far += part));
    if (part != parts.back()) REQUIRE(fixture.decompressor.hold(**payload));
  }
  CHECK(fixture.payload(deflater.message("[1]")) == "[1]");
}

TEST_CASE("GW-ZLIB-7: an empty payload may be held as well", "[compression]") {
  Deflater deflater;
  Fixture fixture;
  const auto empty = fixture.feed(deflater.message(""));
  REQUIRE((empty && *empty));
  CHECK((*empty)->empty());
  CHECK(fixture.decompressor.hold(**empty));
  CHECK(fixture.payload(deflater.message(kHello)) == kHello);
}

TEST_CASE("GW-ZLIB-7: other sessions may use the workspace while something is held", "[compression]") {
  Deflater ours, theirs;
  Workspace shared;
  Decompressor one(Compression::ZlibStream, Limits{}), two(Compression::ZlibStream, Limits{});
  REQUIRE(one.hold(**one.feed(bytes(ours.message("[1,")), shared)));
  CHECK(text(**two.feed(bytes(theirs.message("[7,8,9]")), shared)) == "[7,8,9]");
  CHECK(text(**one.feed(bytes(ours.message("2]")), shared)) == "[1,2]");
}

TEST_CASE("GW-ZLIB-9: a payload may be as long as the limit and no longer", "[compression]") {
  for (const std::size_t size : {1u, 100u, 16'383u, 16'384u, 16'385u, 65'536u, 100'000u}) {
    CAPTURE(size);
    Deflater deflater, longer;
    const std::string most(size, 'x');
    Fixture fixture(size);
    CHECK(fixture.payload(deflater.message(most)) == most);
    CHECK(fixture.payload(deflater.message(most)) == most);
    CHECK(Fixture(size).error(longer.message(most + 'x')) == Errc::PayloadTooLarge);
    CHECK(fixture.workspace.payload.capacity() <= size + 1);
  }
}

TEST_CASE("GW-ZLIB-9: a bomb takes no memory beyond the limit", "[compression]") {
  Deflater deflater;
  Fixture fixture(50'000);
  CHECK(fixture.error(deflater.message(std::string(10'000'000, '0'))) == Errc::PayloadTooLarge);
  CHECK(fixture.workspace.payload.capacity() <= 50'001);
}

TEST_CASE("GW-ZLIB-4: what is gathered is bounded as well", "[compression]") {
  Fixture fixture(10);
  CHECK(fixture.gives_nothing("12345"));
  CHECK(fixture.gives_nothing("67890"));
  CHECK(fixture.error("x") == Errc::PayloadTooLarge);
}

TEST_CASE("GW-ZLIB-8: after an error every call gives the same error", "[compression]") {
  Deflater deflater;
  Fixture fixture;
  const std::string good = deflater.message(kHello), next = deflater.message(kHello);
  CHECK(fixture.payload(good) == kHello);
  const auto broken = fixture.feed(std::string("\x07\x00\x00\xFF\xFF", 5));
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::InflateCorrupt);
  CHECK(broken.error().blame == Blame::Peer);
  CHECK(broken.error().offset >= good.size());
  CHECK(broken.error().offset <= good.size() + 5);
  for (const std::string_view later : {std::string_view(next), std::string_view(), std::string_view("x")}) {
    const auto again = fixture.feed(later);
    REQUIRE_FALSE(again);
    CHECK(again.error() == broken.error());
  }
}

TEST_CASE("GW-ZLIB-2: a stream that ends or wants a dictionary is an error of its own", "[compression]") {
  const std::string suffix("\x00\x00\xFF\xFF", 4);
  CHECK(Fixture().error(Deflater().last_message(kHello) + suffix) == Errc::InflateEnded);
  CHECK(Fixture().error(Deflater("dictionary").message(kHello)) == Errc::InflateDictionary);
}

TEST_CASE("GW-ZLIB-9: what breaks a limit is blamed on the limit", "[compression]") {
  Deflater deflater;
  Fixture fixture(3);
  const auto error = fixture.feed(deflater.message("[1,2]"));
  REQUIRE_FALSE(error);
  CHECK(error.error().blame == Blame::Limit);
}

TEST_CASE("GW-ZLIB-12: a header is good or is refused, and no other than one with a window of 32 KiB at most is good",
          "[compression]") {
  const std::string rest = Deflater().message(kHello).substr(2);
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      const bool zlib = (first & 0x0f) == 8 && first >> 4 <= 7 && (first << 8 | second) % 31 == 0;
      const std::string message = std::string{static_cast<char>(first), static_cast<char>(second)} + rest;
      Fixture fixture;
      const auto got = fixture.feed(message);
      const bool good = zlib && (second & 0x20) == 0;
      if (bool(got) != good) FAIL("header " << first << ", " << second);
      if (good && text(**got) != kHello) FAIL("payload behind header " << first << ", " << second);
      const Errc wanted = zlib ? Errc::InflateDictionary : Errc::InflateCorrupt;
      if (!good && got.error().code != wanted) FAIL("error of header " << first << ", " << second);
    }
}

TEST_CASE("GW-ZLIB-8: a wrong checksum at the end of a stream is corrupt, as a right one is an end", "[compression]") {
  const std::string suffix("\x00\x00\xFF\xFF", 4);
  const std::string sound = Deflater().last_message(kHello);
  for (std::size_t i = 1; i <= 4; ++i) {
    std::string wrong = sound;
    wrong[wrong.size() - i] ^= 0x10;
    CHECK(Fixture().error(wrong + suffix) == Errc::InflateCorrupt);
  }
  CHECK(Fixture().error(sound + suffix) == Errc::InflateEnded);
}

TEST_CASE("GW-ZLIB-4: two payloads in one message come out as one text, which no parser takes", "[compression]") {
  Deflater deflater;
  Fixture fixture;
  std::string two = deflater.message("[1]");
  two += deflater.message("[2]");
  CHECK(fixture.payload(two) == "[1][2]");
  CHECK(fixture.payload(deflater.message("[3]")) == "[3]");
}

TEST_CASE("GW-ZLIB-5: empty messages are no harm anywhere", "[compression]") {
  Deflater deflater;
  Fixture fixture;
  for (int i = 0; i < 50; ++i) {
    CHECK(fixture.gives_nothing(""));
    const std::string message = deflater.message(kHello);
    CHECK(fixture.gives_nothing(message.substr(0, 3)));
    CHECK(fixture.gives_nothing(""));
    CHECK(fixture.payload(message.substr(3)) == kHello);
  }
}

}  // namespace
}  // namespace portcullis::tests
