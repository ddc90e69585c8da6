// For any payload, in any spelling: ETF says what JSON says. And any bytes at all are read within their bounds.
#include <catch2/catch.hpp>
#include <tuple>

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/etf_write.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/tests/encoding/etf_terms.h"
#include "portcullis/tests/encoding/texts.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using encoding::Encoding;
using encoding::EnvelopeView;
using encoding::EtfWriter;
using encoding::ValueKind;
using encoding::ValueView;
using nlohmann::json;

bool is_about_etf(Errc code) { return code >= Errc::EtfIncomplete && code <= Errc::EtfCompressed; }

/// Any of the ways in which terms can be written, the gateway's more often.
Pick any_spelling() {
  return [](std::uint32_t below) {
    return *rc::gen::weightedOneOf<std::uint32_t>(
        {{1, rc::gen::just(std::uint32_t{0})}, {1, rc::gen::inRange<std::uint32_t>(0, below)}});
  };
}

/// A tree of JSON with ids in it.
json tree_with_ids() {
  json tree{{"a", json::parse(*json_text())}, {"id", std::to_string(*rc::gen::arbitrary<std::uint64_t>())}};
  for (int left = *rc::gen::inRange(0, 3); left != 0; --left)
    tree["ids"].push_back(std::to_string(*rc::gen::arbitrary<std::uint64_t>()));
  tree[std::to_string(*rc::gen::arbitrary<std::uint64_t>())] = *rc::gen::arbitrary<std::int32_t>();
  return tree;
}

/// A payload that is or was an envelope, plain or compressed.
std::string payload() {
  const json tree = json::parse(*envelope_text());
  const std::string plain = etf_payload(tree, any_spelling());
  return *rc::gen::weightedElement<bool>({{4, false}, {1, true}}) ? compressed(plain) : plain;
}

std::string damaged_payload() {
  std::string bytes = payload();
  for (int times = *rc::gen::inRange(1, 4); times != 0 && !bytes.empty(); --times) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0: bytes[at] = *rc::gen::arbitrary<char>(); break;
      case 1: bytes.erase(at, 1); break;
      case 2: bytes.insert(at, 1, *rc::gen::elementOf(std::string("dmtljkPhFcn\0\1\xFF", 14))); break;
      default: bytes[at] = static_cast<char>(bytes[at] + *rc::gen::inRange(-2, 3));
    }
  }
  return bytes;
}

std::string bytes_near_etf() {
  const auto byte = rc::gen::weightedOneOf<char>({{6, rc::gen::elementOf(std::string("dmtljkPhiFcnoabswv"))},
                                                  {6, rc::gen::elementOf(std::string("\0\0\0\1\2\3", 6))},
                                                  {1, rc::gen::arbitrary<char>()}});
  return *rc::gen::container<std::string>(*rc::gen::inRange<std::size_t>(0, 200), byte);
}

Result<EnvelopeView> scan(std::string_view bytes, Workspace& workspace) {
  return encoding::scan_etf(bytes, Limits{}, workspace);
}

TEST_CASE("GW-ETF-17, GW-ENC-1: a payload in ETF has the envelope that it has in JSON", "[encoding][property]") {
  check_always("in any spelling, compressed or not", [] {
    const json tree = json::parse(*envelope_text());
    const std::string text = tree.dump();
    std::string bytes = etf_payload(tree, any_spelling());
    if (*rc::gen::arbitrary<bool>()) bytes = compressed(bytes);
    Workspace one, other;
    const auto in_json = encoding::scan_json(text, encoding::Check::Grammar, 512, one);
    const auto view = scan(bytes, other);
    RC_CLASSIFY(bool(in_json), "an envelope");
    RC_ASSERT(bool(view) == bool(in_json));
    if (!view) {
      RC_ASSERT(view.error().code == in_json.error().code);
      RC_ASSERT(view.error().req == in_json.error().req);
      return;
    }
    RC_ASSERT(std::tie(view->op, view->s, view->t) == std::tie(in_json->op, in_json->s, in_json->t));
    RC_ASSERT(*encoding::tree(view->d) == in_etf(*encoding::tree(in_json->d)));
  });
}

TEST_CASE("GW-ETF-17, GW-ETF-10: a tree of ETF is the tree of JSON, ids and all", "[encoding][property]") {
  check_always("whole, and member by member", [] {
    const json tree = tree_with_ids();
    const std::string term = etf_term(tree, any_spelling());
    const ValueView map{ValueKind::Map, term, Encoding::Etf};
    const auto made = encoding::tree(map);
    RC_ASSERT(bool(made));
    RC_ASSERT(*made == in_etf(tree));
    for (const auto& [key, member] : tree.items()) {
      const ValueView found = encoding::find(map, key);
      RC_ASSERT(*encoding::tree(found) == in_etf(member));
      if (key == "id") RC_ASSERT(std::to_string(*encoding::as_snowflake(found)) == member.get<std::string>());
    }
    RC_ASSERT(encoding::find(map, "no such key, ever").kind == ValueKind::Missing);
  });
}

TEST_CASE("GW-ETF-6, GW-ETF-8: single values are read as they are in JSON", "[encoding][property]") {
  check_always("members of every kind", [] {
    const json tree = json::parse("{\"a\":" + *json_text() + "}");
    const std::string text = tree.dump(), term = etf_term(tree, any_spelling());
    const ValueView left = encoding::find({ValueKind::Map, text}, "a");
    const ValueView right = encoding::find({ValueKind::Map, term, Encoding::Etf}, "a");
    std::vector<char> one, other;
    RC_ASSERT(left.kind == right.kind);
    RC_ASSERT(encoding::as_integer(left) == encoding::as_integer(right));
    RC_ASSERT(encoding::as_snowflake(left) == encoding::as_snowflake(right));
    RC_ASSERT(encoding::as_boolean(left) == encoding::as_boolean(right));
    RC_ASSERT(encoding::as_number(left) == encoding::as_number(right));
    RC_ASSERT(encoding::as_string(left, one) == encoding::as_string(right, other));
  });
}

TEST_CASE("GW-ZLIB-7, LOCAL-33: incomplete means that the payload can go on", "[encoding][property]") {
  check_always("every proper prefix is incomplete, and says where it ends", [] {
    const std::string bytes = payload();
    const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
    Workspace workspace;
    const auto view = scan(std::string_view(bytes).substr(0, size), workspace);
    RC_ASSERT(!view);
    RC_ASSERT(view.error().code == Errc::EtfIncomplete);
    RC_ASSERT(view.error().offset == size);
  });
  check_always("an error stays what it is, whatever follows; before its byte the payload is incomplete or whole", [] {
    const std::string bytes = *rc::gen::arbitrary<bool>() ? damaged_payload() : "\x83" + bytes_near_etf();
    Workspace workspace;
    const auto view = scan(bytes, workspace);
    if (view || !is_about_etf(view.error().code) || view.error().code == Errc::EtfIncomplete) return;
    const auto longer = scan(bytes + bytes_near_etf(), workspace);
    RC_ASSERT(!longer);
    RC_ASSERT(longer.error() == view.error());
    const auto shorter = scan(std::string_view(bytes).substr(0, view.error().offset), workspace);
    RC_ASSERT((shorter || !is_about_etf(shorter.error().code) || shorter.error().code == Errc::EtfIncomplete));
  });
}

/// Reads a value in every way there is; what comes back lies within what went in.
void look_into(ValueView value, std::vector<char>& scratch) {
  const std::string_view bytes = value.raw;
  for (const std::string_view key : {"op", "d", "", "1"}) {
    const ValueView found = encoding::find(value, key);
    if (found.kind == ValueKind::Missing) continue;
    RC_ASSERT(found.raw.data() > bytes.data());
    RC_ASSERT(found.raw.data() + found.raw.size() <= bytes.data() + bytes.size());
    look_into(found, scratch);
  }
  RC_ASSERT((!as_integer(value) || as_number(value)));
  RC_ASSERT((!as_boolean(value) || !as_snowflake(value)));
  const auto text = as_string(value, scratch);
  RC_ASSERT((!text || text->size() < bytes.size()));
  const auto made = encoding::tree(value);
  if (made) RC_ASSERT(!made->dump().empty());  // it throws where a text is not UTF-8
}

TEST_CASE("GW-ETF-13, GW-ETF-15: any bytes are read within their bounds", "[encoding][property]") {
  check_always("as payloads and as values of any kind", [] {
    // A heap block of just this size, so that a sanitizer sees a byte too far.
    const std::string text = *rc::gen::arbitrary<bool>() ? damaged_payload() : bytes_near_etf();
    const std::vector<char> bytes(text.begin(), text.end());
    Workspace workspace;
    const auto view = scan({bytes.data(), bytes.size()}, workspace);
    if (view) look_into(view->d, workspace.command);
    const std::vector<char> rest(text.begin() + (text.empty() ? 0 : 1), text.end());
    for (const ValueKind kind :
         {ValueKind::Map, ValueKind::String, ValueKind::Number, ValueKind::True, ValueKind::List})
      look_into({kind, {rest.data(), rest.size()}, Encoding::Etf}, workspace.command);
  });
}

void write(const json& value, EtfWriter& writer) {
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

TEST_CASE("GW-ETF-14, GW-ETF-2, GW-ETF-18: what is written reads back the same, and the limit is exact",
          "[encoding][property]") {
  check_always("any tree and any limit", [] {
    const json value = writable(json::parse(*json_text()));
    std::vector<char> out;
    EtfWriter writer(out, 1 << 20);
    write(value, writer);
    RC_ASSERT(bool(writer.finish()));
    const std::string whole(out.begin(), out.end());
    RC_ASSERT(json(read_etf(whole)) == value);
    RC_ASSERT(*encoding::tree({ValueKind::List, std::string_view(whole).substr(1), Encoding::Etf}) == in_etf(value));
    std::vector<char> part;
    const auto bytes_max = *rc::gen::inRange<std::size_t>(0, whole.size() + 3);
    EtfWriter bounded(part, bytes_max);
    write(value, bounded);
    RC_ASSERT(part.size() <= bytes_max);
    RC_ASSERT(bool(bounded.finish()) == (whole.size() <= bytes_max));
    RC_ASSERT(std::equal(part.begin(), part.end(), whole.begin()));
  });
}

}  // namespace
}  // namespace portcullis::tests
