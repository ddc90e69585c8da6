#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::timeline {

/// Gives the members of a `rest` record.
///
/// Secrets: of the authorization it tells the scheme only, of bodies those that /gateway and /gateway/bot answer with;
///          `hide` puts pseudonyms in the place of secrets in all other texts.
Json rest_members(const mock::HttpRequest& request, const mock::HttpAnswer& answer,
                  const std::function<std::string(std::string_view)>& hide);

}  // namespace portcullis::timeline
