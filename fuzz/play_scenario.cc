// For every text: it is no file of scenarios, and why is one line; or the first plays to an end that can be told.
#include <algorithm>
#include <sstream>

#include "portcullis/fuzz/input.h"
#include "portcullis/oracle/play/scenario.h"
#include "portcullis/tests/play/duel.h"

namespace portcullis::fuzz {
namespace {

constexpr Duration kTimeMax{20'000};
constexpr Duration kIntervalMin{500};
constexpr std::size_t kStepsMax = 300;
constexpr std::size_t kLettersMax = 10'000;

/// The same scenario, but over soon.
play::Scenario shortened(play::Scenario scenario) {
  scenario.budget = std::min(scenario.budget, kTimeMax);
  scenario.watch = std::min(scenario.watch, kTimeMax);
  scenario.world.shards = std::min(scenario.world.shards, 2u);
  scenario.world.guilds = std::min(scenario.world.guilds, 3u);
  scenario.world.heartbeat_interval = std::max(scenario.world.heartbeat_interval, kIntervalMin);
  for (play::Script& script : scenario.links) {
    if (script.size() > kStepsMax) script.resize(kStepsMax);
    for (play::Step& step : script) {
      if (auto* const large = std::get_if<play::LargeEvent>(&step.verb))
        large->letters = std::min(large->letters, kLettersMax);
      if (auto* const say = std::get_if<mock::Say>(&step.verb))
        if (auto* const interval = std::get_if<mock::SayInterval>(say))
          interval->interval = std::max(interval->interval, kIntervalMin);
    }
  }
  return scenario;
}

std::string written(const timeline::Timeline& timeline) {
  std::string text = timeline::header_line(timeline) + "\n";
  for (const timeline::Record& record : timeline.records) text += timeline::line_of(record) + "\n";
  return text;
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const auto read = play::read_scenarios(input.rest(), "file.json");
  if (const auto* const malformed = std::get_if<play::Malformed>(&read)) {
    fuzz::must(malformed->text.starts_with("file.json:"), "what is malformed has a file and a line");
    fuzz::must(malformed->text.find('\n') == std::string::npos, "why it is malformed is one line");
    return 0;
  }
  const tests::Duelled duelled = tests::duel(fuzz::shortened(std::get<0>(read).front()));
  fuzz::must(duelled.complete == duelled.stopped_at.empty(), "what is not complete stands somewhere");
  fuzz::must(duelled.took <= 2 * fuzz::kTimeMax, "it is over in time");
  std::istringstream in(fuzz::written(duelled.timeline));
  fuzz::must(std::holds_alternative<timeline::Timeline>(timeline::read(in)), "what was played is told well");
  return 0;
}
