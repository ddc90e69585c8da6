#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "portcullis/core/gateway/config.h"

namespace portcullis::cli {

/// The sessions of a bot's shards, as one run of the program leaves them to the next.
struct KeptSessions {
  std::uint32_t shard_count = 1;
  std::map<std::uint32_t, Session> by_shard;
};

/// Reads a file that `write_sessions` has written; nothing when there is none.
///
/// Errors: Failure: it cannot be read, or holds something else.
std::optional<KeptSessions> read_sessions(const std::string& path);

/// Writes the file, which only the user may read: who has it and the token can take the sessions over.
///
/// Errors: Failure.
void write_sessions(const std::string& path, const KeptSessions& sessions);

/// Sees now whether the file can be written when the time has come.
///
/// Errors: Failure.
void check_writable(const std::string& path);

}  // namespace portcullis::cli
