#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "portcullis/oracle/timeline/record.h"

namespace portcullis::judge {

using timeline::Json;

/// A record with what is known of it at its place in the timeline, for rules to ask about: plain facts, no verdicts.
///
/// Shape:    `facts` has `is`, the moment's name, and members by name, which `facts.md` lists. A fact that is not known
///           is absent. A record may give several moments: the Close that ends a link gives `close` and `loss`.
struct Moment {
  std::size_t record = 0;  ///< its index in the timeline
  std::int64_t at_ms = 0;
  std::uint64_t link = 0;
  int shard = kNoShard;
  bool odd = false;              ///< the server did something outside the catalogue on this link before
  std::int64_t interval_ms = 0;  ///< between the heartbeats of the link; 0 before Hello
  Json facts = Json::object();

  static constexpr int kNoShard = -1;
};

/// How exactly times are known: what is late by no more than this is on time.
struct Tolerance {
  std::int64_t ms = 0;
};

/// Measures the tolerance by the delays that the timeline itself tells of. Source: catalogue 1.2 (`eps`).
Tolerance tolerance_of(const timeline::Timeline& timeline);

/// Goes through a timeline once and gives its moments in order.
std::vector<Moment> moments_of(const timeline::Timeline& timeline, Tolerance tolerance);

}  // namespace portcullis::judge
