#include "portcullis/oracle/mock/pieces.h"

#include <algorithm>

namespace portcullis::mock {
namespace {

constexpr std::size_t kSuffixBytes = 4;  // of what zlib-stream ends a payload with

std::size_t size_of_next(std::size_t left, std::size_t most, bool with_suffix) {
  const std::size_t size = std::min(left, most);
  if (!with_suffix || size == left || left - size >= kSuffixBytes) return size;
  return left > kSuffixBytes ? left - kSuffixBytes : left;
}

}  // namespace

void send_in_pieces(LinkState& c, websocket::Kind kind, std::span<const std::byte> message) {
  const bool own_messages = c.compressor && c.compressor->marks_the_end();
  const std::size_t most = c.pieces.bytes == 0 ? message.size() : c.pieces.bytes;
  bool first = true;
  do {
    const auto piece = message.first(size_of_next(message.size(), most, own_messages));
    message = message.subspan(piece.size());
    const bool fin = own_messages || message.empty();
    (void)(first || own_messages ? c.stream.send(kind, piece, fin) : c.stream.send_more(piece, fin));
    if (c.pieces.pings && !message.empty()) (void)c.stream.ping({});
    first = false;
  } while (!message.empty());
}

}  // namespace portcullis::mock
