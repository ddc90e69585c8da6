#pragma once

#include <optional>

#include "portcullis/oracle/mock/http.h"

namespace portcullis::mock {

/// Refuses what a page of another site makes a browser on this machine send: whoever reaches the control port can make
/// the mock do anything.
///
/// Shape:   `Host` must name this machine itself (DNS rebinding gives another name); `Origin`, where there is one, the
///          same place as `Host`; and `Sec-Fetch-Site` may speak of another site only where a person followed a link.
/// Returns: 403, or nothing for what our own page and the programs of this machine send.
/// Source:  the WHATWG Fetch standard, `Origin`; W3C Fetch Metadata.
std::optional<HttpAnswer> refuse_foreign(const HttpRequest& request);

}  // namespace portcullis::mock
