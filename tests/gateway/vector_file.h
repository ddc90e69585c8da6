#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace portcullis::tests {

using Json = nlohmann::ordered_json;

/// Reads a vector file, or fails the test. The path counts from the root of the workspace.
Json read_vectors(const std::string& path);

/// Gives the cases of a vector file, one at least, or fails the test.
Json cases_of(const std::string& path);

/// Says everything that is wrong with a vector file: against its schema in corpus/schema (keys in the schema's order
/// included), its layout, ids, counts, requirement ids, flags that are not explained or not used, and verdicts.
std::vector<std::string> lint(const std::string& path);

/// Says where a value breaks a schema. Knows the few keywords that our schemas use, and reports any other.
std::vector<std::string> breaches(const Json& value, const Json& schema, const std::string& where = "");

}  // namespace portcullis::tests
