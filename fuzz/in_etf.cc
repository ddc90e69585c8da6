#include "portcullis/fuzz/in_etf.h"

#include <nlohmann/json.hpp>

#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::fuzz {

std::string in_etf(std::string_view json) {
  const auto tree = json.size() > 2'000 ? nlohmann::ordered_json(nlohmann::ordered_json::value_t::discarded)
                                        : nlohmann::ordered_json::parse(json, nullptr, false);
  return tree.is_discarded() ? std::string(json) : tests::etf_payload(tree);
}

}  // namespace portcullis::fuzz
