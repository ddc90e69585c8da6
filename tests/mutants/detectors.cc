#include "portcullis/tests/mutants/detectors.h"

// Catch2 itself is compiled here, for a program without its main.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "portcullis/tests/client/history.h"
#include "portcullis/tests/transcripts/play.h"

namespace portcullis::tests {
namespace {

constexpr int kHistories = 1'000;
constexpr int kHistorySteps = 80;

// The cases in one file, but for those that take half a second, and those that count which rows the others have met.
bool cases_fail(const std::string& file) {
  Catch::ConfigData config;
  config.abortAfter = 1;
  config.filenamesAsTags = true;
  config.outputFilename = "/dev/null";
  config.testsOrTags = {"[#" + file + "]~[slow]~[.]~*every live row*"};
  static Catch::Session session;
  session.useConfigData(config);
  return session.run() != 0;
}

constexpr int kLongMs = 20'000;

Detector cases_of(const std::string& file, std::vector<Layer> sees) {
  return {file, std::move(sees), [file] { return cases_fail(file); }};
}

bool transcripts_differ() {
  for (const auto& file : std::filesystem::directory_iterator("tests/transcripts"))
    if (file.path().extension() == ".txt" && !play_transcript(file.path()).good) return true;
  return false;
}

// The invariants of the catalogue, in histories that are the same each time.
bool histories_break() {
  std::uint32_t seed = 1;
  const auto draw = [&seed] { return (seed = seed * 1'664'525u + 1'013'904'223u) >> 12; };
  for (int i = 0; i < kHistories; ++i) {
    std::vector<Step> steps(kHistorySteps);
    for (Step& step : steps) step = {static_cast<std::uint8_t>(draw()), static_cast<std::uint16_t>(draw())};
    Config config = plain_config();
    if (i % 3 == 1) config.compression = compression::Compression::ZlibStream;
    History history(config, Cut::Whole);
    history.play(steps);
    if (!history.broken().empty()) return true;
  }
  return false;
}

}  // namespace

std::vector<Detector> detectors() {
  using enum Layer;
  std::vector<Detector> net{{"transcripts", {Frames, Client}, transcripts_differ}};
  net.push_back(cases_of("cells_test", {Frames, Mock}));
  for (const char* file : {"handshake_test", "closing_test"}) net.push_back(cases_of(file, {Frames}));
  for (const char* file : {"session_test", "connect_test", "ending_test", "commands_test", "misuse_test",
                           "close_codes_test", "envelope_test", "storm_test"})
    net.push_back(cases_of(file, {Frames, Client}));
  for (const char* file : {"peer_life_test", "control_test", "verbs_test", "etf_test", "compression_test"})
    net.push_back(cases_of(file, {Client, Mock}));
  net.push_back(cases_of("stream_test", {Frames}));
  const std::size_t quick = net.size();
  net.push_back({"histories", {Frames, Client}, histories_break});
  net.push_back(cases_of("heartbeat_test", {Client}));
  net.push_back(cases_of("exchanges_test", {Frames}));
  net.push_back(cases_of("peer_test", {Client, Mock}));
  net.push_back(cases_of("judged_test", {Client, Mock}));
  net.push_back(cases_of("vectors_test", {Frames}));
  for (std::size_t i = quick; i < net.size(); ++i) net[i].ms_max = kLongMs;
  return net;
}

}  // namespace portcullis::tests
