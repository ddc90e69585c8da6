#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace portcullis::cli {

/// A requirement, as the catalogue has it.
struct Requirement {
  std::string id, level, side, statement, source;
  std::string more;  ///< a discussion, where the documents leave something open
};

/// Gives all requirements, read once.
const std::vector<Requirement>& catalogue();

/// Gives the one with this id, or null.
const Requirement* find_requirement(std::string_view id);

}  // namespace portcullis::cli
