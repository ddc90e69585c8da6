#pragma once

#include <span>
#include <string>
#include <string_view>

#include "portcullis/core/chance.h"
#include "portcullis/core/http/head.h"

/// What both halves of the opening handshake need (RFC 6455 section 4).
namespace portcullis::websocket {

using http::Field;
using http::FieldsView;

/// Gives a Sec-WebSocket-Key of 16 random bytes, four draws with the high byte first. Source: WS-HS-2.
std::string draw_key(const Chance& chance);

/// Gives the Sec-WebSocket-Accept that answers a key. Source: WS-HS-23.
std::string accept_value(std::string_view key);

/// Says whether fields of the caller's may stand in our head: tokens for names, no control bytes in values, and none
/// that the handshake sets itself or that would announce a body. Source: WS-HT-26.
Status check_extra(std::span<const Field> extra) noexcept;

}  // namespace portcullis::websocket
