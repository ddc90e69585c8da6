#include "portcullis/core/compression/inflater.h"

#include <catch2/catch.hpp>
#include <string>

#include "portcullis/tests/compression/deflater.h"

namespace portcullis::tests {
namespace {

using compression::Compression;
using compression::Inflater;

constexpr std::string_view kHello = R"({"op":10,"d":{"heartbeat_interval":41250}})";

Limits limits(std::size_t payload_bytes_max) {
  Limits made;
  made.payload_bytes_max = payload_bytes_max;
  return made;
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One connection's inflater with a workspace of its own.
struct Fixture {
  explicit Fixture(std::size_t payload_bytes_max = 1 << 20)
      : inflater(Compression::ZlibStream, limits(payload_bytes_max)) {}

  auto feed(std::string_view message) { return inflater.feed(bytes(message), workspace); }
  std::string payload(std::string_view message) {
    const auto got = feed(message);
    return got && *got ? text(**got) : "no payload";
  }
  bool goes_on(std::string_view message) {
    const auto got = feed(message);
    return got && !*got;
  }
  Errc error(std::string_view message) {
    const auto got = feed(message);
    REQUIRE_FALSE(got);
    return got.error().code;
  }

  Workspace workspace;
  Inflater inflater;
};

TEST_CASE("GW-ENC-2: without compression a message is handed out where it lies", "[compression]") {
  Workspace workspace;
  Inflater inflater(Compression::None, Limits{});
  const auto message = bytes(kHello);
  const auto payload = inflater.feed(message, workspace);
  REQUIRE(payload);
  REQUIRE(*payload);
  CHECK((*payload)->data() == message.data());
  CHECK((*payload)->size() == message.size());
  CHECK(workspace.payload.empty());
  CHECK((*inflater.feed({}, workspace))->empty());
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
  Inflater one(Compression::ZlibStream, Limits{}), two(Compression::ZlibStream, Limits{});
  CHECK_FALSE(*one.feed(bytes(message).first(9), shared));
  CHECK(text(**two.feed(bytes(other), shared)) == "[1,2,3]");
  CHECK(text(**one.feed(bytes(message).subspan(9), shared)) == kHello);
}

TEST_CASE("GW-ZLIB-6: a message that completes the suffix completes the payload", "[compression]") {
  Deflater deflater;
  const std::string first = deflater.message(kHello), second = deflater.message("[2]");
  for (std::size_t cut = 0; cut <= first.size(); ++cut) {
    CAPTURE(cut);
    Fixture fixture;
    if (cut < first.size()) CHECK(fixture.goes_on(first.substr(0, cut)));
    if (cut < first.size()) CHECK(fixture.payload(first.substr(cut)) == kHello);
    if (cut == first.size()) CHECK(fixture.payload(first) == kHello);
    CHECK(fixture.goes_on(""));
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
    if (part != parts.back()) REQUIRE(fixture.inflater.hold(**payload));
  }
  CHECK(fixture.payload(deflater.message("[1]")) == "[1]");
}

TEST_CASE("GW-ZLIB-7: an empty payload may be held as well", "[compression]") {
  Deflater deflater;
  Fixture fixture;
  const auto empty = fixture.feed(deflater.message(""));
  REQUIRE((empty && *empty));
  CHECK((*empty)->empty());
  CHECK(fixture.inflater.hold(**empty));
  CHECK(fixture.payload(deflater.message(kHello)) == kHello);
}

TEST_CASE("GW-ZLIB-7: other sessions may use the workspace while something is held", "[compression]") {
  Deflater ours, theirs;
  Workspace shared;
  Inflater one(Compression::ZlibStream, Limits{}), two(Compression::ZlibStream, Limits{});
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
  CHECK(fixture.goes_on("12345"));
  CHECK(fixture.goes_on("67890"));
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

}  // namespace
}  // namespace portcullis::tests
