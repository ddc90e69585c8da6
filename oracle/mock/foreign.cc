#include "portcullis/oracle/mock/foreign.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "portcullis/core/http/text.h"

namespace portcullis::mock {
namespace {

constexpr std::array<std::string_view, 3> kLoopbackNames{"127.0.0.1", "localhost", "[::1]"};

/// Says whether `host`, with or without a port, is a name that loopback has on every machine.
bool is_loopback(std::string_view host) {
  const auto names = [&](std::string_view name) {
    if (!http::same_ignoring_case(host.substr(0, name.size()), name)) return false;
    const std::string_view port = host.substr(name.size());
    return port.empty() || (port.front() == ':' && std::ranges::all_of(port.substr(1), http::is_digit));
  };
  return std::ranges::any_of(kLoopbackNames, names);
}

bool comes_from_elsewhere(const HttpRequest& request) {
  const auto site = request.find("Sec-Fetch-Site");
  const bool link = request.method == "GET" && request.find("Sec-Fetch-Mode") == "navigate";
  return site && site != "same-origin" && site != "none" && !link;
}

}  // namespace

std::optional<HttpAnswer> refuse_foreign(const HttpRequest& request) {
  const std::string host(request.find("Host").value_or(""));
  if (!is_loopback(host))
    return http_error(403, "Host must be 127.0.0.1, localhost or [::1]: other names may lead here by a trick");
  const auto origin = request.find("Origin");
  if ((origin && !http::same_ignoring_case(*origin, "http://" + host)) || comes_from_elsewhere(request))
    return http_error(403, "a page of another site may not steer the mock: Origin must be http://" + host);
  return std::nullopt;
}

}  // namespace portcullis::mock
