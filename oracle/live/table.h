#pragma once

#include <string>
#include <string_view>

namespace portcullis::live {

/// Gives the page with the peer table in its place, as JSON: `states`, `moves` from one to another with the inputs that
/// cause them, and the names of the `opcodes`.
std::string page_with_table(std::string_view page);

}  // namespace portcullis::live
