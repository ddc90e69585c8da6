#include "portcullis/oracle/judge/judge.h"

#include <algorithm>

namespace portcullis::judge {
namespace {

Verdict verdict_of(Level level) {
  switch (level) {
    case Level::Must: return Verdict::Violation;
    case Level::Should: return Verdict::Deviation;
    case Level::Unusual: return Verdict::Unusual;
  }
  return Verdict::Violation;
}

/// Holds the moments of a timeline against one rule.
class Court {
 public:
  Court(const timeline::Timeline& timeline, const std::vector<Moment>& moments, const Rule& rule, Tolerance tolerance)
      : timeline_(timeline), moments_(moments), rule_(rule), tolerance_(tolerance) {
    result_.rule = &rule;
  }

  RuleResult judge() {
    std::visit([this](const auto& check) { run(check); }, rule_.check);
    if (result_.exercised != 0) result_.verdict = std::max(result_.verdict, Verdict::Kept);
    return std::move(result_);
  }

 private:
  /// What is owed since a moment, or forbidden since then.
  struct Open {
    const Moment* since;
    std::int64_t until;
  };

  bool fits(const Pattern& pattern, const Moment& moment) const {
    return fit(pattern, moment.facts, tolerance_) == Fit::Yes;
  }
  bool fits(const std::vector<Pattern>& patterns, const Moment& moment) const {
    return std::ranges::any_of(patterns, [&](const Pattern& pattern) { return fits(pattern, moment); });
  }
  static bool in_scope(Scope scope, const Moment& since, const Moment& moment) {
    if (moment.facts["is"] == "exit") return true;
    if (scope == Scope::Link) return moment.link == since.link;
    if (scope == Scope::Shard) return moment.shard == since.shard && moment.shard != Moment::kNoShard;
    return true;
  }
  /// Says whether nothing more can be asked of what began at `since`.
  static bool is_over(Scope scope, const Moment& since, const Moment& moment) {
    const Json& is = moment.facts["is"];
    if (is == "exit" || (is == "local" && moment.facts["did"] != "send")) return true;
    return scope == Scope::Link && is == "loss" && moment.link == since.link;
  }

  void add(Verdict verdict, const Moment& at, bool odd, std::string seen, std::string allowed, bool marginal) {
    if (odd && !rule_.despite_odd) verdict = Verdict::ServerOdd;
    result_.verdict = std::max(result_.verdict, verdict);
    result_.findings.push_back({verdict, at.record, at.at_ms, at.link, std::move(seen), std::move(allowed), marginal});
  }
  void break_rule(const Moment& at, bool odd, std::string seen, std::string allowed, bool marginal) {
    add(verdict_of(rule_.level), at, odd, std::move(seen), std::move(allowed), marginal);
  }
  std::string words_at(const Moment& moment) const { return in_words(timeline_.records[moment.record]); }

  void run(const Each& check) {
    for (const Moment& moment : moments_) {
      if (!fits(check.when, moment)) continue;
      ++result_.exercised;
      const Fit good = fit(check.has, moment.facts, tolerance_);
      if (good == Fit::Yes) continue;
      std::string seen = words_at(moment) + ": " + misfit_in_words(check.has, moment.facts, tolerance_);
      if (moment.facts.contains("what")) seen += " (" + moment.facts["what"].get<std::string>() + ")";
      break_rule(moment, moment.odd, std::move(seen), in_words(check.has), good == Fit::Marginal);
    }
  }

  void run(const Follows& check) {
    std::vector<Open> owed;
    for (const Moment& moment : moments_) {
      std::erase_if(owed, [&](const Open& one) { return is_settled(check, one, moment); });
      if (!fits(check.after, moment)) continue;
      if (check.scope == Scope::Shard && moment.shard == Moment::kNoShard) continue;
      ++result_.exercised;
      owed.push_back({&moment, moment.at_ms + check.within.of(moment)});
    }
    if (timeline_.records.empty()) return;
    const std::int64_t end = timeline_.records.back().at_ms;
    for (const Open& one : owed) {
      if (end > one.until + tolerance_.ms) {
        miss(check, one, end);
      } else {
        result_.verdict = std::max(result_.verdict, Verdict::Undecided);
      }
    }
  }

  bool is_settled(const Follows& check, const Open& one, const Moment& moment) {
    const bool scope = in_scope(check.scope, *one.since, moment);
    if (moment.at_ms > one.until + tolerance_.ms) {
      const bool nearly = scope && fits(check.comes, moment);
      miss(check, one, nearly ? moment.at_ms : moment.at_ms + 2 * tolerance_.ms);
      return true;
    }
    if (scope && fits(check.comes, moment)) {
      come(check, one, moment);
      return true;
    }
    return (scope && fits(check.unless, moment)) || is_over(check.scope, *one.since, moment);
  }

  void come(const Follows& check, const Open& one, const Moment& moment) {
    if (!check.not_before) return;
    const std::int64_t waited = moment.at_ms - one.since->at_ms;
    const std::int64_t least = check.not_before->of(*one.since);
    if (waited + tolerance_.ms >= least) return;
    break_rule(moment, one.since->odd || moment.odd,
               words_at(moment) + " came " + std::to_string(waited) + " ms after " + words_at(*one.since),
               "not before " + std::to_string(least) + " ms", waited + 2 * tolerance_.ms >= least);
  }

  /// What was owed did not come in time; `came_at` is when it came, or some time at which it had not.
  void miss(const Follows& check, const Open& one, std::int64_t came_at) {
    std::string wanted;
    for (const Pattern& pattern : check.comes) wanted += (wanted.empty() ? "" : "; or ") + in_words(pattern);
    break_rule(*one.since, one.since->odd, "after " + words_at(*one.since) + " nothing came that is " + wanted,
               "within " + std::to_string(one.until - one.since->at_ms) + " ms (tolerance " +
                   std::to_string(tolerance_.ms) + " ms)",
               came_at <= one.until + 2 * tolerance_.ms);
  }

  void run(const Never& check) {
    std::vector<Open> forbidden;
    for (const Moment& moment : moments_) {
      std::erase_if(forbidden, [&](const Open& one) { return is_past(check, one, moment); });
      if (!fits(check.after, moment)) continue;
      if (check.scope == Scope::Shard && moment.shard == Moment::kNoShard) continue;
      ++result_.exercised;
      const std::int64_t until =
          check.within ? moment.at_ms + check.within->of(moment) : std::numeric_limits<std::int64_t>::max();
      forbidden.push_back({&moment, until});
    }
  }

  bool is_past(const Never& check, const Open& one, const Moment& moment) {
    if (moment.at_ms > one.until) return true;
    const bool scope = in_scope(check.scope, *one.since, moment);
    if (scope && fits(check.never, moment)) {
      break_rule(moment, one.since->odd || moment.odd,
                 words_at(moment) + " came " + std::to_string(moment.at_ms - one.since->at_ms) + " ms after " +
                     words_at(*one.since),
                 "none after it", false);
      return true;
    }
    return (scope && fits(check.until, moment)) || is_over(check.scope, *one.since, moment);
  }

  const timeline::Timeline& timeline_;
  const std::vector<Moment>& moments_;
  const Rule& rule_;
  const Tolerance tolerance_;
  RuleResult result_;
};

}  // namespace

Judgement judge(const timeline::Timeline& timeline) {
  const Tolerance tolerance = tolerance_of(timeline);
  return judge(timeline, moments_of(timeline, tolerance), rules(), tolerance);
}

Judgement judge(const timeline::Timeline& timeline, const std::vector<Moment>& moments, const std::vector<Rule>& rules,
                Tolerance tolerance) {
  Judgement judgement;
  judgement.tolerance = tolerance;
  for (const Rule& rule : rules) judgement.rules.push_back(Court(timeline, moments, rule, tolerance).judge());
  return judgement;
}

RuleResult judge(const timeline::Timeline& timeline, const Rule& rule) {
  const Tolerance tolerance = tolerance_of(timeline);
  const std::vector<Moment> moments = moments_of(timeline, tolerance);
  return Court(timeline, moments, rule, tolerance).judge();
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::NotExercised: return "not exercised";
    case Verdict::Kept: return "kept";
    case Verdict::Undecided: return "UNDECIDED";
    case Verdict::ServerOdd: return "SERVER-ODD";
    case Verdict::Unusual: return "UNUSUAL";
    case Verdict::Deviation: return "DEVIATION";
    case Verdict::Violation: return "VIOLATION";
  }
  return "";
}

}  // namespace portcullis::judge
