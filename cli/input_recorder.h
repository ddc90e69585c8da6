#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "portcullis/cli/recorder.h"
#include "portcullis/driver/shard.h"

namespace portcullis::cli {

/// Records what shards tell their clients, beside the bytes, so that `replay` can run them again.
///
/// Lifetime: the recorder is borrowed.
/// Threads:  `chance_of` before the shards run; `tell` on any thread.
class InputRecorder {
 public:
  /// `leaving` is how the shards will be stopped.
  InputRecorder(Recorder& recorder, gateway::Leaving leaving) : recorder_(recorder), leaving_(leaving) {}

  /// Gives the draws of a shard: they follow from a seed, which is recorded.
  Chance chance_of(std::uint32_t shard);
  void tell(std::uint32_t shard, driver::Input what, Instant now, const Config& config);

 private:
  Recorder& recorder_;
  const gateway::Leaving leaving_;
  std::map<std::uint32_t, std::string> seeds_;
};

}  // namespace portcullis::cli
