#pragma once

#include <string>
#include <string_view>

namespace portcullis::cli {

/// Reads a small file whole.
///
/// Errors: Failure that names `option`, the file and the reason; a file of more than 1 MiB is refused.
std::string read_file(const std::string& path, std::string_view option);

/// Writes a file that others see whole or not at all: into a new one beside it, which then takes its name. Only the
/// user may read it when it is `secret`.
///
/// Errors: Failure that names `option`, the file and the reason.
void replace_file(const std::string& path, std::string_view content, bool secret, std::string_view option);

/// Sees to it before long work that `replace_file` will be able to write there.
///
/// Errors: Failure that names `option`, the folder and the reason.
void check_place(const std::string& path, std::string_view option);

}  // namespace portcullis::cli
