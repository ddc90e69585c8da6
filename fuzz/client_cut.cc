// For every life of a client: where the bytes are cut cannot be observed.
//
// The input is a byte for the cuts, then as client_play.h says.
#include "portcullis/fuzz/client_play.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  fuzz::ClientPlay whole(input, fuzz::Cutter(1));
  fuzz::ClientPlay pieces(input, cut);
  whole.play();
  pieces.play();
  for (std::size_t i = 0; i < std::min(whole.log().size(), pieces.log().size()); ++i) {
    if (whole.log()[i] == pieces.log()[i]) continue;
    std::cerr << "whole: " << whole.log()[i] << "\ncut:   " << pieces.log()[i] << '\n';
    fuzz::must(false, "cut otherwise, the client does otherwise");
  }
  fuzz::must(whole.log().size() == pieces.log().size(), "cut otherwise, the client does more or less");
  return 0;
}
