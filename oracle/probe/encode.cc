#include "portcullis/oracle/probe/encode.h"

#include <vector>

#include "portcullis/core/encoding/etf_write.h"

namespace portcullis::probe {
namespace {

using timeline::Json;

constexpr std::size_t kBytesMax = 1 << 24;

void write(encoding::EtfWriter& writer, const Json& value) {
  if (value.is_null()) return writer.null();
  if (value.is_boolean()) return writer.boolean(value.get<bool>());
  if (value.is_string()) return writer.string(value.get_ref<const std::string&>());
  if (value.is_number()) return writer.integer(value.is_number_float() ? 0 : value.get<std::int64_t>());
  if (value.is_array()) {
    writer.begin_list(value.size());
    for (const Json& one : value) write(writer, one);
    return writer.end_list();
  }
  writer.begin_map(value.size());
  for (const auto& [name, member] : value.items()) {
    writer.key(name);
    write(writer, member);
  }
  writer.end_map();
}

}  // namespace

std::string encoded(const Json& payload, encoding::Encoding encoding) {
  if (encoding == encoding::Encoding::Json) return payload.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::vector<char> out;
  encoding::EtfWriter writer(out, kBytesMax);
  write(writer, payload);
  return {out.begin(), out.end()};
}

}  // namespace portcullis::probe
