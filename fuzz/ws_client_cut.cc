// For every byte string: a client gives the same wherever the bytes are cut, before the upgrade and after it.
//
// The input is a byte that says whether the upgrade is behind the client, one for the cuts, then what the server sends.
#include "portcullis/fuzz/websocket.h"

namespace portcullis::fuzz {
namespace {

tests::Record connecting(std::string_view bytes, Cutter cut) {
  const Limits limits = websocket_limits();
  const Chance chance = tests::counting_chance();
  websocket::ClientConnection client(limits, chance);
  must(bool(client.open(websocket::Url{false, "h", 80, "/"}, {}, {})), "a good URL is taken");
  tests::Record record;
  give(client, bytes, cut, record);
  end(client, record);
  return record;
}

tests::Record open(std::string_view bytes, Cutter cut) {
  const Limits limits = websocket_limits();
  tests::OpenClient client(limits);
  give(client.connection, bytes, cut, client.record);
  end(client.connection, client.record);
  return client.record;
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
  fuzz::must(play(bytes, cut) == whole, "cut otherwise, the client does otherwise");
  return 0;
}
