#include "portcullis/tests/transcripts/player.h"

#include <sstream>
#include <stdexcept>

#include "portcullis/tests/transcripts/words.h"

namespace portcullis::tests {
namespace {

constexpr std::uint64_t kGuild = 41771983423143937;

compression::Compression compression_of(const std::string& name) {
  using enum compression::Compression;
  if (name == "none") return None;
  if (name == "zlib-stream") return ZlibStream;
  if (name == "zstd-stream") return ZstdStream;
  if (name == "payload") return Payload;
  throw std::runtime_error("no such compression: " + name);
}

// The same pieces for the same number.
std::function<std::uint32_t()> pieces(std::uint32_t seed) {
  return [seed]() mutable {
    seed = seed * 1'664'525u + 1'013'904'223u;
    return 1 + (seed >> 16) % 24;
  };
}

gateway::Command members(const std::string& query) {
  gateway::RequestGuildMembers out;
  out.guild_id = kGuild;
  out.query = query;
  out.limit = query.empty() ? 0 : 10;
  return out;
}

gateway::Command sounds(std::size_t guilds) {
  gateway::RequestSoundboardSounds out;
  for (std::size_t i = 0; i < guilds; ++i) out.guild_ids.push_back(kGuild);
  return out;
}

}  // namespace

gateway::Command command_of(const std::string& name, const std::string& rest) {
  if (name == "presence") {
    gateway::UpdatePresence presence;
    presence.activities.push_back({.name = "chess", .url = std::nullopt, .state = std::nullopt});
    return presence;
  }
  if (name == "voice") return gateway::UpdateVoiceState{.guild_id = kGuild, .channel_id = std::nullopt};
  if (name == "sounds") return sounds(rest.empty() ? 1 : std::stoul(rest));
  if (name == "members") return members(rest);
  throw std::runtime_error("no such command: " + name);
}

Bytes bytes_of_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::string with_line_ends(std::string text) {
  for (auto at = text.find("\\r\\n"); at != std::string::npos; at = text.find("\\r\\n")) text.replace(at, 4, "\r\n");
  return text;
}

void Player::play(const std::string& line) {
  const std::string verb = first_word(line);
  const std::string rest = behind_first_word(line);
  if (verb == "repeat") {
    for (int left = std::stoi(rest); left > 0; --left) play(behind_first_word(rest));
    return;
  }
  if (verb != "config") return perform(verb, rest);
  std::istringstream items(rest);
  for (std::string item; items >> item;) {
    const auto at = item.find('=');
    configure(item.substr(0, at), item.substr(at + 1));
  }
}

World& Player::world() {
  if (world_) return *world_;
  world_ = chance_ ? std::make_unique<World>(config_, limits_, [chance = *chance_] { return chance; })
                   : std::make_unique<World>(config_, limits_);
  if (cut_ != 0) world_->cut = [next = pieces(cut_)](std::size_t) { return next(); };
  if (split_ != 0) world_->split = pieces(split_);
  return *world_;
}

void Player::configure(std::string_view key, const std::string& value) {
  const auto number = [&value] { return static_cast<std::uint32_t>(std::stoul(value)); };
  if (key == "url") {
    config_.url = value;
  } else if (key == "compress") {
    config_.compression = compression_of(value);
  } else if (key == "encoding") {
    config_.encoding = value == "etf" ? encoding::Encoding::Etf : encoding::Encoding::Json;
  } else if (key == "check") {
    config_.check = value == "envelope" ? encoding::Check::Envelope : encoding::Check::Grammar;
  } else if (key == "intents") {
    config_.identify.intents = std::stoull(value);
  } else if (key == "commands") {
    limits_.commands_waiting_max = number();
  } else if (key == "zstd_window_log") {
    limits_.zstd_window_log_max = std::stoi(value);
  } else if (key == "message_bytes") {
    limits_.message_bytes_max = number();
  } else if (key == "resume") {
    config_.resume = Session{"stored", "wss://resume.example", std::stoll(value)};
  } else if (key == "chance") {
    chance_ = number();
  } else if (key == "cut") {
    cut_ = number();
  } else if (key == "split") {
    split_ = number();
  } else {
    throw std::runtime_error("no such setting: " + std::string(key));
  }
}

void Player::say(const Status& result) {
  if (!result) world_->line("refused: " + std::string(text(result.error().code)));
}

// What the peer does, and the transport.
void Player::perform(const std::string& verb, const std::string& rest) {
  World& on = world();
  if (verb == "opened") return on.opened();
  if (verb == "upgrade") return on.upgrade();
  if (verb == "get_ready") return on.get_ready(rest.empty() ? 41'250 : std::stoll(rest));
  if (verb == "begin_answer") return on.begin_answer(std::stoul(rest));
  if (verb == "refuse") return on.refuse(with_line_ends(rest));
  if (const auto payload = payload_said(verb, rest)) return on.text(*payload);
  if (verb == "close")
    return on.close(rest.empty() ? std::nullopt : std::optional(static_cast<std::uint16_t>(std::stoi(rest))));
  if (verb == "frame") return on.bytes(bytes_of_hex(rest));
  if (verb == "lose") return on.lose();
  if (verb == "stale") return stale(rest);
  perform_of_caller(verb, rest);
}

void Player::perform_of_caller(const std::string& verb, const std::string& rest) {
  World& on = world();
  if (verb == "start") return say(on.start());
  if (verb == "grant") return on.grant();
  if (verb == "stop") return on.stop(rest == "keep" ? gateway::Leaving::Keep : gateway::Leaving::End);
  if (verb == "reconnect") return on.reconnect();
  if (verb == "send") return say(on.send(command_of(first_word(rest), behind_first_word(rest))));
  if (verb == "main_url") return say(on.client().set_main_url(rest));
  if (verb == "wait") return on.advance(Duration{std::stoll(rest)});
  if (verb == "late") return on.elapse_late(Duration{std::stoll(rest)});
  if (verb == "sleep") return on.sleep(Duration{std::stoll(rest)});
  throw std::runtime_error("no such verb: " + verb);
}

// What comes late, for the link before this one.
void Player::stale(const std::string& what) {
  World& on = world();
  on.advance(Duration{0});  // what is due is no answer to it
  const Link old{on.link() - 1};
  const bool ignored = on.ignores([&](Client& client) {
    if (what == "opened") client.opened(old, on.now());
    if (what == "received") client.received(old, server_text(dispatch("MESSAGE_CREATE", 1'000'000)), on.now());
    if (what == "lost") client.lost(old, on.now());
  });
  if (!ignored) on.line("something that came for an old link was not ignored");
}

}  // namespace portcullis::tests
