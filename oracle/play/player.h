#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "portcullis/core/chance.h"
#include "portcullis/oracle/mock/gateway.h"
#include "portcullis/oracle/play/scenario.h"
#include "portcullis/oracle/timeline/pseudonyms.h"
#include "portcullis/oracle/timeline/record.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::play {

/// Plays one scenario to whoever connects: a good gateway (a `mock::Peer`), but for what the script of each connection
/// says; and tells what it sees.
///
///   Shape:    as Gateway. The n-th link that is opened has the n-th script. What a script waits for is what is seen on
///             its link, before the good gateway answers it; a step that can no longer be done, as the client has ended
///             the link, stops the script there.
///   Units:    records count milliseconds from `began`.
///   Lifetime: scenario and pseudonyms are borrowed.
///   Secrets:  those that the records name are pseudonyms.
class Player final : public mock::Gateway {
 public:
  struct Options {
    Instant began{};
    /// Measures round trips with pings, from READY or RESUMED on, and its own lateness.
    timeline::Clock clock = timeline::Clock::Wall;
    /// Hands the client an order; what calls the player is on the stack, so it must not be called back.
    std::function<void(const Order&)> on_order = [](const Order&) {};
    /// The table that the good gateway obeys; borrowed.
    const spec::gateway_peer::Rows* table = &spec::gateway_peer::kRows;
  };
  Player(const Scenario& scenario, Options options, Chance chance, timeline::Pseudonyms& pseudonyms,
         timeline::Sink sink);
  ~Player() override;

  mock::Elsewhere elsewhere() const override;
  void set_urls(const mock::Urls& urls) override;
  void opened(mock::Link link, mock::Door door, Instant now) override;
  void received(mock::Link link, std::span<const std::byte> bytes, Instant now) override;
  void lost(mock::Link link, Instant now) override;
  void elapsed(Instant now) override;
  mock::Output poll() override;
  mock::IdentifyBudget identify_budget(Instant now) const override;

  /// Says whether each listed script has been played to its end.
  bool complete() const noexcept;
  /// Says whether after that the scenario's watch has passed too: it is time for its `then`.
  bool over(Instant now) const noexcept;
  /// Tells where the first script that is not done stands and what it waits for, on one line; empty when complete.
  std::string stopped_at() const;
  /// How many links were opened; a client that never came has none.
  std::size_t links() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::play
