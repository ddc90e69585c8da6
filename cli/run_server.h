#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "portcullis/cli/report_files.h"
#include "portcullis/cli/scenarios.h"
#include "portcullis/cli/verb.h"

namespace portcullis::cli {

/// What `run --server` was told.
///
/// Secrets: `token` is one.
struct ServerUnderTest {
  std::string url, token, token_file, ca_file, name;
  std::int64_t identify_every_ms = 5'100;
  unsigned at_a_time = 8;
  bool slow = false;
};

/// Plays clients, good and bad, to a server, and says which requirements it broke.
Exit run_server(const ServerUnderTest& server, const Selection& selection, const ReportFiles& files);

}  // namespace portcullis::cli
