#include "portcullis/oracle/vectors/schema.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace portcullis::vectors {
namespace {

using Findings = std::vector<std::string>;

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  return type == value.type_name();
}

bool has_type(const Json& value, const Json& types) {
  if (types.is_string()) return is_of_type(value, types);
  return std::any_of(types.begin(), types.end(), [&value](const Json& type) { return is_of_type(value, type); });
}

/// Hex may be so long that a regular expression would run out of stack, and one of the others is too long then.
bool fits(const std::string& text, const std::string& pattern) {
  constexpr std::size_t kLengthMax = 1'000;
  if (pattern == "^([0-9a-f]{2})*$" || pattern == "^([0-9a-f]{2})+$")
    return text.size() % 2 == 0 && (pattern.ends_with("*$") || !text.empty()) &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
  static std::map<std::string, std::regex> compiled;
  return text.size() <= kLengthMax && std::regex_search(text, compiled.try_emplace(pattern, pattern).first->second);
}

void append(Findings& to, const Findings& more) { to.insert(to.end(), more.begin(), more.end()); }

Findings breaches_of_members(const Json& value, const Json& schema, const std::string& where) {
  Findings found;
  const Json known = schema.value("properties", Json::object());
  std::vector<std::string> order;
  for (const auto& [key, ignored] : known.items()) order.push_back(key);
  auto last = order.cbegin();
  for (const auto& [key, member] : value.items()) {
    const auto place = std::find(order.cbegin(), order.cend(), key);
    if (place != order.cend()) {
      if (place < last) found.push_back(where + "/" + key + ": stands out of order");
      last = place;
      append(found, breaches(member, known[key], where + "/" + key));
    } else if (const Json others = schema.value("additionalProperties", Json(true)); others.is_object()) {
      append(found, breaches(member, others, where + "/" + key));
    } else if (others == false) {
      found.push_back(where + "/" + key + ": is not in the schema");
    }
  }
  for (const Json& key : schema.value("required", Json::array()))
    if (!value.contains(key.get<std::string>())) found.push_back(where + ": lacks " + key.get<std::string>());
  return found;
}

Findings breaches_of_elements(const Json& value, const Json& schema, const std::string& where) {
  Findings found;
  if (value.size() < schema.value("minItems", std::size_t{0})) found.push_back(where + ": has too few elements");
  if (value.size() > schema.value("maxItems", value.size())) found.push_back(where + ": has too many elements");
  if (schema.contains("items"))
    for (std::size_t i = 0; i < value.size(); ++i)
      append(found, breaches(value[i], schema["items"], where + "/" + std::to_string(i)));
  return found;
}

}  // namespace

Findings breaches(const Json& value, const Json& schema, const std::string& where) {
  static const std::set<std::string> kKnown{"$schema",
                                            "title",
                                            "type",
                                            "const",
                                            "enum",
                                            "pattern",
                                            "minimum",
                                            "minItems",
                                            "maxItems",
                                            "items",
                                            "properties",
                                            "required",
                                            "additionalProperties",
                                            "minLength"};
  Findings found;
  for (const auto& [keyword, ignored] : schema.items())
    if (kKnown.count(keyword) == 0) found.push_back(where + ": the schema uses " + keyword);
  if (schema.contains("type") && !has_type(value, schema["type"])) return {where + ": has the wrong type"};
  if (schema.contains("const") && value != schema["const"]) found.push_back(where + ": is not the one value");
  if (schema.contains("enum")) {
    const Json& values = schema["enum"];
    if (std::find(values.begin(), values.end(), value) == values.end())
      found.push_back(where + ": is none of the values");
  }
  if (schema.contains("pattern") && value.is_string() && !fits(value, schema["pattern"]))
    found.push_back(where + ": does not fit the pattern");
  if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
    found.push_back(where + ": is too small");
  if (value.is_object()) append(found, breaches_of_members(value, schema, where));
  if (value.is_array()) append(found, breaches_of_elements(value, schema, where));
  return found;
}

}  // namespace portcullis::vectors
