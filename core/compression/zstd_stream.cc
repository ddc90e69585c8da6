#include "portcullis/core/compression/zstd_stream.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>

namespace portcullis::compression {
namespace {

constexpr unsigned kHeaderBytesMax = 18;  // RFC 8878 section 3.1.1

Errc errc_of(std::size_t result) noexcept {
  switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation: return Errc::OutOfMemory;
    case ZSTD_error_frameParameter_windowTooLarge: return Errc::InflateWindow;
    case ZSTD_error_dictionary_wrong: return Errc::InflateDictionary;
    case ZSTD_error_checksum_wrong: return Errc::InflateChecksum;
    default: return Errc::InflateCorrupt;
  }
}

Requirement clause_of(Errc code) noexcept {
  if (code == Errc::InflateWindow) return req::GW_ZSTD_6;
  return code == Errc::InflateDictionary ? req::GW_ZSTD_7 : req::GW_ZSTD_8;
}

}  // namespace

void ZstdStream::End::operator()(ZSTD_DCtx_s* context) const noexcept { ZSTD_freeDCtx(context); }

bool ZstdStream::begin() noexcept {
  if (context_) return true;
  context_.reset(ZSTD_createDCtx());
  if (!context_) return false;
  const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
  const int cap = std::clamp(window_log_max_, bounds.lowerBound, bounds.upperBound);
  return !ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, cap));
}

// A frame's header goes in byte by byte. Were it offered whole, libzstd would take a frame whose content fits into the
// output past the cap on its window, and would look for the formats that it had before version 1 (LOCAL-36).
Status ZstdStream::decompress(std::span<const std::byte>& input, Output& output) noexcept {
  const bool in_header = frame_bytes_ < kHeaderBytesMax;
  ZSTD_inBuffer in{input.data(), in_header ? std::min<std::size_t>(input.size(), 1) : input.size(), 0};
  ZSTD_outBuffer out{output.room().data(), output.room().size(), 0};
  const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
  if (ZSTD_isError(result)) return broken(errc_of(result), clause_of(errc_of(result)));
  output.add(out.pos);
  taken_ += in.pos;
  if (in_header) frame_bytes_ += static_cast<unsigned>(in.pos);
  if (result == 0) frame_bytes_ = 0;  // the frame has ended
  input = input.subspan(in.pos);
  return kOk;
}

Result<std::optional<std::span<const std::byte>>> ZstdStream::feed(std::span<const std::byte> message,
                                                                   Workspace& workspace) noexcept {
  using Payload = std::optional<std::span<const std::byte>>;
  if (!begin()) return broken(Errc::OutOfMemory, req::GW_ZSTD_1);
  Output output(workspace.payload, 0, payload_bytes_max_);
  // What is flushed may still lie in the context when the input is used up: there is more while the output is full.
  for (bool full = false; full || !message.empty(); full = output.room().empty()) {
    if (!output.make_room()) return broken(Errc::OutOfMemory, req::GW_ZSTD_3);
    if (const Status status = decompress(message, output); !status) return status.error();
    if (output.is_too_large()) return broken(Errc::PayloadTooLarge, req::GW_ZSTD_3);
  }
  if (output.bytes().empty()) return Payload{};
  return Payload{output.bytes()};
}

}  // namespace portcullis::compression
