// What is an envelope in ETF, what is none, and what each tag stands for.
#include "portcullis/core/encoding/etf_scan.h"

#include <catch2/catch.hpp>
#include <deque>
#include <utility>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::tests {
namespace {

using encoding::EnvelopeView;
using encoding::ValueKind;
using Json = nlohmann::ordered_json;

Workspace workspace;

Result<EnvelopeView> scan(const std::string& payload, Limits limits = {}) {
  return encoding::scan_etf(payload, limits, workspace);
}

/// A payload of the moment is kept, as what is found in it borrows it.
Result<EnvelopeView> scan(std::string&& payload, Limits limits = {}) {
  static std::deque<std::string> kept;
  return scan(std::as_const(kept.emplace_back(std::move(payload))), limits);
}

Errc fault_of(const std::string& payload, Limits limits = {}) {
  const auto view = scan(payload, limits);
  REQUIRE_FALSE(view);
  return view.error().code;
}

constexpr std::uint64_t kDataAt = 17;  // where the term of `with` stands, for a key of one letter

std::string with(std::string_view key, const std::string& term) {
  return from_hex("83 74 00000002 64 0002 6f70 61 00 64 00") + std::string(1, static_cast<char>(key.size())) +
         std::string(key) + term;
}

/// A payload whose `d` is one term.
std::string with_data(const std::string& term) { return with("d", term); }
std::string with_data_hex(std::string_view hex) { return with_data(from_hex(hex)); }

nlohmann::json data_of(std::string_view hex) {
  static std::string payload;
  payload = with_data_hex(hex);
  const auto view = scan(payload);
  REQUIRE(view);
  const auto tree = encoding::tree(view->d);
  REQUIRE(tree);
  return *tree;
}

TEST_CASE("GW-ETF-1: Hello as the gateway writes it", "[encoding]") {
  const std::string hello = from_hex(
      "83 74 00 00 00 04 64 00 01 64 74 00 00 00 01 64 00 12 68 65 61 72 74 62 65 61 74 5f 69 6e 74 65 72 76 61 6c 62 "
      "00 00 a1 22 64 00 02 6f 70 61 0a 64 00 01 73 64 00 03 6e 69 6c 64 00 01 74 64 00 03 6e 69 6c");
  REQUIRE(hello.size() == 68);
  const auto view = scan(hello);
  REQUIRE(view);
  CHECK(view->op == 10);
  CHECK_FALSE(view->s);
  CHECK_FALSE(view->t);
  CHECK(encoding::as_integer(encoding::find(view->d, "heartbeat_interval")) == 41'250);
  CHECK(view->d.raw.data() == hello.data() + 10);  // where it lies
}

TEST_CASE("GW-ETF-1: a payload begins with the version", "[encoding]") {
  const std::string good = with_data_hex("6a");
  REQUIRE(scan(good));
  CHECK(fault_of(good.substr(1)) == Errc::EtfVersion);
  CHECK(fault_of("\x82" + good.substr(1)) == Errc::EtfVersion);
  CHECK(fault_of(R"({"op":11})") == Errc::EtfVersion);
  CHECK(fault_of("\x83" + good) == Errc::EtfTag);
  CHECK(scan("\x82").error().req == req::GW_ETF_1);
}

TEST_CASE("GW-ETF-11: each tag is decoded", "[encoding]") {
  const auto [hex, json] = GENERATE(table<std::string_view, std::string_view>({
      {"46 3ff8000000000000", "1.5"},
      {"46 8000000000000000", "-0.0"},
      {"61 00", "0"},
      {"61 ff", "255"},
      {"62 00000539", "1337"},
      {"62 ffffffff", "-1"},
      {"62 80000000", "-2147483648"},
      {"63 312e3530303030303030303030303030303030303030652b30300000000000", "1.5"},
      {"63 2d312e3235303030303030303030303030303036393339652d303200000000", "-0.0125"},
      {"64 0006 6e6f726d616c", R"("normal")"},
      {"64 0003 6e696c", "null"},
      {"64 0004 74727565", "true"},
      {"64 0005 66616c7365", "false"},
      {"64 0000", R"("")"},
      {"73 06 6e6f726d616c", R"("normal")"},
      {"73 03 6e696c", "null"},
      {"76 0003 c3a978", R"("éx")"},
      {"77 04 74727565", "true"},
      {"77 02 c3a9", R"("é")"},
      {"68 00", "[]"},
      {"68 02 61 01 6d 00000001 61", R"([1,"a"])"},
      {"69 00000001 64 0003 6e696c", "[null]"},
      {"6a", "[]"},
      {"6b 0002 00 01", "[0,1]"},
      {"6b 0000", "[]"},
      {"6c 00000002 61 00 61 01 6a", "[0,1]"},
      {"6c 00000000 6a", "[]"},
      {"6c 00000001 6a 6a", "[[]]"},
      {"6c 00000001 6c 00000001 61 07 6a 6a", "[[7]]"},
      {"6d 00000000", R"("")"},
      {"6d 00000003 6e696c", R"("nil")"},
      {"6e 01 00 07", "7"},
      {"6e 00 00", "0"},
      {"6e 04 01 ffffffff", "-4294967295"},
      {"6e 07 00 01 00 80 c9 65 67 94", R"("41771983423143937")"},
      {"6e 08 00 ffffffffffffffff", R"("18446744073709551615")"},
      {"6e 05 01 0000000001", R"("-4294967296")"},
      {"6f 00000002 00 3905", "1337"},
      {"6f 00000005 00 0000000001", R"("4294967296")"},
      {"74 00000000", "{}"},
      {"74 00000001 6d 00000001 61 74 00000000", R"({"a":{}})"},
  }));
  CAPTURE(hex);
  CHECK(data_of(hex).dump() == json);
}

TEST_CASE("GW-ETF-11: any other tag fails the frame, wherever it stands", "[encoding]") {
  constexpr std::string_view kKnown = "Fabcdhijklmnostvw";  // without P, which may be outermost
  std::size_t unknown = 0;
  for (int tag = 0; tag < 256; ++tag) {
    if (kKnown.find(static_cast<char>(tag)) != std::string_view::npos) continue;
    CAPTURE(tag);
    const std::string term = static_cast<char>(tag) + std::string(40, '\0');
    for (const std::string& payload :
         {with_data(term), with("other", term), with_data(from_hex("6c 00000001") + term),
          with_data(from_hex("74 00000001") + term), with_data(from_hex("74 00000001 61 00") + term),
          with_data(from_hex("68 01") + term)}) {
      const auto view = scan(payload);
      REQUIRE_FALSE(view);
      CHECK(view.error().code == Errc::EtfTag);
      CHECK(view.error().req == req::GW_ETF_11);
      CHECK(payload[view.error().offset] == static_cast<char>(tag));
    }
    ++unknown;
  }
  CHECK(unknown == 239);
}

TEST_CASE("GW-ETF-5, GW-ETF-12: keys are atoms of any tag, or binaries", "[encoding]") {
  for (const std::string_view op : {"64 0002 6f70", "73 02 6f70", "76 0002 6f70", "77 02 6f70", "6d 00000002 6f70"}) {
    CAPTURE(op);
    const auto view = scan(from_hex("83 74 00000001" + std::string(op) + "61 0b"));
    REQUIRE(view);
    CHECK(view->op == 11);
  }
}

TEST_CASE("GW-ETF-6: the event's name is an atom or a binary, and null is nil", "[encoding]") {
  const auto named = [](std::string_view hex) { return scan(with("t", from_hex(hex))); };
  CHECK(named("64 0005 5245414459")->t == "READY");
  CHECK(named("6d 00000005 5245414459")->t == "READY");
  CHECK(named("77 05 5245414459")->t == "READY");
  CHECK(named("6d 00000000")->t == "");
  CHECK_FALSE(named("64 0003 6e696c")->t);
  for (const std::string_view hex : {"61 01", "6a", "6b 0001 41", "64 0004 74727565", "74 00000000"}) {
    CAPTURE(hex);
    CHECK(named(hex).error().code == Errc::EnvelopeTypeType);
  }
}

TEST_CASE("GW-ETF-15: an event's name that is not UTF-8 is an error", "[encoding]") {
  for (const std::string_view hex : {"6d 00000001 ff", "6d 00000002 c3 28", "64 0001 e9", "76 0001 e9"}) {
    CAPTURE(hex);
    const auto view = scan(with("t", from_hex(hex)));
    REQUIRE_FALSE(view);
    CHECK(view.error().code == Errc::EtfUtf8);
    CHECK(view.error().req == req::GW_ETF_15);
    CHECK(view.error().offset == kDataAt);
  }
  CHECK(scan(with_data_hex("6d 00000001 ff")));  // what nobody reads as text may hold anything
}

TEST_CASE("LOCAL-30: an atom's text is UTF-8 whatever its tag", "[encoding]") {
  for (const std::string_view hex : {"64 0002 c3a9", "73 02 c3a9", "76 0002 c3a9", "77 02 c3a9"})
    CHECK(scan(with("t", from_hex(hex)))->t == "é");
}

TEST_CASE("GW-ENV-1, GW-ENV-2, LOCAL-14: op, s and t are held to the same rules as in JSON", "[encoding]") {
  const auto fault = [](const std::string& hex) { return fault_of(from_hex(hex)); };
  CHECK(fault("83 6a") == Errc::EnvelopeNotMap);
  CHECK(fault("83 61 0a") == Errc::EnvelopeNotMap);
  CHECK(fault("83 6b 0002 6f70") == Errc::EnvelopeNotMap);
  CHECK(fault("83 64 0003 6e696c") == Errc::EnvelopeNotMap);
  CHECK(fault("83 74 00000000") == Errc::EnvelopeOpMissing);
  CHECK(fault("83 74 00000001 64 0001 64 61 00") == Errc::EnvelopeOpMissing);
  for (const std::string term : {"6d 00000002 3130", "64 0003 6e696c", "64 0004 74727565", "46 4024000000000000", "6a",
                                 "74 00000000", "6e 09 00 010000000000000000", "6e 08 00 ffffffffffffffff"}) {
    CAPTURE(term);
    CHECK(fault("83 74 00000001 64 0002 6f70" + term) == Errc::EnvelopeOpType);
    if (term != "64 0003 6e696c") CHECK(fault_of(with("s", from_hex(term))) == Errc::EnvelopeSequenceType);
  }
  CHECK(fault_of(with("s", from_hex("62 ffffffff"))) == Errc::EnvelopeSequenceType);
  CHECK(scan(with("s", from_hex("6e 06 00 000000000001")))->s == 1'099'511'627'776);
  CHECK(scan(from_hex("83 74 00000001 64 0002 6f70 62 ffffffff"))->op == -1);
  CHECK(scan(from_hex("83 74 00000001 64 0002 6f70 46 4024000000000000")).error().req == req::LOCAL_14);
}

TEST_CASE("GW-ENV-3: an absent s, t or d is like nil", "[encoding]") {
  const auto view = scan(from_hex("83 74 00000001 64 0002 6f70 61 07"));
  REQUIRE(view);
  CHECK_FALSE(view->s);
  CHECK_FALSE(view->t);
  CHECK(view->d.kind == ValueKind::Null);
  CHECK(view->d.encoding == encoding::Encoding::Etf);
  CHECK(*encoding::tree(view->d) == nullptr);
  CHECK(scan(with_data_hex("64 0003 6e696c"))->d.kind == ValueKind::Null);
}

TEST_CASE("LOCAL-13, GW-ENV-5: of a key that occurs twice the last counts, and others are passed over", "[encoding]") {
  const auto view =
      scan(from_hex("83 74 00000006 64 0002 6f70 61 01  6a 61 02  46 3ff8000000000000 61 03  64 0001 78 74 00000001 64 "
                    "0002 6f70 61 09"
                    " 6d 00000002 6f70 61 0b  64 0003 6f7073 61 04"));
  REQUIRE(view);
  CHECK(view->op == 11);
}

TEST_CASE("GW-ENV-20: nothing follows the term", "[encoding]") {
  const std::string good = with_data_hex("6a");
  const auto view = scan(good + "j");
  REQUIRE_FALSE(view);
  CHECK(view.error().code == Errc::EtfTrailing);
  CHECK(view.error().offset == good.size());
  CHECK(fault_of(good + good) == Errc::EtfTrailing);
}

TEST_CASE("GW-ETF-11: a list ends with NIL", "[encoding]") {
  const auto view = scan(with_data_hex("6c 00000001 61 01 61 02"));
  REQUIRE_FALSE(view);
  CHECK(view.error().code == Errc::EtfTail);
  CHECK(view.error().offset == kDataAt + 7);
  CHECK(fault_of(with_data_hex("6c 00000000 61 02")) == Errc::EtfTail);
  CHECK(fault_of(with_data_hex("6c 00000001 61 01 6c 00000001 61 02 6a")) == Errc::EtfTail);
}

TEST_CASE("GW-ETF-11: a float is finite and well formed", "[encoding]") {
  for (const std::string_view hex :
       {"46 7ff0000000000000", "46 fff0000000000000", "46 7ff8000000000000", "46 7ff0000000000001",
        "63 6e616e00000000000000000000000000000000000000000000000000000000",
        "63 312e3578000000000000000000000000000000000000000000000000000000",
        "63 00000000000000000000000000000000000000000000000000000000000000",
        "63 312e3500000000000000000000000000000000000000000000000000000031",
        "63 31653939390000000000000000000000000000000000000000000000000000"}) {
    CAPTURE(hex);
    CHECK(fault_of(with_data_hex(hex)) == Errc::EtfNumber);
  }
}

TEST_CASE("GW-ETF-13, LOCAL-33: what leads beyond the limit of a payload is refused at once", "[encoding]") {
  for (const std::string_view hex : {"74 ffffffff", "6c ffffffff", "69 ffffffff", "6d ffffffff", "6f ffffffff 00",
                                     "74 04000000 6a 6a", "6c 04000000", "6d 04000000 00"}) {
    CAPTURE(hex);
    const auto view = scan(with_data_hex(hex));
    REQUIRE_FALSE(view);
    CHECK(view.error().code == Errc::EtfLength);
    CHECK(view.error().blame == Blame::Limit);
    CHECK(view.error().offset == kDataAt);
  }
  CHECK(fault_of(from_hex("83 74 ffffffff")) == Errc::EtfLength);
  // What could still come is waited for.
  for (const std::string_view hex : {"74 01ffff00", "6c 03ffff00", "6d 03ffff00", "6b ffff 00", "64 ffff", "68 ff"})
    CHECK(fault_of(with_data_hex(hex)) == Errc::EtfIncomplete);
  Limits limits;
  limits.payload_bytes_max = 30;
  CHECK(fault_of(with_data_hex("6d 00000009"), limits) == Errc::EtfLength);
  CHECK(fault_of(with_data_hex("6d 00000008"), limits) == Errc::EtfIncomplete);
  CHECK(scan(with_data_hex("6d 00000008 4141414141414141"), limits));
}

TEST_CASE("GW-ETF-13, LOCAL-15: nesting is bounded", "[encoding]") {
  const auto nested = [](int levels) {
    std::string term;
    for (int i = 0; i < levels; ++i) term += from_hex("68 01");
    return with_data(term + "j");
  };
  CHECK(scan(nested(511)));  // and the map round it
  const auto view = scan(nested(512));
  REQUIRE_FALSE(view);
  CHECK(view.error().code == Errc::EtfDepth);
  CHECK(view.error().blame == Blame::Limit);
  CHECK(view.error().req == req::LOCAL_15);
  CHECK(view.error().offset == kDataAt + 2 * 511);
  Limits limits;
  limits.nesting_max = 0;
  CHECK(fault_of(with_data_hex("6a"), limits) == Errc::EtfDepth);
  limits.nesting_max = 1;
  CHECK(scan(with_data_hex("6a"), limits));
  CHECK(fault_of(with_data_hex("68 00"), limits) == Errc::EtfDepth);
  limits.nesting_max = 1'000'000;
  CHECK(scan(nested(1'023), limits));
  CHECK(fault_of(nested(1'024), limits) == Errc::EtfDepth);
}

TEST_CASE("GW-ETF-11: a compressed term is inflated, when it is the outermost", "[encoding]") {
  const Json tree{{"op", 0}, {"s", 7}, {"t", "A"}, {"d", {{"text", std::string(10'000, 'x')}}}};
  const std::string payload = etf_payload(tree);
  const std::string packed = compressed(payload);
  REQUIRE(packed.size() < 200);
  const auto view = scan(packed);
  REQUIRE(view);
  CHECK(view->s == 7);
  CHECK(view->t == "A");
  CHECK(*encoding::tree(view->d) == nlohmann::json(tree["d"]));
  CHECK(view->d.raw.data() > workspace.term.data());
  CHECK(fault_of(with_data(packed.substr(1))) == Errc::EtfTag);
  CHECK(fault_of(compressed(packed)) == Errc::EtfTag);  // once is enough
}

TEST_CASE("GW-ETF-11: a compressed term is exactly as long as it says", "[encoding]") {
  const std::string packed = compressed(etf_payload({{"op", 11}}));
  REQUIRE(scan(packed));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    CAPTURE(size);
    const auto view = scan(packed.substr(0, size));
    REQUIRE_FALSE(view);
    CHECK(view.error().code == Errc::EtfIncomplete);
    CHECK(view.error().offset == size);
  }
  for (const int by : {-1, 1}) {
    std::string wrong = packed;
    wrong[5] = static_cast<char>(wrong[5] + by);
    CHECK(fault_of(wrong) == Errc::EtfCompressed);
  }
  std::string longer = compressed(etf_payload({{"op", 11}}) + "j");
  longer[5] = packed[5];
  CHECK(fault_of(longer) == Errc::EtfCompressed);  // though its first bytes are a whole term
  const auto trailing = scan(packed + "x");
  REQUIRE_FALSE(trailing);
  CHECK(trailing.error().code == Errc::EtfTrailing);
  CHECK(trailing.error().offset == packed.size());
  for (std::size_t at = 6; at < packed.size(); ++at) {
    std::string corrupt = packed;
    corrupt[at] = static_cast<char>(corrupt[at] ^ 0x55);
    CAPTURE(at);
    CHECK_FALSE(scan(corrupt));
  }
  CHECK(fault_of(compressed(etf_payload({{"op", 11}}) + "j")) == Errc::EtfTrailing);
  CHECK(fault_of(compressed(from_hex("83 74 00000001 6a"))) == Errc::EtfCompressed);  // cut short inside
  CHECK(fault_of(from_hex("83 50 00000000 78 9c 03 00 00 00 00 01")) == Errc::EtfCompressed);
  CHECK(fault_of(from_hex("83 50 00000001 00 00 00")) == Errc::EtfCompressed);
}

TEST_CASE("GW-ETF-13: the size of a compressed term is held against the limit before memory is taken", "[encoding]") {
  Workspace fresh;
  const auto scan_fresh = [&fresh](const std::string& payload, Limits limits) {
    return encoding::scan_etf(payload, limits, fresh);
  };
  const auto view = scan_fresh(from_hex("83 50 04000001 78 9c"), {});
  REQUIRE_FALSE(view);
  CHECK(view.error().code == Errc::PayloadTooLarge);
  CHECK(view.error().blame == Blame::Limit);
  CHECK(fresh.term.capacity() == 0);
  const std::string payload = etf_payload({{"op", 11}, {"d", std::string(1'000, 'x')}});
  Limits limits;
  limits.payload_bytes_max = payload.size() - 1;  // the version byte is not compressed
  CHECK(scan_fresh(compressed(payload), limits));
  limits.payload_bytes_max -= 1;
  CHECK_FALSE(scan_fresh(compressed(payload), limits));
}

}  // namespace
}  // namespace portcullis::tests
