#include "portcullis/core/websocket/url.h"

#include <charconv>

#include "portcullis/core/fault.h"
#include "portcullis/core/http/text.h"

namespace portcullis::websocket {
namespace {

constexpr std::string_view kAddressBytes = "0123456789abcdefABCDEF:.";
constexpr std::string_view kNameBytes = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~!$&'()*+,;=";

/// Gives how many bytes of `authority` are the host, brackets included; 0 when it has none that is valid.
std::size_t host_size(std::string_view authority) noexcept {
  if (!authority.starts_with('[')) return std::min(authority.find_first_not_of(kNameBytes), authority.size());
  const std::size_t end = authority.find_first_not_of(kAddressBytes, 1);
  const bool address = end < authority.size() && authority[end] == ']' && authority.find(':') < end;
  return address ? end + 1 : 0;
}

/// Gives the port that `digits` name, 0 when they name none.
std::uint16_t parse_port(std::string_view digits) noexcept {
  std::uint16_t port = 0;
  const auto [end, errc] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return errc == std::errc{} && end == digits.data() + digits.size() ? port : std::uint16_t{0};
}

std::uint16_t default_port(bool secure) noexcept { return secure ? 443 : 80; }

/// Gives the host as a URL and a Host field have it: an IPv6 address in brackets.
std::string written(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

Status check_bytes(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#') return caller_error(Errc::UrlFragment, req::WS_UR_3, i);
    if (text[i] <= ' ' || text[i] > '~') return caller_error(Errc::UrlCharacter, req::WS_UR_5, i);
  }
  return kOk;
}

}  // namespace

std::string Url::host_field() const {
  std::string field = written(host);
  if (port != default_port(secure)) field += ":" + std::to_string(port);
  return field;
}

Result<Url> parse_url(std::string_view text) noexcept {
  if (const Status status = check_bytes(text); !status) return status.error();
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  Url url;
  url.secure = http::same_ignoring_case(scheme, "wss");
  if ((!url.secure && !http::same_ignoring_case(scheme, "ws")) || !text.substr(scheme.size()).starts_with("://"))
    return caller_error(Errc::UrlScheme, req::WS_UR_1, 0);

  const std::size_t start = scheme.size() + 3;
  const std::size_t path = std::min(text.find_first_of("/?", start), text.size());
  const std::string_view authority = text.substr(start, path - start);
  const std::size_t size = host_size(authority);
  if (size == 0) return caller_error(Errc::UrlHost, req::WS_UR_4, start);
  const std::string_view host = authority.substr(0, size);
  url.host = host.starts_with('[') ? host.substr(1, size - 2) : host;

  const std::string_view port = authority.substr(size);
  if (!port.empty() && port[0] != ':') return caller_error(Errc::UrlHost, req::WS_UR_4, start + size);
  url.port = port.size() < 2 ? default_port(url.secure) : parse_port(port.substr(1));
  if (url.port == 0) return caller_error(Errc::UrlPort, req::WS_UR_4, start + size + 1);

  url.target = text.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

Status check_url(const Url& url) noexcept {
  if (url.host.empty()) return caller_error(Errc::UrlHost, req::WS_UR_4, 0);
  if (!url.target.starts_with('/')) return caller_error(Errc::UrlCharacter, req::WS_UR_2, 0);
  if (const Status status = check_bytes(url.host); !status) return status;
  const std::string host = written(url.host);
  if (const std::size_t good = host_size(host); good != host.size())
    return caller_error(Errc::UrlHost, req::WS_UR_4, good);
  if (url.port == 0) return caller_error(Errc::UrlPort, req::WS_UR_4, 0);
  return check_bytes(url.target);
}

}  // namespace portcullis::websocket
