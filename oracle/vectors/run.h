#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "portcullis/core/tables.h"
#include "portcullis/oracle/vectors/file.h"
#include "portcullis/oracle/vectors/grade.h"

namespace portcullis::vectors {

enum class Outcome : std::uint8_t { Passed, Failed, Skipped };

struct CaseResult {
  std::string id;
  Outcome outcome = Outcome::Skipped;
  std::vector<std::string> faults;  ///< one line each
};

struct FileResult {
  std::string name;
  std::string layer;
  std::vector<CaseResult> cases;

  std::size_t count(Outcome outcome) const;
};

/// What came back: an answer, or why there is none.
struct Reply {
  Json answer;
  std::string fault;
};
using Ask = std::function<Reply(const Json& question)>;

/// The core, asked as anybody else is.
Reply ask_core(const Json& question, const Tables& tables = kTables);

/// Puts all questions of a file. A case is passed when all its questions are that were not answered `unimplemented`,
/// and skipped when there is none. Those about choices of ours are left out of a fair reading.
FileResult run(const File& file, const Ask& ask, Reading reading);

}  // namespace portcullis::vectors
