#pragma once

#include "portcullis/oracle/report/result.h"

namespace portcullis::tests {

/// A report of a client that beats with 0 where it has a sequence, with one scenario for each outcome.
report::ClientReport sample_report(const std::string& client);

}  // namespace portcullis::tests
