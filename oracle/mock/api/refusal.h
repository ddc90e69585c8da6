#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace portcullis::mock::api {

/// A request that is not done, as Discord says it; thrown by a route, and caught by the router.
struct Refusal {
  int status;
  int code;
  std::string message;
  nlohmann::json errors{};  ///< of a form, by field; null: none
};

inline Refusal unknown(int code, const std::string& what) { return {404, code, "Unknown " + what}; }

/// A body of which one field will not do; `field` is its path, the members parted by `/`.
inline Refusal bad_field(const std::string& field, const std::string& code, const std::string& message) {
  nlohmann::json errors;
  nlohmann::json* into = &errors;
  // Indices are names here, as Discord writes them, so this is no JSON pointer.
  for (std::size_t from = 0, to = 0; to != field.npos; from = to + 1) {
    to = field.find('/', from);
    into = &(*into)[field.substr(from, to - from)];
  }
  (*into)["_errors"] = {{{"code", code}, {"message", message}}};
  return {400, 50'035, "Invalid Form Body", std::move(errors)};
}

}  // namespace portcullis::mock::api
