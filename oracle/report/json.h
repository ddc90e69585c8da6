#pragma once

#include "portcullis/oracle/report/result.h"

namespace portcullis::report {

/// Gives the whole report as JSON, wire logs included, as corpus/schema/report.schema.json describes it.
timeline::Json to_json(const ClientReport& report);

/// Gives what one scenario came to, as the items of `results` in that schema are.
timeline::Json to_json(const ScenarioResult& result);

}  // namespace portcullis::report
