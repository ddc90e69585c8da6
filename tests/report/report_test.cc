#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "portcullis/oracle/report/json.h"
#include "portcullis/oracle/report/junit.h"
#include "portcullis/oracle/report/words.h"
#include "portcullis/tests/json_schema.h"
#include "portcullis/tests/report/sample.h"

namespace portcullis::tests {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("report: a report as JSON fits its schema and holds the wire log of each scenario") {
  const auto json = nlohmann::json::parse(report::to_json(sample_report("good client")).dump());
  std::ifstream schema("corpus/schema/report.schema.json");
  CHECK(schema_faults(nlohmann::json::parse(schema), json) == std::vector<std::string>{});
  CHECK(json["outcomes"]["failed"] == 1);
  CHECK(json["results"][1]["timeline"].size() == 9);
}

TEST_CASE("report: a report as JSON names the frame that broke a rule") {
  const auto json = nlohmann::json::parse(report::to_json(sample_report("good client")).dump());
  const auto& rules = json["results"][1]["rules"];
  const auto broken =
      std::find_if(rules.begin(), rules.end(), [](const auto& rule) { return rule["verdict"] == "VIOLATION"; });
  REQUIRE(broken != rules.end());
  CHECK((*broken)["id"] == "heartbeat/sequence");
  CHECK((*broken)["findings"][0]["record"] == 5);
}

TEST_CASE("report: a report as JUnit XML counts failures and skipped cases, and holds what XML forbids in no text") {
  pugi::xml_document document;
  REQUIRE(document.load_string(report::to_junit(sample_report("other <client>")).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  CHECK(suite.attribute("tests").as_int() == 7);
  CHECK(suite.attribute("failures").as_int() == 3);
  CHECK(suite.attribute("skipped").as_int() == 2);
  CHECK(std::string(suite.attribute("name").value()) == "portcullis other <client>");
  const pugi::xml_node failed = suite.find_child_by_attribute("testcase", "name", "heartbeat/b/failed");
  CHECK(has(failed.child("failure").text().get(), "VIOLATION GW-HB-5"));
}

TEST_CASE("report: a report as a table names what did not pass, the rules that were not kept, and the totals") {
  const std::string table = report::to_table(sample_report("good client"), false);
  CHECK(has(table, "heartbeat/b/failed    failed  GW-HB-5: d is the last s"));
  CHECK(has(table, "MUST GW-HB-5, GW-HB-6, GW-HB-7, GW-ENV-7  d is the last s"));
  CHECK(
      has(table,
          "good client: 1 passed, 1 failed, 1 flaky, 1 expected failure, 1 unexpected pass, 1 skipped, 1 not started"));
  CHECK_FALSE(has(table, "heartbeat/a/passed"));
  CHECK_FALSE(has(table, "\x1b["));
  CHECK(has(report::to_table(sample_report("good client"), true), "\x1b[31mfailed\x1b[0m"));
}

TEST_CASE("report: a finding counts as a failure by its verdict and the scenario's level") {
  const auto is_failure = [](judge::Verdict verdict, const std::string& level) {
    judge::Finding finding;
    finding.verdict = verdict;
    return report::counts(judge::Rule{}, finding, {"", level, "", {"GW-HB-5"}, {}, {}});
  };
  CHECK(is_failure(judge::Verdict::Violation, "INFO"));
  CHECK(is_failure(judge::Verdict::Deviation, "SHOULD"));
  CHECK_FALSE(is_failure(judge::Verdict::Deviation, "ROBUST"));
  CHECK_FALSE(is_failure(judge::Verdict::Unusual, "MUST"));
  CHECK_FALSE(is_failure(judge::Verdict::ServerOdd, "MUST"));
}

TEST_CASE("report: what shows alike in every scenario fails those that cite it") {
  judge::Finding finding;
  finding.verdict = judge::Verdict::Violation;
  judge::Rule rule;
  rule.requirements = {"GW-ID-13"};
  rule.everywhere = true;
  CHECK(report::counts(rule, finding, {"", "MUST", "", {"GW-ID-1", "GW-ID-13"}, {}, {}}));
  CHECK_FALSE(report::counts(rule, finding, {"", "MUST", "", {"GW-HB-5"}, {}, {}}));
  CHECK(report::counts(rule, finding, {"a recording", "MUST", "", {}, {}, {}}));
}

}  // namespace
}  // namespace portcullis::tests
