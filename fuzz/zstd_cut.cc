// For every zstd stream: where it is cut into messages changes no byte of what is decompressed, and no error.
//
// The input is a byte for the cuts, one for the compression level, then either a stream (level byte 0xff) or what is to
// be compressed: pieces with a flush behind each.
#include "portcullis/core/compression/decompressor.h"
#include "portcullis/fuzz/input.h"
#include "portcullis/tests/compression/zstd.h"

namespace portcullis::fuzz {
namespace {

struct Outcome {
  std::string bytes;
  std::optional<Errc> error;
};

Outcome decompressed(std::string_view stream, Cutter cut) {
  Limits limits;
  limits.payload_bytes_max = 1 << 20;
  limits.zstd_window_log_max = 20;
  compression::Decompressor decompressor(compression::Compression::ZstdStream, limits);
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

std::string stream_of(Input& input, std::uint8_t level, std::string& plain) {
  if (level == 0xff) return input.rest();
  tests::Zstd zstd({.window_log = 10 + level / 16 % 8, .level = 1 + level % 4, .checksum = level / 4 % 2 != 0});
  std::string stream = zstd.message("");
  for (int pieces = 0; !input.empty() && pieces < 50; ++pieces) {
    const std::string piece = input.piece();
    plain += piece;
    stream += pieces % 8 == 7 ? zstd.last_message(piece) : zstd.message(piece);
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
  const fuzz::Outcome whole = fuzz::decompressed(stream, fuzz::Cutter(1));
  const fuzz::Outcome pieces = fuzz::decompressed(stream, cut);
  // The limit is one message's, so that pieces of what is too large may do.
  if (whole.error == Errc::PayloadTooLarge || pieces.error == Errc::PayloadTooLarge) return 0;
  fuzz::must(whole.error == pieces.error, "cut otherwise, another error");
  if (!whole.error) fuzz::must(whole.bytes == pieces.bytes, "cut otherwise, other bytes");
  if (level != 0xff) fuzz::must(!whole.error && whole.bytes == plain, "what was compressed comes out");
  return 0;
}
