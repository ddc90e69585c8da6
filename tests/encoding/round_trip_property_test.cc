// What is written reads back the same, and looking into any bytes stays within them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/tests/encoding/texts.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using encoding::JsonWriter;
using encoding::ValueKind;
using encoding::ValueView;
using nlohmann::json;

void write(const json& value, JsonWriter& writer) {
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

/// What a writer can say: no numbers but integers of 64 bits with a sign.
json writable(json value) {
  if (value.is_structured())
    for (json& inside : value) inside = writable(inside);
  if (value.is_number_float() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)) return 7;
  return value;
}

TEST_CASE("GW-ENV-4: what is written parses back to the same", "[encoding][property]") {
  check_always("any tree of JSON", [] {
    const json value = writable(json::parse(*json_text()));
    std::vector<char> out;
    JsonWriter writer(out, 1 << 20);
    write(value, writer);
    RC_ASSERT(bool(writer.finish()));
    const std::string text(out.begin(), out.end());
    RC_ASSERT(json::parse(text) == value);
    RC_ASSERT(text == value.dump());
  });
  check_always("a string of any bytes, unless it is not UTF-8", [] {
    const auto text = *rc::gen::oneOf(rc::gen::arbitrary<std::string>(), bytes_near_json());
    std::vector<char> out;
    JsonWriter writer(out, 1 << 20);
    writer.string(text);
    const json read = json::parse(out, nullptr, false);
    json made = text;
    bool utf8 = true;
    try {
      RC_ASSERT(!made.dump().empty());
    } catch (const json::type_error&) {
      utf8 = false;
    }
    RC_CLASSIFY(utf8, "UTF-8");
    RC_ASSERT(bool(writer.finish()) == utf8);
    RC_ASSERT((!utf8 || read == made));
  });
}

TEST_CASE("GW-SIZE-1: the limit cuts off exactly what does not fit", "[encoding][property]") {
  check_always("any tree of JSON and any limit", [] {
    const json value = writable(json::parse(*json_text()));
    const std::string whole = value.dump();
    const auto bytes_max = *rc::gen::inRange<std::size_t>(0, whole.size() + 3);
    std::vector<char> out;
    JsonWriter writer(out, bytes_max);
    write(value, writer);
    const Status status = writer.finish();
    RC_ASSERT(out.size() <= bytes_max);
    RC_ASSERT(bool(status) == (whole.size() <= bytes_max));
    RC_ASSERT((status || status.error().code == Errc::CommandTooLarge));
    RC_ASSERT(std::equal(out.begin(), out.end(), whole.begin()));
  });
}

TEST_CASE("GW-ENV-5: a member is found as nlohmann's tree has it", "[encoding][property]") {
  check_always("in maps", [] {
    const std::string text =
        *rc::gen::suchThat(json_text(), [](const std::string& t) { return json::parse(t).is_object(); });
    const json whole = json::parse(text);
    RC_ASSERT(encoding::find({ValueKind::Map, text}, "no such key, ever").kind == ValueKind::Missing);
    for (const auto& [key, member] : whole.items()) {
      const auto made = encoding::tree(encoding::find({ValueKind::Map, text}, key));
      RC_ASSERT(bool(made));
      RC_ASSERT(*made == member);
    }
  });
}

/// Reads a value in every way there is; what comes back lies within what went in, or in the scratch.
void look_into(ValueView value, std::vector<char>& scratch) {
  const std::string_view bytes = value.raw;
  for (const std::string_view key : {"op", "a", ""}) {
    const ValueView found = encoding::find(value, key);
    RC_ASSERT(
        (found.kind == ValueKind::Missing ||
         (found.raw.data() >= bytes.data() && found.raw.data() + found.raw.size() <= bytes.data() + bytes.size())));
    if (found.kind != ValueKind::Missing && found.raw.size() < bytes.size()) look_into(found, scratch);
  }
  RC_ASSERT((!as_integer(value) || as_number(value)));
  RC_ASSERT((!as_boolean(value) || !as_snowflake(value)));
  const auto text = as_string(value, scratch);
  RC_ASSERT((!text || text->size() <= bytes.size()));
}

TEST_CASE("GW-ENC-5: looking into any bytes stays within them", "[encoding][property]") {
  check_always("of any kind", [] {
    // A heap block of just this size, so that a sanitizer sees a byte too far.
    const std::string text = *rc::gen::oneOf(bytes_near_json(), damaged_text());
    const std::vector<char> bytes(text.begin(), text.end());
    std::vector<char> scratch;
    for (const ValueKind kind :
         {ValueKind::Map, ValueKind::String, ValueKind::Number, ValueKind::True, ValueKind::List})
      look_into({kind, {bytes.data(), bytes.size()}}, scratch);
  });
}

}  // namespace
}  // namespace portcullis::tests
