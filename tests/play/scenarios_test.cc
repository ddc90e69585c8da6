#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "portcullis/oracle/clients/portcullis/command.h"
#include "portcullis/oracle/play/scenario.h"
#include "portcullis/tests/play/duel.h"

namespace portcullis::tests {
namespace {

bool is_followed(const std::string& order) { return order == "send"; }

std::vector<play::Scenario> playable() {
  std::vector<play::Scenario> out;
  for (const play::Scenario& scenario : play::embedded_scenarios())
    if (scenario.pace != play::Pace::Wall && std::ranges::all_of(scenario.needs, is_followed)) out.push_back(scenario);
  return out;
}

struct Manner {
  encoding::Encoding encoding;
  compression::Compression compression;
};

}  // namespace

TEST_CASE("GW-CONN-1: our client plays each scenario to its end, in each encoding and compression", "[play]") {
  using compression::Compression;
  using encoding::Encoding;
  const std::vector<Manner> manners{{Encoding::Json, Compression::None},
                                    {Encoding::Json, Compression::ZlibStream},
                                    {Encoding::Json, Compression::Payload},
                                    {Encoding::Etf, Compression::ZstdStream}};
  for (const play::Scenario& scenario : playable()) {
    for (const Manner& manner : manners) {
      const Duelled duelled =
          duel(scenario,
               {.compression = manner.compression, .encoding = manner.encoding, .command_of = clients::command_of});
      INFO(scenario.id << ", " << name(manner.encoding) << ", " << in_query(manner.compression));
      CHECK(duelled.stopped_at == "");
      CHECK(duelled.complete);
      CHECK(duelled.finished == (scenario.then == play::Then::Stop));
      CHECK(duelled.took <= scenario.budget + scenario.watch);
    }
  }
}

TEST_CASE("play: where the bytes are cut changes nothing that is told", "[play]") {
  for (const play::Scenario& scenario : playable()) {
    INFO(scenario.id);
    const auto lines = [&](const DuelOptions& options) {
      std::vector<std::string> out;
      for (const timeline::Record& record : duel(scenario, options).timeline.records) out.push_back(line_of(record));
      return out;
    };
    const auto by_two = [](std::size_t) { return std::size_t{2}; };
    CHECK(lines({.command_of = clients::command_of}) == lines({.cut = by_two, .command_of = clients::command_of}));
  }
}

TEST_CASE("play: what is told of a scenario can be read again", "[play]") {
  for (const play::Scenario& scenario : playable()) {
    INFO(scenario.id);
    const Duelled duelled = duel(scenario, {.command_of = clients::command_of});
    std::string text = timeline::header_line(duelled.timeline) + "\n";
    for (const timeline::Record& record : duelled.timeline.records) text += line_of(record) + "\n";
    std::istringstream in(text);
    const auto read = timeline::read(in);
    if (const auto* const malformed = std::get_if<timeline::Malformed>(&read)) FAIL_CHECK(malformed->text);
  }
}

}  // namespace portcullis::tests
