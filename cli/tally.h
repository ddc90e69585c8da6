#pragma once

#include <cstdint>
#include <vector>

namespace portcullis::cli {

/// Counts dispatches at both ends of a connection, by session and `s`: whether each one that the gateway numbered was
/// delivered, once and in order.
///
/// Source: requirements GW-ENV-8, GW-DISP-9, GW-RES-8.
class Tally {
 public:
  /// The gateway has begun a session, or has given a dispatch of the last one this `s`.
  void begun_there() { there_.push_back(1); }  // READY's own
  void sent(std::int64_t s);

  /// The client has delivered a READY, or a dispatch of the last session.
  void begun_here() { here_.push_back({}); }
  void received(std::int64_t s);

  std::int64_t sent() const;
  std::int64_t received() const;
  /// Those sent and never delivered, over all sessions.
  std::int64_t lost() const { return sent() - received(); }
  /// Those that did not continue the ones before: repeated, or with a gap before them.
  std::int64_t out_of_order() const;
  std::size_t sessions() const { return there_.size(); }
  /// The last `s` delivered.
  std::int64_t last() const { return here_.empty() ? 0 : here_.back().last; }

 private:
  struct Here {
    std::int64_t received = 0;
    std::int64_t last = 0;
    std::int64_t out_of_order = 0;
  };

  std::vector<std::int64_t> there_;  // the last `s` of each session
  std::vector<Here> here_;
};

}  // namespace portcullis::cli
