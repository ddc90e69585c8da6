#!/usr/bin/env bash
# Prints files as texts in a header, each with its path below a folder: files_header.sh NAMESPACE NAME FOLDER FILE...
set -euo pipefail
namespace=$1
name=$2
folder=$3
shift 3
cat <<END
#pragma once

// clang warns of texts that are longer than a compiler has to take; g++ and clang take them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

#include <array>
#include <string_view>
#include <utility>

namespace $namespace {

using std::string_view_literals::operator""sv;  // a length that clang need not count at compile time

/// Pairs of a path and the text of the file.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, $#> $name{{
END
for file in "$@"; do
  printf '    {"%s", R"content(' "${file#"$folder/"}"
  cat -- "$file"
  printf ')content"sv},\n'
done
cat <<END
}};

}  // namespace $namespace

#pragma GCC diagnostic pop
END
