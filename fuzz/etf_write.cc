// For every tree and limit: what is written as ETF reads back as the same, and nothing is stored beyond the limit.
//
// The input is the limit, then the tree.
#include "portcullis/core/encoding/etf_write.h"

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/fuzz/draw_tree.h"
#include "portcullis/fuzz/etf.h"
#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::fuzz {
namespace {

using nlohmann::json;

bool is_utf8(const json& tree) {
  try {
    return !tree.dump().empty();
  } catch (const json::type_error&) {
    return false;
  }
}

void check(const json& value, std::size_t bytes_max) {
  std::vector<char> unbounded, bounded;
  encoding::EtfWriter all(unbounded, 1 << 20), some(bounded, bytes_max);
  write_tree(value, all);
  write_tree(value, some);
  must(bool(all.finish()) == is_utf8(value), "what is UTF-8 is written");
  must(bounded.size() <= bytes_max, "nothing is stored beyond the limit");
  must(std::equal(bounded.begin(), bounded.end(), unbounded.begin()), "what is cut off is the front");
  if (!all.finish()) return;
  must(bool(some.finish()) == (unbounded.size() <= bytes_max), "written when it fits");
  const std::string payload(unbounded.begin(), unbounded.end());
  must(json(tests::read_etf(payload)) == value, "another reader reads the same");
  const encoding::ValueView term{encoding::ValueKind::List, std::string_view(payload).substr(1),
                                 encoding::Encoding::Etf};
  const auto tree = encoding::tree(term);
  must(tree && *tree == tests::in_etf(value), "our own reader reads the same");
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
