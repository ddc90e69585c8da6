// For every text: the scanner and simdjson agree on whether it is JSON.
#include "portcullis/fuzz/json.h"

#include <simdjson.h>

#include "portcullis/tests/encoding/differences.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  static simdjson::dom::parser parser;
  const std::string text = fuzz::Input(data, size).rest();
  Workspace workspace;
  const auto view = encoding::scan_json(text, encoding::Check::Grammar, fuzz::kNestingMax, workspace);
  const auto code = parser.parse(text).error();
  if (fuzz::is_too_deep(view) || tests::simdjson_differs(code)) return 0;
  fuzz::must(fuzz::is_json(view) == (code == simdjson::SUCCESS), "on what JSON is");
  return 0;
}
