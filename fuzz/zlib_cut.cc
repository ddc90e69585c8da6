// For every zlib stream: where it is cut into messages changes no byte of what is inflated, and no error.
//
// The input is a byte for the cuts, one for the compression level, then either a stream (level byte 0xff) or what is to
// be compressed: pieces with a flush behind each.
#include "portcullis/core/compression/decompressor.h"
#include "portcullis/fuzz/input.h"
#include "portcullis/tests/compression/deflater.h"

namespace portcullis::fuzz {
namespace {

constexpr std::string_view kSuffix("\x00\x00\xff\xff", 4);

struct Outcome {
  std::string bytes;
  std::optional<Errc> error;
};

Outcome inflated(std::string_view stream, Cutter cut) {
  compression::Decompressor decompressor(compression::Compression::ZlibStream, Limits{});
  Workspace workspace;
  Outcome outcome;
  in_pieces(stream, cut, [&](const std::vector<std::byte>& message) {
    if (outcome.error) return;
    const auto payload = decompressor.feed(message, workspace);
    if (!payload)
      outcome.error = payload.error().code;
    else if (payload->has_value())
      outcome.bytes.append(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
  });
  return outcome;
}

// One that ends with a flush, as a whole message must.
std::string stream_of(Input& input, std::uint8_t level, std::string& plain) {
  if (level == 0xff) {
    std::string stream = input.rest();
    return stream.ends_with(kSuffix) ? stream : stream.append(kSuffix);
  }
  tests::Deflater deflater({}, level % 10);
  std::string stream = deflater.message("");
  for (int pieces = 0; !input.empty() && pieces < 50; ++pieces) {
    const std::string piece = input.piece();
    plain += piece;
    stream += deflater.message(piece);
  }
  return stream;
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  const std::uint8_t level = input.byte();
  std::string plain;
  const std::string stream = fuzz::stream_of(input, level, plain);
  const fuzz::Outcome whole = fuzz::inflated(stream, fuzz::Cutter(1));
  const fuzz::Outcome pieces = fuzz::inflated(stream, cut);
  fuzz::must(whole.error == pieces.error, "cut otherwise, another error");
  // An error takes back what its own message held, so that a whole stream gives nothing.
  if (!whole.error) fuzz::must(whole.bytes == pieces.bytes, "cut otherwise, other bytes");
  if (level != 0xff) fuzz::must(!whole.error && whole.bytes == plain, "what was compressed comes out");
  return 0;
}
