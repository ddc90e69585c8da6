// For every stream of bytes in messages: the payloads put together are what zlib alone inflates, within the limit.
//
// The input is a byte for the messages' sizes, one for the limit, then the stream.
#include <zlib.h>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {
namespace {

constexpr std::string_view kSuffix("\x00\x00\xff\xff", 4);

struct Inflated {
  std::string bytes;
  bool fine = true;
};

// What zlib alone makes of the stream.
Inflated by_zlib(std::string stream) {
  Inflated out;
  z_stream zlib{};
  must(inflateInit(&zlib) == Z_OK, "zlib begins");
  zlib.next_in = reinterpret_cast<Bytef*>(stream.data());
  zlib.avail_in = static_cast<uInt>(stream.size());
  std::vector<char> room(1 << 14);
  int code = Z_OK;
  do {
    zlib.next_out = reinterpret_cast<Bytef*>(room.data());
    zlib.avail_out = static_cast<uInt>(room.size());
    code = inflate(&zlib, Z_SYNC_FLUSH);
    out.bytes.append(room.data(), room.size() - zlib.avail_out);
  } while (code == Z_OK && (zlib.avail_in != 0 || zlib.avail_out == 0));
  out.fine = code == Z_OK || code == Z_BUF_ERROR;
  inflateEnd(&zlib);
  return out;
}

void play(std::string_view stream, Cutter cut, std::size_t bytes_max) {
  Limits limits;
  limits.payload_bytes_max = bytes_max;
  compression::Decompressor decompressor(compression::Compression::ZlibStream, limits);
  Workspace workspace;
  std::string fed, inflated_from, payloads;
  bool too_large = false, broken = false;
  in_pieces(stream, cut, [&](const std::vector<std::byte>& message) {
    if (broken) return must(!decompressor.feed(message, workspace), "after an error no payload comes");
    fed.append(reinterpret_cast<const char*>(message.data()), message.size());
    const auto payload = decompressor.feed(message, workspace);
    broken = !payload;
    too_large = broken && payload.error().code == Errc::PayloadTooLarge;
    if (broken || payload->has_value()) inflated_from = fed;
    if (broken || !payload->has_value()) return;
    must(fed.ends_with(kSuffix), "a payload ends with the suffix");
    must((*payload)->size() <= bytes_max, "payload_bytes_max");
    payloads.append(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
  });
  const Inflated expected = by_zlib(inflated_from);
  must(expected.bytes.starts_with(payloads), "other bytes than zlib's");
  if (too_large) return;
  must(expected.fine != broken, "damage is found where zlib finds it");
  if (!broken) must(expected.bytes == payloads, "fewer bytes than zlib's");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  const std::size_t bytes_max = input.byte() % 2 == 0 ? std::size_t{16} << 20 : 100;
  fuzz::play(input.rest(), cut, bytes_max);
  return 0;
}
