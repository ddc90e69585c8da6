#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace portcullis::mock {

/// Writes a payload as the gateway does with `encoding=etf`: keys are atoms, sorted, but for ids, which are binaries;
/// ids are big integers, `t` is an atom, and a list of bytes is a STRING_EXT.
///
/// Shape:  any JSON text. An id is a decimal string under a key that is `id` or ends in `_id`, or in a list under one
///         that ends in `_ids` or `roles`, or is `not_found`.
/// Errors: none where the text is not JSON.
/// Source: requirements GW-ETF-1, GW-ETF-5 to GW-ETF-10.
std::optional<std::string> etf_of_json(std::string_view text);

/// Reads a client's ETF payload, and gives the JSON text that says the same; an integer stays one, however large.
///
/// Shape:  any bytes.
/// Errors: none for what the gateway does not decode: a broken term, a compressed one, a key that is not a binary, a
///         text that is not UTF-8, or more than `nesting_max` levels.
/// Source: requirements GW-ETF-1 to GW-ETF-3, GW-ETF-11, GW-CAUSE-2.
std::optional<std::string> json_of_etf(std::span<const std::byte> payload, int nesting_max);

}  // namespace portcullis::mock
