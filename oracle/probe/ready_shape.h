#pragma once

#include <cstdint>
#include <optional>

#include "portcullis/oracle/timeline/record.h"

namespace portcullis::probe {

/// What the client asked for, which READY has to answer.
struct Asked {
  std::optional<std::int64_t> version;  ///< none where the URL left it open
  bool json = true;
  timeline::Json shard;  ///< null where Identify had none

  bool is_pair() const {
    return shard.is_array() && shard.size() == 2 && shard[0].is_number_integer() && shard[1].is_number_integer();
  }
  std::uint32_t id() const { return is_pair() ? shard[0].get<std::uint32_t>() : 0; }
  std::uint32_t count() const { return is_pair() ? shard[1].get<std::uint32_t>() : 0; }
};

/// Gives the requirements that the fields of a READY do not keep, each once.
timeline::Json broken_in_ready(const timeline::Json& data, const Asked& asked);

/// Reads an id: a text of digits.
std::optional<std::uint64_t> snowflake_of(const timeline::Json& id);

}  // namespace portcullis::probe
