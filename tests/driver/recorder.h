#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/driver/shard.h"

namespace portcullis::tests {

/// What the shards of a test have told, and a way to wait for it.
class Recorder final : public driver::Observer {
 public:
  struct Told {
    std::vector<std::vector<std::int64_t>> sessions;  ///< the sequences delivered, a list for each READY
    unsigned connected = 0;
    unsigned resumed = 0;
    std::vector<Disconnected> disconnects;
    std::vector<std::string> troubles;  ///< of each of them; empty for none
    std::vector<Errc> refused;
    std::optional<Finish> finish;

    /// Says whether every sequence of every session came once and in order.
    bool nothing_lost() const;
  };

  void on_connected(driver::Shard& shard, const websocket::Url& endpoint) override;
  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override;
  void on_disconnected(driver::Shard& shard, const Disconnected& end,
                       const std::optional<net::Trouble>& trouble) override;
  void on_refused(driver::Shard& shard, const gateway::Command& command, const Error& error) override;
  void on_stopped(driver::Shard& shard, const Finish& finish) override;

  /// Waits until `holds` does of what the shard has told; false when it takes longer than any machine needs.
  template <typename Holds>
  bool wait_for(std::uint32_t shard, Holds holds) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return holds(told_[shard]); });
  }
  Told told(std::uint32_t shard) {
    const std::lock_guard lock(mutex_);
    return told_[shard];
  }

 private:
  template <typename Note>
  void note(const driver::Shard& shard, Note note) {
    const std::lock_guard lock(mutex_);
    note(told_[shard.id()]);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint32_t, Told> told_;
};

}  // namespace portcullis::tests
