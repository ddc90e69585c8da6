#include "portcullis/driver/identify_gate.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace portcullis::tests {
namespace {

using driver::IdentifyGate;

Instant at(std::int64_t ms) { return Instant{} + Duration{ms}; }

/// A gate, and what its shards were told.
struct Line {
  IdentifyGate gate{{0, 1}, [] { return 0u; }};
  std::vector<std::string> told;

  void ask(std::uint32_t shard) {
    gate.ask(shard, [this, shard](IdentifyGate::Word word) {
      told.push_back(std::to_string(shard) + (word == IdentifyGate::Word::Turn ? " turn" : " moved"));
    });
  }
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("GW-IDL-2: a shard that asked before a lower one had started is told when that has had its turn") {
  Line line;
  line.ask(1);
  CHECK(line.gate.serve(at(0)) == std::nullopt);
  line.ask(0);
  CHECK(line.gate.serve(at(0)) == at(5'000));
  CHECK(line.told == Told{"0 turn", "1 moved"});
  CHECK(line.gate.serve(at(4'999)) == at(5'000));
  CHECK(line.gate.serve(at(5'000)) == std::nullopt);
  CHECK(line.told == Told{"0 turn", "1 moved", "1 turn"});
}

TEST_CASE("GW-IDL-2: who waits is told when a shard gives its turn back, or will not ask") {
  Line line;
  line.ask(0);
  CHECK(line.gate.serve(at(0)) == std::nullopt);
  line.ask(1);
  CHECK(line.gate.serve(at(0)) == at(5'000));
  line.gate.give_back(0);
  CHECK(line.told == Told{"0 turn", "1 moved"});
  line.gate.retire(0);
  CHECK(line.told == Told{"0 turn", "1 moved", "1 moved"});
}

}  // namespace portcullis::tests
