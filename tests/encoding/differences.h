#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// Where other readers of JSON answer otherwise than our scanner, on purpose: all that a comparison may look away from.
namespace portcullis::tests {

/// nlohmann::json refuses numbers too large for a double.
inline bool beyond_a_double(const std::string& text) {
  try {
    return nlohmann::json::parse(text).is_discarded();
  } catch (const nlohmann::json::out_of_range&) {
    return true;
  } catch (const nlohmann::json::exception&) {
  }
  return false;
}

/// It also takes a byte order mark, and a zero byte for the end. It has no limit on depth, and agrees with us that half
/// a pair of surrogates is no text.
inline bool nlohmann_differs(const std::string& text) {
  return text.find('\0') != std::string::npos || text.rfind("\xEF", 0) == 0 || beyond_a_double(text);
}

/// simdjson reads no integer beyond 64 bits and no number beyond a double, and goes 1,024 levels deep.
template <typename Code>
bool simdjson_differs(Code code) {
  return code == Code::NUMBER_ERROR || code == Code::DEPTH_ERROR;
}

}  // namespace portcullis::tests
