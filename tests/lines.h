#pragma once

#include <string>
#include <vector>

namespace portcullis::tests {

/// Gives where lines differ from those of a file, which is named from the top of the checkout.
std::vector<std::string> differences(const std::vector<std::string>& lines, const std::string& path);

/// Writes them to that file, under `bazel run`. Throws elsewhere.
void rewrite(const std::vector<std::string>& lines, const std::string& path);

}  // namespace portcullis::tests
