#pragma once

#include <cstdint>
#include <string_view>

namespace portcullis::cli {

/// Reads intents: a number, or names with commas between, as the documentation writes them, in any letter case;
/// `unprivileged`, `all` and `none` are names too.
///
/// Errors: Failure that names the word at fault.
std::uint64_t read_intents(std::string_view text);

}  // namespace portcullis::cli
