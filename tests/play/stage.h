#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/oracle/play/player.h"

namespace portcullis::tests {

/// Reads one scenario, of which the test gives the scripts as JSON, and members beside them. Throws when it is
/// malformed.
play::Scenario scenario_of(const std::string& links, const std::string& more = "");

/// A player, and links to it of which the test writes each byte.
class Stage {
 public:
  explicit Stage(const std::string& links, const std::string& more = "",
                 timeline::Clock clock = timeline::Clock::Virtual);

  /// A link without any bytes on it; the number is the link's.
  mock::Link dial(mock::Door door = mock::Door::Main);
  /// A link that has asked for the upgrade.
  mock::Link open(std::string_view target = "/?v=10&encoding=json");
  /// A link with a session of its own.
  mock::Link identified();
  void bytes(mock::Link link, std::string_view bytes);
  void text(mock::Link link, std::string_view payload);
  void beat(mock::Link link) { text(link, R"({"op":1,"d":null})"); }
  void close(mock::Link link, std::uint16_t code);
  void lose(mock::Link link);
  void advance(std::int64_t ms);  ///< serves every deadline on the way at its time

  /// What happened on a link, shortly: "open", "server READY", "client 1", "close 4000 by server", "end by server,
  /// eof".
  std::vector<std::string> told(mock::Link link) const;
  bool has(mock::Link link, std::string_view line) const;
  std::size_t count(mock::Link link, std::string_view line) const;
  const std::string& received(mock::Link link) { return received_[link]; }
  /// The session's id as the client got it.
  std::string session_id(mock::Link link);

  std::vector<timeline::Record> records;
  std::vector<play::Order> orders;
  play::Player& player() { return player_; }
  std::int64_t now_ms() const { return (now_ - Instant{}).count(); }

 private:
  void drain();

  play::Scenario scenario_;
  timeline::Pseudonyms pseudonyms_{"stage"};
  Instant now_{};
  play::Player player_;
  std::optional<Instant> deadline_;
  mock::Link last_link_ = 0;
  std::map<mock::Link, std::string> received_;
};

}  // namespace portcullis::tests
