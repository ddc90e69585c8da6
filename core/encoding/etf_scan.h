#pragma once

#include <string_view>

#include "portcullis/core/encoding/envelope.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

namespace portcullis::encoding {

/// Finds the envelope in an ETF payload, in one pass and without building a tree. All terms are gone over, whatever
/// they are for; what a binary or an atom holds is looked at only for `t`.
///
/// Shape:    any bytes. Keys in any order, unknown keys anywhere; absent and `nil` are the same for s, t and d; of a
///           key that occurs twice the last counts. Lists, tuples and maps may be nested `limits.nesting_max` levels
///           deep, and 1,024 in any case; NIL_EXT and STRING_EXT count for none.
/// Lifetime: the views borrow `payload` or, where it is a compressed term, `workspace.term`.
/// Memory:   takes none, but for a compressed term: what it says it inflates to, `limits.payload_bytes_max` at most,
///           and a context of zlib's.
/// Errors:   EtfIncomplete (at the end) when the payload could be continued to one and is none yet. EtfVersion, EtfTag,
///           EtfNumber (a float that is malformed or not finite), EtfTail (a list that does not end with NIL),
///           EtfTrailing, EtfCompressed at the term concerned. Blame::Limit: EtfDepth; EtfLength for a length or arity
///           that leads beyond `limits.payload_bytes_max`, and PayloadTooLarge for a compressed term that does;
///           OutOfMemory. Once it is well formed: what `read_envelope` reports. A fault inside a compressed term is
///           reported at its tag.
/// Source:   GW-ETF-1, GW-ETF-4 to GW-ETF-13, GW-ENV-1, 2, 3, 5, 6, 20, GW-ENC-5, LOCAL-13, LOCAL-15, LOCAL-33.
Result<EnvelopeView> scan_etf(std::string_view payload, const Limits& limits, Workspace& workspace) noexcept;

}  // namespace portcullis::encoding
