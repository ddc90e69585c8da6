#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "portcullis/core/result.h"

namespace portcullis::websocket {

/// Where a WebSocket is to be opened.
struct Url {
  bool secure = true;      ///< wss, with TLS
  std::string host;        ///< as it is looked up and named in TLS: an IPv6 address without its brackets
  std::uint16_t port = 0;  ///< never 0 in a parsed URL
  std::string target;      ///< what the request line asks for: the path, "/" at least, and the query

  /// Gives the value of the Host field: an IPv6 address in brackets, the port only where it is not the scheme's own.
  std::string host_field() const;

  friend bool operator==(const Url&, const Url&) = default;
};

/// Takes a ws or wss URL apart.
///
/// Shape:    the scheme in any letter case; host a name (letters, digits, RFC 3986's marks; not percent-encoded) or an
///           address; no user information, no fragment; an empty port is the scheme's own.
/// Errors:   UrlScheme, UrlFragment, UrlHost, UrlPort, UrlCharacter, all Blame::Caller, with the offset in `text`.
/// Source:   RFC 6455 section 3; requirements WS-UR-1 to WS-UR-5.
Result<Url> parse_url(std::string_view text) noexcept;

/// Says whether host, port and target, put together by hand, may be put into a request: a host that `parse_url` would
/// take, and no space, control byte, byte over 0x7e or fragment.
Status check_url(const Url& url) noexcept;

}  // namespace portcullis::websocket
