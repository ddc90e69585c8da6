#include <catch2/catch.hpp>
#include <string>

#include "portcullis/tests/compression/fed.h"
#include "portcullis/tests/compression/zstd.h"

namespace portcullis::tests {
namespace {

using compression::Compression;

constexpr std::string_view kHello = R"({"op":10,"d":{"heartbeat_interval":41250}})";

/// One connection's zstd-stream.
struct Fixture : Fed {
  explicit Fixture(const Limits& limits) : Fed(Compression::ZstdStream, limits) {}
  explicit Fixture(std::size_t payload_bytes_max = 1 << 20) : Fixture(with_payload_bytes(payload_bytes_max)) {}
};

Limits with_window(int window_log_max) {
  Limits limits;
  limits.zstd_window_log_max = window_log_max;
  return limits;
}

/// A frame that never ends, of one block, with a window of 2 to this.
std::string with_window_of(unsigned log, unsigned eighths = 0) {
  return zstd_header(0, std::string(1, static_cast<char>((log - 10) << 3 | eighths))) + zstd_block(kHello);
}

TEST_CASE("GW-ZSTD-1: one context serves a connection, and another connection has another", "[compression]") {
  Zstd zstd;
  const std::string first = zstd.message(kHello), second = zstd.message(kHello);
  REQUIRE(second.size() < first.size());
  Fixture one, other;
  CHECK(one.payload(first) == kHello);
  CHECK(one.payload(second) == kHello);
  CHECK(other.error(second) == Errc::InflateCorrupt);
  CHECK(Fixture().payload(first) == kHello);
}

TEST_CASE("GW-ZSTD-2, GW-ZSTD-4: each message gives its payload at once, whatever it ends with", "[compression]") {
  Fixture fixture;
  Zstd zstd;
  for (int i = 0; i < 200; ++i) {
    const std::string payload = "[" + std::to_string(i) + std::string(static_cast<std::size_t>(i * i), 'y') + "]";
    CHECK(fixture.payload(zstd.message(payload)) == payload);
  }
}

TEST_CASE("GW-ZSTD-5: the gateway's own form, without size, checksum and dictionary, is what the tests send",
          "[compression]") {
  CHECK(Zstd().message(kHello).starts_with(zstd_header(0, "\x40")));
  CHECK(Fixture().payload(zstd_header() + zstd_block(kHello)) == kHello);
}

TEST_CASE("GW-ZSTD-3: a payload may be as long as the limit and no longer", "[compression]") {
  for (const std::size_t size : {1u, 100u, 16'383u, 16'384u, 16'385u, 65'536u, 131'072u, 131'073u, 400'000u}) {
    CAPTURE(size);
    Zstd zstd, longer;
    const std::string most(size, 'x');
    Fixture fixture(size);
    CHECK(fixture.payload(zstd.message(most)) == most);
    CHECK(fixture.payload(zstd.message(most)) == most);
    CHECK(Fixture(size).error(longer.message(most + 'x')) == Errc::PayloadTooLarge);
    CHECK(fixture.workspace.payload.capacity() <= size + 1);
  }
}

TEST_CASE("GW-ZSTD-3: output that just fills the buffer is followed by what is still in the context", "[compression]") {
  std::string noise;
  for (std::uint32_t i = 0, seed = 1; i < 300'000; ++i)
    noise += static_cast<char>((seed = seed * 1'664'525u + 7) >> 24);
  for (const std::size_t room : {1u, 1'000u, 16'384u, 131'072u, 262'144u}) {
    Fixture fixture;
    fixture.workspace.payload.resize(room);
    for (const std::size_t size : {room - 1, room, room + 1, std::size_t{300'000}}) {
      CAPTURE(room, size);
      Zstd zstd;
      Fixture other;
      other.workspace.payload.resize(room);
      const std::string payload = noise.substr(0, size);
      if (size != 0) CHECK(other.payload(zstd.message(payload)) == payload);
      CHECK(other.payload(zstd.message("[2]")) == "[2]");
    }
  }
}

TEST_CASE("GW-ZSTD-3: a bomb takes no memory beyond the limit", "[compression]") {
  Zstd zstd;
  Fixture fixture(50'000);
  const auto error = fixture.feed(zstd.message(std::string(10'000'000, '0')));
  REQUIRE_FALSE(error);
  CHECK(error.error().code == Errc::PayloadTooLarge);
  CHECK(error.error().blame == Blame::Limit);
  CHECK(fixture.workspace.payload.capacity() <= 50'001);
}

TEST_CASE("GW-ZSTD-6, OP-20: a window up to the cap is taken, a larger one breaks the limit", "[compression]") {
  CHECK(Fixture(Limits{}).payload(with_window_of(27)) == kHello);
  CHECK(Fixture(Limits{}).error(with_window_of(27, 1)) == Errc::InflateWindow);
  CHECK(Fixture(Limits{}).error(with_window_of(28)) == Errc::InflateWindow);
  CHECK(Fixture(Limits{}).error(with_window_of(41, 7)) == Errc::InflateWindow);
  for (unsigned cap = 10; cap <= 20; ++cap) {
    CAPTURE(cap);
    const Limits limits = with_window(static_cast<int>(cap));
    CHECK(Fixture(limits).payload(with_window_of(cap)) == kHello);
    const auto error = Fixture(limits).feed(with_window_of(cap, 1));
    REQUIRE_FALSE(error);
    CHECK(error.error().code == Errc::InflateWindow);
    CHECK(error.error().blame == Blame::Limit);
    CHECK(error.error().req == req::GW_ZSTD_6);
  }
}

TEST_CASE("GW-ZSTD-6: a cap that libzstd does not know is the next that it does", "[compression]") {
  CHECK(Fixture(with_window(0)).payload(with_window_of(10)) == kHello);
  CHECK(Fixture(with_window(-7)).error(with_window_of(11)) == Errc::InflateWindow);
  CHECK(Fixture(with_window(99)).payload(with_window_of(28)) == kHello);
}

TEST_CASE("LOCAL-36, GW-ZSTD-6: the cap holds for a frame that declares its size, however large the buffer",
          "[compression]") {
  const std::string content(5'000, 'x');
  for (const std::size_t room : {0u, 100u, 4'999u, 5'000u, 100'000u}) {
    CAPTURE(room);
    Fixture narrow(with_window(12)), wide(with_window(13));
    narrow.workspace.payload.resize(room);
    wide.workspace.payload.resize(room);
    CHECK(narrow.error(zstd_frame(content)) == Errc::InflateWindow);
    CHECK(wide.payload(zstd_frame(content)) == content);
  }
}

TEST_CASE("GW-ZSTD-7: a frame that wants a dictionary is refused", "[compression]") {
  for (const auto& [descriptor, id] : {std::pair(1, std::string("\x07")), std::pair(2, std::string("\x07\x01")),
                                       std::pair(3, std::string("\x07\x01\x00\x00", 4))}) {
    const auto error = Fixture().feed(zstd_header(static_cast<std::uint8_t>(descriptor), "\x40" + id));
    REQUIRE_FALSE(error);
    CHECK(error.error().code == Errc::InflateDictionary);
    CHECK(error.error().blame == Blame::Peer);
    CHECK(error.error().req == req::GW_ZSTD_7);
  }
  const std::string none("\x40\x00", 2);
  CHECK(Fixture().payload(zstd_header(1, none) + zstd_block(kHello)) == kHello);
}

TEST_CASE("GW-ZSTD-8: after an error every call gives the same error", "[compression]") {
  Zstd zstd;
  Fixture fixture;
  const std::string good = zstd.message(kHello), next = zstd.message(kHello);
  CHECK(fixture.payload(good) == kHello);
  const auto broken = fixture.feed(std::string("\x06\x00\x00", 3));  // a block of the reserved type
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::InflateCorrupt);
  CHECK(broken.error().blame == Blame::Peer);
  CHECK(broken.error().offset >= good.size());
  CHECK(broken.error().offset <= good.size() + 3);
  for (const std::string_view later : {std::string_view(next), std::string_view(), std::string_view("x")}) {
    const auto again = fixture.feed(later);
    REQUIRE_FALSE(again);
    CHECK(again.error() == broken.error());
  }
}

TEST_CASE("GW-ZSTD-8: what is no frame, or a broken one, is corrupt", "[compression]") {
  CHECK(Fixture().error(kHello) == Errc::InflateCorrupt);
  CHECK(Fixture().error(Deflater().message(kHello)) == Errc::InflateCorrupt);
  CHECK(Fixture().error(zstd_header(0x08) + zstd_block(kHello)) == Errc::InflateCorrupt);  // the reserved bit
  CHECK(Fixture().error(zstd_header() + std::string("\x06\x00\x00", 3)) == Errc::InflateCorrupt);
  // A block may be no larger than the window, and never than 128 KiB.
  CHECK(Fixture().error(zstd_header(0, std::string(1, '\0')) + zstd_block(std::string(1'025, 'x'))) ==
        Errc::InflateCorrupt);
  CHECK(Fixture().payload(zstd_header(0, std::string(1, '\0')) + zstd_block(std::string(1'024, 'x'))).size() == 1'024);
}

TEST_CASE("GW-ZSTD-8: a checksum is optional, and a wrong one is an error of its own", "[compression]") {
  Zstd zstd({.checksum = true});
  const std::string sound = zstd.last_message(kHello);
  CHECK(Fixture().payload(sound) == kHello);
  for (std::size_t i = 1; i <= 4; ++i) {
    std::string wrong = sound;
    wrong[wrong.size() - i] ^= 0x10;
    CHECK(Fixture().error(wrong) == Errc::InflateChecksum);
  }
}

TEST_CASE("GW-ZSTD-9: a frame may end and another begin anywhere in the stream", "[compression]") {
  Fixture fixture;
  for (int round = 0; round < 3; ++round) {
    Zstd zstd({.window_log = 12 + 3 * round, .checksum = round != 0});
    CHECK(fixture.payload(zstd.message(kHello)) == kHello);
    CHECK(fixture.payload(zstd.last_message("[1,2]")) == "[1,2]");
    CHECK(fixture.payload(zstd.message("[3]")) == "[3]");
    std::string over_the_end = zstd.last_message("[4,");
    over_the_end += zstd.message("5]");
    CHECK(fixture.payload(over_the_end) == "[4,5]");
    CHECK(fixture.payload(zstd.last_message("")) == "no payload");
    CHECK(fixture.payload(zstd_frame("[6]")) == "[6]");
    CHECK(fixture.payload(zstd_frame("[") + zstd_frame("7") + zstd_frame("]")) == "[7]");
  }
}

TEST_CASE("LOCAL-35: a message that yields no bytes is passed over", "[compression]") {
  Zstd zstd;
  Fixture fixture;
  for (int i = 0; i < 50; ++i) CHECK(fixture.gives_nothing(""));
  CHECK(fixture.gives_nothing(zstd_skippable("")));
  CHECK(fixture.gives_nothing(zstd_skippable(std::string(100'000, 's'))));
  CHECK(fixture.payload(zstd_skippable("skipped") + zstd.message(kHello)) == kHello);
  for (int i = 0; i < 50; ++i) CHECK(fixture.gives_nothing(""));
  CHECK(fixture.payload(zstd.message("[1]")) == "[1]");
  CHECK(fixture.gives_nothing(std::string("\x01\x00\x00", 3)));  // section 10 of the catalogue, S-END
  CHECK(fixture.payload(Zstd().message("[2]")) == "[2]");
}

TEST_CASE("LOCAL-35: the front of a compressed block yields nothing, and what follows completes it", "[compression]") {
  Zstd zstd;
  const std::string payload = '[' + std::string(500, ' ') + std::string(kHello) + ']';
  const std::string first = zstd.message(payload), second = zstd.message("[2]");
  REQUIRE(first.size() < 100);
  for (std::size_t cut = 1; cut < first.size(); ++cut) {
    CAPTURE(cut);
    Fixture fixture;
    CHECK(fixture.gives_nothing(first.substr(0, cut)));
    CHECK(fixture.payload(first.substr(cut)) == payload);
    CHECK(fixture.payload(second) == "[2]");
  }
}

// A block of the format that libzstd had in its version 0.7, which it still reads where it is asked to.
std::string old_frame() {
  std::string frame("\x27\xb5\x2f\xfd\x00\x40\x40\x00", 8);
  return frame + static_cast<char>(kHello.size()) + std::string(kHello);
}

TEST_CASE("LOCAL-36: the formats that libzstd had before version 1 are no zstd", "[compression]") {
  CHECK(Fixture().error(old_frame()) == Errc::InflateCorrupt);
  for (const char version : {'\x22', '\x23', '\x24', '\x25', '\x26', '\x27'})
    CHECK(Fixture().error(version + old_frame().substr(1)) == Errc::InflateCorrupt);
  // Nor where the magic stands a little later, behind what cannot be a header.
  const std::string header = zstd_header(0x08, "");
  for (std::size_t front = 1; front <= header.size(); ++front) {
    CAPTURE(front);
    const Errc error = Fixture().error(header.substr(0, front) + old_frame());
    CHECK(error == (front == 4 ? Errc::InflateDictionary : Errc::InflateCorrupt));  // there 27 is a descriptor
  }
  // Nor behind other frames.
  Fixture fixture;
  CHECK(fixture.payload(zstd_skippable("x") + zstd_frame("[1]")) == "[1]");
  CHECK(fixture.gives_nothing(zstd_skippable("a longer one than any header")));
  CHECK(fixture.error(old_frame()) == Errc::InflateCorrupt);
}

TEST_CASE("GW-ZSTD-1: sessions share a workspace without disturbing each other", "[compression]") {
  Zstd ours, theirs;
  Workspace shared;
  compression::Decompressor one(Compression::ZstdStream, Limits{}), two(Compression::ZstdStream, Limits{});
  for (int i = 0; i < 10; ++i) {
    CHECK(text(**one.feed(bytes(ours.message(kHello)), shared)) == kHello);
    CHECK(text(**two.feed(bytes(theirs.message("[7,8,9]")), shared)) == "[7,8,9]");
  }
}

TEST_CASE("GW-ZSTD-2: a payload never goes on in the next message", "[compression]") {
  CHECK_FALSE(Fixture().decompressor.payloads_go_on());
  CHECK_FALSE(Fed(Compression::Payload, Limits{}).decompressor.payloads_go_on());
  CHECK(Fed(Compression::ZlibStream, Limits{}).decompressor.payloads_go_on());
}

}  // namespace
}  // namespace portcullis::tests
