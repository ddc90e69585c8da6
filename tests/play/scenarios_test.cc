#include <catch2/catch.hpp>

#include "portcullis/oracle/play/scenario.h"
#include "portcullis/tests/play/duel.h"

namespace portcullis::tests {
namespace {

std::vector<play::Scenario> playable() {
  std::vector<play::Scenario> out;
  for (const play::Scenario& scenario : play::embedded_scenarios())
    if (scenario.pace != play::Pace::Wall && scenario.needs.empty()) out.push_back(scenario);
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
      const Duelled duelled = duel(scenario, {.compression = manner.compression, .encoding = manner.encoding});
      INFO(scenario.id << ", " << name(manner.encoding) << ", " << in_query(manner.compression));
      CHECK(duelled.stopped_at == "");
      CHECK(duelled.complete);
      CHECK(duelled.finished == (scenario.then == play::Then::Stop));
      CHECK(duelled.took <= scenario.budget + scenario.watch);
    }
  }
}

}  // namespace portcullis::tests
