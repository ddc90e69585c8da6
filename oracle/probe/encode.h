#pragma once

#include <string>

#include "portcullis/core/encoding/value.h"
#include "portcullis/oracle/timeline/record.h"

namespace portcullis::probe {

/// Writes a payload as a client does: JSON, or ETF with binaries for keys. Anything may be written, right or wrong, but
/// for fractions in ETF, which become 0.
std::string encoded(const timeline::Json& payload, encoding::Encoding encoding);

}  // namespace portcullis::probe
