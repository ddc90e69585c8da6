// Looking into values of ETF: the answers are those that the same payload gives in JSON.
#include <catch2/catch.hpp>
#include <limits>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/core/encoding/value.h"
#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::tests {
namespace {

using encoding::Encoding;
using encoding::ValueKind;
using encoding::ValueView;

ValueView map(std::string_view term) { return {ValueKind::Map, term, Encoding::Etf}; }

/// The only member of a map, from the hex of its term.
ValueView only(std::string_view hex) {
  static std::string kept;
  kept = from_hex("74 00000001 64 0001 61") + from_hex(hex);
  return encoding::find(map(kept), "a");
}

/// A value of which nothing was checked.
ValueView any(ValueKind kind, const std::string& term) { return {kind, term, Encoding::Etf}; }

Errc tree_fault(const std::string& hex) {
  const std::string term = from_hex(hex);
  const auto made = encoding::tree(any(ValueKind::Map, term));
  REQUIRE_FALSE(made);
  return made.error().code;
}

TEST_CASE("GW-ETF-6, GW-ETF-7, GW-ETF-8: values have the kind that they have in JSON", "[encoding]") {
  const auto [hex, kind] = GENERATE(table<std::string_view, ValueKind>({
      {"64 0003 6e696c", ValueKind::Null},
      {"77 03 6e696c", ValueKind::Null},
      {"64 0004 74727565", ValueKind::True},
      {"64 0005 66616c7365", ValueKind::False},
      {"64 0005 5245414459", ValueKind::String},
      {"6d 00000003 6e696c", ValueKind::String},
      {"61 01", ValueKind::Number},
      {"6e 01 00 01", ValueKind::Number},
      {"46 0000000000000000", ValueKind::Number},
      {"6a", ValueKind::List},
      {"6b 0002 00 01", ValueKind::List},
      {"6c 00000001 6a 6a", ValueKind::List},
      {"68 00", ValueKind::List},
      {"74 00000000", ValueKind::Map},
  }));
  CAPTURE(hex);
  CHECK(only(hex).kind == kind);
  CHECK(only(hex).raw == from_hex(hex));
  CHECK(only(hex).encoding == Encoding::Etf);
}

TEST_CASE("GW-ENV-5, LOCAL-13: a member is found among unknown ones, and of two the last", "[encoding]") {
  const std::string term = from_hex(
      "74 00000005  64 0001 78 74 00000001 64 0002 6964 61 01  64 0002 6964 61 02  64 0001 79 6c 00000001 61 03 6a"
      "  6d 00000002 6964 61 04  64 0003 696473 6a");
  CHECK(encoding::as_integer(encoding::find(map(term), "id")) == 4);
  CHECK(encoding::as_integer(encoding::find(encoding::find(map(term), "x"), "id")) == 1);
  CHECK(encoding::find(map(term), "y").kind == ValueKind::List);
  CHECK(encoding::find(map(term), "ids").raw == "j");
  CHECK(encoding::find(map(term), "i").kind == ValueKind::Missing);
  CHECK(encoding::find(map(term), "").kind == ValueKind::Missing);
}

TEST_CASE("GW-ETF-5, GW-ETF-10, GW-ETF-12, LOCAL-34: a key is found whatever its form", "[encoding]") {
  const auto found = [](std::string_view key_hex, std::string_view key) {
    const std::string term = from_hex("74 00000001" + std::string(key_hex) + "61 07");
    return encoding::as_integer(encoding::find(map(term), key)) == 7;
  };
  for (const std::string_view hex : {"64 0002 6964", "73 02 6964", "76 0002 6964", "77 02 6964", "6d 00000002 6964"}) {
    CHECK(found(hex, "id"));
    CHECK_FALSE(found(hex, "ie"));
  }
  CHECK(found("64 0003 6e696c", "nil"));
  CHECK(found("61 07", "7"));
  CHECK(found("62 ffffffff", "-1"));
  CHECK(found("6e 07 00 010080c9656794", "41771983423143937"));
  CHECK(found("6e 08 00 ffffffffffffffff", "18446744073709551615"));
  CHECK(found("6e 08 01 ffffffffffffffff", "-18446744073709551615"));
  CHECK(found("6f 00000001 00 07", "7"));
  CHECK_FALSE(found("61 07", "07"));
  for (const std::string_view hex : {"6e 09 00 000000000000000001", "46 0000000000000000", "6a", "6b 0001 37", "68 00"})
    for (const std::string_view key : {"0", "7", "", "[]"}) CHECK_FALSE(found(hex, key));
}

TEST_CASE("GW-ENC-5: nothing is found in what is no map, or no whole one", "[encoding]") {
  const std::string good = from_hex("74 00000001 64 0001 61 61 01");
  REQUIRE(encoding::find(map(good), "a").kind == ValueKind::Number);
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(encoding::find(map(good.substr(0, size)), "a").kind == ValueKind::Missing);
  for (const std::string_view hex : {"74 00000001 64 0001 61 61 01 6a", "74 00000002 64 0001 61 61 01 64 0001 62 00",
                                     "6c 00000001 64 0001 61 6a", "6a", "83 74 00000000", "50 00000000"})
    CHECK(encoding::find(map(from_hex(hex)), "a").kind == ValueKind::Missing);
  CHECK(encoding::find(any(ValueKind::List, good), "a").kind == ValueKind::Missing);
}

TEST_CASE("GW-ETF-11: integers of every form, that 64 bits with a sign can hold", "[encoding]") {
  const auto [hex, value] = GENERATE(table<std::string_view, std::int64_t>({
      {"61 00", 0},
      {"61 ff", 255},
      {"62 0000a122", 41'250},
      {"62 80000000", -2'147'483'648},
      {"6e 00 00", 0},
      {"6e 00 01", 0},
      {"6e 01 01 05", -5},
      {"6e 08 00 ffffffffffffff7f", std::numeric_limits<std::int64_t>::max()},
      {"6e 08 01 0000000000000080", std::numeric_limits<std::int64_t>::min()},
      {"6f 00000008 00 ffffffffffffff7f", std::numeric_limits<std::int64_t>::max()},
  }));
  CAPTURE(hex);
  CHECK(encoding::as_integer(only(hex)) == value);
  CHECK(encoding::as_number(only(hex)) == static_cast<double>(value));
}

TEST_CASE("GW-ETF-16, LOCAL-14, LOCAL-32: no integer is what is wider, or of another kind", "[encoding]") {
  for (const std::string_view hex :
       {"6e 08 00 0000000000000080", "6e 08 01 0100000000000080", "6e 09 00 000000000000000000",
        "6e 09 00 010000000000000000", "6f 00000009 01 010000000000000000", "46 4024000000000000", "6d 00000001 31",
        "64 0004 74727565", "6a", "6b 0001 07"}) {
    CAPTURE(hex);
    CHECK(only(hex).kind != ValueKind::Missing);
    CHECK_FALSE(encoding::as_integer(only(hex)));
  }
}

TEST_CASE("GW-ETF-4, GW-ETF-16, GW-ENV-15: ids are integers, or strings of digits", "[encoding]") {
  CHECK(encoding::as_snowflake(only("6e 07 00 010080c9656794")) == 41'771'983'423'143'937);
  CHECK(encoding::as_snowflake(only("6d 00000011 3431373731393833343233313433393337")) == 41'771'983'423'143'937);
  CHECK(encoding::as_snowflake(only("6e 08 00 ffffffffffffffff")) == std::numeric_limits<std::uint64_t>::max());
  CHECK(encoding::as_snowflake(only("61 07")) == 7);
  CHECK(encoding::as_snowflake(only("64 0002 3132")) == 12);
  for (const std::string_view hex :
       {"6e 09 00 010000000000000000", "6e 01 01 05", "62 ffffffff", "46 3ff0000000000000", "6d 00000000",
        "6d 00000002 2d31", "6d 00000002 3120", "64 0003 6e696c", "6b 0001 07"}) {
    CAPTURE(hex);
    CHECK_FALSE(encoding::as_snowflake(only(hex)));
  }
}

TEST_CASE("GW-ENV-14: booleans and numbers of ETF", "[encoding]") {
  CHECK(encoding::as_boolean(only("64 0004 74727565")) == true);
  CHECK(encoding::as_boolean(only("77 05 66616c7365")) == false);
  CHECK_FALSE(encoding::as_boolean(only("6d 00000004 74727565")));
  CHECK_FALSE(encoding::as_boolean(only("64 0003 6e696c")));
  CHECK(encoding::as_number(only("46 bfd0000000000000")) == -0.25);
  CHECK(encoding::as_number(only("6e 07 00 01000000000020")) == 9'007'199'254'740'992.0);
  CHECK(encoding::as_number(only("6e 08 00 ffffffffffffffff")) == 18'446'744'073'709'551'616.0);
  CHECK_FALSE(encoding::as_number(only("6e 09 00 010000000000000000")));
  CHECK_FALSE(encoding::as_number(only("6d 00000001 31")));
}

TEST_CASE("GW-ETF-15: a text is given when it is UTF-8, and borrowed", "[encoding]") {
  std::vector<char> scratch;
  const ValueView plain = only("6d 00000003 c3a978");
  CHECK(encoding::as_string(plain, scratch) == "éx");
  CHECK(encoding::as_string(plain, scratch)->data() == plain.raw.data() + 5);
  CHECK(encoding::as_string(only("64 0005 5245414459"), scratch) == "READY");
  CHECK(encoding::as_string(only("6d 00000004 5c 6e 22 00"), scratch) == std::string_view("\\n\"\0", 4));
  CHECK(encoding::as_string(only("6d 00000000"), scratch) == "");
  for (const std::string_view hex : {"6d 00000001 ff", "6d 00000001 c3", "6d 00000003 eda080", "64 0001 e9", "61 07",
                                     "6a", "6b 0002 4142", "64 0003 6e696c", "6e 07 00 010080c9656794"}) {
    CAPTURE(hex);
    CHECK_FALSE(encoding::as_string(only(hex), scratch));
  }
  CHECK(scratch.capacity() == 0);
}

TEST_CASE("GW-ENC-5: a value that does not fill its bytes exactly is none", "[encoding]") {
  std::vector<char> scratch;
  for (const std::string_view hex :
       {"", "61", "61 07 07", "62 0000", "6e 02 00 01", "6e 01", "6f 00000001 00", "6d 00000002 41", "64 0005 41",
        "46 00", "63 31", "00", "50 00000001 00", "6c 00000001 61 01 6a"}) {
    CAPTURE(hex);
    const std::string term = from_hex(hex);
    for (const ValueKind kind : {ValueKind::Number, ValueKind::String, ValueKind::Map, ValueKind::True}) {
      CHECK_FALSE(encoding::as_integer(any(kind, term)));
      CHECK_FALSE(encoding::as_snowflake(any(kind, term)));
      CHECK_FALSE(encoding::as_number(any(kind, term)));
      CHECK_FALSE(encoding::as_string(any(kind, term), scratch));
    }
  }
}

TEST_CASE("GW-ETF-17: the tree has ids as the strings that JSON has", "[encoding]") {
  const std::string term = from_hex(
      "74 00000006 64 0002 6964 6e 07 00 010080c9656794  64 0004 72616e6b 6e 04 00 ffffffff  64 0003 6e6567 6e 05 01 "
      "0000000001"
      "  6e 07 00 010080c9656794 61 01  61 07 64 0003 6e696c  64 0005 7368617264 6b 0002 00 01");
  CHECK(*encoding::tree(map(term)) ==
        nlohmann::json::parse(R"({"id":"41771983423143937","rank":4294967295,"neg":"-4294967296",
       "41771983423143937":1,"7":null,"shard":[0,1]})"));
  CHECK(encoding::tree(only("62 00000539"))->is_number_unsigned());  // as the parser of JSON has it
  CHECK(*encoding::tree(ValueView{ValueKind::Missing, "", Encoding::Etf}) == nullptr);
}

TEST_CASE("LOCAL-13: of a key that a map has twice the tree has the last", "[encoding]") {
  const std::string term = from_hex("74 00000003 64 0001 61 61 01 6d 00000001 61 61 02 64 0001 62 61 03");
  CHECK(*encoding::tree(map(term)) == nlohmann::json::parse(R"({"a":2,"b":3})"));
}

TEST_CASE("GW-ETF-15, LOCAL-32, LOCAL-34: what JSON cannot say makes no tree", "[encoding]") {
  CHECK(tree_fault("6d 00000001 ff") == Errc::EtfUtf8);
  CHECK(tree_fault("6c 00000002 61 01 64 0001 e9 6a") == Errc::EtfUtf8);
  CHECK(tree_fault("74 00000001 6d 00000001 ff 61 01") == Errc::EtfUtf8);
  CHECK(tree_fault("6e 09 00 010000000000000000") == Errc::EtfInteger);
  CHECK(tree_fault("74 00000001 64 0001 61 6e 09 00 010000000000000000") == Errc::EtfInteger);
  CHECK(tree_fault("74 00000001 6a 61 01") == Errc::EtfKey);
  CHECK(tree_fault("74 00000001 46 0000000000000000 61 01") == Errc::EtfKey);
  CHECK(tree_fault("74 00000001 6e 09 00 010000000000000000 61 01") == Errc::EtfKey);
  CHECK(tree_fault("74 00000001 74 00000001 61 01 61 02 6d 00000001 ff") == Errc::EtfKey);
  CHECK(encoding::tree(map(from_hex("74 00000001 64 0001 61 6d 00000001 ff"))).error().offset == 9);
  CHECK(encoding::tree(map(from_hex("6d 00000001 ff"))).error().req == req::GW_ETF_15);
}

TEST_CASE("GW-ENC-5: a tree of a malformed term is an error, not an exception", "[encoding]") {
  CHECK(tree_fault("") == Errc::EtfIncomplete);
  CHECK(tree_fault("6d 00000002 41") == Errc::EtfIncomplete);
  CHECK(tree_fault("74 ffffffff") == Errc::EtfIncomplete);
  CHECK(tree_fault("61 01 61 01") == Errc::EtfTrailing);
  CHECK(tree_fault("67") == Errc::EtfTag);
  std::string deep;
  for (int i = 0; i < 1'024; ++i) deep += from_hex("68 01");
  CHECK(encoding::tree(any(ValueKind::List, deep + "j")));
  CHECK(encoding::tree(any(ValueKind::List, from_hex("68 01") + deep + "j")).error().code == Errc::EtfDepth);
}

}  // namespace
}  // namespace portcullis::tests
