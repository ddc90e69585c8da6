#include "portcullis/core/encoding/json_tree.h"

#include <new>

#include "portcullis/core/encoding/etf_tree.h"

namespace portcullis::encoding {

Result<nlohmann::json> tree(ValueView value) noexcept try {
  if (value.kind == ValueKind::Missing) return nlohmann::json(nullptr);
  if (value.encoding == Encoding::Etf) return etf_tree(value.raw);
  auto json = nlohmann::json::parse(value.raw, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Error{Errc::JsonSyntax, Blame::Peer, 0, req::GW_ENC_5};
  return json;
} catch (const std::bad_alloc&) {
  return Error{Errc::OutOfMemory, Blame::Limit, 0, req::GW_ENC_5};
}

}  // namespace portcullis::encoding
