// For every pair of URLs: joined they keep scheme and host, end with the query asked for, and join to the same again.
//
// The input is a byte for version and compression, a piece that is the base, then the main URL; an empty base is the
// main URL itself.
#include "portcullis/core/gateway/endpoint.h"

#include "portcullis/fuzz/input.h"

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
  const auto parts = websocket::parse_url(joined->url);
  fuzz::must(parts && *parts == joined->parts, "text and parts are one");
  const auto again = gateway::join_endpoint(joined->url, main, query);
  fuzz::must(again && again->url == joined->url, "joined twice it is the same");
  return 0;
}
