#pragma once

#include <string>

#include "portcullis/oracle/report/result.h"

namespace portcullis::report {

/// Gives the report as JUnit XML, one test case a scenario, for build servers.
///
/// Shape: a failure's text has each broken rule with the frame, what was seen, what is allowed, and the requirements.
///        An expected failure is a skipped case with its reason; a stale one, and a client that did not start, fail.
std::string to_junit(const ClientReport& report);

}  // namespace portcullis::report
