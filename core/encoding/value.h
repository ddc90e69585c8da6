#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace portcullis::encoding {

/// How payloads are written, in both directions of a connection (GW-ENC-1).
enum class Encoding : std::uint8_t { Json, Etf };

/// The name that the gateway's URL has for it.
constexpr std::string_view name(Encoding encoding) noexcept { return encoding == Encoding::Etf ? "etf" : "json"; }

enum class ValueKind : std::uint8_t { Missing, Null, False, True, Number, String, List, Map };

/// How deep a payload may be nested at most, whatever the caller allows: that many levels are kept account of.
inline constexpr std::size_t kNestingMax = 1'024;

/// A value where it lies in a payload; a number, a string or a word is well formed, a list or map at least closed. Of
/// ETF, the atoms `nil`, `true` and `false` are Null, True and False, other atoms and binaries are a String, tuples and
/// strings of bytes a List.
struct ValueView {
  ValueKind kind = ValueKind::Missing;
  std::string_view raw;  ///< its JSON text, quotes and brackets included, or its ETF term; borrowed from the payload
  Encoding encoding = Encoding::Json;
};

// The answers below are the same for both encodings of a value.

/// Finds the member of a map.
///
/// Shape:    `map` as some function of this folder gave it, or any bytes: they are read within their bounds.
/// Errors:   none; Missing when `map` is not a map, has no such key, or is malformed in what has to be read for it (all
/// of
///           it but, in JSON, the inside of the lists and maps in it). Where a key occurs twice the last one counts.
/// Lifetime: the answer borrows what `map` borrows.
/// Source:   GW-ENV-5, GW-ENV-6, LOCAL-13, LOCAL-34; keys are compared as RFC 8259 section 8.3 says, escapes resolved.
ValueView find(ValueView map, std::string_view key) noexcept;

/// Reads an integer written without fraction and exponent (LOCAL-14) that 64 bits with a sign can hold.
std::optional<std::int64_t> as_integer(ValueView value) noexcept;

/// Reads an id: a string of digits or, as some servers send small ones and ETF all of them, an integer (GW-ENV-15,
/// GW-ETF-4).
std::optional<std::uint64_t> as_snowflake(ValueView value) noexcept;

std::optional<bool> as_boolean(ValueView value) noexcept;

/// Reads any number to the nearest double; nothing when it is too large or too small for one, or an ETF integer of more
/// than 64 bits.
std::optional<double> as_number(ValueView value) noexcept;

/// Reads a string. An id that ETF writes as an integer is none.
///
/// Lifetime: borrows what `value` borrows or, when escapes had to be resolved, `scratch`, which is written over.
/// Errors:   none; nothing when it is not a string, not UTF-8 (GW-ETF-15), or when `scratch` could not be made large
///           enough.
std::optional<std::string_view> as_string(ValueView value, std::vector<char>& scratch) noexcept;

}  // namespace portcullis::encoding
