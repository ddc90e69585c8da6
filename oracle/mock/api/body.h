#pragma once

#include <nlohmann/json_fwd.hpp>

#include "portcullis/oracle/mock/http.h"

namespace portcullis::mock::api {

/// Reads a request's body: JSON, or a form whose `payload_json` is JSON. The names and sizes of a form's files come as
/// `attachments`, beside what the JSON says of them; what is in them is not kept. No body counts as {}.
///
/// Errors: Refusal: no JSON, or JSON above 64 KiB.
nlohmann::json read_body(const HttpRequest& request);

}  // namespace portcullis::mock::api
