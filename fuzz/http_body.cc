// For every response: where its body is cut cannot be observed, and no more of it is kept than the limit.
//
// The input is a byte for the cuts, then the response.
#include "portcullis/core/http/body.h"
#include "portcullis/fuzz/http_head.h"

namespace portcullis::fuzz {
namespace {

struct Body {
  std::vector<std::byte> kept;
  std::size_t taken = 0;
  Errc fault = Errc::UrlScheme;  // of no body
  bool complete = false, truncated = false, incomplete = false;
  friend bool operator==(const Body&, const Body&) = default;
};

Body read(int status, const http::FieldsView& head, std::string_view bytes, Cutter cut) {
  const Limits limits = http_limits();
  http::BodyReader reader(limits);
  Body body;
  const Fault* fault = reader.begin(status, head);
  in_pieces(bytes, cut, [&](std::span<const std::byte> piece) {
    while (!piece.empty() && fault == nullptr && !reader.complete()) {
      const std::size_t before = piece.size();
      fault = reader.feed(piece);
      must(piece.size() < before || reader.complete(), "a body is read on");
      body.taken += before - piece.size();
    }
  });
  if (fault == nullptr) reader.input_ended();
  must(reader.bytes().size() <= limits.http_body_bytes_max, "http_body_bytes_max");
  body.kept.assign(reader.bytes().begin(), reader.bytes().end());
  if (fault != nullptr) body.fault = fault->code;
  body.complete = reader.complete();
  body.truncated = reader.truncated();
  body.incomplete = reader.incomplete();
  return body;
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  const std::string response = input.rest();
  const std::size_t end = response.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const Limits limits;
  http::HeadReader head(http::HeadKind::Response, limits);
  if (!fuzz::read_head(head, std::string_view(response).substr(0, end + 4))) return 0;
  const std::string_view bytes = std::string_view(response).substr(end + 4);
  const auto whole = fuzz::read(head.status(), head.fields(), bytes, fuzz::Cutter(1));
  fuzz::must(fuzz::read(head.status(), head.fields(), bytes, cut) == whole, "cut otherwise, another body");
  return 0;
}
