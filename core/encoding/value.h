#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace portcullis::encoding {

enum class ValueKind : std::uint8_t { Missing, Null, False, True, Number, String, List, Map };

/// A value where it lies in a JSON text; a number, a string or a word is well formed, a list or map at least closed.
struct ValueView {
  ValueKind kind = ValueKind::Missing;
  std::string_view raw;  ///< its JSON text, quotes and brackets included; borrowed from the text
};

/// Finds the member of a map.
///
/// Shape:    `map` as some function of this folder gave it, or any bytes: they are read within their bounds.
/// Errors:   none; Missing when `map` is not a map, has no such key, or is malformed in what has to be read for it (all
/// of
///           it but the inside of the lists and maps in it). Where a key occurs twice the last one counts.
/// Lifetime: the answer borrows what `map` borrows.
/// Source:   GW-ENV-5, GW-ENV-6, LOCAL-13; keys are compared as RFC 8259 section 8.3 says, escapes resolved.
ValueView find(ValueView map, std::string_view key) noexcept;

/// Reads an integer written without fraction and exponent (LOCAL-14) that 64 bits with a sign can hold.
std::optional<std::int64_t> as_integer(ValueView value) noexcept;

/// Reads an id: a string of digits or, as some servers send small ones, an integer (GW-ENV-15).
std::optional<std::uint64_t> as_snowflake(ValueView value) noexcept;

std::optional<bool> as_boolean(ValueView value) noexcept;

/// Reads any number to the nearest double; nothing when it is too large or too small for one.
std::optional<double> as_number(ValueView value) noexcept;

/// Reads a string.
///
/// Lifetime: borrows what `value` borrows or, when escapes had to be resolved, `scratch`, which is written over.
/// Errors:   none; nothing when it is not a string, or when `scratch` could not be made large enough.
std::optional<std::string_view> as_string(ValueView value, std::vector<char>& scratch) noexcept;

}  // namespace portcullis::encoding
