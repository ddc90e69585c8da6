#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/cli/tally.h"
#include "portcullis/cli/terminal.h"
#include "portcullis/driver/shard_group.h"
#include "portcullis/oracle/mock/peer.h"

namespace portcullis::cli {

/// What has happened so far, as both ends tell it.
struct Happened {
  Tally tally;
  unsigned identifies = 0;       ///< granted by the mock
  Duration identified_at{0};     ///< the last one, from the story's beginning
  Duration identified_after{0};  ///< and how long after the one before
  unsigned resumes = 0;
  unsigned readies = 0;  ///< delivered by the driver
  unsigned resumed = 0;
  unsigned beats = 0;        ///< acknowledged by the mock
  unsigned drops = 0;        ///< links that ended without being asked to
  unsigned asked_to_go = 0;  ///< op 7
  unsigned invalidated = 0;  ///< op 9
  unsigned zombies = 0;
  std::uint64_t replayed = 0;    ///< dispatches between a Resume and its RESUMED
  std::uint64_t data_bytes = 0;  ///< of the events' `d`
  std::optional<Duration> latency;
  bool ended_with_1000 = false;  ///< the mock has read it
  bool stopped = false;          ///< the driver's last word
  bool fatal = false;
  std::optional<std::string> trouble;
};

/// Tells the demo's story line by line while it happens, and remembers it.
///
/// Threads: any.
class Story final : public driver::Observer {
 public:
  enum class Teller : std::uint8_t { Demo, Mock, Driver };

  Story(bool json, bool colours)
      : json_(json), paint_(stdout, colours && !json), began_(std::chrono::steady_clock::now()) {}

  void tell(Teller teller, const std::string& words, std::optional<Requirement> requirement = std::nullopt);
  /// Takes note of something, and wakes whoever waits.
  void note(const std::function<void(Happened&)>& change);
  Happened happened() const;
  /// Waits until `wanted` holds, for so long at most; says whether it does. `given_up` is looked at in between, and
  /// must not call back.
  bool wait_for(const std::function<bool(const Happened&)>& wanted, Duration longest,
                const std::function<bool()>& given_up);
  Duration elapsed() const;
  const Paint& paint() const noexcept { return paint_; }

  void on_step(const mock::Stepped& step);
  void on_connected(driver::Shard& shard, const websocket::Url& endpoint) override;
  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override;
  void on_disconnected(driver::Shard& shard, const Disconnected& end,
                       const std::optional<net::Trouble>& trouble) override;
  void on_stopped(driver::Shard& shard, const Finish& finish) override;
  void on_no_gateway(const net::Trouble& trouble, Duration delay) override;

 private:
  const bool json_;
  const Paint paint_;
  const std::chrono::steady_clock::time_point began_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Happened happened_;
  std::uint64_t since_connected_ = 0;  // dispatches on this link; the shard's thread only
};

}  // namespace portcullis::cli
