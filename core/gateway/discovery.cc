#include "portcullis/core/gateway/discovery.h"

#include <algorithm>
#include <limits>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/gateway/command.h"
#include "portcullis/core/websocket/url.h"

namespace portcullis::gateway {
namespace {

using encoding::ValueView;

// Leaves `number` alone when the field is absent; false when it is there but no integer of at least `least`.
bool read(ValueView map, std::string_view key, std::uint32_t least, std::uint32_t& number) noexcept {
  const ValueView value = encoding::find(map, key);
  if (value.kind == encoding::ValueKind::Missing) return true;
  const auto read = encoding::as_integer(value);
  if (!read || *read < least || *read > std::numeric_limits<std::uint32_t>::max()) return false;
  number = static_cast<std::uint32_t>(*read);
  return true;
}

std::optional<Gateway> read_body(std::string_view body, bool secure) {
  const auto from = std::min(body.find('{'), body.size());
  const ValueView answer{encoding::ValueKind::Map, body.substr(from)};
  const ValueView limit = encoding::find(answer, "session_start_limit");
  std::vector<char> scratch;
  const auto url = encoding::as_string(encoding::find(answer, "url"), scratch);
  const auto parts = websocket::parse_url(url.value_or(""));
  if (!parts || (secure && !parts->secure)) return std::nullopt;
  Gateway gateway{std::string(*url), 1, {}};
  SessionStartLimit& starts = gateway.session_start_limit;
  auto reset_after_ms = static_cast<std::uint32_t>(starts.reset_after.count());
  if (!read(answer, "shards", 1, gateway.shards) || !read(limit, "total", 0, starts.total) ||
      !read(limit, "remaining", 0, starts.remaining) || !read(limit, "reset_after", 0, reset_after_ms) ||
      !read(limit, "max_concurrency", 1, starts.max_concurrency))
    return std::nullopt;
  starts.reset_after = Duration{reset_after_ms};
  return gateway;
}

}  // namespace

Result<std::string> gateway_bot_request(const GatewayBotRequest& request) noexcept {
  if (!is_visible(request.token)) return Error{Errc::ConfigToken, Blame::Caller, 0, req::GW_REST_2};
  for (const std::string_view field : {request.host, request.agent_url, request.agent_version})
    if (!is_visible(field)) return Error{Errc::HeaderValue, Blame::Caller, 0, req::GW_REST_8};
  std::string text = "GET /api/v" + std::to_string(request.api_version) + "/gateway/bot HTTP/1.1\r\n";
  text.append("Host: ").append(request.host);
  text.append("\r\nAuthorization: Bot ").append(request.token);
  text.append("\r\nUser-Agent: DiscordBot (").append(request.agent_url).append(", ").append(request.agent_version);
  return text.append(")\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
}

Discovery read_gateway_bot(int status, std::string_view retry_after, std::string_view body, bool secure) noexcept {
  const Duration wait = read_retry_after(retry_after).value_or(Duration{0});
  if (status == 200) {
    if (auto gateway = read_body(body, secure)) return *std::move(gateway);
    return AskLater{wait, {Errc::RestBody, Blame::Peer, 0, req::GW_REST_3}};
  }
  if (status == 429 || status >= 500) return AskLater{wait, {Errc::RestStatus, Blame::Peer, 0, req::GW_REST_11}};
  return AskNoMore{{Errc::RestStatus, Blame::Caller, 0, req::GW_REST_11}};
}

std::optional<Duration> read_retry_after(std::string_view value) noexcept {
  constexpr std::int64_t kDaySeconds = 24 * 3'600;
  const auto point = std::min(value.find('.'), value.size());
  const std::string_view fraction = value.substr(std::min(point + 1, value.size()));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (point == 0 || value.ends_with('.') || !std::all_of(value.begin(), value.begin() + point, is_digit) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit))
    return std::nullopt;
  std::int64_t seconds = 0;
  for (const char digit : value.substr(0, point)) seconds = std::min(seconds * 10 + (digit - '0'), kDaySeconds);
  if (fraction.find_first_not_of('0') != std::string_view::npos) seconds = std::min(seconds + 1, kDaySeconds);
  return std::chrono::seconds(seconds);
}

}  // namespace portcullis::gateway
