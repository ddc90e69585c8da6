#pragma once

#include <rapidcheck.h>

#include <string>

namespace portcullis::tests {

/// A JSON text of any kind, white space and escapes included.
rc::Gen<std::string> json_text();

/// A JSON text that is a map with the keys of an envelope in any order, some of them twice, some wrong, some missing.
rc::Gen<std::string> envelope_text();

/// A text that was JSON until a few of its bytes were changed, dropped, doubled or exchanged.
rc::Gen<std::string> damaged_text();

/// Bytes among which those that mean something to a JSON reader are frequent.
rc::Gen<std::string> bytes_near_json();

}  // namespace portcullis::tests
