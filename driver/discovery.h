#pragma once

#include <atomic>
#include <string>
#include <variant>

#include "portcullis/core/gateway/discovery.h"
#include "portcullis/net/tls.h"
#include "portcullis/net/trouble.h"

namespace portcullis::driver {

/// Where the API is, and who asks.
struct ApiAccess {
  std::string url;        ///< https://HOST[:PORT]/api; http as well, for a gateway of one's own
  std::string token;      ///< bare
  std::string agent_url;  ///< stands in User-Agent (GW-REST-8)
  int version = 10;
  net::Tls tls;
  Duration timeout{10'000};  ///< for all of one request
};

/// Asks GET /gateway/bot once, over a connection of its own.
///
/// Shape:  blocks, until the answer is there or `cancelled` is set.
/// Errors: Trouble when there was no answer; what the answer says is in the Discovery. Stage::Configure: asking again
///         would not help.
/// Source: requirements GW-REST-1 to GW-REST-11.
std::variant<gateway::Discovery, net::Trouble> ask_gateway_bot(const ApiAccess& api,
                                                               const std::atomic<bool>& cancelled);

}  // namespace portcullis::driver
