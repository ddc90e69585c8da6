#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <span>
#include <string>

#include "portcullis/core/time.h"
#include "portcullis/oracle/timeline/pseudonyms.h"
#include "portcullis/oracle/timeline/record.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::cli {

/// Writes the timeline of links to a file while they go on, each record at once, and shows it to whoever else wants it.
///
/// Shape:   a link is known by a number of the caller's, which may come again once it has ended. What belongs to none
///          is passed over.
/// Errors:  Failure when the file cannot be written, at the beginning; a later one stops the recording and is told by
///          `close`.
/// Secrets: the file holds pseudonyms for them, of a key that no other recording has.
/// Threads: all functions may be called from any thread.
class Recorder {
 public:
  /// `about` says what is recorded, for people. Without a path there is no file. `also` gets the records too.
  Recorder(const std::string& path, std::string about, timeline::Sink also = {});

  void begin(std::uint64_t link, std::string origin);
  void heard(std::uint64_t link, timeline::Side from, std::span<const std::byte> bytes);
  void end(std::uint64_t link, timeline::Side from, timeline::How how);
  /// Writes a record that belongs to no link.
  void note(std::string is, timeline::Json with);
  /// Gives the pseudonym of a secret that stands elsewhere.
  std::string hide(std::string_view text);
  /// Throws Failure when something could not be written.
  void close();

 private:
  std::int64_t now() const;
  void tell(const timeline::Record& record);
  void write(const std::string& line);

  const std::string path_;
  const timeline::Sink also_;
  std::mutex mutex_;
  std::ofstream file_;
  Instant begun_at_;
  timeline::Pseudonyms pseudonyms_;
  std::uint64_t links_ = 0;
  std::map<std::uint64_t, timeline::Tap> taps_;
};

}  // namespace portcullis::cli
