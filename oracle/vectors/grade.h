#pragma once

#include <string>
#include <vector>

#include "portcullis/oracle/vectors/question.h"

namespace portcullis::vectors {

/// How closely an answer has to agree.
///
/// Exact: as our own has to: every member, and our reading of what documents leave open.
/// Fair:  in what another implementation can know: not which error or rule it was and at which byte, no order of keys
///        or of fields; a lenient vector is passed by any answer.
enum class Reading : std::uint8_t { Exact, Fair };

/// Says where an answer differs from what was expected: one line for each place, which names the member.
std::vector<std::string> differences(const Question& question, const Json& answer, Reading reading);

}  // namespace portcullis::vectors
