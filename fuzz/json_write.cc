// For every tree and limit: what is written reads back as the same, and what does not fit is cut off at the limit.
//
// The input is the limit, then the tree: a byte for the kind of a value and its size, then what it holds.
#include "portcullis/core/encoding/json_write.h"

#include <nlohmann/json.hpp>

#include "portcullis/fuzz/json.h"

namespace portcullis::fuzz {
namespace {

using nlohmann::json;

json draw(Input& input, int depth) {
  const std::uint8_t byte = input.byte();
  const std::size_t size = depth == 0 ? 0 : byte / 8 % 8;
  switch (byte % 8) {
    case 0: return nullptr;
    case 1: return byte / 8 % 2 == 0;
    case 2: return static_cast<std::int64_t>(input.eight());
    case 3: return static_cast<std::int8_t>(input.byte());
    case 4: {
      json list = json::array();
      for (std::size_t i = 0; i < size && !input.empty(); ++i) list.push_back(draw(input, depth - 1));
      return list;
    }
    case 5: {
      json map = json::object();
      for (std::size_t i = 0; i < size && !input.empty(); ++i) {
        std::string key = input.piece();
        map[key] = draw(input, depth - 1);
      }
      return map;
    }
    default: return input.piece();
  }
}

void write(const json& value, encoding::JsonWriter& writer) {
  switch (value.type()) {
    case json::value_t::object:
      writer.begin_map(value.size());
      for (const auto& [key, member] : value.items()) writer.key(key), write(member, writer);
      return writer.end_map();
    case json::value_t::array:
      writer.begin_list(value.size());
      for (const json& element : value) write(element, writer);
      return writer.end_list();
    case json::value_t::string: return writer.string(value.get_ref<const std::string&>());
    case json::value_t::boolean: return writer.boolean(value.get<bool>());
    case json::value_t::null: return writer.null();
    default: return writer.integer(value.get<std::int64_t>());
  }
}

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
  write(value, writer);
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
  fuzz::check(fuzz::draw(input, 8), bytes_max);
  return 0;
}
