#!/usr/bin/env bash
# Prints a file as text in a header, for programs that are to run without their source tree:
# text_header.sh NAMESPACE CONSTANT FILE
set -euo pipefail
cat <<END
#pragma once

// clang warns of texts that are longer than a compiler has to take; g++ and clang take them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

#include <string_view>

namespace $1 {

inline constexpr std::string_view $2 = R"text(
END
cat -- "$3"
cat <<END
)text";

}  // namespace $1

#pragma GCC diagnostic pop
END
