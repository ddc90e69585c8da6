#include "portcullis/oracle/vectors/run.h"

#include <algorithm>

#include "portcullis/oracle/vectors/answer.h"

namespace portcullis::vectors {
namespace {

/// Takes what one question of a case came to into its result.
void add(CaseResult& result, const Question& question, const Reply& reply, Reading reading) {
  const bool skipped = reply.fault.empty() && reply.answer.is_object() && reply.answer.contains("unimplemented");
  if (skipped) return;
  if (result.outcome == Outcome::Skipped) result.outcome = Outcome::Passed;
  const auto faults = reply.fault.empty() ? differences(question, reply.answer, reading)
                                          : std::vector<std::string>{"the answer: " + reply.fault};
  if (!faults.empty()) result.outcome = Outcome::Failed;
  const std::string prefix = question.as.empty() ? "" : "as " + question.as + ": ";
  for (const std::string& fault : faults) result.faults.push_back(prefix + fault);
}

}  // namespace

std::size_t FileResult::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(cases, outcome, &CaseResult::outcome));
}

Reply ask_core(const Json& question, const Tables& tables) {
  try {
    const play::Document document(question.dump(), "question");
    return {answer(play::Node(document), tables), {}};
  } catch (const play::Wrong& wrong) {
    return {{}, wrong.text};
  }
}

FileResult run(const File& file, const Ask& ask, Reading reading) {
  FileResult result{file.name, file.layer, {}};
  for (const Question& question : file.questions) {
    if (question.own && reading == Reading::Fair) continue;
    if (result.cases.empty() || result.cases.back().id != question.id)
      result.cases.push_back({question.id, Outcome::Skipped, {}});
    add(result.cases.back(), question, ask(question.ask), reading);
  }
  return result;
}

}  // namespace portcullis::vectors
