#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/gateway/config.h"
#include "portcullis/oracle/timeline/record.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::timeline {

/// What one end of a link said; no bytes: it ended the transport.
struct Said {
  std::uint64_t link = 1;
  bool by_client = true;
  std::string bytes;
  std::int64_t at_ms = 0;
};

/// How many of so many bytes a tap hears at once.
using Cut = std::function<std::size_t(std::size_t)>;

/// Gives what taps tell of a conversation, cut as the function says or not at all.
std::vector<Record> records_of(const std::vector<Said>& said, const Cut& cut = {});
/// The same as lines.
std::vector<std::string> lines_of(const std::vector<Said>& said, const Cut& cut = {});

/// A talk of a real client with the mock's peer, in virtual time: login, events large and small, op 7, a close that is
/// resumed after, a lost link, op 9, and the end.
std::vector<Said> overheard_talk(encoding::Encoding encoding, compression::Compression compression);

}  // namespace portcullis::timeline
