#include "portcullis/tests/client/talk.h"

#include <algorithm>
#include <stdexcept>

namespace portcullis::tests {

std::size_t count(const Lines& lines, std::string_view part) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [part](const auto& line) { return line.find(part) != std::string::npos; }));
}

bool has(const Lines& lines, std::string_view part) { return count(lines, part) > 0; }

std::string first(const Lines& lines, std::string_view part) {
  const auto at = std::find_if(lines.begin(), lines.end(),
                               [part](const auto& line) { return line.find(part) != std::string::npos; });
  return at == lines.end() ? std::string() : *at;
}

Lines sent(const Lines& lines, int opcode) {
  const std::string start = "> {\"op\":" + std::to_string(opcode) + ",";
  Lines out;
  for (const auto& line : lines)
    if (const auto at = line.find(start); at != std::string::npos) out.push_back(line.substr(at + 2));
  return out;
}

std::string beat_value(const Lines& lines) {
  const auto beats = sent(lines, 1);
  if (beats.empty()) return "no beat";
  const auto at = beats.back().find(R"("d":)") + 4;
  return beats.back().substr(at, beats.back().size() - at - 1);
}

std::int64_t delay_ms(const Lines& lines) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (const auto at = line->find(" in "); line->starts_with("! disconnected") && at != std::string::npos)
      return std::stoll(line->substr(at + 4));
  return -1;
}

void reach_hello_wait(World& world) {
  (void)world.start();
  world.opened();
  world.upgrade();
}

void reach_slot_wait(World& world, std::int64_t heartbeat_ms) {
  reach_hello_wait(world);
  world.text(hello(heartbeat_ms));
}

void reach_identifying(World& world, std::int64_t heartbeat_ms) {
  reach_slot_wait(world, heartbeat_ms);
  world.grant();
}

void dial_again(World& world) {
  for (int i = 0; i < 10 && !world.has_link(); ++i) {
    if (!world.deadline()) throw std::logic_error("the client does not mean to come back");
    world.advance(*world.deadline() - world.now());
  }
}

void come_back(World& world, std::int64_t heartbeat_ms) {
  dial_again(world);
  world.opened();
  world.upgrade();
  world.text(hello(heartbeat_ms));
}

void reach_resuming(World& world, std::int64_t heartbeat_ms) {
  world.get_ready();
  world.lose();
  come_back(world, heartbeat_ms);
}

gateway::Command voice_command(std::uint64_t guild_id) {
  return gateway::UpdateVoiceState{.guild_id = guild_id, .channel_id = std::nullopt};
}

}  // namespace portcullis::tests
