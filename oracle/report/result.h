#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/oracle/judge/judge.h"
#include "portcullis/oracle/timeline/record.h"

/// What came out of playing scenarios to a client, and the forms in which it is told.
namespace portcullis::report {

enum class Outcome : std::uint8_t {
  Passed,
  Failed,
  Flaky,            ///< failed by less than the tolerance, then passed when it was run again
  ExpectedFailure,  ///< fails as the file of expected failures says
  UnexpectedPass,   ///< that file is stale
  Skipped,          ///< not for this kind of client, or too long for this run
  NotStarted,       ///< the client never connected
};

/// What a report says of the scenario itself.
struct Card {
  std::string id, level, about;
  std::vector<std::string> requirements, sources, seen_in;
};

struct ScenarioResult {
  Card scenario;
  Outcome outcome = Outcome::Passed;
  std::string why;  ///< one line: what failed first, why it was skipped, the reason that the expected failure gives
  judge::Judgement judgement;
  timeline::Timeline timeline;
  std::string log_tail;  ///< the last lines of the client's own output
  std::int64_t took_ms = 0;
};

struct ClientReport {
  std::string name, command, date;  ///< the date as 2026-11-25
  timeline::Clock clock = timeline::Clock::Wall;
  std::vector<ScenarioResult> results;
  std::int64_t took_ms = 0;
};

/// Gives the outcome's name as reports spell it, such as `expected failure`.
std::string_view name_of(Outcome outcome);

/// Says whether a finding makes the scenario fail: a violation or, where the scenario asks for no more than the
/// requirements do, a deviation. A rule that shows alike in every scenario counts where the scenario cites it.
bool counts(const judge::Rule& rule, const judge::Finding& finding, const Card& scenario);

/// How many results have each outcome, in the order of `Outcome`.
std::vector<std::size_t> tally(const ClientReport& report);

}  // namespace portcullis::report
