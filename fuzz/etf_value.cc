// For every term of ETF: what is found in it lies within it, and a tree that is built of it can be written as JSON.
//
// The input is a key, then the term.
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/fuzz/etf.h"

namespace portcullis::fuzz {
namespace {

using encoding::ValueKind;
using encoding::ValueView;

void read_in_every_way(ValueView value, const std::string& key, std::vector<char>& scratch) {
  const std::string_view bytes = value.raw;
  const ValueView found = encoding::find(value, key);
  if (found.kind != ValueKind::Missing) {
    must(found.raw.data() > bytes.data() && found.raw.data() + found.raw.size() <= bytes.data() + bytes.size(),
         "a member lies in its map");
    read_in_every_way(found, key, scratch);
  }
  must(!as_integer(value) || as_number(value), "an integer is a number");
  must(!as_boolean(value) || !as_snowflake(value), "a word is no id");
  const auto text = as_string(value, scratch);
  must(!text || text->size() < bytes.size(), "a string is shorter than its term");
  const auto tree = encoding::tree(value);
  if (tree) must(!tree->dump().empty(), "what a tree holds is UTF-8");  // else it throws
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::string key = input.piece();
  const std::string term = input.rest();
  if (term.size() > 4'096) return 0;  // a tree is written by recursion
  std::vector<char> scratch;
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(encoding::ValueKind::Map); ++kind)
    fuzz::read_in_every_way({static_cast<encoding::ValueKind>(kind), term, encoding::Encoding::Etf}, key, scratch);
  return 0;
}
