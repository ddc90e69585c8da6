#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "portcullis/oracle/judge/judge.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::live {

using timeline::Json;

/// What the judge has to say while a timeline goes on: it reads the newest part again and again.
///
/// Shape:   `saw` each record; now and then take a `window`, `judge` it, on another thread if you like, and ask for
///          what is `fresh`. All clients are taken for one, as in a recording, until nobody was there for a minute.
/// Memory:  3,000 records. Of links that have ended the middle is forgotten, then of the longest that has not. What
///          the judge would find on such a link comes of what is missing: nothing more is told of it, but it still
///          shows what a later Resume is to be held against.
class Remarks {
 public:
  static constexpr std::size_t kRecordsMax = 3'000;

  /// `statement_of` gives the text of a requirement.
  explicit Remarks(std::function<std::string(std::string_view)> statement_of)
      : statement_of_(std::move(statement_of)) {}

  /// What is kept of the timeline.
  struct Window {
    struct Kept {
      std::uint64_t number;  ///< of the log's entry
      std::shared_ptr<const timeline::Record> record;
    };
    std::deque<Kept> records;
    std::int64_t now_ms = 0, noise_ms = 0;
  };

  void saw(const timeline::Record& record, std::uint64_t number);
  /// By so much this machine was late for something: times are known to no less.
  void heard_noise(std::int64_t ms) { noise_ms_ = std::max(noise_ms_, ms); }
  bool anybody_there() const noexcept { return open_ != 0; }
  Window window(std::int64_t now_ms) const { return {records_, now_ms, noise_ms_}; }

  static judge::Judgement judge(const Window& window);
  /// Gives what was not told yet, each as an entry for the log: `about` is the number of what it is about. What was
  /// missed by less than the tolerance is kept to ourselves, as is what the client can excuse by its server.
  std::vector<Json> fresh(const Window& window, const judge::Judgement& judgement);

 private:
  struct Link {
    std::size_t fresh = 0;  ///< records since it was thinned
    bool ended = false;
    bool thinned = false;
  };

  void begin_anew_if_all_left(const timeline::Record& record);
  void make_room();
  void thin(std::uint64_t link);
  Json told(const judge::Rule& rule, const judge::Finding& finding, std::uint64_t about) const;

  std::function<std::string(std::string_view)> statement_of_;
  std::deque<Window::Kept> records_;
  std::map<std::uint64_t, Link> links_;
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::string>> told_;  ///< number, link, rule
  std::size_t open_ = 0;
  std::int64_t left_at_ = 0, noise_ms_ = 0;
};

}  // namespace portcullis::live
