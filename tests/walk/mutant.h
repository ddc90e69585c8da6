#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "portcullis/tests/walk/walk.h"

namespace portcullis::walk {

/// A copy of a table in which one row is another. The copy holds its rows: it must outlive the walk.
template <typename Row, typename Rows>
class Mutant {
 public:
  Mutant(const Rows& table, std::size_t index, const Row& row) : rows_(table.rows().begin(), table.rows().end()) {
    rows_[index] = row;
  }
  Mutant(const Mutant&) = delete;
  Mutant& operator=(const Mutant&) = delete;
  Rows table() const { return Rows(std::span<const Row>(rows_)); }

 private:
  std::vector<Row> rows_;
};

using ClientMutant = Mutant<session::Row, session::Rows>;
using BeatMutant = Mutant<beats::Row, beats::Rows>;

}  // namespace portcullis::walk
