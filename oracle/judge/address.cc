#include "portcullis/oracle/judge/address.h"

#include <algorithm>
#include <charconv>

#include "portcullis/core/http/text.h"

namespace portcullis::judge {
namespace {

std::int64_t number_of(std::string_view text) {
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : -1;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), http::lower);
  return out;
}

std::string_view without_default_port(std::string_view place, std::string_view scheme) {
  const std::string_view port = scheme == "wss" ? ":443" : ":80";
  if (place.ends_with(port)) place.remove_suffix(port.size());
  return place;
}

void read_parameter(Address& address, std::string_view parameter) {
  const std::size_t equals = std::min(parameter.find('='), parameter.size());
  const std::string_view name = parameter.substr(0, equals);
  const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
  const auto take = [&](auto& member, auto given) {
    address.well_formed &= !member.has_value();
    member = given;
  };
  if (name == "v") take(address.version, number_of(value));
  if (name == "encoding") take(address.encoding, std::string(value));
  if (name == "compress") take(address.compress, std::string(value));
}

}  // namespace

Address address_of(std::string_view url) {
  constexpr std::string_view kMark = "://";
  Address address;
  const std::size_t mark = url.find(kMark);
  if (mark == std::string_view::npos) return address;
  address.scheme = lowered(url.substr(0, mark));
  std::string_view rest = url.substr(mark + kMark.size());
  address.place = lowered(without_default_port(rest.substr(0, rest.find_first_of("/?")), address.scheme));
  const std::size_t question = rest.find('?');
  if (question == std::string_view::npos) return address;
  std::string_view query = rest.substr(question + 1);
  address.well_formed = query.find('?') == std::string_view::npos;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find_first_of("&?"), query.size());
    read_parameter(address, query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return address;
}

}  // namespace portcullis::judge
