#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::tests {

/// Mutants that nothing can notice, and why: the ids, each with its reason.
using Equivalents = std::map<std::string, std::string>;

/// Reads equivalent.json. Throws on another form, a missing or short reason, or an id that stands there twice.
Equivalents read_equivalents(std::string_view text);

/// What came of the mutants that were tried.
struct Outcome {
  std::vector<std::string> noticed;
  std::vector<std::string> survived;
};

/// Says what is wrong: a survivor without a reason, and a reason for what was noticed or is none of `all`.
std::vector<std::string> faults(const Outcome& outcome, const Equivalents& equivalents,
                                const std::set<std::string>& all);

}  // namespace portcullis::tests
