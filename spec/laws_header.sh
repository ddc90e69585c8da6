#!/usr/bin/env bash
# Prints the laws as text in a header: laws_header.sh laws.json
set -euo pipefail
cat <<'END'
#pragma once

#include <string_view>

namespace portcullis::spec {

inline constexpr std::string_view kLaws = R"laws(
END
cat -- "$1"
cat <<'END'
)laws";

}  // namespace portcullis::spec
END
