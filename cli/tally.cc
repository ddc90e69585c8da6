#include "portcullis/cli/tally.h"

#include <algorithm>
#include <numeric>

namespace portcullis::cli {

void Tally::sent(std::int64_t s) {
  if (!there_.empty()) there_.back() = std::max(there_.back(), s);
}

void Tally::received(std::int64_t s) {
  if (here_.empty()) begun_here();
  Here& session = here_.back();
  if (s != session.last + 1) ++session.out_of_order;
  if (s > session.last) ++session.received;
  session.last = std::max(session.last, s);
}

std::int64_t Tally::sent() const { return std::accumulate(there_.begin(), there_.end(), std::int64_t{0}); }

std::int64_t Tally::received() const {
  return std::accumulate(here_.begin(), here_.end(), std::int64_t{0},
                         [](std::int64_t sum, const Here& session) { return sum + session.received; });
}

std::int64_t Tally::out_of_order() const {
  return std::accumulate(here_.begin(), here_.end(), std::int64_t{0},
                         [](std::int64_t sum, const Here& session) { return sum + session.out_of_order; });
}

}  // namespace portcullis::cli
