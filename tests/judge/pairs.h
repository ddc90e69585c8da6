#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "portcullis/tests/judge/story.h"

namespace portcullis::tests {

using Tell = std::function<void(Story&)>;
using Names = std::set<std::string>;

/// Two stories of a rule. The second breaks nothing but it, and what `also` names because it cannot be kept then.
struct Pair {
  std::string rule;
  Tell keeps, breaks;
  Names also;
};

/// The pairs of the rules that many others resemble: what a client has to bear, the shapes of what it sends, what it
/// does after a close code.
std::vector<Pair> what_is_borne();
std::vector<Pair> shapes();
std::vector<Pair> close_codes();

/// Those of all rules.
std::vector<Pair> pairs();

}  // namespace portcullis::tests
