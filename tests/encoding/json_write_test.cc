#include "portcullis/core/encoding/json_write.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <string>

namespace portcullis::encoding {
namespace {

using Calls = std::function<void(JsonWriter&)>;

std::string written(const Calls& calls, std::size_t bytes_max = 4'096) {
  std::vector<char> out;
  JsonWriter writer(out, bytes_max);
  calls(writer);
  REQUIRE(writer.finish());
  return {out.begin(), out.end()};
}

Error refused(const Calls& calls, std::size_t bytes_max) {
  std::vector<char> out{'x'};
  JsonWriter writer(out, bytes_max);
  calls(writer);
  CHECK(out.size() <= bytes_max + 1);
  const Status status = writer.finish();
  REQUIRE_FALSE(status);
  CHECK(status.error().blame == Blame::Caller);
  return status.error();
}

void heartbeat(JsonWriter& writer) {
  writer.begin_map(2);
  writer.key("op"), writer.integer(1);
  writer.key("d"), writer.integer(251);
  writer.end_map();
}

TEST_CASE("GW-ENV-4: a heartbeat is written without spaces", "[encoding]") {
  CHECK(written(heartbeat) == R"({"op":1,"d":251})");
}

TEST_CASE("GW-ENV-4: commas stand between members and elements and nowhere else", "[encoding]") {
  CHECK(written([](JsonWriter& writer) {
          writer.begin_list(6);
          writer.begin_map(0), writer.end_map();
          writer.begin_list(0), writer.end_list();
          writer.begin_map(3);
          writer.key("a"), writer.begin_list(2), writer.null(), writer.boolean(true), writer.end_list();
          writer.key("b"), writer.begin_map(1), writer.key("c"), writer.boolean(false), writer.end_map();
          writer.key(""), writer.string("");
          writer.end_map();
          writer.string("{"), writer.string("["), writer.string(":");
          writer.end_list();
        }) == R"([{},[],{"a":[null,true],"b":{"c":false},"":""},"{","[",":"])");
  CHECK(written([](JsonWriter& writer) { writer.null(); }) == "null");
}

TEST_CASE("GW-ENC-4: ids are written as strings, integers as numbers", "[encoding]") {
  CHECK(written([](JsonWriter& writer) {
          writer.begin_list(4);
          writer.snowflake(0), writer.snowflake(std::numeric_limits<std::uint64_t>::max());
          writer.integer(std::numeric_limits<std::int64_t>::min()),
              writer.integer(std::numeric_limits<std::int64_t>::max());
          writer.end_list();
        }) == R"(["0","18446744073709551615",-9223372036854775808,9223372036854775807])");
}

TEST_CASE("GW-ENV-18: what may not stand in a string is escaped, and nothing else", "[encoding]") {
  CHECK(written([](JsonWriter& writer) { writer.string(std::string_view("\"\\/\b\f\n\r\t\0\x1f\x7f", 11)); }) ==
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"");
  CHECK(written([](JsonWriter& writer) { writer.string("grüße 🎉 \U0010FFFF, long enough for a block\n"); }) ==
        "\"grüße 🎉 \U0010FFFF, long enough for a block\\n\"");
}

TEST_CASE("GW-ENV-18: text that is not UTF-8 is refused", "[encoding]") {
  for (const char* const text :
       {"\xFF", "a\x80", "\xC3", "\xC0\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82",
        "\xE2\x82x", "ü\xC3", "\xC3\"", "0123456789abcdef\xF0\x9F\x8E"}) {
    CAPTURE(text);
    CHECK(refused([text](JsonWriter& writer) { writer.string(text); }, 4'096).code == Errc::CommandNotUtf8);
    CHECK(
        refused([text](JsonWriter& writer) { writer.begin_map(1), writer.key(text), writer.null(), writer.end_map(); },
                4'096)
            .code == Errc::CommandNotUtf8);
  }
}

TEST_CASE("GW-SIZE-1: nothing is stored beyond the limit", "[encoding]") {
  const std::string whole = written(heartbeat);
  CHECK(written(heartbeat, whole.size()) == whole);
  for (std::size_t bytes_max = 0; bytes_max < whole.size(); ++bytes_max) {
    CAPTURE(bytes_max);
    CHECK(refused(heartbeat, bytes_max).code == Errc::CommandTooLarge);
  }
  const auto text = [](std::size_t size) {
    return [size](JsonWriter& writer) { writer.string(std::string(size, 'x')), writer.null(); };
  };
  CHECK(refused(text(4'095), 4'096).code == Errc::CommandTooLarge);
  CHECK(refused(text(100'000), 4'096).code == Errc::CommandTooLarge);
}

TEST_CASE("GW-SIZE-1: what is written goes behind what is there and is counted alone", "[encoding]") {
  std::vector<char> out{'a', 'b', '{'};
  JsonWriter writer(out, 4);
  writer.null();
  CHECK(writer.finish());
  CHECK(std::string(out.begin(), out.end()) == "ab{null");
}

}  // namespace
}  // namespace portcullis::encoding
