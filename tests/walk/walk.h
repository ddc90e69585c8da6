#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "portcullis/tests/walk/step.h"

namespace portcullis::walk {

/// What a walk came to.
struct Found {
  std::size_t worlds = 0;
  std::size_t transitions = 0;
  std::size_t deepest = 0;   ///< the most steps that a world lies away from the first
  std::size_t patience = 0;  ///< the most steps that a good peer needs to bring a client to where it is to be
  Taken taken;
  std::string broken;  ///< the rule, then the shortest way there, a step a line; empty when all rules hold
};

/// Goes breadth first through all that can happen until nothing is new, and stops where a rule of safety is broken.
/// Then it holds liveness against the whole graph: from every world, whatever happened before, a peer and a link that
/// are good from now on bring the client to Ready, its commands sent, if it is to be connected, and to rest if it is
/// not, whichever way is taken. What is at hand happens before a deadline comes, in any order.
Found walk(const Tables& tables = {}, Breadth breadth = Breadth::Narrow);

/// Names the rows that can occur and were never taken: `client Ready Lost`.
std::vector<std::string> rows_not_taken(const Tables& tables, const Taken& taken);

}  // namespace portcullis::walk
