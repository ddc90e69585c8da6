#include "portcullis/tests/properties/tally.h"

#include <iomanip>
#include <sstream>

namespace portcullis::tests {

std::uint64_t Tally::count(std::string_view kind, std::string_view state) const {
  const auto row = counts_.find(kind);
  if (row == counts_.end()) return 0;
  const auto cell = row->second.find(state);
  return cell == row->second.end() ? 0 : cell->second;
}

std::string Tally::table() const {
  std::ostringstream out;
  out << std::left << std::setw(25) << "met in";
  for (const auto state : kStates) out << ' ' << std::right << std::setw(10) << state.substr(0, 10);
  for (const auto kind : kKinds) {
    out << '\n' << std::left << std::setw(25) << kind;
    for (const auto state : kStates) out << ' ' << std::right << std::setw(10) << count(kind, state);
  }
  out << '\n';
  return out.str();
}

}  // namespace portcullis::tests
