// For every byte string: a request's head that is read keeps the limits, and written out it reads back the same.
#include "portcullis/fuzz/http_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  const Limits limits = fuzz::http_limits();
  http::HeadReader reader(http::HeadKind::Request, limits);
  if (!fuzz::read_head(reader, fuzz::Input(data, size).rest())) return 0;
  fuzz::must(!reader.method().empty() && reader.target().starts_with('/'), "a request has a method and a path");
  fuzz::must(reader.fields().size() <= limits.http_fields_max, "http_fields_max");
  fuzz::fields_survive(http::HeadKind::Request, reader, reader.method() + " " + reader.target() + " HTTP/1.1");
  return 0;
}
