#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace portcullis::live {

/// The newest of what happened, each as a JSON object in text, numbered from 1.
///
/// Memory: 2,000 entries and 16 MiB at most; the oldest go first.
class Log {
 public:
  static constexpr std::size_t kEntriesMax = 2'000;
  static constexpr std::size_t kBytesMax = 16 * 1024 * 1024;

  /// Puts the next number into the object, as `n`, and gives it.
  std::uint64_t add(const std::string& object);
  /// Gives a JSON array of the entries behind a number, the oldest first, and moves the number to the last of them.
  ///
  /// Shape:  it stops behind the entry with which it has `bytes_max`, so that one entry at least is told.
  std::string take(std::uint64_t& behind, std::size_t bytes_max) const;
  std::uint64_t first() const noexcept { return last_ + 1 - entries_.size(); }  ///< the oldest that is there
  std::uint64_t last() const noexcept { return last_; }

 private:
  std::deque<std::string> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace portcullis::live
