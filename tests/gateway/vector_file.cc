#include "tests/gateway/vector_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>

#include "portcullis/spec/requirements.h"

namespace portcullis::tests {
namespace {

using Findings = std::vector<std::string>;

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  return type == value.type_name();
}

bool has_type(const Json& value, const Json& types) {
  if (types.is_string()) return is_of_type(value, types);
  return std::any_of(types.begin(), types.end(), [&value](const Json& type) { return is_of_type(value, type); });
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

bool is_requirement(const std::string& text) {
  return std::find(req::kIds.begin(), req::kIds.end(), text) != req::kIds.end();
}

Findings breaches_of_case(const Json& one, const std::string& suite, const std::set<std::string>& flags, int& last) {
  Findings found;
  const std::string id = one.at("id");
  const std::string prefix = suite + "/";
  if (id.rfind(prefix, 0) != 0) return {id + ": is not an id of this suite"};
  const int number = std::stoi(id.substr(prefix.size()));
  if (number <= last) found.push_back(id + ": the ids do not rise");
  last = number;
  for (const Json& requirement : one.at("req"))
    if (!is_requirement(requirement)) found.push_back(id + ": no such requirement: " + requirement.get<std::string>());
  for (const Json& flag : one.at("flags"))
    if (flags.count(flag) == 0) found.push_back(id + ": the flag is not explained: " + flag.get<std::string>());
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
  if (schema.contains("pattern") && value.is_string() &&
      !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>())))
    found.push_back(where + ": does not fit the pattern");
  if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
    found.push_back(where + ": is too small");
  if (value.is_object()) append(found, breaches_of_members(value, schema, where));
  if (value.is_array()) append(found, breaches_of_elements(value, schema, where));
  return found;
}

Json read_vectors(const std::string& path) { return Json::parse(read_text(path)); }

Json cases_of(const std::string& path) {
  const Json file = read_vectors(path);
  if (file.at("cases").empty()) throw std::runtime_error("no cases in " + path);
  return file.at("cases");
}

Findings lint(const std::string& path) {
  const std::string text = read_text(path);
  const Json file = Json::parse(text);
  Findings found = breaches(file, read_vectors("corpus/schema/" + file.at("schema").get<std::string>()));
  if (!found.empty()) return found;
  if (text != file.dump(1) + "\n") found.push_back("the layout is not that of one space a level");
  if (path != "corpus/vectors/" + file["suite"].get<std::string>() + ".json")
    found.push_back("the file is not named for its suite");
  if (file["count"] != file["cases"].size()) found.push_back("the count is wrong");
  std::set<std::string> flags;
  for (const auto& [flag, ignored] : file["flags"].items()) flags.insert(flag);
  std::set<std::string> unused = flags;
  int last = 0;
  for (const Json& one : file["cases"]) {
    append(found, breaches_of_case(one, file["suite"], flags, last));
    for (const Json& flag : one["flags"]) unused.erase(flag);
  }
  for (const std::string& flag : unused) found.push_back("no case has the flag " + flag);
  return found;
}

}  // namespace portcullis::tests
