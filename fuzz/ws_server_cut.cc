// For every byte string: a server gives the same wherever the bytes are cut, before the upgrade and after it.
//
// The input is a byte that says whether the upgrade is behind the server, one for the cuts, then what the client sends.
#include "portcullis/fuzz/websocket.h"

namespace portcullis::fuzz {
namespace {

// The server answers once all is there: when it does so is its user's affair.
tests::Record connecting(std::string_view bytes, Cutter cut) {
  const Limits limits = websocket_limits();
  websocket::ServerConnection server(limits);
  tests::Record record;
  give(server, bytes, cut, record);
  (void)server.accept({}, {});
  tests::drain(server, record);
  end(server, record);
  return record;
}

tests::Record open(std::string_view bytes, Cutter cut) {
  const Limits limits = websocket_limits();
  tests::OpenServer server(limits);
  give(server.connection, bytes, cut, server.record);
  end(server.connection, server.record);
  return server.record;
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const auto play = input.byte() % 2 == 0 ? fuzz::open : fuzz::connecting;
  const fuzz::Cutter cut(input.byte());
  const std::string bytes = input.rest();
  const tests::Record whole = play(bytes, fuzz::Cutter(1));
  fuzz::has_one_last_word(whole);
  fuzz::must(play(bytes, cut) == whole, "cut otherwise, the server does otherwise");
  return 0;
}
