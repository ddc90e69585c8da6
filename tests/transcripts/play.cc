#include "portcullis/tests/transcripts/play.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "portcullis/tests/client/world.h"

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

compression::Compression compression_of(const std::string& name) {
  if (name == "zlib-stream") return compression::Compression::ZlibStream;
  if (name == "zstd-stream") return compression::Compression::ZstdStream;
  if (name == "payload") return compression::Compression::Payload;
  throw std::runtime_error("no such compression: " + name);
}

gateway::Command command(const std::string& name, std::istringstream& rest) {
  if (name == "presence") {
    gateway::UpdatePresence presence;
    presence.activities.push_back({.name = "chess", .url = std::nullopt, .state = std::nullopt});
    return presence;
  }
  if (name == "voice") return gateway::UpdateVoiceState{.guild_id = 41771983423143937, .channel_id = std::nullopt};
  if (name == "sounds") return gateway::RequestSoundboardSounds{.guild_ids = {41771983423143937}};
  if (name == "members") {
    gateway::RequestGuildMembers members;
    members.guild_id = 41771983423143937;
    std::string query;
    rest >> query;
    members.query = query;
    members.limit = query.empty() ? 0 : 10;
    return members;
  }
  throw std::runtime_error("no such command: " + name);
}

class Player {
 public:
  void play(const std::string& line) {
    std::istringstream rest(line);
    std::string verb;
    rest >> verb;
    if (verb == "config") return configure(rest);
    if (verb == "way") return (void)(way_ = commands_in(rest));
    if (verb == "try") return try_out(commands_in(rest));
    if (!world_) world_ = std::make_unique<World>(config_, limits_);
    perform(verb, rest);
  }
  std::vector<std::string> take() {
    if (world_)
      for (auto& line : without_passing_waits(world_->take())) tried_.push_back(std::move(line));
    return std::exchange(tried_, {});
  }

 private:
  /// What stands between semicolons.
  static std::vector<std::string> commands_in(std::istringstream& rest) {
    std::vector<std::string> commands;
    for (std::string one; std::getline(rest >> std::ws, one, ';');) commands.push_back(one);
    return commands;
  }

  /// Goes the way with a new client, then does what is to be tried; writes down only what came of that.
  void try_out(const std::vector<std::string>& commands) {
    world_ = std::make_unique<World>(config_, limits_);
    for (const auto& command : way_) play(command);
    world_->take();
    for (const auto& command : commands) play(command);
    tried_.push_back(joined(commands, "; ") + ":");
    for (const auto& line : without_passing_waits(world_->take())) tried_.push_back("  " + line);
    tried_.push_back("  " + standing());
  }

  static std::string joined(const std::vector<std::string>& texts, std::string_view between) {
    std::string out;
    for (const auto& text : texts) out.append(out.empty() ? "" : between).append(text);
    return out;
  }

  /// What can be asked of the client between polls.
  std::string standing() const {
    const Client& client = world_->client();
    const auto session = client.session();
    return std::string(spec::name(client.state())) + ", " +
           (session ? session->id + " at " + std::to_string(session->sequence) : "nothing to resume") + ", " +
           std::to_string(client.commands_waiting()) + " waiting" +
           (client.latency() ? ", latency " + std::to_string(client.latency()->count()) : "");
  }

  void configure(std::istringstream& rest) {
    for (std::string item; rest >> item;) {
      const auto at = item.find('=');
      const std::string key = item.substr(0, at);
      const std::string value = item.substr(at + 1);
      if (key == "url") {
        config_.url = value;
      } else if (key == "compress") {
        config_.compression = compression_of(value);
      } else if (key == "intents") {
        config_.identify.intents = std::stoull(value);
      } else if (key == "commands") {
        limits_.commands_waiting_max = std::stoul(value);
      } else if (key == "zstd_window_log") {
        limits_.zstd_window_log_max = std::stoi(value);
      } else if (key == "message_bytes") {
        limits_.message_bytes_max = std::stoul(value);
      } else if (key == "resume") {
        config_.resume = Session{"stored", "wss://resume.example", std::stoll(value)};
      } else {
        throw std::runtime_error("no such setting: " + key);
      }
    }
  }

  void perform(const std::string& verb, std::istringstream& rest) {
    const auto word = [&rest] {
      std::string text;
      rest >> text;
      return text;
    };
    const auto line = [&rest] {
      std::string text;
      std::getline(rest >> std::ws, text);
      return text;
    };
    const auto status = [this](const Status& result) {
      if (!result) world_->line("refused: " + std::string(text(result.error().code)));
    };
    if (verb == "start") return status(world_->start());
    if (verb == "opened") return world_->opened();
    if (verb == "upgrade") return world_->upgrade();
    if (verb == "get_ready") {
      const auto interval = word();
      return world_->get_ready(interval.empty() ? 41'250 : std::stoll(interval));
    }
    if (verb == "refuse") return world_->refuse(with_line_ends(line()));
    if (verb == "text") return world_->text(line());
    if (verb == "hello") return world_->text(hello(std::stoll(word())));
    if (verb == "ack") return world_->text(R"({"op":11})");
    if (verb == "ready") return world_->text(ready(word()));
    if (verb == "resumed") return world_->text(resumed(std::stoll(word())));
    if (verb == "dispatch") {
      const auto name = word();
      const auto s = std::stoll(word());
      const auto d = line();
      return world_->text(dispatch(name, s, d.empty() ? "{}" : d));
    }
    if (verb == "close") {
      const auto code = word();
      return world_->close(code.empty() ? std::nullopt : std::optional(static_cast<std::uint16_t>(std::stoi(code))));
    }
    if (verb == "frame") return frame(word());
    if (verb == "lose") return world_->lose();
    if (verb == "grant") return world_->grant();
    if (verb == "stop") return world_->stop(word() == "keep" ? gateway::Leaving::Keep : gateway::Leaving::End);
    if (verb == "reconnect") return world_->reconnect();
    if (verb == "send") return status(world_->send(command(word(), rest)));
    if (verb == "wait") return world_->advance(Duration{std::stoll(word())});
    if (verb == "late") return world_->elapse_late(Duration{std::stoll(word())});
    if (verb == "stands") return world_->line(standing());
    throw std::runtime_error("no such verb: " + verb);
  }

  void frame(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    world_->bytes(bytes);
  }

  static std::string with_line_ends(std::string text) {
    for (auto at = text.find("\\r\\n"); at != std::string::npos; at = text.find("\\r\\n")) text.replace(at, 4, "\r\n");
    return text;
  }

  Config config_ = plain_config();
  Limits limits_;
  std::unique_ptr<World> world_;
  std::vector<std::string> way_;
  std::vector<std::string> tried_;
};

// Plays one block and gives what came out. Of the waits only one at the end says anything.
std::vector<std::string> play(Player& player, const Block& block) {
  for (const auto& line : block.commands)
    if (!line.empty() && line[0] != '#') player.play(line);
  return player.take();
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
  Player player;
  bool good = true;
  std::ostringstream fresh;
  const auto blocks = read(in);
  if (blocks.empty()) throw std::runtime_error(path + " has no block");
  for (const auto& block : blocks) {
    const auto lines = play(player, block);
    if (lines != block.expected) good = false;
    if (&block != &blocks.front()) fresh << '\n';
    print(fresh, block, lines);
  }
  return {good, fresh.str()};
}

}  // namespace portcullis::tests
