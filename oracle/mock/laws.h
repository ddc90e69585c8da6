#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/spec/laws.h"

namespace portcullis::mock {

/// The numbers of `spec/laws.json` that the mock keeps to.
struct Laws {
  std::vector<std::int64_t> versions;  ///< available ones and deprecated ones
  std::int64_t first_sequence, sequence_step;
  int zstd_window_log;
  std::size_t plain_bytes_max;  ///< of a payload, where Identify asked for payload compression
  Duration heartbeat_interval;
  double silent_intervals_max;
  std::uint16_t silent_code;                  ///< the first that was seen
  std::vector<std::int64_t> codes_for_good;   ///< of a client's Close that ends its session
  std::vector<std::int64_t> codes_of_an_end;  ///< of our Close that ends it
  Duration lifetime_min, lifetime_max;
  std::size_t replay_events_max;
  Duration identify_window;
  std::uint32_t identifies_a_day;
  Duration identify_day;
  std::size_t guilds_a_shard;
  std::uint64_t intents_existing, intents_privileged;
  std::size_t messages_max;
  Duration messages_window;
  std::size_t payload_bytes_max;
  std::size_t presences_max;
  Duration presences_window;
  Duration whole_list_window;
  std::size_t chunk_members_max, prefix_members_max, user_ids_max, nonce_bytes_max;
};

/// Reads the laws. An id or a value that is missing stops the program and names it: it is our own file.
Laws read_laws(std::string_view text = spec::kLaws);

}  // namespace portcullis::mock
