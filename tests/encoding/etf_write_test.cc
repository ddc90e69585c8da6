// What is written in ETF, byte by byte.
#include "portcullis/core/encoding/etf_write.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <string>

#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::tests {
namespace {

using encoding::EtfWriter;
using Calls = std::function<void(EtfWriter&)>;

std::string written(const Calls& calls, std::size_t bytes_max = 4'096) {
  std::vector<char> out;
  EtfWriter writer(out, bytes_max);
  calls(writer);
  REQUIRE(writer.finish());
  return {out.begin(), out.end()};
}

Error refused(const Calls& calls, std::size_t bytes_max) {
  std::vector<char> out;
  EtfWriter writer(out, bytes_max);
  calls(writer);
  const Status status = writer.finish();
  REQUIRE_FALSE(status);
  CHECK(out.size() <= bytes_max);
  return status.error();
}

/// An op 1 with its data.
Calls heartbeat(const Calls& data) {
  return [data](EtfWriter& writer) {
    writer.begin_map(2);
    writer.key("op");
    writer.integer(1);
    writer.key("d");
    data(writer);
    writer.end_map();
  };
}

TEST_CASE("GW-ETF-1, GW-ETF-2, GW-ETF-3: a heartbeat has a version, binary keys, and is not compressed", "[encoding]") {
  CHECK(written(heartbeat([](EtfWriter& writer) { writer.null(); })) ==
        from_hex("83 74 00 00 00 02 6d 00 00 00 02 6f 70 61 01 6d 00 00 00 01 64 64 00 03 6e 69 6c"));
  CHECK(written(heartbeat([](EtfWriter& writer) { writer.integer(251); })) ==
        from_hex("83 74 00 00 00 02 6d 00 00 00 02 6f 70 61 01 6d 00 00 00 01 64 61 fb"));
  CHECK(written(heartbeat([](EtfWriter& writer) { writer.integer(1'337); })) ==
        from_hex("83 74 00 00 00 02 6d 00 00 00 02 6f 70 61 01 6d 00 00 00 01 64 62 00 00 05 39"));
}

TEST_CASE("GW-ETF-14: each value has the tag that the gateway takes", "[encoding]") {
  const auto one = [](const Calls& calls) { return written(calls).substr(1); };
  const auto integer = [&one](std::int64_t value) { return one([value](EtfWriter& w) { w.integer(value); }); };
  CHECK(integer(0) == from_hex("61 00"));
  CHECK(integer(255) == from_hex("61 ff"));
  CHECK(integer(256) == from_hex("62 00000100"));
  CHECK(integer(-1) == from_hex("62 ffffffff"));
  CHECK(integer(2'147'483'647) == from_hex("62 7fffffff"));
  CHECK(integer(-2'147'483'648) == from_hex("62 80000000"));
  CHECK(integer(2'147'483'648) == from_hex("6e 04 00 00000080"));
  CHECK(integer(-2'147'483'649) == from_hex("6e 04 01 01000080"));
  CHECK(integer(1'099'511'627'776) == from_hex("6e 06 00 000000000001"));
  CHECK(integer(std::numeric_limits<std::int64_t>::max()) == from_hex("6e 08 00 ffffffffffffff7f"));
  CHECK(integer(std::numeric_limits<std::int64_t>::min()) == from_hex("6e 08 01 0000000000000080"));
  CHECK(one([](EtfWriter& w) { w.boolean(true); }) == from_hex("64 0004 74727565"));
  CHECK(one([](EtfWriter& w) { w.boolean(false); }) == from_hex("64 0005 66616c7365"));
  CHECK(one([](EtfWriter& w) { w.null(); }) == from_hex("64 0003 6e696c"));
  CHECK(one([](EtfWriter& w) { w.string("é\"\n"); }) == from_hex("6d 00000004 c3a9 22 0a"));
  CHECK(one([](EtfWriter& w) { w.string(""); }) == from_hex("6d 00000000"));
  CHECK(one([](EtfWriter& w) { w.begin_map(0), w.end_map(); }) == from_hex("74 00000000"));
}

TEST_CASE("GW-ETF-14: lists end with NIL, and an empty one is nothing else", "[encoding]") {
  CHECK(written([](EtfWriter& w) { w.begin_list(0), w.end_list(); }) == from_hex("83 6a"));
  CHECK(written([](EtfWriter& w) { w.begin_list(2), w.integer(0), w.integer(1), w.end_list(); }) ==
        from_hex("83 6c 00000002 61 00 61 01 6a"));
  CHECK(written([](EtfWriter& w) { w.begin_list(1), w.begin_list(0), w.end_list(), w.end_list(); }) ==
        from_hex("83 6c 00000001 6a 6a"));
}

TEST_CASE("GW-ENC-4: ids are written as strings of digits", "[encoding]") {
  CHECK(written([](EtfWriter& w) { w.snowflake(41'771'983'423'143'937); }) ==
        from_hex("83 6d 00000011 3431373731393833343233313433393337"));
  CHECK(written([](EtfWriter& w) { w.snowflake(0); }) == from_hex("83 6d 00000001 30"));
  CHECK(written([](EtfWriter& w) { w.snowflake(std::numeric_limits<std::uint64_t>::max()); }).substr(6) ==
        "18446744073709551615");
}

TEST_CASE("GW-ENV-18: what is not UTF-8 is refused, as a key too", "[encoding]") {
  for (const std::string_view text : {"\xFF", "\xC3", "ok\xED\xA0\x80", "\xC0\x80"}) {
    CHECK(refused([text](EtfWriter& w) { w.string(text); }, 4'096).code == Errc::CommandNotUtf8);
    CHECK(refused([text](EtfWriter& w) { w.begin_map(1), w.key(text), w.null(), w.end_map(); }, 4'096).blame ==
          Blame::Caller);
  }
}

TEST_CASE("GW-ETF-18, GW-SIZE-3: the limit counts every byte of the term, and the version", "[encoding]") {
  const auto of_size = [](std::size_t size) { return [size](EtfWriter& w) { w.string(std::string(size, 'x')); }; };
  CHECK(written(of_size(4'090), 4'096).size() == 4'096);
  const Error error = refused(of_size(4'091), 4'096);
  CHECK(error.code == Errc::CommandTooLarge);
  CHECK(error.blame == Blame::Caller);
  CHECK(error.req == req::GW_ETF_18);
  CHECK(refused(of_size(0), 5).code == Errc::CommandTooLarge);
  CHECK(refused(of_size(0), 0).code == Errc::CommandTooLarge);
  CHECK(written(of_size(0), 6).size() == 6);
}

TEST_CASE("GW-ETF-18: what came before in the buffer does not count, and stays", "[encoding]") {
  std::vector<char> out{'a', 'b'};
  EtfWriter writer(out, 3);
  writer.integer(7);
  CHECK(writer.finish());
  CHECK(std::string(out.begin(), out.end()) == "ab" + from_hex("83 61 07"));
}

}  // namespace
}  // namespace portcullis::tests
