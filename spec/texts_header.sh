#!/usr/bin/env bash
# Prints files as a list of texts in a header, for programs that are to run without their source tree:
# texts_header.sh NAMESPACE CONSTANT FILE...
set -euo pipefail
namespace=$1 constant=$2
shift 2
cat <<END
#pragma once

// clang warns of texts that are longer than a compiler has to take; g++ and clang take them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

#include <array>
#include <string_view>

namespace $namespace {

inline constexpr std::array<std::string_view, $#> $constant{
END
for file in "$@"; do
  printf '    R"text('
  cat -- "$file"
  printf ')text",\n'
done
cat <<END
};

}  // namespace $namespace

#pragma GCC diagnostic pop
END
