// For every text: a URL that is taken apart may be asked for, and put together again it gives the same parts.
#include "portcullis/core/websocket/url.h"

#include "portcullis/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  const std::string text = fuzz::Input(data, size).rest();
  const auto url = websocket::parse_url(text);
  if (!url) {
    fuzz::must(url.error().offset <= text.size() && url.error().blame == Blame::Caller, "an error lies in the text");
    return 0;
  }
  fuzz::must(bool(websocket::check_url(*url)), "what was taken apart may be put into a request");
  fuzz::must(url->port != 0 && !url->host.empty() && url->target.starts_with('/'), "each part is there");
  const std::string again = (url->secure ? "wss://" : "ws://") + url->host_field() + url->target;
  const auto twice = websocket::parse_url(again);
  fuzz::must(twice && *twice == *url, "put together again it is the same");
  return 0;
}
