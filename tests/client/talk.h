#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/tests/client/world.h"

namespace portcullis::tests {

using Lines = std::vector<std::string>;

// What a World wrote down, picked apart.
std::size_t count(const Lines& lines, std::string_view part);  ///< lines that hold `part`
bool has(const Lines& lines, std::string_view part);
std::string first(const Lines& lines, std::string_view part);  ///< the first line that holds it, or none
Lines sent(const Lines& lines, int opcode);                    ///< the data messages of that opcode, without the link
std::string beat_value(const Lines& lines);                    ///< `d` of the last op 1
std::int64_t delay_ms(const Lines& lines);                     ///< until the next attempt, as the last loss said; or -1

// Ways to a state. Each leaves the lines written on the way.
void reach_hello_wait(World& world);                                     ///< upgraded, before Hello
void reach_slot_wait(World& world, std::int64_t heartbeat_ms = 41'250);  /// Hello seen, no turn to identify yet
void reach_identifying(World& world, std::int64_t heartbeat_ms = 41'250);
void dial_again(World& world);                                          ///< waits until the next link is asked for
void come_back(World& world, std::int64_t heartbeat_ms = 41'250);       ///< dial_again, up to and with Hello
void reach_resuming(World& world, std::int64_t heartbeat_ms = 41'250);  ///< ready once, lost, op 6 sent

/// The lines that come of one act, in a World that nothing was said in before.
template <typename Act>
Lines lines_of(World& world, Act act) {
  world.take();
  act();
  return world.take();
}

gateway::Command voice_command(std::uint64_t guild_id = 81'384'788'765'712'384);

}  // namespace portcullis::tests
