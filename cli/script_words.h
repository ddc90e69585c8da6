#pragma once

#include <string>
#include <vector>

#include "portcullis/oracle/play/scenario.h"

namespace portcullis::cli {

/// Tells what a scenario's gateway does, line by line, for a person.
///
/// Shape: what is repeated is told once, with the number of times.
std::vector<std::string> script_in_words(const play::Scenario& scenario);

}  // namespace portcullis::cli
