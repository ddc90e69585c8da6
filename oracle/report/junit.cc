#include "portcullis/oracle/report/junit.h"

#include <pugixml.hpp>
#include <sstream>

#include "portcullis/oracle/report/words.h"

namespace portcullis::report {
namespace {

std::string seconds(std::int64_t ms) {
  std::ostringstream out;
  out << static_cast<double>(ms) / 1'000;
  return out.str();
}

bool fails(Outcome outcome) {
  return outcome == Outcome::Failed || outcome == Outcome::UnexpectedPass || outcome == Outcome::NotStarted;
}
bool is_skipped(Outcome outcome) { return outcome == Outcome::Skipped || outcome == Outcome::ExpectedFailure; }

/// Takes out what XML cannot hold: a client's output may have any byte.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '\n' || c == '\t' || (c >= ' ' && c <= '~')) out += c;
  return out;
}

void add_case(pugi::xml_node& suite, const ScenarioResult& result, const std::string& client) {
  pugi::xml_node one = suite.append_child("testcase");
  one.append_attribute("classname") = client.c_str();
  one.append_attribute("name") = result.scenario.id.c_str();
  one.append_attribute("time") = seconds(result.took_ms).c_str();
  if (is_skipped(result.outcome)) one.append_child("skipped").append_attribute("message") = result.why.c_str();
  if (!fails(result.outcome)) return;
  pugi::xml_node failure = one.append_child("failure");
  failure.append_attribute("message") = result.why.c_str();
  failure.append_attribute("type") = std::string(name_of(result.outcome)).c_str();
  failure.text().set(findings_in_words(result).c_str());
  if (!result.log_tail.empty()) one.append_child("system-out").text().set(printable(result.log_tail).c_str());
}

}  // namespace

std::string to_junit(const ClientReport& report) {
  pugi::xml_document document;
  pugi::xml_node suite = document.append_child("testsuites").append_child("testsuite");
  const auto counts = tally(report);
  const auto of = [&](Outcome outcome) { return counts[static_cast<std::size_t>(outcome)]; };
  suite.append_attribute("name") = ("portcullis " + report.name).c_str();
  suite.append_attribute("tests") = static_cast<unsigned long long>(report.results.size());
  suite.append_attribute("failures") =
      static_cast<unsigned long long>(of(Outcome::Failed) + of(Outcome::UnexpectedPass) + of(Outcome::NotStarted));
  suite.append_attribute("skipped") =
      static_cast<unsigned long long>(of(Outcome::Skipped) + of(Outcome::ExpectedFailure));
  suite.append_attribute("time") = seconds(report.took_ms).c_str();
  for (const ScenarioResult& result : report.results) add_case(suite, result, report.name);
  std::ostringstream out;
  document.save(out, " ");
  return out.str();
}

}  // namespace portcullis::report
