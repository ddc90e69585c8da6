#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace portcullis::encoding {

/// Tells whether the inside of a JSON string, escapes resolved, is `plain`. Malformed escapes are equal to nothing.
bool equals_unescaped(std::string_view inside, std::string_view plain) noexcept;

/// Resolves the escapes of the inside of a JSON string into `scratch`, which is written over. Nothing when an escape is
/// malformed or `scratch` could not be made as large as `inside`.
std::optional<std::string_view> unescape(std::string_view inside, std::vector<char>& scratch) noexcept;

}  // namespace portcullis::encoding
