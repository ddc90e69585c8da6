#include "portcullis/core/gateway/endpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace portcullis::gateway {
namespace {

std::string_view query_of(std::string_view url) noexcept {
  const auto mark = url.find('?');
  return mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
}

// Takes the next parameter off a query; an empty one at its end.
std::string_view next_parameter(std::string_view& query) noexcept {
  query.remove_prefix(std::min(query.find_first_not_of('&'), query.size()));
  const std::string_view parameter = query.substr(0, query.find('&'));
  query.remove_prefix(parameter.size());
  return parameter;
}

std::string name_of(std::string_view parameter) {
  std::string name(parameter.substr(0, parameter.find('=')));
  for (std::size_t at = name.find('%'); at != std::string::npos; at = name.find('%', at + 1)) {
    unsigned char byte = 0;
    const char* digits = name.data() + at + 1;
    const char* end = digits + std::min<std::size_t>(2, name.size() - at - 1);
    if (std::from_chars(digits, end, byte, 16).ptr == digits + 2) name.replace(at, 3, 1, static_cast<char>(byte));
  }
  return name;
}

// Appends the parameters of `query` whose names occur in none of the queries that win over it.
void append(std::string& url, std::string_view query, std::string_view winner, std::string_view other_winner) {
  const auto occurs_in = [](std::string_view others, const std::string& name) {
    for (auto other = next_parameter(others); !other.empty(); other = next_parameter(others))
      if (name_of(other) == name) return true;
    return false;
  };
  for (auto parameter = next_parameter(query); !parameter.empty(); parameter = next_parameter(query)) {
    const std::string name = name_of(parameter);
    if (!occurs_in(winner, name) && !occurs_in(other_winner, name)) url.append(parameter).append("&");
  }
}

std::string join(std::string_view base, std::string_view main_query, const Query& query) {
  constexpr std::string_view kOurs = "v&encoding&compress";
  std::string url(base.substr(0, base.find('?')));
  if (url.find('/', url.find("://") + 3) == std::string::npos) url += '/';
  url += '?';
  if (query_of(base) != main_query) append(url, query_of(base), main_query, kOurs);
  append(url, main_query, kOurs, {});
  url.append("v=").append(std::to_string(query.version)).append("&encoding=").append(query.encoding);
  if (!query.compress.empty()) url.append("&compress=").append(query.compress);
  return url;
}

}  // namespace

Result<Endpoint> join_endpoint(std::string_view base, std::string_view main, const Query& query) noexcept {
  const auto main_parts = websocket::parse_url(main);
  if (!main_parts) return main_parts.error();
  if (query.version < 6 || query.version > 10) return Error{Errc::ConfigVersion, Blame::Caller, 0, req::GW_URL_3};
  const auto base_parts = websocket::parse_url(base);
  if (!base_parts) return Error{base_parts.error().code, Blame::Peer, base_parts.error().offset, req::GW_SEC_2};
  if (base_parts->secure != main_parts->secure) return Error{Errc::UrlScheme, Blame::Peer, 0, req::LOCAL_19};
  std::string url = join(base, query_of(main), query);
  auto parts = websocket::parse_url(url);
  if (!parts) return parts.error();
  return Endpoint{std::move(url), *std::move(parts)};
}

}  // namespace portcullis::gateway
