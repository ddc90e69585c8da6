#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "portcullis/core/time.h"
#include "portcullis/oracle/timeline/pseudonyms.h"
#include "portcullis/oracle/timeline/record.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::cli {

/// Writes the timeline of links to a file while they go on, each record at once; tells it to somebody else too, if
/// asked.
///
/// Shape:   a link is known by a number of the caller's, which may come again once it has ended. What belongs to none
///          is passed over.
/// Errors:  Failure when the file cannot be written, at the beginning; a later one stops the recording and is told by
///          `close`.
/// Secrets: the file holds pseudonyms for them, of a key that no other recording has.
/// Threads: all functions may be called from any thread.
class Recorder {
 public:
  /// `about` says what is recorded, for people. Without a path nothing is written; `also` hears each record, under the
  /// recorder's lock.
  Recorder(const std::string& path, std::string about, timeline::Sink also = nullptr);

  void begin(std::uint64_t link, std::string origin);
  void heard(std::uint64_t link, timeline::Side from, std::span<const std::byte> bytes);
  /// Gives whether it was still going on.
  bool end(std::uint64_t link, timeline::Side from, timeline::How how);
  /// Writes a record of another kind; `link` is the caller's number of one that goes on, or none.
  void note(std::string is, timeline::Json with, std::optional<std::uint64_t> link = std::nullopt);
  /// Puts pseudonyms in the place of secrets in a text that stands elsewhere.
  std::string hide(std::string_view text);
  /// Gives the pseudonym of a secret, and looks for it from now on.
  std::string pseudonym_of(std::string_view secret);
  /// Gives the time in the timeline.
  std::int64_t at(Instant then) const { return (then - begun_at_).count(); }
  /// Throws Failure when something could not be written.
  void close();

 private:
  std::int64_t now() const;
  void write(timeline::Record record);

  const std::string path_;
  const timeline::Sink also_;
  std::mutex mutex_;
  std::ofstream file_;
  const Instant begun_at_;
  timeline::Pseudonyms pseudonyms_;
  std::uint64_t links_ = 0;
  struct Running {
    std::uint64_t number;  ///< in the timeline
    timeline::Tap tap;
  };
  std::map<std::uint64_t, Running> taps_;
};

}  // namespace portcullis::cli
