#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "portcullis/core/time.h"

namespace portcullis::simulation {

/// What is still to happen, by its time and, at one time, in the order in which it was planned.
template <typename Task>
class Agenda {
 public:
  void plan(Instant at, Task task) { entries_.push({at, ++planned_, std::move(task)}); }

  std::optional<Instant> next_at() const {
    return entries_.empty() ? std::nullopt : std::optional<Instant>(entries_.top().at);
  }
  Task take() {
    Task task = entries_.top().task;
    entries_.pop();
    return task;
  }

 private:
  struct Entry {
    Instant at;
    std::uint64_t number;
    Task task;

    friend bool operator<(const Entry& left, const Entry& right) {
      return left.at != right.at ? left.at > right.at : left.number > right.number;
    }
  };

  std::priority_queue<Entry> entries_;
  std::uint64_t planned_ = 0;
};

}  // namespace portcullis::simulation
