#include "portcullis/tests/transcripts/play.h"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "portcullis/tests/transcripts/player.h"
#include "portcullis/tests/transcripts/words.h"

namespace portcullis::tests {
namespace {

struct Block {
  std::vector<std::string> commands;  // comments and blank lines included
  std::vector<std::string> expected;
};

std::vector<Block> read(std::istream& in) {
  std::vector<Block> blocks(1);
  bool outputs = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "----") {
      outputs = true;
    } else if (!outputs) {
      blocks.back().commands.push_back(line);
    } else if (line.empty()) {
      blocks.emplace_back();
      outputs = false;
    } else {
      blocks.back().expected.push_back(line);
    }
  }
  if (blocks.back().commands.empty()) blocks.pop_back();
  return blocks;
}

/// What stands between semicolons.
std::vector<std::string> commands_in(const std::string& line) {
  std::vector<std::string> commands;
  std::istringstream rest(line);
  for (std::string one; std::getline(rest >> std::ws, one, ';');) commands.push_back(one);
  return commands;
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : between).append(text);
  return out;
}

/// What can be asked of the client between polls.
std::string standing(const Client& client) {
  const auto session = client.session();
  return std::string(spec::name(client.state())) + ", " +
         (session ? session->id + " at " + std::to_string(session->sequence) : "nothing to resume") + ", " +
         std::to_string(client.commands_waiting()) + " waiting" +
         (client.latency() ? ", latency " + std::to_string(client.latency()->count()) : "");
}

/// A conversation with one client, or with a new one for each `try`.
class Conversation {
 public:
  void play(const std::string& line) {
    const std::string verb = first_word(line), rest = behind_first_word(line);
    if (verb == "way") return void(way_ = commands_in(rest));
    if (verb == "try") return try_out(commands_in(rest));
    if (verb == "stands") return player_.world().line(standing(player_.world().client()));
    if (verb == "config") settings_.push_back(line);
    player_.play(line);
  }
  // Of the waits only one at the end says anything.
  std::vector<std::string> take() {
    for (auto& line : without_passing_waits(player_.take())) tried_.push_back(std::move(line));
    return std::exchange(tried_, {});
  }

 private:
  /// Goes the way with a new client, then does what is to be tried; writes down only what came of that.
  void try_out(const std::vector<std::string>& commands) {
    player_ = Player();
    for (const auto* lines : {&settings_, &way_})
      for (const auto& line : *lines) player_.play(line);
    World& world = player_.world();
    player_.take();
    for (const auto& command : commands) player_.play(command);
    tried_.push_back(joined(commands, "; ") + ":");
    for (const auto& line : without_passing_waits(player_.take())) tried_.push_back("  " + line);
    tried_.push_back("  " + standing(world.client()));
  }

  Player player_;
  std::vector<std::string> settings_, way_, tried_;
};

std::vector<std::string> play(Conversation& conversation, const Block& block) {
  for (const auto& line : block.commands)
    if (!line.empty() && line[0] != '#') conversation.play(line);
  return conversation.take();
}

void print(std::ostream& out, const Block& block, const std::vector<std::string>& lines) {
  for (const auto& line : block.commands) out << line << '\n';
  out << "----\n";
  for (const auto& line : lines) out << line << '\n';
}

}  // namespace

Played play_transcript(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  Conversation conversation;
  bool good = true;
  std::ostringstream fresh;
  const auto blocks = read(in);
  if (blocks.empty()) throw std::runtime_error(path + " has no block");
  for (const auto& block : blocks) {
    const auto lines = play(conversation, block);
    if (lines != block.expected) good = false;
    if (&block != &blocks.front()) fresh << '\n';
    print(fresh, block, lines);
  }
  return {good, fresh.str()};
}

}  // namespace portcullis::tests
