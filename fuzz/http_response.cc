// For every byte string: a response's head that is read keeps the limits, and written out it reads back the same.
#include "portcullis/fuzz/http_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  const Limits limits = fuzz::http_limits();
  http::HeadReader reader(http::HeadKind::Response, limits);
  if (!fuzz::read_head(reader, fuzz::Input(data, size).rest())) return 0;
  fuzz::must(reader.status() >= 100 && reader.status() <= 999, "a status has three digits");
  fuzz::must(reader.fields().size() <= limits.http_fields_max, "http_fields_max");
  fuzz::fields_survive(
      http::HeadKind::Response, reader,
      "HTTP/1." + std::to_string(reader.minor_version()) + " " + std::to_string(reader.status()) + " ");
  return 0;
}
