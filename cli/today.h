#pragma once

#include <string>

namespace portcullis::cli {

/// Gives the date, as 2026-11-25.
std::string today();

}  // namespace portcullis::cli
