#!/usr/bin/env bash
# Prints the files of scenarios as texts in a header: scenarios_header.sh NAMESPACE FILE...
set -euo pipefail
namespace=$1
shift
cat <<END
#pragma once

// clang warns of texts that are longer than a compiler has to take; g++ and clang take them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

#include <array>
#include <string_view>

namespace $namespace {

struct ScenarioFile {
  std::string_view name, text;
};

END
printf 'inline constexpr std::array<ScenarioFile, %d> kScenarioFiles{{\n' $#
for file in "$@"; do
  printf '    {"%s", R"scenarios(' "$(basename "$file")"
  cat -- "$file"
  printf ')scenarios"},\n'
done
cat <<END
}};

}  // namespace $namespace

#pragma GCC diagnostic pop
END
