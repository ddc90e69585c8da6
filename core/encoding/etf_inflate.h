#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "portcullis/core/result.h"

namespace portcullis::encoding {

/// Inflates a payload that is one compressed term: version, tag 80, the size, a whole zlib stream.
///
/// Shape:    `payload` begins with version and tag.
/// Returns:  the term, without a version, exactly as long as it says.
/// Lifetime: the answer borrows `out`, which is written over.
/// Errors:   EtfIncomplete (at the end) when the stream could go on. EtfCompressed when it is corrupt, wants a
///           dictionary, or inflates to another size; EtfTrailing behind it. Blame::Limit: PayloadTooLarge for more
///           than `bytes_max`, before memory is taken; OutOfMemory.
/// Source:   GW-ETF-11, GW-ETF-13.
Result<std::string_view> inflate_term(std::string_view payload, std::size_t bytes_max, std::vector<char>& out) noexcept;

}  // namespace portcullis::encoding
