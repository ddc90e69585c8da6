#pragma once

#include <cstdint>
#include <string_view>

#include "portcullis/core/encoding/envelope.h"
#include "portcullis/core/result.h"
#include "portcullis/core/workspace.h"

namespace portcullis::encoding {

/// How closely a text is looked at. Both check the map at the top with its keys, strings, numbers and words wholly.
///
/// Envelope: the lists and maps inside it are skipped by their brackets and strings. What is not noticed there:
/// anything
///           between the brackets that is not a string, which kind of bracket closes which (but for the outermost), and
///           what a string holds (UTF-8, escapes, control characters).
/// Grammar:  all of RFC 8259.
enum class Check : std::uint8_t { Envelope, Grammar };

/// Finds the envelope in a JSON text, in one pass and without building a tree.
///
/// Shape:    any bytes. Keys in any order, unknown keys anywhere; absent and null are the same for s, t and d; of a key
/// that
///           occurs twice the last counts. More than `nesting_max` levels are refused, and more than 1,024 in any case.
/// Lifetime: the views borrow `text`, except a `t` that is written with escapes, which lies in `workspace.text`.
/// Errors:   JsonIncomplete (at the end) when the text could be continued to a JSON text and is none yet. JsonUtf8,
///           JsonNumber, JsonTrailing (something follows the value) or else JsonSyntax at the first byte with which no
///           JSON text can go on, as far as `check` sees it. JsonDepth at the bracket too many. Once the text is
///           well-formed JSON: EnvelopeNotMap, EnvelopeOpMissing, EnvelopeOpType, EnvelopeSequenceType,
///           EnvelopeTypeType, in this order, at the value concerned; OutOfMemory. A byte order mark is an error, and
///           so is half a pair of surrogates, raw (RFC 3629) or escaped (RFC 8259 section 8.2 leaves it open; no UTF-8
///           could say what it stands for).
/// Source:   RFC 8259; GW-ENV-1, 2, 3, 5, 6, 18, 19, 20, GW-ENC-5, LOCAL-13, LOCAL-14, LOCAL-15.
Result<EnvelopeView> scan_json(std::string_view text, Check check, std::size_t nesting_max,
                               Workspace& workspace) noexcept;

}  // namespace portcullis::encoding
