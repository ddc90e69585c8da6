// For every life of a client: the invariants of the catalogue hold in what comes out (INV-1 to INV-18, LOCAL-18).
//
// The input is as client_play.h says.
#include "portcullis/fuzz/client_play.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::ClientPlay play(fuzz::Input(data, size), fuzz::Cutter(1));
  play.play_watched();
  if (play.broken().empty()) return 0;
  for (const std::string& line : play.log()) std::cerr << line << '\n';
  fuzz::must(false, play.broken());
  return 0;
}
