#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "portcullis/oracle/judge/rule.h"

namespace portcullis::judge {

/// What a timeline shows of a rule; the worst of its findings counts. Source: catalogue 1.3.
enum class Verdict : std::uint8_t { NotExercised, Kept, Undecided, ServerOdd, Unusual, Deviation, Violation };

/// One place where a rule was not kept.
struct Finding {
  Verdict verdict = Verdict::Kept;
  std::size_t record = 0;  ///< of the frame that broke it, or that began the wait
  std::int64_t at_ms = 0;
  std::uint64_t link = 0;
  std::string seen, allowed;  ///< a line each
  bool marginal = false;      ///< a time was missed by less than the tolerance: worth another run
};

struct RuleResult {
  const Rule* rule = nullptr;
  Verdict verdict = Verdict::NotExercised;
  std::size_t exercised = 0;  ///< how often it could have been broken
  std::vector<Finding> findings;
};

/// Shape: a result for each rule, in the order of the rules.
struct Judgement {
  std::vector<RuleResult> rules;
  Tolerance tolerance;
};

/// Holds a timeline against every rule.
///
/// Shape:  the same timeline gives the same judgement. What a client does after its server was odd on that link is
///         ServerOdd, whatever the rule's level, unless the rule is about just that.
Judgement judge(const timeline::Timeline& timeline);

/// The same with moments and rules of the caller's, who sees to what the facts are.
///
/// Lifetime: the judgement borrows the rules.
Judgement judge(const timeline::Timeline& timeline, const std::vector<Moment>& moments, const std::vector<Rule>& rules,
                Tolerance tolerance);

/// Holds a timeline against one rule.
RuleResult judge(const timeline::Timeline& timeline, const Rule& rule);

/// Gives the verdict's name as reports spell it, such as `VIOLATION`.
std::string_view name_of(Verdict verdict);

/// Says what a record is, in a few words.
std::string in_words(const timeline::Record& record);

}  // namespace portcullis::judge
