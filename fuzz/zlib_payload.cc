// For every message: payload compression takes it exactly when it is one whole zlib stream, and gives what zlib gives.
//
// The input is a byte: 0 for a message as it is, else the number of a byte that is damaged in what follows, compressed.
#include <zlib.h>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

std::string compressed(const std::string& plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  std::string out(size, '\0');
  must(compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
                static_cast<uLong>(plain.size())) == Z_OK,
       "zlib compresses");
  out.resize(size);
  return out;
}

// What zlib alone makes of a message that is one whole stream of no more than the limit.
std::optional<std::string> by_zlib(const std::string& message) {
  std::string out(kBytesMax + 1, '\0');
  uLongf size = out.size();
  uLong taken = static_cast<uLong>(message.size());
  const int code =
      uncompress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(message.data()), &taken);
  if (code != Z_OK || taken != message.size() || size > kBytesMax) return std::nullopt;
  return out.substr(0, size);
}

void decompress(const std::string& message) {
  Limits limits;
  limits.payload_bytes_max = kBytesMax;
  compression::Decompressor decompressor(compression::Compression::Payload, limits);
  Workspace workspace;
  const auto payload = decompressor.feed(bytes_in(message), workspace);
  const auto expected = by_zlib(message);
  must(bool(payload) == expected.has_value(), "one whole stream is taken, and nothing else");
  if (!payload) return must(decompressor.feed({}, workspace).error() == payload.error(), "an error stays");
  must(payload->has_value(), "each message is a payload");
  must(std::ranges::equal(**payload, bytes_in(*expected)), "other bytes than zlib's");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::size_t damaged = input.byte();
  std::string message = input.rest();
  if (damaged != 0) {
    message = fuzz::compressed(message);
    if (damaged < message.size()) message[damaged] = static_cast<char>(message[damaged] ^ 0x20);
  }
  fuzz::decompress(message);
  return 0;
}
