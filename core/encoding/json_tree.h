#pragma once

#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Builds the tree of a value, for whoever wants to hold one.
///
/// Shape:    a value as this folder gave it, or any bytes; Missing gives null.
/// Lifetime: the tree is its own.
/// Errors:   JsonSyntax when the text was not checked before and is malformed (or holds a number too large for a
/// double);
///           OutOfMemory. No exception comes out.
/// Source:   GW-ENV-14.
Result<nlohmann::json> tree(ValueView value) noexcept;

}  // namespace portcullis::encoding
