#pragma once

#include <string>
#include <vector>

#include "portcullis/oracle/timeline/record.h"

namespace portcullis::report {

/// Gives a page that holds everything and asks no network for anything: a matrix of clients and scenarios, whose cells
/// open the wire log with the broken rules between its frames.
///
/// Shape: reports as `to_json` gives them, of any clients.
std::string to_html(const std::vector<timeline::Json>& reports);

}  // namespace portcullis::report
