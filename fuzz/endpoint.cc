// For every pair of URLs: joined they keep scheme and host, end with the query asked for, and join to the same again.
//
// The input is a byte for version and compression, a piece that is the base, then the main URL; an empty base is the
// main URL itself.
#include "portcullis/core/gateway/endpoint.h"

#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {
namespace {

// As a server reads it: what stands percent-encoded is meant as if it did not.
std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string digits = text.substr(std::min(i + 1, text.size()), 2);
    const bool encoded =
        text[i] == '%' && digits.size() == 2 && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    out += encoded ? static_cast<char>(std::stoi(digits, nullptr, 16)) : text[i];
    if (encoded) i += 2;
  }
  return out;
}

std::size_t count_of(const std::string& url, const std::string& name) {
  std::size_t count = 0;
  for (std::size_t at = url.find('?'); at != std::string::npos; at = url.find('&', at + 1)) {
    const std::string parameter = url.substr(at + 1, url.find('&', at + 1) - at - 1);
    if (decoded(parameter.substr(0, parameter.find('='))) == name) ++count;
  }
  return count;
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::uint8_t flags = input.byte();
  const std::string base_or_none = input.piece();
  const std::string main = input.rest();
  const std::string base = base_or_none.empty() ? main : base_or_none;
  const gateway::Query query{flags % 16, flags / 16 % 2 == 0 ? "json" : "etf",
                             flags / 32 % 2 == 0 ? "" : "zlib-stream"};
  const auto joined = gateway::join_endpoint(base, main, query);
  if (!joined) return 0;
  const auto main_parts = websocket::parse_url(main);
  const auto base_parts = websocket::parse_url(base);
  fuzz::must(main_parts && base_parts && query.version >= 6 && query.version <= 10, "only good URLs are joined");
  fuzz::must(joined->parts.secure == main_parts->secure, "the scheme is the main URL's");
  fuzz::must(joined->parts.host == base_parts->host && joined->parts.port == base_parts->port,
             "the host is the base's");
  const std::string end = "v=" + std::to_string(query.version) + "&encoding=" + std::string(query.encoding) +
                          (query.compress.empty() ? "" : "&compress=" + std::string(query.compress));
  fuzz::must(joined->url.ends_with("?" + end) || joined->url.ends_with("&" + end), "the query that was asked for");
  fuzz::must(fuzz::count_of(joined->url, "v") == 1 && fuzz::count_of(joined->url, "encoding") == 1,
             "one v and one encoding");
  fuzz::must(fuzz::count_of(joined->url, "compress") == (query.compress.empty() ? 0 : 1), "compress as asked for");
  const auto parts = websocket::parse_url(joined->url);
  fuzz::must(parts && *parts == joined->parts, "text and parts are one");
  const auto again = gateway::join_endpoint(joined->url, main, query);
  fuzz::must(again && again->url == joined->url, "joined twice it is the same");
  return 0;
}
