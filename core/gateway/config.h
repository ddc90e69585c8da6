#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "portcullis/core/compression/compression.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/gateway/command.h"
#include "portcullis/core/result.h"

namespace portcullis {

/// What is needed to resume: all of READY's answer that outlives a connection.
///
/// Lifetime: owns its strings, so that it can be stored and handed to another process.
/// Secrets:  `id` lets whoever has the token take the session over: keep it as you keep the token (GW-SEC-1).
struct Session {
  std::string id;                  ///< `session_id` of READY
  std::string resume_gateway_url;  ///< `resume_gateway_url` of READY, as it came
  std::int64_t sequence = 0;       ///< the highest `s` that was delivered

  friend bool operator==(const Session&, const Session&) = default;
};

/// Who logs in, where and how.
struct Config {
  std::string url;                    ///< the main gateway URL as GET /gateway/bot gives it; `ws` only if it says so
  gateway::IdentifyData identify;     ///< token, intents, shard and what else op 2 carries
  std::uint32_t max_concurrency = 1;  ///< of `session_start_limit`; picks the identify bucket (GW-IDL-11)
  int version = 10;
  compression::Compression compression = compression::Compression::ZlibStream;
  encoding::Encoding encoding = encoding::Encoding::Json;
  encoding::Check check = encoding::Check::Grammar;  ///< of JSON; an ETF payload is gone over whole
  std::optional<Session> resume;                     ///< a stored session; it is tried before any Identify (GW-RES-24)
};

}  // namespace portcullis
