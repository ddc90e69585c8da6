#include "portcullis/core/websocket/frame.h"

#include <catch2/catch.hpp>

#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;

constexpr std::uint64_t kRoom = 1'000'000;

/// Feeds a header; gives the rule that broke, with the index of the byte, or "good" or "more".
std::string judge(std::string_view hex, Role reader = Role::Client, std::uint64_t room = kRoom) {
  HeaderReader header(reader);
  const Bytes bytes = from_hex(hex);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (const Fault* const fault = header.feed(bytes[i], room))
      return std::string(id(fault->req)) + " @" + std::to_string(i);
  return header.complete() ? "good" : "more";
}

TEST_CASE("WS-FR-2: each reserved bit fails on every kind of frame, from byte 0", "[ws]") {
  for (const unsigned opcode : {0u, 1u, 2u, 8u, 9u})
    for (unsigned bits = 1; bits < 8; ++bits) {
      const Bytes first{static_cast<std::byte>(0x80 | bits << 4 | opcode)};
      CHECK(judge(to_hex(first)) == "WS-FR-2 @0");
    }
}

TEST_CASE("WS-FR-3: opcodes 3 to 7 and b to f fail from byte 0", "[ws]") {
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    const Bytes first{static_cast<std::byte>(0x80 | opcode)};
    const bool known = opcode < 3 || (opcode > 7 && opcode < 11);
    CHECK(judge(to_hex(first)) == (known ? "more" : "WS-FR-3 @0"));
  }
}

TEST_CASE("WS-FA-5: the first fault in the order of the bytes is the one reported", "[ws]") {
  CHECK(judge("73") == "WS-FR-2 @0");
  CHECK(judge("0b") == "WS-FR-3 @0");
  CHECK(judge("08ff") == "WS-CT-2 @0");
  CHECK(judge("88ff") == "WS-MK-5 @1");
  CHECK(judge("887e") == "WS-CT-1 @1");
  CHECK(judge("887e", Role::Server) == "WS-MK-4 @1");
  CHECK(judge("88fe", Role::Server) == "WS-CT-1 @1");
  CHECK(judge("827e0001", Role::Client, 0) == "WS-FR-8 @3");
  CHECK(judge("827f000000000000ffff", Role::Client, 0) == "WS-FR-8 @9");
  CHECK(judge("827fffffffffffffffff", Role::Client, 0) == "WS-FR-9 @9");
  CHECK(judge("827e00ff", Role::Client, 0) == "WS-LM-1 @3");
}

TEST_CASE("WS-MK-4, WS-MK-5: the mask's direction is judged at byte 1 whatever the frame", "[ws]") {
  for (const std::string first : {"81", "82", "01", "88", "89", "8a"}) {
    CHECK(judge(first + "80") == "WS-MK-5 @1");
    CHECK(judge(first + "00", Role::Server) == "WS-MK-4 @1");
    CHECK(judge(first + "00") == "good");
    CHECK(judge(first + "8000000000", Role::Server) == "good");
  }
}

TEST_CASE("WS-LM-1: a payload of just the room passes, one more byte fails before any of it is read", "[ws]") {
  CHECK(judge("827d", Role::Client, 125) == "good");
  CHECK(judge("827d", Role::Client, 124) == "WS-LM-1 @1");
  CHECK(judge("827e03e8", Role::Client, 1000) == "good");
  CHECK(judge("827e03e9", Role::Client, 1000) == "WS-LM-1 @3");
  CHECK(judge("827f4000000000000000") == "WS-LM-1 @9");
  CHECK(judge("897d", Role::Client, 0) == "good");
}

TEST_CASE("WS-FR-7: the sender uses the shortest length", "[ws]") {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 70000u}) {
    const Bytes payload(size, std::byte{0x5a});
    Bytes out;
    append_frame(out, true, Opcode::Binary, payload, nullptr);
    CHECK(out == frame(0x82, payload));
    const MaskKey key{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    Bytes hidden;
    append_frame(hidden, false, Opcode::Text, payload, &key);
    CHECK(unmasked(hidden) == frame(0x01, payload));
  }
}

TEST_CASE("WS-MK-1: an empty frame has its mask too", "[ws]") {
  const MaskKey key{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  Bytes out;
  append_frame(out, true, Opcode::Ping, {}, &key);
  CHECK(to_hex(out) == "898001020304");
}

TEST_CASE("WS-CL-4: every code from 0 to 65535 against the list", "[ws]") {
  for (std::uint32_t code = 0; code <= 65535; ++code) {
    const bool registered = (code >= 1000 && code < 1015 && code != 1004 && code != 1005 && code != 1006);
    CHECK(is_close_code(code) == (registered || (code >= 3000 && code < 5000)));
  }
}

}  // namespace
}  // namespace portcullis::tests
