#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "portcullis/spec/gateway_session.h"
#include "portcullis/tests/simulation/faults.h"
#include "portcullis/tests/simulation/setup.h"

namespace portcullis::simulation {

/// Leaves out every fault without which the same law is still broken.
///
/// Shape: `tried` is called before each attempt with how many faults are left; it gives false to stop there.
std::vector<Fault> shrink(const Setup& setup, std::vector<Fault> faults, const std::string& law,
                          const std::atomic<bool>& interrupted, const std::function<bool(std::size_t left)>& tried,
                          const spec::gateway_session::Rows& rows = spec::gateway_session::kRows);

}  // namespace portcullis::simulation
