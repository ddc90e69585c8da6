#!/usr/bin/env bash
# Prints the files of scenarios as texts in a header: scenarios_header.sh FILE...
set -euo pipefail
cat <<'END'
#pragma once

// clang warns of texts that are longer than a compiler has to take; g++ and clang take them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

#include <array>
#include <string_view>

namespace portcullis::play {

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
cat <<'END'
}};

}  // namespace portcullis::play

#pragma GCC diagnostic pop
END
