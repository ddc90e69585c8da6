#pragma once

#include "portcullis/oracle/report/result.h"

namespace portcullis::report {

/// Gives the whole report as JSON, wire logs included, as corpus/schema/report.schema.json describes it.
timeline::Json to_json(const ClientReport& report);

}  // namespace portcullis::report
