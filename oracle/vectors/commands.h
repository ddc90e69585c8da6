#pragma once

#include "portcullis/core/gateway/command.h"
#include "portcullis/oracle/play/node.h"

namespace portcullis::vectors {

// A command as vectors spell it: `op`, and beside it the members of the struct in core/gateway/command.h. A name that
// is none becomes a value outside the enum. They throw play::Wrong for another shape.
gateway::Command command_of(const play::Node& from);
gateway::IdentifyData identify_of(const play::Node& from);
std::optional<gateway::Shard> shard_of(const play::Node& from);

}  // namespace portcullis::vectors
