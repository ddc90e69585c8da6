#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/tests/mutants/trial.h"

namespace portcullis::tests {

/// A table with one row changed: another next state, Ignore in the place of the action, or another action.
struct Mutant {
  std::string_view table;
  Layer layer;
  std::string id;             ///< "heartbeat: Beating, Due to Stopped"; names the row by its state and its first event
  std::function<void()> lay;  ///< lays the changed table into `tables_at_hand()`, for good
};

/// Gives every mutant of every live row of every table, in the order of the tables.
std::vector<Mutant> all_mutants();

}  // namespace portcullis::tests
