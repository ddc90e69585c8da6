#include "portcullis/oracle/mock/pieces.h"

#include <algorithm>

namespace portcullis::mock {

void send_in_pieces(LinkState& c, websocket::Kind kind, std::span<const std::byte> message) {
  const bool own_messages = c.compressor && c.compressor->marks_the_end();
  const std::size_t most = c.piece_bytes == 0 ? message.size() : c.piece_bytes;
  bool first = true;
  do {
    const auto piece = message.first(std::min(most, message.size()));
    message = message.subspan(piece.size());
    const bool fin = own_messages || message.empty();
    (void)(first || own_messages ? c.stream.send(kind, piece, fin) : c.stream.send_more(piece, fin));
    first = false;
  } while (!message.empty());
}

}  // namespace portcullis::mock
