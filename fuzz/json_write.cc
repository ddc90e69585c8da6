// For every tree and limit: what is written reads back as the same, and what does not fit is cut off at the limit.
//
// The input is the limit, then the tree.
#include "portcullis/core/encoding/json_write.h"

#include <nlohmann/json.hpp>

#include "portcullis/fuzz/draw_tree.h"
#include "portcullis/fuzz/json.h"

namespace portcullis::fuzz {
namespace {

using nlohmann::json;

// Nothing when a string in it is not UTF-8.
std::optional<std::string> as_nlohmann_writes(const json& value) {
  try {
    return value.dump();
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

void check(const json& value, std::size_t bytes_max) {
  const auto expected = as_nlohmann_writes(value);
  std::vector<char> out;
  encoding::JsonWriter writer(out, bytes_max);
  write_tree(value, writer);
  const Status status = writer.finish();
  const std::string text(out.begin(), out.end());
  must(text.size() <= bytes_max, "nothing is stored beyond the limit");
  must(bool(status) == (expected && expected->size() <= bytes_max), "written when it is UTF-8 and fits");
  if (!status) return;
  must(text == *expected, "as nlohmann::json writes it");
  must(json::parse(text) == value, "it reads back as the same");
  Workspace workspace;
  const std::string payload = "{\"op\":0,\"d\":" + text + "}";
  const auto view = encoding::scan_json(payload, encoding::Check::Grammar, kNestingMax, workspace);
  must(view && view->d.raw == text, "our own scanner reads it");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::size_t bytes_max = input.two();
  fuzz::check(fuzz::draw_tree(input, 8), bytes_max);
  return 0;
}
