#include "portcullis/oracle/report/html.h"

#include "portcullis/oracle/report/page.h"

namespace portcullis::report {
namespace {

constexpr std::string_view kPlace = "{{reports}}";

/// JSON that may stand in a script element: there `</` would end it.
std::string for_script(const timeline::Json& json) {
  std::string text = json.dump(-1, ' ', true, timeline::Json::error_handler_t::replace);
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at))
    text.replace(at, 1, "\\u003c");
  return text;
}

}  // namespace

std::string to_html(const std::vector<timeline::Json>& reports) {
  std::string page(kPage);
  const std::size_t at = page.find(kPlace);
  return page.replace(at, kPlace.size(), for_script(timeline::Json(reports)));
}

}  // namespace portcullis::report
