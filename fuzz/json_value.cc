// For every text: what is found in it lies within it, and its tree is the one that nlohmann::json builds.
//
// The input is a key, then the text.
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/fuzz/json.h"
#include "portcullis/tests/encoding/differences.h"

namespace portcullis::fuzz {
namespace {

using encoding::ValueKind;
using encoding::ValueView;
using nlohmann::json;

void read_in_every_way(ValueView value, const std::string& key, std::vector<char>& scratch) {
  const std::string_view bytes = value.raw;
  const ValueView found = encoding::find(value, key);
  if (found.kind != ValueKind::Missing) {
    must(found.raw.data() >= bytes.data() && found.raw.data() + found.raw.size() <= bytes.data() + bytes.size(),
         "a member lies in its map");
    if (found.raw.size() < bytes.size()) read_in_every_way(found, key, scratch);
  }
  must(!as_integer(value) || as_number(value), "an integer is a number");
  must(!as_boolean(value) || !as_snowflake(value), "a word is no id");
  const auto text = as_string(value, scratch);
  must(!text || text->size() <= bytes.size(), "a string is no longer than it was written");
}

// A key that holds what JSON escapes is found by its meaning, so that it is compared with a tree's.
void is_found_as_in_the_tree(const std::string& text, const std::string& key) {
  if (text.size() > kTreeBytesMax) return;
  const json tree = json::parse(text, nullptr, false);
  if (!tree.is_object() || tests::nlohmann_differs(text)) return;
  const ValueView found = encoding::find({ValueKind::Map, text}, key);
  must((found.kind != ValueKind::Missing) == tree.contains(key), "a member is found when it is there");
  if (found.kind == ValueKind::Missing) return;
  const json& member = tree[key];
  const auto built = encoding::tree(found);
  must(built && *built == member, "its tree");
  std::vector<char> scratch;
  const auto words = encoding::as_string(found, scratch);
  must(words.has_value() == member.is_string() && (!words || *words == member.get<std::string>()), "its text");
  if (const auto number = encoding::as_integer(found)) must(member == *number, "its number");
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const std::string key = input.piece();
  const std::string text = input.rest();
  std::vector<char> scratch;
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(encoding::ValueKind::Map); ++kind)
    fuzz::read_in_every_way({static_cast<encoding::ValueKind>(kind), text}, key, scratch);
  fuzz::is_found_as_in_the_tree(text.substr(std::min(text.find('{'), text.size())), key);
  return 0;
}
