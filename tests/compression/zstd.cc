#include "portcullis/tests/compression/zstd.h"

#include <zstd.h>

#include <array>
#include <stdexcept>

namespace portcullis::tests {
namespace {

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result)) throw std::runtime_error(ZSTD_getErrorName(result));
  return result;
}

std::string compressed(ZSTD_CCtx_s* stream, std::string_view payload, ZSTD_EndDirective directive) {
  std::string message;
  std::array<char, 4'096> part;
  ZSTD_inBuffer in{payload.data(), payload.size(), 0};
  for (bool more = true; more;) {
    ZSTD_outBuffer out{part.data(), part.size(), 0};
    more = checked(ZSTD_compressStream2(stream, &out, &in, directive)) != 0;
    message.append(part.data(), out.pos);
  }
  return message;
}

}  // namespace

Zstd::Zstd(const Options& options) : stream_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
  checked(ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_windowLog, options.window_log));
  checked(ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, options.level));
  checked(ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, options.checksum ? 1 : 0));
}

std::string Zstd::message(std::string_view payload) { return compressed(stream_.get(), payload, ZSTD_e_flush); }
std::string Zstd::last_message(std::string_view payload) { return compressed(stream_.get(), payload, ZSTD_e_end); }

std::string zstd_header(std::uint8_t descriptor, std::string_view rest) {
  return std::string("\x28\xb5\x2f\xfd") + static_cast<char>(descriptor) + std::string(rest);
}

std::string zstd_block(std::string_view content, bool last) {
  const std::size_t header = content.size() << 3 | (last ? 1u : 0u);
  std::string block;
  for (int byte = 0; byte < 3; ++byte) block += static_cast<char>(header >> 8 * byte & 0xff);
  return block.append(content);
}

std::string zstd_skippable(std::string_view content) {
  std::string frame("\x50\x2a\x4d\x18");
  for (int byte = 0; byte < 4; ++byte) frame += static_cast<char>(content.size() >> 8 * byte & 0xff);
  return frame.append(content);
}

std::string zstd_frame(std::string_view content) {
  std::string frame(ZSTD_compressBound(content.size()), '\0');
  frame.resize(checked(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 3)));
  return frame;
}

}  // namespace portcullis::tests
