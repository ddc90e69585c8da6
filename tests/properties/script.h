#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/tests/properties/model_player.h"

namespace portcullis::tests {

/// One step of a history: what to do, and a number that picks the details. Any step can be taken at any time, so that a
/// history with steps left out is a history too.
using Step = std::pair<std::uint8_t, std::uint16_t>;

/// Writes a history down as the commands of a transcript: what a good gateway and a good caller would do next, what an
/// odd or hostile one does, losses, deadlines met early, on time and late, local commands.
class Script {
 public:
  explicit Script(ModelPlayer& model) : model_(model) {}

  /// The command for a step, by what the model says of the moment; empty when the step makes no sense just then.
  std::string line(Step step);
  /// The line of configuration for a seed.
  static std::string configuration(std::uint32_t seed);

 private:
  std::string progress(std::uint16_t pick);
  std::string time(std::uint16_t pick) const;
  std::string control(std::uint16_t pick);
  std::string dispatch(std::uint16_t pick);
  std::string ready(std::uint16_t pick);
  std::string odd(std::uint16_t pick);
  std::string hostile(std::uint16_t pick) const;
  std::string close(std::uint16_t pick) const;
  std::string end(std::uint16_t pick) const;
  std::string command(std::uint16_t pick) const;
  std::string local(std::uint16_t pick) const;
  std::string stale(std::uint16_t pick) const;
  std::string flood(std::uint16_t pick) const;
  bool can_say() const;

  ModelPlayer& model_;
  std::int64_t s_ = 0;
  int sessions_ = 0;
};

}  // namespace portcullis::tests
