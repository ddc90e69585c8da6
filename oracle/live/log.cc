#include "portcullis/oracle/live/log.h"

#include <algorithm>

namespace portcullis::live {

std::uint64_t Log::add(const std::string& object) {
  entries_.push_back("{\"n\":" + std::to_string(++last_) + "," + object.substr(1));
  bytes_ += entries_.back().size();
  while (entries_.size() > kEntriesMax || bytes_ > kBytesMax) {
    bytes_ -= entries_.front().size();
    entries_.pop_front();
  }
  return last_;
}

std::string Log::take(std::uint64_t& behind, std::size_t bytes_max) const {
  std::string array = "[";
  behind = std::clamp(behind, first() - 1, last_);
  while (behind < last_ && (array.size() == 1 || array.size() < bytes_max)) {
    if (array.size() > 1) array += ",";
    array += entries_[++behind - first()];
  }
  return array + "]";
}

}  // namespace portcullis::live
