#include "portcullis/tests/json_schema.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace portcullis::tests {
namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;
using Faults = std::vector<std::string>;

const std::set<std::string> kKnown{"$schema",
                                   "$id",
                                   "$defs",
                                   "$ref",
                                   "title",
                                   "description",
                                   "default",
                                   "examples",
                                   "type",
                                   "enum",
                                   "const",
                                   "required",
                                   "properties",
                                   "propertyNames",
                                   "patternProperties",
                                   "items",
                                   "minItems",
                                   "maxItems",
                                   "minLength",
                                   "maxLength",
                                   "minimum",
                                   "maximum",
                                   "additionalProperties",
                                   "pattern",
                                   "anyOf",
                                   "oneOf",
                                   "allOf",
                                   "not",
                                   "uniqueItems",
                                   "minProperties"};

bool is_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  return type == "null" && value.is_null();
}

/// Compiling a pattern costs far more than using it, and a schema meets each of its patterns at every item.
bool matches(const std::string& text, const std::string& pattern) {
  static std::map<std::string, std::regex> compiled;
  return std::regex_search(text, compiled.try_emplace(pattern, pattern).first->second);
}

/// Unicode code points of well-formed UTF-8, which is what `minLength` and `maxLength` count.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

class Checker {
 public:
  explicit Checker(const Json& root) : root_(root) {}

  Faults check(const Json& schema, const Json& value, const Pointer& at) {
    Faults faults;
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) faults.push_back(place(at) + "is not allowed here");
      return faults;
    }
    for (const auto& [keyword, rule] : schema.items())
      if (kKnown.count(keyword) == 0) faults.push_back("the schema's keyword " + keyword + " is not checked");
    any_value(schema, value, at, faults);
    combined(schema, value, at, faults);
    if (value.is_string()) string(schema, value, at, faults);
    if (value.is_number()) number(schema, value, at, faults);
    if (value.is_array()) array(schema, value, at, faults);
    if (value.is_object()) object(schema, value, at, faults);
    return faults;
  }

 private:
  static std::string place(const Pointer& at) { return (at.empty() ? "the document" : at.to_string()) + " "; }

  void take(Faults& faults, const Json& schema, const Json& value, const Pointer& at) {
    for (auto& fault : check(schema, value, at)) faults.push_back(std::move(fault));
  }

  void any_value(const Json& schema, const Json& value, const Pointer& at, Faults& faults) {
    if (schema.contains("type")) {
      const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
      if (std::none_of(types.begin(), types.end(), [&](const Json& one) { return is_type(value, one); }))
        faults.push_back(place(at) + "is not of type " + schema["type"].dump());
    }
    if (schema.contains("const") && value != schema["const"])
      faults.push_back(place(at) + "is not " + schema["const"].dump());
    if (schema.contains("enum") && std::count(schema["enum"].begin(), schema["enum"].end(), value) == 0)
      faults.push_back(place(at) + "is " + value.dump() + ", not one of " + schema["enum"].dump());
    if (schema.contains("$ref"))
      take(faults, root_.at(Pointer(schema["$ref"].get<std::string>().substr(1))), value, at);
  }

  std::size_t count_fitting(const Json& schemas, const Json& value, const Pointer& at) {
    return static_cast<std::size_t>(
        std::count_if(schemas.begin(), schemas.end(), [&](const Json& one) { return check(one, value, at).empty(); }));
  }

  void combined(const Json& schema, const Json& value, const Pointer& at, Faults& faults) {
    if (schema.contains("allOf"))
      for (const auto& one : schema["allOf"]) take(faults, one, value, at);
    if (schema.contains("anyOf") && count_fitting(schema["anyOf"], value, at) == 0)
      faults.push_back(place(at) + "fits none of anyOf");
    if (schema.contains("oneOf") && count_fitting(schema["oneOf"], value, at) != 1)
      faults.push_back(place(at) + "does not fit exactly one of oneOf");
    if (schema.contains("not") && check(schema["not"], value, at).empty())
      faults.push_back(place(at) + "fits what it must not");
  }

  static void string(const Json& schema, const Json& value, const Pointer& at, Faults& faults) {
    const auto& text = value.get_ref<const std::string&>();
    if (schema.contains("minLength") && length(text) < schema["minLength"])
      faults.push_back(place(at) + "is too short");
    if (schema.contains("maxLength") && length(text) > schema["maxLength"]) faults.push_back(place(at) + "is too long");
    if (schema.contains("pattern") && !matches(text, schema["pattern"]))
      faults.push_back(place(at) + "is " + value.dump() + ", which does not match " + schema["pattern"].dump());
  }

  static void number(const Json& schema, const Json& value, const Pointer& at, Faults& faults) {
    if (schema.contains("minimum") && value < schema["minimum"]) faults.push_back(place(at) + "is too small");
    if (schema.contains("maximum") && value > schema["maximum"]) faults.push_back(place(at) + "is too large");
  }

  void array(const Json& schema, const Json& value, const Pointer& at, Faults& faults) {
    if (schema.contains("minItems") && value.size() < schema["minItems"])
      faults.push_back(place(at) + "has too few items");
    if (schema.contains("maxItems") && value.size() > schema["maxItems"])
      faults.push_back(place(at) + "has too many items");
    if (schema.value("uniqueItems", false) && std::set<Json>(value.begin(), value.end()).size() != value.size())
      faults.push_back(place(at) + "has an item twice");
    if (!schema.contains("items")) return;
    for (std::size_t i = 0; i < value.size(); ++i) take(faults, schema["items"], value[i], at / i);
  }

  void object(const Json& schema, const Json& value, const Pointer& at, Faults& faults) {
    if (schema.contains("minProperties") && value.size() < schema["minProperties"])
      faults.push_back(place(at) + "has too few keys");
    for (const auto& key : schema.value("required", Json::array()))
      if (!value.contains(key.get<std::string>())) faults.push_back(place(at) + "lacks " + key.dump());
    for (const auto& [key, member] : value.items()) {
      if (schema.contains("propertyNames")) take(faults, schema["propertyNames"], key, at / key);
      property(schema, key, member, at / key, faults);
    }
  }

  void property(const Json& schema, const std::string& key, const Json& member, const Pointer& at, Faults& faults) {
    bool known = false;
    if (schema.contains("properties") && schema["properties"].contains(key)) {
      known = true;
      take(faults, schema["properties"][key], member, at);
    }
    if (schema.contains("patternProperties"))
      for (const auto& [pattern, rule] : schema["patternProperties"].items())
        if (matches(key, pattern)) {
          known = true;
          take(faults, rule, member, at);
        }
    if (!known && schema.contains("additionalProperties")) take(faults, schema["additionalProperties"], member, at);
  }

  const Json& root_;
};

}  // namespace

std::vector<std::string> schema_faults(const nlohmann::json& schema, const nlohmann::json& value) {
  return Checker(schema).check(schema, value, Pointer());
}

}  // namespace portcullis::tests
