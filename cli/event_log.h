#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "portcullis/cli/terminal.h"
#include "portcullis/driver/shard_group.h"

namespace portcullis::cli {

class InputRecorder;
class Recorder;

/// What `connect` is to print, and when it has seen enough.
struct EventLogOptions {
  bool json = false;     ///< the life of the connections as JSON lines too
  bool data = false;     ///< `d` of each event
  bool verbose = false;  ///< also what is only odd
  std::optional<std::uint64_t> events_max;
  Recorder* recorder = nullptr;     ///< borrowed
  InputRecorder* inputs = nullptr;  ///< borrowed
};

/// Prints what shards tell: events as JSON lines on standard output, what becomes of the connections on standard error.
///
/// Threads: as Observer; all other functions from any thread.
class EventLog final : public driver::Observer {
 public:
  explicit EventLog(const EventLogOptions& options) : options_(options), paint_(stderr, !options.json) {}

  void on_connected(driver::Shard& shard, const websocket::Url& endpoint) override;
  void on_transport(driver::Shard& shard, const websocket::Url& endpoint) override;
  void on_bytes(driver::Shard& shard, bool sent, std::span<const std::byte> bytes) override;
  void on_transport_over(driver::Shard& shard, bool by_peer, const std::optional<net::Trouble>& trouble) override;
  void on_input(driver::Shard& shard, driver::Input what, Instant now, const Config& config) override;
  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override;
  void on_odd(driver::Shard& shard, const Odd& odd) override;
  void on_disconnected(driver::Shard& shard, const Disconnected& end,
                       const std::optional<net::Trouble>& trouble) override;
  void on_stopped(driver::Shard& shard, const Finish& finish) override;
  void on_no_gateway(const net::Trouble& trouble, Duration delay) override;

  /// To be set by whoever asks to stop; `wake` follows.
  void interrupt() { is_over_ = true; }
  void wake();
  /// Says that there is no point in going on: interrupted, events enough, or something that waiting does not mend.
  const std::atomic<bool>& is_over() const noexcept { return is_over_; }
  void wait_until_over();

  bool has_connected() const;
  std::uint64_t events() const;
  /// The code with which the gateway ended a session for good; 0 when it has not.
  std::uint16_t fatal_code() const;
  /// Why no connection came about, the last time one was tried; and whether trying again would help.
  std::optional<std::string> last_trouble() const;
  bool is_hopeless() const;

  /// Prints the counts of the whole run.
  void summarise(const driver::ShardGroup& group);

 private:
  void say(std::optional<std::uint32_t> shard, Paint::Colour colour, const std::string& words,
           nlohmann::ordered_json line);
  void note_trouble(const net::Trouble& trouble);
  void end();

  const EventLogOptions options_;
  const Paint paint_;
  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::atomic<bool> is_over_ = false;
  std::uint64_t events_ = 0;
  bool connected_ = false;
  bool hopeless_ = false;
  std::uint16_t fatal_code_ = 0;
  std::optional<std::string> last_trouble_;
};

}  // namespace portcullis::cli
