#pragma once

#include <string>
#include <string_view>

#include "portcullis/core/result.h"
#include "portcullis/core/websocket/url.h"

namespace portcullis::gateway {

/// The parameters that the gateway's URL carries, as they stand in it.
struct Query {
  int version = 10;                    ///< 6 to 10 (GW-URL-3)
  std::string_view encoding = "json";  ///< "json" or "etf"
  std::string_view compress;           ///< "zlib-stream", "zstd-stream", or empty for none
};

/// Where to connect: the URL as text, and taken apart.
struct Endpoint {
  std::string url;
  websocket::Url parts;
};

/// Joins a URL with the query: `base` is the main URL itself, or a resume URL, which gets the main URL's own parameters
/// too. First stand those of `base`, then those of `main`, then `v`, `encoding` and `compress`; of parameters with the
/// same name the last group's stays. Names are compared as the server reads them: `%76` is `v`.
///
/// Errors: Blame::Caller for the main URL, as `parse_url` reports it, and ConfigVersion. Blame::Peer for a `base`
///         that is broken (GW-SEC-2) or has another scheme than `main` (LOCAL-19).
/// Source: requirements GW-URL-1 to GW-URL-3, GW-URL-6 to GW-URL-10, GW-REST-10, GW-SEC-2, LOCAL-19.
Result<Endpoint> join_endpoint(std::string_view base, std::string_view main, const Query& query) noexcept;

}  // namespace portcullis::gateway
