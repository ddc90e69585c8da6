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

/// The day that its documents were read on, such as 2026-08-06.
std::string catalogue_date();

/// Gives the one with this id, or null.
/// The day of the documents that the requirements were read from: 2026-08-06, say.
std::string catalogue_date();

const Requirement* find_requirement(std::string_view id);

}  // namespace portcullis::cli
