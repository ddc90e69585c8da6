#pragma once

#include <optional>

#include "portcullis/oracle/mock/api/state.h"
#include "portcullis/oracle/mock/http.h"

namespace portcullis::mock::api {

/// Answers what a bot asks of the API, and tells of what came of it. docs/mock.md lists the routes.
///
/// Shape:   any request, with `/api` and a version in front or without. None for a path that is not one of these.
/// Errors:  bodies as Discord has them: `code`, `message`, and `errors` of a form.
/// Secrets: a path that holds an interaction's token is not to be shown.
/// Source:  GW-INT-4, GW-INT-8, GW-INT-9 for the events; the answers are what discord.py and discord.js read.
std::optional<HttpAnswer> answer_api(const HttpRequest& request, State& state, const Tell& tell);

}  // namespace portcullis::mock::api
