#pragma once

#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Builds the tree of a value, for whoever wants to hold one. Of ETF it is the tree that the same payload has in JSON:
/// keys are strings, tuples and strings of bytes are lists, and a big integer of more than four bytes, the form that
/// ids have, is a string of its digits (GW-ETF-17).
///
/// Shape:    a value as this folder gave it, or any bytes; Missing gives null. Of a key that occurs twice the last
///           counts (LOCAL-13).
/// Lifetime: the tree is its own.
/// Errors:   JsonSyntax when the text was not checked before and is malformed (or holds a number too large for a
///           double). Of ETF, what `scan_etf` reports of a term, if it was not gone over before, and what JSON cannot
///           say: EtfUtf8 for a text that is not UTF-8 (GW-ETF-15), EtfInteger for an integer of more than eight bytes
///           (LOCAL-32), EtfKey (LOCAL-34), at an offset from the value's beginning. OutOfMemory. No exception comes
///           out.
/// Source:   GW-ENV-14.
Result<nlohmann::json> tree(ValueView value) noexcept;

}  // namespace portcullis::encoding
