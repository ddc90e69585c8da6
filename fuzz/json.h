#pragma once

#include <string>

#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {

inline constexpr std::size_t kNestingMax = 64;  // so that it is reached
/// Trees are compared and written by recursion: of more than this much text they may be too deep for the stack.
inline constexpr std::size_t kTreeBytesMax = 4'096;

inline bool is_about_json(const Error& error) {
  return error.code == Errc::JsonIncomplete || error.code == Errc::JsonSyntax || error.code == Errc::JsonDepth ||
         error.code == Errc::JsonUtf8 || error.code == Errc::JsonNumber || error.code == Errc::JsonTrailing;
}

/// The scanner's word on whether a text is JSON: an envelope, or only the envelope is wrong.
inline bool is_json(const Result<encoding::EnvelopeView>& view) { return view || !is_about_json(view.error()); }

inline bool is_too_deep(const Result<encoding::EnvelopeView>& view) {
  return !view && view.error().code == Errc::JsonDepth;
}

}  // namespace portcullis::fuzz
