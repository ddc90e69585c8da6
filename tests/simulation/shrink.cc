#include "portcullis/tests/simulation/shrink.h"

#include <algorithm>
#include <optional>

#include "portcullis/tests/simulation/fleet.h"

namespace portcullis::simulation {
namespace {

std::vector<Fault> without(const std::vector<Fault>& faults, std::size_t from, std::size_t count) {
  std::vector<Fault> out(faults.begin(), faults.begin() + static_cast<std::ptrdiff_t>(from));
  const std::size_t to = std::min(from + count, faults.size());
  out.insert(out.end(), faults.begin() + static_cast<std::ptrdiff_t>(to), faults.end());
  return out;
}

}  // namespace

std::vector<Fault> shrink(const Setup& setup, std::vector<Fault> faults, const std::string& law,
                          const std::atomic<bool>& interrupted, const std::function<bool(std::size_t left)>& tried,
                          const spec::gateway_session::Rows& rows) {
  for (std::size_t size = std::max<std::size_t>(faults.size() / 2, 1);; size /= 2) {
    bool smaller = false;
    for (std::size_t from = 0; from < faults.size();) {
      if (!tried(faults.size()) || interrupted) return faults;
      auto fewer = without(faults, from, size);
      const Outcome outcome = Fleet(setup, fewer, rows).run(interrupted);
      if (outcome.broken && outcome.broken->law == law) {
        faults = std::move(fewer);
        smaller = true;
      } else {
        from += size;
      }
    }
    // What was needed may not be any more, now that others are gone.
    if (size == 1 && smaller) size = 2;
    if (size <= 1) return faults;
  }
}

}  // namespace portcullis::simulation
