#pragma once

#include <string>
#include <vector>

#include "portcullis/models/websocket_frames.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {

/// What a connection does that sees these events and then the end of its input.
struct Expected {
  std::vector<std::string> lines;
  Bytes sent;  ///< unmasked
};

Expected expected_of(const std::vector<models::FrameEvent>& events);

/// Forgets which rule broke, and where: that is no matter of the model's.
Record without_rules(Record record);

}  // namespace portcullis::tests
