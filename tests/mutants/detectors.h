#pragma once

#include <vector>

#include "portcullis/tests/mutants/trial.h"

namespace portcullis::tests {

/// Gives the whole net, the quickest first. What is to help catch mutants is added here.
std::vector<Detector> detectors();

}  // namespace portcullis::tests
