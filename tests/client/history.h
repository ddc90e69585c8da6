#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/tests/client/watch.h"

namespace portcullis::tests {

/// One step of a history: what to do, and a number that picks the details. Any step can be taken at any time; one that
/// makes no sense just then does nothing, so that a history with steps left out is a history too.
using Step = std::pair<std::uint8_t, std::uint16_t>;

/// How the bytes of a history reach the client.
enum class Cut : std::uint8_t { Whole, AtRandom };

/// Plays a history of well-formed, odd and hostile peer acts, losses, deadlines and local commands.
class History {
 public:
  History(Config config, Cut cut, std::vector<std::uint64_t>* row_counts = nullptr);

  void play(const std::vector<Step>& steps);

  /// The first invariant that was broken; empty when all hold.
  const std::string& broken() const { return watch_.broken(); }
  /// Everything that came out, without what only says how the bytes were cut.
  const std::vector<std::string>& log() const { return log_; }

 private:
  void step(Step step);
  void progress(std::uint16_t pick);
  void advance(std::uint16_t pick);
  void send_frame(std::uint16_t pick);
  void send_dispatch(std::uint16_t pick);
  void send_odd(std::uint16_t pick);
  void send_hostile(std::uint16_t pick);
  void send_invalid(std::uint16_t pick);
  void ask_for_beat();
  void close(std::uint16_t pick);
  void lose();
  void refuse(std::uint16_t pick);
  void command(std::uint16_t pick);
  void local(std::uint16_t pick);
  void stale(std::uint16_t pick);

  void text(std::string_view json);
  bool can_receive() const { return world_.has_link() && world_.is_upgraded() && !server_closed_; }
  void note();

  World world_;
  Watch watch_;
  std::uint32_t cut_seed_ = 7;
  std::uint64_t link_ = 0;
  bool opened_ = false;
  bool hello_sent_ = false;
  bool server_closed_ = false;
  std::int64_t s_ = 0;
  int sessions_ = 0;
  std::vector<std::string> log_;
};

}  // namespace portcullis::tests
