// For every stream of bytes in messages: what is decompressed is what libzstd alone makes of it, within the limits.
//
// The input is a byte for the messages' sizes, one for the limits, then the stream.
#include <zstd.h>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

struct Decompressed {
  std::string bytes;
  bool fine = true;
};

// What libzstd makes of a stream, byte by byte: of a frame that it is given whole it says nothing when the checksum is
// wrong. It may stop once there is more than is compared.
Decompressed by_libzstd(const std::string& stream) {
  Decompressed out;
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::vector<char> room(1 << 16);
  bool full = false;
  for (ZSTD_inBuffer in{stream.data(), 0, 0}; out.fine && out.bytes.size() <= 2 * kBytesMax;) {
    if (!full && in.pos == stream.size()) break;
    in.size = std::min(in.pos + 1, stream.size());
    ZSTD_outBuffer to{room.data(), room.size(), 0};
    out.fine = ZSTD_isError(ZSTD_decompressStream(context.get(), &to, &in)) == 0;
    out.bytes.append(room.data(), to.pos);
    full = to.pos == to.size;
  }
  return out;
}

// LOCAL-36: libzstd also reads the formats that it had before its first version.
bool holds_an_old_magic(const std::string& stream) {
  for (std::size_t at = stream.find("\xB5\x2F\xFD"); at != std::string::npos; at = stream.find("\xB5\x2F\xFD", at + 1))
    if (at > 0 && stream[at - 1] >= '\x22' && stream[at - 1] <= '\x27') return true;
  return false;
}

void play(const std::string& stream, Cutter cut, const Limits& limits) {
  compression::Decompressor decompressor(compression::Compression::ZstdStream, limits);
  Workspace workspace;
  std::string fed, payloads;
  std::optional<Errc> error;
  in_pieces(stream, cut, [&](const std::vector<std::byte>& message) {
    if (error) return must(!decompressor.feed(message, workspace), "after an error no payload comes");
    fed.append(reinterpret_cast<const char*>(message.data()), message.size());
    const auto payload = decompressor.feed(message, workspace);
    if (!payload) return void(error = payload.error().code);
    if (!payload->has_value()) return;
    must(!(*payload)->empty() && (*payload)->size() <= limits.payload_bytes_max, "payload_bytes_max");
    payloads.append(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
  });
  if (payloads.size() > kBytesMax) return;
  const Decompressed expected = by_libzstd(fed);
  must(expected.bytes.starts_with(payloads), "other bytes than libzstd's");
  if (error == Errc::PayloadTooLarge || error == Errc::InflateWindow || holds_an_old_magic(stream)) return;
  must(expected.fine != error.has_value(), "damage is found where libzstd finds it");
  if (!error) must(expected.bytes == payloads, "fewer bytes than libzstd's");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  Limits limits;
  limits.payload_bytes_max = input.byte() % 2 == 0 ? fuzz::kBytesMax : 100;
  limits.zstd_window_log_max = 20;  // so that a fuzzer's frame takes little
  fuzz::play(input.rest(), cut, limits);
  return 0;
}
