// Compares the stream of core/websocket with the model of models/websocket_frames, and the model with the vectors.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "portcullis/models/websocket_frames.h"
#include "tests/gateway/vector_file.h"
#include "tests/property.h"
#include "tests/websocket/draw.h"
#include "tests/websocket/expected.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using models::FrameBounds;
using models::FrameEvent;
using models::Reader;
using What = FrameEvent::What;
using Lines = std::vector<std::string>;

constexpr FrameBounds kBounds{150, 300};

template <typename End>
Record life_of(std::span<const std::byte> stream, Cut cut) {
  Limits limits;
  limits.frame_bytes_max = kBounds.frame_bytes_max;
  limits.message_bytes_max = kBounds.message_bytes_max;
  End end(limits);
  feed(end.connection, stream, cut, end.record);
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  return without_rules(end.record);
}

void compare_as_client(const Bytes& stream) {
  const Expected expected = expected_of(models::read_frames(stream, Reader::Client, kBounds));
  for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
    const Record record = life_of<OpenClient>(stream, cut);
    RC_ASSERT(record.lines == expected.lines);
    RC_ASSERT(to_hex(unmasked(record.sent)) == to_hex(expected.sent));
  }
}

void compare_as_server(const Bytes& stream) {
  const Expected expected = expected_of(models::read_frames(stream, Reader::Server, kBounds));
  for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
    const Record record = life_of<OpenServer>(stream, cut);
    RC_ASSERT(record.lines == expected.lines);
    RC_ASSERT(to_hex(record.sent) == to_hex(expected.sent));
  }
}

TEST_CASE("models: the stream agrees with the model on frames with nothing wrong", "[ws][model]") {
  check_always("good frames", [] {
    const Bytes stream = draw_good_stream();
    compare_as_client(stream);
    compare_as_server(masked(stream));
  });
}

TEST_CASE("models: the stream agrees with the model on good frames of which a few bytes were changed", "[ws][model]") {
  check_always("mutated frames", [] {
    const Bytes stream = draw_good_stream();
    // Changed in front of the mask, so that payloads break as they do without one, and behind it, so that headers do.
    compare_as_client(mutate(stream));
    compare_as_server(masked(mutate(stream)));
    compare_as_server(mutate(masked(stream)));
  });
}

TEST_CASE("models: the stream agrees with the model on frames that are wrong on purpose", "[ws][model]") {
  check_always("odd frames", [] {
    const Bytes stream = draw_stream();
    compare_as_client(stream);
    compare_as_server(masked(stream));
  });
}

TEST_CASE("models: the model alone says what the frame vectors say", "[ws][model]") {
  constexpr FrameBounds kWide{64 << 20, 64 << 20};
  int failing = 0;
  for (const Json& one : cases_of("corpus/vectors/websocket/frames.json")) {
    CAPTURE(one["id"].get<std::string>());
    std::vector<FrameEvent> expected;
    for (const Json& event : one["expect"]) {
      const auto payload = [&](const char* key) { return to_text(stream_of(event[key])); };
      if (event.contains("text")) expected.push_back({What::Text, payload("text")});
      if (event.contains("binary")) expected.push_back({What::Binary, payload("binary")});
      if (event.contains("ping")) expected.push_back({What::Ping, payload("ping")});
      if (event.contains("pong")) expected.push_back({What::Pong, payload("pong")});
      if (event.contains("close")) expected.push_back({What::Close, payload("reason"), event["close"]});
      if (event.contains("fail")) expected.push_back({What::Fail, "", event["fail"]});
      failing += event.contains("fail") ? 1 : 0;
    }
    const Bytes stream = stream_of(one["stream"]);
    CHECK(models::read_frames(stream, Reader::Client, kWide) == expected);
    CHECK(models::read_frames(masked(stream), Reader::Server, kWide) == expected);
  }
  CHECK(failing > 50);
}

TEST_CASE("WS-U8-2: the stream agrees with the grammar on every sequence of lead and second byte", "[ws][model]") {
  for (unsigned lead = 0; lead < 256; ++lead)
    for (unsigned second = 0; second < 256; second += second % 16 == 15 || second % 16 == 0 ? 1 : 14) {
      const Bytes text{static_cast<std::byte>(lead), static_cast<std::byte>(second), std::byte{0x80}, std::byte{0xbf}};
      const Bytes stream = frame(0x81, text);
      const Expected expected = expected_of(models::read_frames(stream, Reader::Client, kBounds));
      if (life_of<OpenClient>(stream, Cut::EveryByte).lines != expected.lines) FAIL_CHECK(to_hex(stream));
    }
}

}  // namespace
}  // namespace portcullis::tests
