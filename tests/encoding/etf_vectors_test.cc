// Runs corpus/vectors/etf: what a client makes of the gateway's payloads, and the mock gateway of a client's.
#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>

#include "portcullis/spec/requirements.h"
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

const std::vector<std::string> kNone;

TEST_CASE("GW-ETF-1: the ETF vectors keep their schema, order, ids and counts", "[encoding][vectors]") {
  for (const std::string& path : all_files()) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
  }
  for (const Json& one : cases_of(kClient)) CHECK(one.contains("payload") != one.contains("close_code"));
}

TEST_CASE("GW-ETF-11: every payload of the gateway comes out as it says", "[encoding][vectors]") {
  CHECK(failures(kServer[0], 4) == kNone);
  CHECK(failures(kServer[1], 58) == kNone);
  CHECK(failures(kServer[2], 50) == kNone);
}

TEST_CASE("GW-ZLIB-7: every proper prefix of a payload with an envelope is incomplete", "[encoding][vectors]") {
  for (const std::string& path : kServer)
    for (const vectors::Question& one : questions_of(path)) {
      if (!one.expect.contains("op")) continue;
      const std::string hex = one.ask["hex"];
      for (std::size_t size = 0; 2 * size < hex.size(); ++size) {
        const Json incomplete{{"error", "EtfIncomplete"}, {"offset", size}};
        const Json question{{"layer", "etf"}, {"hex", hex.substr(0, 2 * size)}};
        if (const Json answer = vectors::ask_core(question).answer; answer != incomplete)
          FAIL(one.id << " cut to " << size << " bytes gives " << answer);
      }
    }
}

TEST_CASE("GW-ETF-2, GW-ETF-3, GW-CAUSE-2: the mock reads a client's payload, or does not, as the vectors say",
          "[encoding][vectors]") {
  CHECK(failures(kClient, 24) == kNone);
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
