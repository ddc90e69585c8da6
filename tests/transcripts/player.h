#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/tests/client/world.h"

namespace portcullis::tests {

/// Plays the commands of a transcript, a line each, to a client. Lines of `config` come first.
class Player {
 public:
  void play(const std::string& line);
  /// Gives and forgets what came out since the last call.
  std::vector<std::string> take() { return world_ ? world_->take() : std::vector<std::string>(); }
  /// The client and its surroundings; begins with what was configured so far.
  World& world();

 private:
  void configure(std::string_view key, const std::string& value);
  void perform(const std::string& verb, const std::string& rest);
  void perform_of_caller(const std::string& verb, const std::string& rest);
  void say(const Status& result);
  void stale(const std::string& what);

  Config config_ = plain_config();
  Limits limits_;
  std::optional<std::uint32_t> chance_;
  std::uint32_t cut_ = 0;
  std::uint32_t split_ = 0;
  std::unique_ptr<World> world_;
};

/// A command by its name in transcripts, with what stands behind it. Throws when there is none of that name.
gateway::Command command_of(const std::string& name, const std::string& rest);
/// The bytes that stand in a transcript as hex.
Bytes bytes_of_hex(std::string_view hex);
/// A line of a transcript with `\r\n` spelled out as the two bytes.
std::string with_line_ends(std::string text);

}  // namespace portcullis::tests
