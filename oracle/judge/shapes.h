#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "portcullis/oracle/timeline/record.h"

namespace portcullis::judge {

/// A requirement that the data of a command does not keep, and how.
struct Misfit {
  std::string requirement;
  std::string what;
};

/// What the query of the connection says, as far as the shape of a command depends on it.
struct Dialect {
  std::int64_t version = 0;
  std::string compress;
};

/// Holds the `d` of a client's message against section 4.3 of the catalogue. An opcode that nobody may send has none.
std::vector<Misfit> misfits_of(std::int64_t opcode, const timeline::Json& data, const Dialect& dialect);

}  // namespace portcullis::judge
