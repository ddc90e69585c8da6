#include "portcullis/core/encoding/value.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "portcullis/core/encoding/json_tree.h"

namespace portcullis::encoding {
namespace {

ValueView map(std::string_view text) { return {ValueKind::Map, text}; }

/// The only member of a map.
ValueView only(const std::string& text) {
  static std::string kept;
  kept = "{\"a\":" + text + "}";
  return find(map(kept), "a");
}

TEST_CASE("GW-ENV-5: a member is found among unknown ones, and of two the last", "[encoding]") {
  const auto text = map(R"({"x":{"id":"1"},"id":"2","y":[{"id":"3"}],"\u0069d":"4" , "ids":[]})");
  CHECK(find(text, "id").raw == "\"4\"");
  CHECK(find(text, "id").kind == ValueKind::String);
  CHECK(find(text, "x").raw == R"({"id":"1"})");
  CHECK(find(find(text, "x"), "id").raw == "\"1\"");
  CHECK(find(text, "y").kind == ValueKind::List);
  CHECK(find(text, "ids").raw == "[]");
  CHECK(find(text, "i").kind == ValueKind::Missing);
  CHECK(find(text, "").kind == ValueKind::Missing);
  CHECK(find(map(R"({"":1})"), "").raw == "1");
}

TEST_CASE("GW-ENV-5: keys are compared with their escapes resolved", "[encoding]") {
  const auto text =
      map(R"({"a\n\"b":1,"\uD83C\uDF89":2,"gr\u00fc\u00DFe":3,"back\\slash\/":4,"\u20ac":5,"\b\f\r\t":6})");
  CHECK(find(text, "a\n\"b").raw == "1");
  CHECK(find(text, "\U0001F389").raw == "2");
  CHECK(find(text, "grüße").raw == "3");
  CHECK(find(text, "back\\slash/").raw == "4");
  CHECK(find(text, "€").raw == "5");
  CHECK(find(text, "\b\f\r\t").raw == "6");
  CHECK(find(text, R"(\u20ac)").kind == ValueKind::Missing);
}

TEST_CASE("GW-ENC-5: nothing is found in what is no map, or no whole one", "[encoding]") {
  for (const char* const text : {"", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
                                 "[\"a\",1]", "{\"a\":1}}", "{\"a\":[}", "{\"a\":01}", "{\"a\":\"\xFF\"}"}) {
    CAPTURE(text);
    CHECK(find(map(text), "a").kind == ValueKind::Missing);
  }
  CHECK(find({ValueKind::List, R"({"a":1})"}, "a").kind == ValueKind::Missing);
  CHECK(find({}, "a").kind == ValueKind::Missing);
}

TEST_CASE("LOCAL-14: integers have neither fraction nor exponent and fit 64 bits", "[encoding]") {
  CHECK(as_integer(only("0")) == 0);
  CHECK(as_integer(only("-0")) == 0);
  CHECK(as_integer(only("41250")) == 41250);
  CHECK(as_integer(only("9223372036854775807")) == std::numeric_limits<std::int64_t>::max());
  CHECK(as_integer(only("-9223372036854775808")) == std::numeric_limits<std::int64_t>::min());
  for (const char* const text :
       {"9223372036854775808", "-9223372036854775809", "1.0", "1e3", "\"1\"", "true", "null", "[1]"}) {
    CAPTURE(text);
    CHECK_FALSE(as_integer(only(text)));
  }
  CHECK_FALSE(as_integer({}));
}

TEST_CASE("GW-ENV-15: ids are strings of digits or integers", "[encoding]") {
  CHECK(as_snowflake(only("\"175928847299117063\"")) == 175928847299117063);
  CHECK(as_snowflake(only("123123")) == 123123);
  CHECK(as_snowflake(only("\"18446744073709551615\"")) == std::numeric_limits<std::uint64_t>::max());
  CHECK(as_snowflake(only("18446744073709551615")) == std::numeric_limits<std::uint64_t>::max());
  for (const char* const text : {"\"\"", "\"-1\"", "\"+1\"", "\" 1\"", "\"1 \"", "\"1a\"", "\"18446744073709551616\"",
                                 "-1", "1.0", "1e2", "null", "{}"}) {
    CAPTURE(text);
    CHECK_FALSE(as_snowflake(only(text)));
  }
  CHECK_FALSE(as_snowflake({ValueKind::String, "\""}));
  CHECK_FALSE(as_snowflake({ValueKind::String, ""}));
}

TEST_CASE("GW-ENV-14: booleans and numbers", "[encoding]") {
  CHECK(as_boolean(only("true")) == true);
  CHECK(as_boolean(only("false")) == false);
  CHECK_FALSE(as_boolean(only("0")));
  CHECK_FALSE(as_boolean(only("null")));
  CHECK(as_number(only("1.5e3")) == 1500.0);
  CHECK(as_number(only("-0.25")) == -0.25);
  CHECK(as_number(only("9007199254740993")) == 9007199254740992.0);
  CHECK_FALSE(as_number(only("1e999")));
  CHECK_FALSE(as_number(only("\"1\"")));
}

TEST_CASE("GW-ENV-18: a string is borrowed where it has no escapes", "[encoding]") {
  std::vector<char> scratch;
  const ValueView plain = only("\"grüße\"");
  CHECK(as_string(plain, scratch) == "grüße");
  CHECK(as_string(plain, scratch)->data() == plain.raw.data() + 1);
  CHECK(as_string(only(R"("a\u0000\n\uD83C\uDF89\/z")"), scratch) == std::string("a\0\n\U0001F389/z", 9));
  CHECK(as_string(only("\"\""), scratch) == "");
  CHECK_FALSE(as_string(only("1"), scratch));
  CHECK_FALSE(as_string({}, scratch));
  for (const char* const text : {"\"\\", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\uD800\"",
                                 "\"\\uD800\\u0041\"", "\"\\uDC00\"", "\"\\u-123\""}) {
    CAPTURE(text);  // never so from a text that was read here
    CHECK_FALSE(as_string({ValueKind::String, text}, scratch));
  }
}

TEST_CASE("GW-ENV-14: a tree is built from any kind of value", "[encoding]") {
  CHECK(*tree(only(R"({"b":[1,2.5,"x\n",null,true]})")) == nlohmann::json::parse(R"({"b":[1,2.5,"x\n",null,true]})"));
  CHECK(*tree(only("[]")) == nlohmann::json::array());
  CHECK(*tree(only("null")) == nullptr);
  CHECK(*tree({}) == nullptr);
  CHECK(*tree(only("18446744073709551615")) == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("GW-ENC-5: a tree of a malformed value is an error, not an exception", "[encoding]") {
  for (const char* const text : {"", "[1,]", "{\"a\"}", "\"\xFF\"", "1e999", "[1] 2"}) {
    CAPTURE(text);
    const auto made = tree({ValueKind::List, text});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Errc::JsonSyntax);
    CHECK(made.error().blame == Blame::Peer);
  }
}

}  // namespace
}  // namespace portcullis::encoding
