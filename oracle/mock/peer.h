#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/time.h"
#include "portcullis/oracle/mock/gateway.h"
#include "portcullis/oracle/mock/say.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::mock {

/// What is known of a session, for whoever lists them.
struct SessionView {
  std::string id;
  std::uint32_t shard = 0, shard_count = 1;
  std::int64_t sequence = 0;  ///< the last `s` given
  std::optional<Link> link;   ///< none while it waits to be resumed
  unsigned identifies = 0, resumes = 0;
};

/// Discord's side of the gateway, for any number of clients at once, without I/O: the peer table for each connection,
/// `spec/laws.json` for what the table leaves to decide, and the sessions with their replay buffers.
///
///   Shape:    as Gateway. READY and RESUMED have their numbers but are not kept for replay: they answer one
///   connection, so a
///             RESUMED that a client did not hear leaves a hole in its `s`.
///   Units:    `now` is the caller's monotonic time, never less than at the last call.
///   Lifetime: `bytes` are borrowed until Wait; the views in an output end at the next poll.
///   Errors:   nothing a client sends makes a call fail: it is closed with the code that the table says.
///   Source:   section 8.7 of the catalogue; `spec/gateway_peer.h`, `spec/laws.json`.
class Peer final : public Gateway {
 public:
  Peer(World world, Limits limits, Chance chance, const spec::gateway_peer::Rows& rows = spec::gateway_peer::kRows);
  ~Peer() override;

  Elsewhere elsewhere() const override { return Elsewhere::Nothing; }
  void set_urls(const Urls& urls) override;
  void opened(Link link, Door door, Instant now) override;
  void opened(Link link, Instant now) { opened(link, Door::Main, now); }
  void received(Link link, std::span<const std::byte> bytes, Instant now) override;
  void lost(Link link, Instant now) override;
  void elapsed(Instant now) override;
  Output poll() override;

  /// Does as the script says, on one link or session (its id), or on all when both are empty. Gives how many it
  /// reached.
  std::size_t say(std::optional<Link> link, std::string_view session_id, const Say& say, Instant now);
  std::vector<SessionView> sessions() const;
  IdentifyBudget identify_budget(Instant now) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::mock
