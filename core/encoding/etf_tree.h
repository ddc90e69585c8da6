#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Builds the tree of an ETF term, as `tree` of json_tree.h does.
Result<nlohmann::json> etf_tree(std::string_view term) noexcept;

}  // namespace portcullis::encoding
