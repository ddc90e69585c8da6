// For every string of frames: a client keeps the message limit, has one last word, and writes only what a server reads.
#include "portcullis/fuzz/websocket.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  const Limits limits = fuzz::websocket_limits();
  tests::OpenClient open(limits);
  fuzz::give(open.connection, fuzz::Input(data, size).rest(), fuzz::Cutter(1), open.record);
  fuzz::end(open.connection, open.record);
  fuzz::has_one_last_word(open.record);
  fuzz::keeps_the_message_limit(open.record);
  fuzz::is_read_by<tests::OpenServer>(open.record);
  return 0;
}
