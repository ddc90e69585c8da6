#pragma once

#include <optional>
#include <string>

#include "portcullis/oracle/timeline/record.h"

namespace portcullis::probe {

using timeline::Json;

/// Gives what of a record a script can wait for, as facts for patterns; nothing for what the client did.
///
/// Shape:  a message has `op`, `t`, `s`, `kind` (text, binary), `d_kind` (null, boolean, number, string, list, map),
/// `d`
///         where that is neither list nor map, and the members of maps in it as `d.name`, or `undecodable`; else it is
///         one of `upgraded`, `refused` (the status), `close` (the code, 1005 for none), `ping`, `pong` (hex), `fault`
///         and `end` (eof, reset).
std::optional<Json> sight_of(const timeline::Record& record);

/// Says whether nothing of the server can come behind it.
bool is_last(const Json& sight);

std::string_view kind_of(const Json& value);

}  // namespace portcullis::probe
