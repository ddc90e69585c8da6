#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "portcullis/core/gateway/identify_queue.h"
#include "portcullis/core/result.h"

namespace portcullis::gateway {

/// Who asks, and whom.
struct GatewayBotRequest {
  std::string_view host;   ///< as it stands in the Host field, with the port when it is not 443
  std::string_view token;  ///< bare, without "Bot "
  std::string_view agent_url;
  std::string_view agent_version;
  int api_version = 10;
};

/// Writes the HTTP/1.1 request for GET /gateway/bot.
///
/// Errors:  Blame::Caller: ConfigToken, or HeaderValue for a field that is empty or holds other than visible ASCII.
/// Secrets: the answer holds the token.
/// Source:  requirements GW-REST-2, GW-REST-8.
Result<std::string> gateway_bot_request(const GatewayBotRequest& request) noexcept;

/// Where to connect, and with how many shards.
struct Gateway {
  std::string url;
  std::uint32_t shards = 1;
  SessionStartLimit session_start_limit;
};

/// Ask again, no sooner than this and with back-off (GW-REST-11).
struct AskLater {
  Duration wait;
  Error why;
};

/// Asking again would not help: the token, or the request itself, is wrong (GW-REST-11).
struct AskNoMore {
  Error why;
};

using Discovery = std::variant<Gateway, AskLater, AskNoMore>;

/// Reads the answer to it. A field that is absent keeps its default, but for the URL.
///
/// Shape:  `retry_after` is the field's value, empty when there was none; `secure` says that TLS was used, in which
/// case
///         a URL without it is not accepted.
/// Errors: in the answer: RestStatus, or RestBody.
/// Source: requirements GW-REST-3, GW-REST-6, GW-REST-11, GW-IDL-11, GW-URL-9; section 4.3.10 of the catalogue.
Discovery read_gateway_bot(int status, std::string_view retry_after, std::string_view body, bool secure) noexcept;

/// Reads a Retry-After of seconds, rounded up, to a day at most; nothing when it is a date or malformed.
std::optional<Duration> read_retry_after(std::string_view value) noexcept;

}  // namespace portcullis::gateway
