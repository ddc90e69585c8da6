// For every string of frames: a server does what the model of RFC 6455 says of them.
#include "portcullis/fuzz/websocket.h"
#include "portcullis/models/websocket_frames.h"
#include "tests/websocket/expected.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  constexpr models::FrameBounds kBounds{150, 300};
  const std::string stream = fuzz::Input(data, size).rest();
  const auto expected =
      tests::expected_of(models::read_frames(fuzz::bytes_in(stream), models::Reader::Server, kBounds));
  Limits limits;
  limits.frame_bytes_max = kBounds.frame_bytes_max;
  limits.message_bytes_max = kBounds.message_bytes_max;
  tests::OpenServer open(limits);
  fuzz::give(open.connection, stream, fuzz::Cutter(1), open.record);
  fuzz::end(open.connection, open.record);
  fuzz::must(tests::without_rules(open.record).lines == expected.lines, "what the frames say");
  fuzz::must(open.record.sent == expected.sent, "what is answered");
  return 0;
}
