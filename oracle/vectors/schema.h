#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "portcullis/oracle/vectors/bytes.h"

namespace portcullis::vectors {

/// Says where a value breaks a schema of corpus/schema: a JSON pointer, ": ", and what is wrong. Knows the few keywords
/// that the schemas of vectors use, and reports any other. Keys have to stand in the schema's order.
std::vector<std::string> breaches(const Json& value, const Json& schema, const std::string& where = "");

}  // namespace portcullis::vectors
