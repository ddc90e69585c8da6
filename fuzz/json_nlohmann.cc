// For every text: the scanner and nlohmann::json agree on whether it is JSON, and on the envelope in it.
#include <nlohmann/json.hpp>

#include "portcullis/fuzz/json.h"
#include "portcullis/tests/encoding/differences.h"

namespace portcullis::fuzz {
namespace {

using encoding::Check;
using nlohmann::json;

// The rules of the catalogue (GW-ENV-1 to GW-ENV-6, LOCAL-13, LOCAL-14) on a tree. nlohmann::json keeps an integer
// beyond 64 bits as a double, so that it is none here either.
void agree_on_envelope(const json& tree, const Result<encoding::EnvelopeView>& view) {
  const auto at = [&tree](const char* key) { return tree.is_object() && tree.contains(key) ? tree[key] : json(); };
  const json op = at("op"), s = at("s"), t = at("t"), d = at("d");
  const auto fits = [](const json& number) {
    return number.is_number_integer() && (!number.is_number_unsigned() || number.get<std::uint64_t>() <= INT64_MAX);
  };
  const bool valid = fits(op) && (s.is_null() || (fits(s) && s >= 0)) && (t.is_null() || t.is_string());
  must(bool(view) == valid, "on what an envelope is");
  if (!valid) return;
  must(view->op == op.get<std::int64_t>(), "on op");
  must(view->s.has_value() == !s.is_null() && (!view->s || *view->s == s.get<std::int64_t>()), "on s");
  must(view->t.has_value() == !t.is_null() && (!view->t || *view->t == t.get<std::string>()), "on t");
  must(json::parse(view->d.raw) == d, "on d");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  const std::string text = fuzz::Input(data, size).rest();
  if (text.size() > fuzz::kTreeBytesMax || tests::nlohmann_differs(text)) return 0;
  Workspace workspace;
  for (const auto check : {encoding::Check::Grammar, encoding::Check::Envelope}) {
    const auto view = encoding::scan_json(text, check, fuzz::kNestingMax, workspace);
    if (fuzz::is_too_deep(view)) return 0;
    const auto tree = nlohmann::json::parse(text, nullptr, false);
    if (check == encoding::Check::Grammar) fuzz::must(fuzz::is_json(view) == !tree.is_discarded(), "on what JSON is");
    if (!tree.is_discarded()) fuzz::agree_on_envelope(tree, view);
  }
  return 0;
}
