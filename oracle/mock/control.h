#pragma once

#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/mock/peer.h"

namespace portcullis::mock {

/// Does what the control port is asked to: GET / lists the verbs, GET /sessions the sessions, and a POST to a verb's
/// path makes the peer do it, on all links or on the one that `session` or `link` names.
///
/// Shape:   afterwards poll the peer until Wait.
/// Errors:  400 a body that is not a JSON object, a field that is missing, mistyped or unknown, a close code that may
/// not
///          be sent (WS-CL-6); 404 an unknown path, or nothing was reached; 405 another method.
/// Secrets: /sessions gives session ids, which is what the port is for.
HttpAnswer answer_control(const HttpRequest& request, Peer& peer, Instant now);

}  // namespace portcullis::mock
