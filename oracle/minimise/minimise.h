#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "portcullis/oracle/judge/judge.h"

namespace portcullis::minimise {

/// The finding that a smaller timeline has to show again: the same rule is broken, with the same verdict, by the same
/// record.
struct Aim {
  const judge::Rule* rule = nullptr;
  judge::Verdict verdict = judge::Verdict::Violation;
  std::size_t record = 0;
};

/// Picks the worst finding of a judgement, of those the first; of the named rule only, where one is named.
///
/// Returns: nothing where no rule, or not that one, was broken.
std::optional<Aim> aim_at(const judge::Judgement& judgement, std::string_view rule = {});

struct Bounds {
  std::size_t judgements_max = 10'000;
  const std::atomic<bool>* stop = nullptr;  ///< may be set by another thread
  /// Hears after each judgement how many there were, and how many records are left.
  std::function<void(std::size_t judgements, std::size_t records)> on_judged = [](auto, auto) {};
};

struct Outcome {
  timeline::Timeline timeline;
  Aim aim;  ///< with the record's index in that timeline
  std::size_t judgements = 0;
  bool complete = true;  ///< no record and no part of a payload can go; false where a bound ended it before
};

/// Takes from a timeline what the finding does not need: whole links, then records, then parts of payloads, in ever
/// smaller pieces, until nothing more can go (delta debugging).
///
/// Shape: `aim` is a finding of this timeline. The same timeline and bounds give the same outcome, unless `stop` is
/// set.
Outcome minimise(timeline::Timeline timeline, const Aim& aim, const Bounds& bounds);

}  // namespace portcullis::minimise
