#include "portcullis/bench/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <string_view>

namespace portcullis::bench {
namespace {

// A benchmark's time, held against a yardstick's; `least` is the ratio that design asks for, 0 where it asks for none.
struct Race {
  const char* group;
  const char* name;
  const char* words;
  const char* yardstick;
  const char* against;
  double least;
};

// A counter of a benchmark, and the most that it may be; negative where there is no bound. "ns" is its time for each of
// its "calls".
struct Cost {
  const char* name;
  const char* counter;
  const char* words;
  const char* unit;
  double most;
};

constexpr const char* kAlone = "Alone";
constexpr const char* kClient = "The whole client";
constexpr const char* kTree = "A tree of each payload, as clients have it today";

// clang-format off
constexpr std::array kRaces{
    Race{kAlone,  "memcpy",                            "memcpy of the JSON",             "",                 "",        0},
    Race{kAlone,  "inflate",                           "zlib's inflate",                 "",                 "",        0},
    Race{kAlone,  "zstd",                              "zstd",                           "",                 "",        0},
    Race{kClient, "client/zlib-stream/json/envelope",  "zlib-stream, JSON, envelope",    "inflate",          "inflate", 0.90},
    Race{kClient, "client/zlib-stream/json/grammar",   "zlib-stream, JSON, grammar",     "inflate",          "inflate", 0.75},
    Race{kClient, "client/zlib-stream/json/grammar",   "zlib-stream, JSON, grammar",     "tree/zlib-stream", "tree",    4},
    Race{kClient, "client/zlib-stream/etf",            "zlib-stream, ETF",               "inflate",          "inflate", 0},
    Race{kClient, "client/zstd-stream/json/envelope",  "zstd-stream, JSON, envelope",    "zstd",             "zstd",    0.82},
    Race{kClient, "client/zstd-stream/json/grammar",   "zstd-stream, JSON, grammar",     "zstd",             "zstd",    0},
    Race{kClient, "client/zstd-stream/etf",            "zstd-stream, ETF",               "zstd",             "zstd",    0},
    Race{kClient, "client/payload/json/envelope",      "payload zlib, JSON, envelope",   "tree/zlib-stream", "tree",    0},
    Race{kClient, "client/none/json/envelope",         "no compression, JSON, envelope", "tree/none",        "tree",    25},
    Race{kClient, "client/none/json/grammar",          "no compression, JSON, grammar",  "tree/none",        "tree",    12},
    Race{kClient, "client/none/etf",                   "no compression, ETF",            "tree/none",        "tree",    20},
    Race{kTree,   "tree/none",                         "own framing, nlohmann",          "",                 "",        0},
    Race{kTree,   "tree/zlib-stream",                  "own framing, zlib, nlohmann",    "inflate",          "inflate", 0},
    Race{kTree,   "outside/none",                      "wslay's framing, nlohmann",      "tree/none",        "tree",    0},
    Race{kTree,   "outside/zlib-stream",               "wslay's framing, zlib, nlohmann", "inflate",         "inflate", 0},
};
constexpr std::array kCosts{
    Cost{"client/zlib-stream/json/envelope", "allocations", "allocations, zlib-stream, JSON",     "an event",  0},
    Cost{"client/zlib-stream/etf",           "allocations", "allocations, zlib-stream, ETF",      "an event",  0},
    Cost{"client/zstd-stream/json/envelope", "allocations", "allocations, zstd-stream, JSON",     "an event",  0},
    Cost{"client/zstd-stream/etf",           "allocations", "allocations, zstd-stream, ETF",      "an event",  0},
    Cost{"client/payload/json/envelope",     "allocations", "allocations, payload zlib",          "an event",  0},
    Cost{"client/none/json/grammar",         "allocations", "allocations, no compression, JSON",  "an event",  0},
    Cost{"client/none/etf",                  "allocations", "allocations, no compression, ETF",   "an event",  0},
    Cost{"idle/none",                        "bytes",       "an idle session",                    "B",         2'048},
    Cost{"idle/zlib-stream",                 "bytes",       "an idle session, zlib-stream",       "B",         42 * 1'024},
    Cost{"idle/zstd-stream",                 "bytes",       "an idle session, zstd-stream",       "B",         -1},
    Cost{"bytewise/frames",                  "ns",          "a byte fed alone, the framing only", "ns",        -1},
    Cost{"bytewise/client",                  "ns",          "a byte fed alone, the whole client", "ns",        -1},
    Cost{"heartbeat",                        "ns",          "a heartbeat, encoded, masked, framed", "ns",      50},
    Cost{"mask",                             "ns",          "masking 4 KiB",                      "ns",        -1},
};
// clang-format on

std::string number(double value, int digits) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string speed_of(const Measured& measured, std::size_t json_bytes) {
  return number(static_cast<double>(json_bytes) / 1e6 / measured.cpu_ms, 2) + " GB/s";
}

void add_races(const Results& results, std::size_t json_bytes, std::vector<Line>& lines) {
  for (const Race& race : kRaces) {
    const auto found = results.find(race.name);
    if (found == results.end()) continue;
    Line line{.group = race.group,
              .words = race.words,
              .value = number(found->second.cpu_ms, 1) + " ms",
              .speed = speed_of(found->second, json_bytes),
              .against = race.against,
              .wanted = race.least > 0 ? ">= " + number(race.least, 2) : ""};
    if (const auto yardstick = results.find(race.yardstick); yardstick != results.end()) {
      line.ratio = yardstick->second.cpu_ms / found->second.cpu_ms;
      line.met = line.ratio >= race.least;
    }
    lines.push_back(std::move(line));
  }
}

void add_costs(const Results& results, std::vector<Line>& lines) {
  for (const Cost& cost : kCosts) {
    const auto found = results.find(cost.name);
    if (found == results.end() || !found->second.counters.contains(cost.counter)) continue;
    const double value = found->second.counters.at(cost.counter);
    Line line{.group = "What it costs",
              .words = cost.words,
              .value = number(value, value < 100 ? 1 : 0) + " " + cost.unit,
              .wanted = cost.most >= 0 ? "<= " + number(cost.most, 0) : "",
              .met = cost.most < 0 || value <= cost.most};
    lines.push_back(std::move(line));
  }
}

// One byte at a time the whole client may cost twice what its framing alone does.
void add_bytewise_ratio(const Results& results, std::vector<Line>& lines) {
  constexpr double kMost = 2;
  const auto frames = results.find("bytewise/frames");
  const auto client = results.find("bytewise/client");
  if (frames == results.end() || client == results.end()) return;
  const auto line = std::ranges::find(lines, "a byte fed alone, the whole client", &Line::words);
  const double times = client->second.counters.at("ns") / frames->second.counters.at("ns");
  line->ratio = 1 / times;
  line->against = "framing";
  line->wanted = ">= " + number(1 / kMost, 2);
  line->met = times <= kMost;
}

std::string padded(std::string text, std::size_t width, bool right = false) {
  if (text.size() < width) text.insert(right ? 0 : text.size(), width - text.size(), ' ');
  return text;
}

}  // namespace

void Collector::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.error_occurred) {
      std::cerr << run.run_name.function_name << ": " << run.error_message << '\n';
      continue;
    }
    const bool median = run.run_type == Run::RT_Aggregate && run.aggregate_name == "median";
    if (!median && (run.run_type == Run::RT_Aggregate || run.repetitions > 1)) continue;
    Measured& measured = results_[run.run_name.function_name];
    measured.cpu_ms = run.GetAdjustedCPUTime() / 1e6;  // which is in nanoseconds, as nothing else was asked for
    for (const auto& [name, counter] : run.counters) measured.counters[name] = counter.value;
    if (const auto calls = measured.counters.find("calls"); calls != measured.counters.end())
      measured.counters["ns"] = measured.cpu_ms * 1e6 / calls->second;
  }
}

std::vector<Line> lines_of(const Results& results, std::size_t json_bytes) {
  std::vector<Line> lines;
  add_races(results, json_bytes, lines);
  add_costs(results, lines);
  add_bytewise_ratio(results, lines);
  return lines;
}

std::string table(const std::vector<Line>& lines) {
  std::string text;
  std::string group;
  for (const Line& line : lines) {
    if (line.group != std::exchange(group, line.group)) text += (text.empty() ? "" : "\n") + line.group + "\n";
    text += "  " + padded(line.words, 38) + padded(line.value, 16, true) + padded(line.speed, 14, true);
    if (line.ratio > 0) text += padded(number(line.ratio, 2), 9, true) + " x " + padded(line.against, 9);
    if (line.ratio <= 0 && !line.wanted.empty()) text += padded("", 21);
    if (!line.wanted.empty()) text += line.wanted + (line.met ? "" : "  MISSED");
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

nlohmann::ordered_json json(const std::vector<Line>& lines, const Results& results, std::size_t json_bytes) {
  nlohmann::ordered_json all{{"json_bytes", json_bytes}, {"lines", nlohmann::ordered_json::array()}};
  for (const Line& line : lines) {
    all["lines"].push_back({{"group", line.group}, {"what", line.words}, {"value", line.value}});
    auto& last = all["lines"].back();
    if (!line.speed.empty()) last["speed"] = line.speed;
    if (line.ratio > 0) last["ratio"] = line.ratio, last["against"] = line.against;
    if (!line.wanted.empty()) last["wanted"] = line.wanted, last["met"] = line.met;
  }
  for (const auto& [name, measured] : results) {
    all["measured"][name] = {{"cpu_ms", measured.cpu_ms}};
    for (const auto& [counter, value] : measured.counters) all["measured"][name][counter] = value;
  }
  return all;
}

}  // namespace portcullis::bench
