#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "portcullis/oracle/report/result.h"

namespace portcullis::cli {

/// Judges a timeline while it goes on, on a thread of its own, which takes a tenth of a processor at most.
///
/// Memory:  the first 50,000 records are kept and judged; `is_full` says that there were more.
/// Threads: `add` may be called from any thread.
class LiveJudge {
 public:
  /// Hears, on the judge's thread, what is found anew: a result with just that.
  using Found = std::function<void(const report::ScenarioResult&)>;

  LiveJudge(std::string about, Found found);
  ~LiveJudge();

  void add(timeline::Record record);
  bool is_full() const;
  /// Judges for the last time. Nothing is heard after it.
  report::ScenarioResult finish(const std::string& id);

 private:
  void run();
  void take();
  void tell(const report::ScenarioResult& result);
  void stop();

  const Found found_;
  timeline::Timeline timeline_;  ///< of the judge's thread
  std::set<std::tuple<std::string, std::size_t, judge::Verdict>> told_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable woken_;
  std::vector<timeline::Record> fresh_;
  std::size_t added_ = 0;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace portcullis::cli
