#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace portcullis::tests {

/// Checks a value against a JSON Schema (draft 2020-12) that uses the keywords of ours: `type`, `enum`, `const`,
/// `required`, `properties`, `patternProperties`, `propertyNames`, `additionalProperties`, `items`, `minItems`,
/// `maxItems`, `uniqueItems`, `minLength`, `maxLength`, `minimum`, `maximum`, `minProperties`, `pattern`, `anyOf`,
/// `oneOf`, `allOf`, `not`, `$defs` and `$ref` to them.
///
/// Shape:  gives one sentence for each fault, each with the place in the value; none when it conforms. A keyword that
/// is
///         not listed is a fault too: a rule that nobody checks is worse than none.
std::vector<std::string> schema_faults(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace portcullis::tests
