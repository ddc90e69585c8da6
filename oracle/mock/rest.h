#pragma once

#include <cstdint>
#include <string_view>

#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/mock/world.h"

namespace portcullis::mock {

/// Takes `/api` and a version such as `/v10` from the front of a path.
std::string_view without_prefix(std::string_view path) noexcept;
/// Says whether a request bears the token that is wanted.
bool is_authorized(const HttpRequest& request, const World& world);

/// Answers what libraries ask over REST before they connect, for any API version, with `/api` in front or without:
/// `/gateway`, `/gateway/bot`, `/users/@me`, `/oauth2/applications/@me`, `/applications/@me`; anything else is a 404.
///
/// Shape:   `world.gateway_url` is the URL to hand out.
/// Errors:  401 where `world.token` is set and `Authorization` is not `Bot` and that token; `/gateway` needs none. 405
///          for what is not GET or HEAD. The body of each has `error`, and `code` and `message` as Discord's has.
/// Secrets: no answer holds the token.
/// Source:  requirements GW-REST-1 to GW-REST-3, GW-REST-6, GW-REST-11; laws rest/session-start-limit, identify/daily.
HttpAnswer answer_rest(const HttpRequest& request, const World& world, std::uint32_t shards,
                       const IdentifyBudget& identifies);

}  // namespace portcullis::mock
