#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/core/gateway/discovery.h"
#include "portcullis/driver/shard.h"

namespace portcullis::driver {

struct GroupOptions {
  /// The shards' common part. An empty `url` is asked for; `identify.shard` and `max_concurrency` are filled in.
  Config config;
  Limits limits;
  std::string api_url = "https://discord.com/api";
  std::string agent_url = "https://portcullis.invalid";  ///< your bot's page, for User-Agent (GW-REST-8)
  std::string ca_file;                                   ///< PEM; empty: the system's store
  std::uint32_t shard_count = 0;                         ///< of the whole bot; 0: as GET /gateway/bot recommends, or 1
  std::vector<std::uint32_t> shard_ids;                  ///< to be run here; empty: all
  /// To resume, by place in `shard_ids`; may be shorter.
  std::vector<std::optional<Session>> sessions;
  Duration connect_timeout{10'000};
  std::function<Chance(std::uint32_t shard)> chance_of;  ///< null: the system's; it has to be unpredictable
};

/// Several shards of one bot: asks where to connect and how many shards there should be, starts them within the limits
/// for Identify (one queue for all, by `shard_id % max_concurrency`), and stops them together. When a URL that was
/// asked for keeps failing, it asks again, and the shards dial what it hears (LOCAL-20).
///
/// Lifetime: the destructor stops the shards, keeping their sessions, and waits.
class ShardGroup {
 public:
  ~ShardGroup();
  /// Finds the gateway, which blocks while the network is down, and starts the shards.
  ///
  /// Errors:   what waiting does not mend: a bad configuration, a refused token, an unreadable CA file; and
  ///           `cancelled`, set by another thread.
  /// Lifetime: the observer is borrowed and must outlive the group.
  static std::variant<std::unique_ptr<ShardGroup>, net::Trouble> start(GroupOptions options, Observer& observer,
                                                                       const std::atomic<bool>& cancelled);

  const std::vector<std::unique_ptr<Shard>>& shards() const noexcept { return shards_; }
  void stop(gateway::Leaving how);
  /// Waits until all have stopped.
  void wait();

 private:
  class Asker;

  explicit ShardGroup(std::vector<std::uint32_t> ids);
  void take(const gateway::Gateway& found);

  IdentifyGate gate_;
  std::vector<std::unique_ptr<Shard>> shards_;  // after the gate that they borrow
  std::unique_ptr<Asker> asker_;                // none for a URL that was given
};

}  // namespace portcullis::driver
