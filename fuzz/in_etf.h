#pragma once

#include <string>
#include <string_view>

namespace portcullis::fuzz {

/// Writes a JSON text as the gateway writes it in ETF. What is no JSON, or may be too deep for the stack, stays as it
/// is.
std::string in_etf(std::string_view json);

}  // namespace portcullis::fuzz
