#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace portcullis::bench {

/// What was measured, by the name of the benchmark: the median of its rounds.
struct Measured {
  double cpu_ms = 0;
  std::map<std::string, double> counters;
};
using Results = std::map<std::string, Measured>;

/// Takes the runs that the library reports, tells of each round on standard error, and keeps the medians.
class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;
  const Results& results() const noexcept { return results_; }

 private:
  Results results_;
};

/// A line of the report: what was measured, beside what, and what it has to come up to.
struct Line {
  std::string group;
  std::string words;
  std::string value;         ///< with its unit
  std::string speed = {};    ///< in bytes of JSON; empty where that says nothing
  double ratio = 0;          ///< of the yardstick's time to this one's; 0 for none
  std::string against = {};  ///< the yardstick, in a word or two
  std::string wanted = {};   ///< empty where nothing is
  bool met = true;
};

/// Holds the results against the table of what is wanted; what was not measured is left out.
std::vector<Line> lines_of(const Results& results, std::size_t json_bytes);

std::string table(const std::vector<Line>& lines);
nlohmann::ordered_json json(const std::vector<Line>& lines, const Results& results, std::size_t json_bytes);
/// Draws the speeds as a bar chart, an SVG file of its own.
std::string chart(const Results& results, std::size_t json_bytes);

}  // namespace portcullis::bench
