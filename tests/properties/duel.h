#pragma once

#include <memory>
#include <string>
#include <vector>

#include "portcullis/spec/gateway_session.h"
#include "portcullis/tests/properties/referee.h"
#include "portcullis/tests/properties/script.h"
#include "portcullis/tests/transcripts/player.h"

namespace portcullis::tests {

/// What histories have met in all.
struct Seen {
  std::vector<std::uint64_t> rows = std::vector<std::uint64_t>(spec::gateway_session::kTable.size());
  Tally met;
};

/// Plays one history to a client and to the model of one, and compares all that can be seen after each step.
class Duel {
 public:
  Duel(std::uint32_t seed, Seen* seen);
  /// As a line of configuration says.
  explicit Duel(const std::string& config, Seen* seen = nullptr);

  /// Plays steps until the two differ.
  void play(const std::vector<Step>& steps);
  void play(const std::string& line);

  /// How they differ; empty when they do not.
  const std::string& difference() const { return difference_; }
  /// The first invariant that the client broke; empty when all hold.
  const std::string& broken() const { return referee_->broken(); }
  /// The history so far, as a transcript of what the client does: tests/transcripts/ can take it up as it stands.
  const std::string& transcript() const { return transcript_; }

 private:
  void compare_lines(const std::vector<std::string>& client);
  void compare_state();
  void compare_deadline();
  void expect(bool same, const std::string& what, const std::string& client, const std::string& model);

  Player client_;
  ModelPlayer model_;
  Script script_;
  std::unique_ptr<Referee> referee_;
  std::size_t beats_open_most_ = 0;
  std::uint64_t link_ = 0;
  std::string difference_;
  std::string transcript_;
};

}  // namespace portcullis::tests
