#pragma once

#include <cstddef>
#include <span>

#include "portcullis/core/websocket/stream.h"
#include "portcullis/oracle/mock/link_state.h"

namespace portcullis::mock {

/// Queues a message as the link's script will have it: whole, or in pieces. Those of zlib-stream are messages of their
/// own, as its suffix tells where a payload ends; all others are fragments of one message.
///
/// Shape:  the suffix stays whole, as a client that looks at the newest message alone finds no other (OP-16).
/// Source: GW-ZLIB-4, GW-ZLIB-11, GW-CONN-5.
void send_in_pieces(LinkState& c, websocket::Kind kind, std::span<const std::byte> message);

}  // namespace portcullis::mock
