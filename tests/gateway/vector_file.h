#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "portcullis/oracle/vectors/file.h"
#include "portcullis/oracle/vectors/run.h"
#include "portcullis/oracle/vectors/schema.h"

namespace portcullis::tests {

using vectors::breaches;
using vectors::Json;

/// Reads a vector file, or fails the test. The path counts from the root of the workspace.
Json read_vectors(const std::string& path);

/// Gives the cases of a vector file, one at least, or fails the test.
Json cases_of(const std::string& path);

/// Gives the questions of a vector file, one at least, or fails the test.
std::vector<vectors::Question> questions_of(const std::string& path);

/// Puts all questions of a file to the core with the tables at hand, and gives what is wrong with its answers; a word
/// when there are fewer cases than these. Members of `more` are put into each question.
std::vector<std::string> failures(const std::string& path, std::size_t cases_min, const Json& more = Json::object());

/// Says everything that is wrong with a vector file: what `portcullis vectors` would say, its layout, its name, and
/// flags that are not used.
std::vector<std::string> lint(const std::string& path);

}  // namespace portcullis::tests
