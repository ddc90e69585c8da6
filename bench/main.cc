// The speed and the costs of the whole client, beside yardsticks on the same bytes, in rounds that take turns.
//
//   bazel run -c opt //bench -- --help
#include <benchmark/benchmark.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "portcullis/bench/measure.h"
#include "portcullis/bench/report.h"

namespace {

using namespace portcullis::bench;

struct Wish {
  std::size_t megabytes = 72;
  int rounds = 7;
  std::string only = ".*";
  std::string json_file;
  std::string svg_file;
};

/// Gives the library its own flags; the rounds of all benchmarks take turns, so that no one has the quiet minutes.
void set_up(const Wish& wish) {
  std::vector<std::string> flags{"bench", "--benchmark_repetitions=" + std::to_string(wish.rounds),
                                 "--benchmark_enable_random_interleaving=true", "--benchmark_filter=" + wish.only};
  std::vector<char*> arguments;
  for (std::string& flag : flags) arguments.push_back(flag.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text;
  out.close();
  if (!out) std::cerr << "bench: cannot write " << path << '\n';
  return static_cast<bool>(out);
}

}  // namespace

int main(int argc, char** argv) {
  Wish wish;
  CLI::App app("Measures the whole client beside yardsticks, as ratios in one run.", "bench");
  app.add_option("--megabytes", wish.megabytes, "JSON in the stream that is measured")->check(CLI::Range(1, 1'000));
  app.add_option("--rounds", wish.rounds, "Rounds, of which the median counts")->check(CLI::Range(1, 100));
  app.add_option("--only", wish.only, "Only benchmarks whose name this regular expression finds");
  app.add_option("--json", wish.json_file, "Also write the results to this file");
  app.add_option("--svg", wish.svg_file, "Also draw them into this file");
  app.get_option("--megabytes")->capture_default_str();
  app.get_option("--rounds")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  std::cerr << "making a stream of " << wish.megabytes << " MB in every encoding and compression\n";
  constexpr std::size_t kGuilds = 160;
  const Streams streams(wish.megabytes * 1'000'000, kGuilds);
  register_yardsticks(streams);
  register_clients(streams);
  register_costs();
  register_outside(streams);
  set_up(wish);
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  const auto lines = lines_of(collector.results(), streams.json_bytes());
  std::cout << table(lines);
  bool good = true;
  if (!wish.json_file.empty())
    good &= write(wish.json_file, json(lines, collector.results(), streams.json_bytes()).dump(1) + "\n");
  if (!wish.svg_file.empty()) good &= write(wish.svg_file, chart(collector.results(), streams.json_bytes()));
  return good && !lines.empty() ? 0 : 1;
}
