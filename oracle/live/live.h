#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "portcullis/core/time.h"
#include "portcullis/oracle/live/clients.h"
#include "portcullis/oracle/live/log.h"
#include "portcullis/oracle/live/remarks.h"
#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::live {

/// The mock as a page shows it while it runs: who is connected, what goes over the links, and what the judge says to
/// it.
///
/// Shape:   `saw` and `stepped` feed it; `display` answers GET /ui with the page, which brings its own styles and
///          scripts, and GET /events?after=N with server-sent events, each a JSON object:
///          `run` a number of this object; `now` the time; `first` the oldest entry that is there; `links` all clients;
///          `clients` those that have changed; `entries` records as in a timeline, with `n`, and `step` and `remark`.
/// Secrets: as those of the records: pseudonyms.
/// Threads: all functions may be called from any thread; the judge has one of its own.
class Live {
 public:
  /// `run` tells this run of the mock from the others; `statement_of` gives the text of a requirement.
  Live(std::uint32_t run, std::function<std::string(std::string_view)> statement_of);
  ~Live();

  void saw(const timeline::Record& record);
  void stepped(const mock::Stepped& step);
  /// Borrows this.
  mock::Display display();

 private:
  std::optional<mock::HttpAnswer> answer(const mock::HttpRequest& request) const;
  std::string news(std::uint64_t& behind);
  std::uint64_t add(const Json& entry);
  void judge_again_and_again();
  Duration judge_once(std::unique_lock<std::mutex>& lock);
  std::int64_t now_ms() const;

  const std::uint32_t run_;
  const Instant begun_at_;
  std::mutex mutex_;  ///< over all below
  Log log_;
  Clients clients_;
  Remarks remarks_;
  std::int64_t last_at_ = 0;  ///< of a record
  std::uint64_t judged_ = 0;  ///< the log's last entry when the judge was asked
  Instant judged_at_{};
  bool stopping_ = false;
  std::condition_variable stop_;
  std::thread judge_;
};

}  // namespace portcullis::live
