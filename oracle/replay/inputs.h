#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "portcullis/core/chance.h"
#include "portcullis/core/gateway/config.h"
#include "portcullis/core/websocket/url.h"
#include "portcullis/oracle/timeline/record.h"

/// What a recording of our client holds beside what went over the wire, so that it can be run again.
namespace portcullis::replay {

using timeline::Json;

/// Gives scheme, host and port of a transport, as `open` records have them.
std::string origin_of(const websocket::Url& endpoint);

/// Gives what a recording tells of a configuration: what `connect` can be asked for.
///
/// Secrets: token and session id go through `pseudonym`.
Json members_of(const Config& config, const std::function<std::string(std::string_view)>& pseudonym);

/// Reads it again.
///
/// Errors: the member that is wrong, and how.
std::variant<Config, std::string> read_config(const Json& members);

/// Gives draws that cannot be foreseen without the seed, and are the same again with it.
///
/// Secrets: the seed is one for as long as the draws are used; afterwards it is as good as the masks on the wire.
Chance draws_of(std::string seed);

}  // namespace portcullis::replay
