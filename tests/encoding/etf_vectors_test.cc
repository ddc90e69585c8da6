// Runs corpus/vectors/etf: what a client makes of the gateway's payloads, and the mock gateway of a client's.
#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/oracle/mock/etf.h"
#include "portcullis/spec/requirements.h"
#include "portcullis/tests/encoding/etf_terms.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kServer{"corpus/vectors/etf/data.json", "corpus/vectors/etf/invalid.json",
                                       "corpus/vectors/etf/valid.json"};
const std::string kClient = "corpus/vectors/etf/client.json";

std::vector<std::string> all_files() {
  auto files = kServer;
  files.push_back(kClient);
  return files;
}

/// The enumerators by the names that vectors use.
std::string name_of(Errc code) {
  static const std::vector<std::pair<Errc, std::string>> kNames{{Errc::EtfIncomplete, "EtfIncomplete"},
                                                                {Errc::EtfVersion, "EtfVersion"},
                                                                {Errc::EtfTag, "EtfTag"},
                                                                {Errc::EtfDepth, "EtfDepth"},
                                                                {Errc::EtfLength, "EtfLength"},
                                                                {Errc::EtfNumber, "EtfNumber"},
                                                                {Errc::EtfTail, "EtfTail"},
                                                                {Errc::EtfTrailing, "EtfTrailing"},
                                                                {Errc::EtfCompressed, "EtfCompressed"},
                                                                {Errc::EtfUtf8, "EtfUtf8"},
                                                                {Errc::EtfInteger, "EtfInteger"},
                                                                {Errc::EtfKey, "EtfKey"},
                                                                {Errc::PayloadTooLarge, "PayloadTooLarge"},
                                                                {Errc::EnvelopeNotMap, "EnvelopeNotMap"},
                                                                {Errc::EnvelopeOpMissing, "EnvelopeOpMissing"},
                                                                {Errc::EnvelopeOpType, "EnvelopeOpType"},
                                                                {Errc::EnvelopeSequenceType, "EnvelopeSequenceType"},
                                                                {Errc::EnvelopeTypeType, "EnvelopeTypeType"}};
  for (const auto& [known, name] : kNames)
    if (known == code) return name;
  return "an error of another layer";
}

Json outcome_of(const std::string& payload, bool with_data) {
  Workspace workspace;
  const auto view = encoding::scan_etf(payload, Limits{}, workspace);
  if (!view) return {{"error", name_of(view.error().code)}, {"offset", view.error().offset}};
  Json outcome{{"op", view->op}, {"s", nullptr}, {"t", nullptr}};
  if (view->s) outcome["s"] = *view->s;
  if (view->t) outcome["t"] = *view->t;
  if (!with_data) return outcome;
  const auto tree = encoding::tree(view->d);
  if (!tree) return outcome["d_error"] = name_of(tree.error().code), outcome;
  return outcome["d"] = *tree, outcome;
}

/// Without the order of keys: a tree has none.
nlohmann::json unordered(const Json& value) { return value; }

TEST_CASE("GW-ETF-1: the ETF vectors keep their schema, order, ids and counts", "[encoding][vectors]") {
  for (const std::string& path : all_files()) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
  }
  for (const Json& one : cases_of(kClient)) CHECK(one.contains("payload") != one.contains("close_code"));
}

TEST_CASE("GW-ETF-11: every payload of the gateway comes out as it says", "[encoding][vectors]") {
  std::size_t ran = 0;
  for (const std::string& path : kServer)
    for (const Json& one : cases_of(path)) {
      CAPTURE(one["id"], one["about"]);
      const Json& expect = one["expect"];
      CHECK(unordered(outcome_of(from_hex(one["hex"].get<std::string>()),
                                 expect.contains("d") || expect.contains("d_error"))) == unordered(expect));
      ++ran;
    }
  CHECK(ran >= 112);
}

TEST_CASE("GW-ZLIB-7: every proper prefix of a payload with an envelope is incomplete", "[encoding][vectors]") {
  for (const std::string& path : kServer)
    for (const Json& one : cases_of(path)) {
      if (!one["expect"].contains("op")) continue;
      const std::string payload = from_hex(one["hex"].get<std::string>());
      for (std::size_t size = 0; size < payload.size(); ++size) {
        const Json incomplete{{"error", "EtfIncomplete"}, {"offset", size}};
        if (const Json outcome = outcome_of(payload.substr(0, size), false); outcome != incomplete)
          FAIL(one["id"] << " cut to " << size << " bytes gives " << outcome);
      }
    }
}

TEST_CASE("GW-ETF-2, GW-ETF-3, GW-CAUSE-2: the mock reads a client's payload, or does not, as the vectors say",
          "[encoding][vectors]") {
  constexpr std::size_t kPayloadBytesMax = 4'096;
  constexpr int kNestingMax = 128;
  for (const Json& one : cases_of(kClient)) {
    CAPTURE(one["id"], one["about"]);
    const std::string payload =
        from_hex(one["hex"].get<std::string>()) + std::string(one.value("filled", std::size_t{0}), 'x');
    const auto text = payload.size() > kPayloadBytesMax
                          ? std::nullopt
                          : mock::json_of_etf(std::as_bytes(std::span{payload}), kNestingMax);
    CHECK(text.has_value() == one.contains("payload"));
    if (text && one.contains("payload")) CHECK(nlohmann::json::parse(*text) == unordered(one["payload"]));
    if (!text) CHECK(one["close_code"] == 4002);
  }
}

// What a client could see or do wrong has a vector that shows it right, and one that shows it wrong.
TEST_CASE("GW-ETF-1: no requirement of ETF is without a vector that could have one", "[encoding][vectors]") {
  const std::map<std::string, std::regex> wanted{
      {"valid", std::regex("GW-ETF-([1245678]|9|10|11|12|13|14|17|18)|LOCAL-3[04]")},
      {"invalid", std::regex("GW-ETF-([123]|11|13|15|16|18)|LOCAL-3[0234]")}};
  std::map<std::string, std::set<std::string>> cited;
  for (const std::string& path : all_files())
    for (const Json& one : cases_of(path))
      for (const Json& id : one["req"]) cited[one["verdict"]].insert(id);
  for (const auto& [verdict, ids] : wanted) {
    std::vector<std::string> lacking;
    for (const std::string_view id : req::kIds)
      if (std::regex_match(std::string(id), ids) && cited[verdict].count(std::string(id)) == 0)
        lacking.emplace_back(id);
    CAPTURE(verdict);
    CHECK(lacking == std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace portcullis::tests
