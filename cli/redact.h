#pragma once

#include <nlohmann/json.hpp>

namespace portcullis::cli {

/// Puts a pseudonym of the same length in the place of every `session_id` and `token`, however deep they lie
/// (GW-SEC-1): READY, VOICE_STATE_UPDATE, VOICE_SERVER_UPDATE and interactions carry them.
void redact(nlohmann::ordered_json& data);

}  // namespace portcullis::cli
