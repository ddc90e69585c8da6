// For every exchange on a link: where the bytes are cut changes no record, and each record is read again as written.
//
// The input is a byte for the cuts, one for what is asked for, then what the two ends say: a byte that picks how, and a
// piece.
#include <array>
#include <sstream>

#include "portcullis/fuzz/input.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/mock/talk.h"
#include "portcullis/tests/timeline/overheard.h"

namespace portcullis::fuzz {
namespace {

constexpr int kPiecesMax = 200;
constexpr std::array<std::string_view, 5> kTargets{"/?v=10&encoding=json", "/?v=10&encoding=json&compress=zlib-stream",
                                                   "/?v=10&encoding=json&compress=zstd-stream", "/?v=10&encoding=etf",
                                                   "/?v=10&encoding=etf&compress=zlib-stream"};

std::string server_frame(unsigned first, const std::string& payload) {
  std::string frame{static_cast<char>(first), 126, static_cast<char>(payload.size() >> 8),
                    static_cast<char>(payload.size())};
  if (payload.size() < 126) frame = {static_cast<char>(first), static_cast<char>(payload.size())};
  return frame + payload;
}

std::vector<timeline::Said> exchange(Input& input) {
  std::vector<timeline::Said> said;
  tests::Deflater zlib;
  const auto say = [&](bool by_client, const std::string& bytes) {
    said.push_back({1, by_client, bytes, static_cast<std::int64_t>(said.size())});
  };
  // Beyond the targets nothing is opened: the input may do so itself.
  if (const std::size_t target = input.byte(); target < kTargets.size()) {
    say(true, tests::upgrade_request(kTargets[target]));
    say(false, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  }
  for (int pieces = 0; !input.empty() && pieces < kPiecesMax; ++pieces) {
    const std::uint8_t how = input.byte();
    switch (how % 8) {
      case 0: say(true, input.long_piece()); break;
      case 1: say(false, input.long_piece()); break;
      case 2: say(true, tests::client_frame(0x81, input.long_piece())); break;
      case 3: say(false, server_frame(0x81, input.long_piece())); break;
      case 4: say(true, tests::client_frame(input.byte(), input.piece())); break;
      case 5: say(false, server_frame(input.byte(), input.piece())); break;
      case 6: say(false, server_frame(0x82, zlib.message(input.piece()))); break;
      default: say(how / 8 % 2 == 0, ""); break;  // the end
    }
  }
  return said;
}

void is_read_again(const std::vector<std::string>& lines) {
  std::stringstream file;
  file << timeline::header_line({}) << '\n';
  for (const std::string& line : lines) file << line << '\n';
  const auto read = timeline::read(file);
  const auto* const timeline = std::get_if<timeline::Timeline>(&read);
  must(timeline != nullptr, "what is told is a timeline");
  must(timeline->records.size() == lines.size(), "each record is one line");
  for (std::size_t i = 0; i < lines.size(); ++i)
    must(timeline::line_of(timeline->records[i]) == lines[i], "a record is read as it was written");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  const auto said = fuzz::exchange(input);
  const auto whole = timeline::lines_of(said);
  fuzz::must(timeline::lines_of(said, cut) == whole, "cut otherwise, the tap tells otherwise");
  fuzz::is_read_again(whole);
  return 0;
}
