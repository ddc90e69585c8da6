#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "portcullis/core/gateway/command.h"

namespace portcullis::clients {

/// Reads a payload that is to be sent, op and d, as a command.
///
/// Shape:  what the library cannot be asked to send is none: another opcode, a member that is missing, unknown or of
///         another type. Whether the values make sense is not looked at: the library does that.
std::optional<gateway::Command> command_of(const nlohmann::ordered_json& payload);

}  // namespace portcullis::clients
