#include "portcullis/tests/probe/duel.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <utility>

#include "portcullis/oracle/probe/grade.h"
#include "portcullis/oracle/probe/player.h"

namespace portcullis::probe {
namespace {

constexpr int kTurnsMax = 100'000;
constexpr std::string_view kUrl = "ws://gateway.test:1234";

/// Both ends, and the clock between them.
class Duel {
 public:
  Duel(const Scenario& scenario, mock::World world, const spec::gateway_peer::Rows& rows, Duration spacing)
      : scenario_(scenario), gate_(spacing), peer_(std::move(world), Limits{}, chance_, rows) {
    peer_.set_urls({std::string(kUrl), {}});
    timeline_.clock = timeline::Clock::Virtual;
    timeline_.about = scenario.id();
  }

  report::ScenarioResult run() {
    player_.start(now_);
    for (int turn = 0; turn < kTurnsMax && !over_; ++turn) {
      settle();
      if (!over_ && !pass_time()) break;
    }
    return grade(scenario_, player_.ending(), std::move(timeline_), (now_ - Instant{}).count());
  }

 private:
  struct Said {
    LinkNumber link;
    std::vector<std::byte> bytes;
    bool ends = false, by_reset = false;
  };

  /// Carries to and fro until neither has anything to say.
  void settle() {
    for (bool more = true; more && !over_;) {
      more = hear_player();
      while (!said_.empty()) {
        const Said said = std::move(said_.front());
        said_.pop_front();
        more = true;
        if (!said.bytes.empty()) player_.received(said.link, said.bytes, now_);
        if (said.ends) player_.ended(said.link, said.by_reset ? timeline::How::Reset : timeline::How::Eof, now_);
      }
    }
  }

  bool hear_player() {
    bool any = false;
    for (;; any = true) {
      const Output output = player_.poll();
      if (const auto* const wait = std::get_if<Wait>(&output)) return player_due_ = wait->deadline, any;
      if (std::holds_alternative<Over>(output)) return over_ = true;
      if (const auto* const dial = std::get_if<Dial>(&output)) connect(dial->link);
      if (const auto* const transmit = std::get_if<Transmit>(&output); transmit && transmit->link == live_) {
        peer_.received(transmit->link, transmit->bytes, now_);
        hear_peer();
      }
      if (const auto* const hangup = std::get_if<Hangup>(&output)) lose(hangup->link);
      if (const auto* const reset = std::get_if<Reset>(&output)) lose(reset->link);
    }
  }

  void connect(LinkNumber link) {
    live_ = link;
    peer_.opened(link, now_);
    hear_peer();
    player_.opened(link, now_);
  }

  void lose(LinkNumber link) {
    if (live_ != link) return;
    live_.reset();
    peer_.lost(link, now_);
    hear_peer();
    said_.push_back({link, {}, true, false});
  }

  void hear_peer() {
    for (;;) {
      const mock::Output output = peer_.poll();
      if (const auto* const wait = std::get_if<mock::Wait>(&output)) return void(peer_due_ = wait->deadline);
      if (const auto* const one = std::get_if<mock::Transmit>(&output))
        said_.push_back({one->link, {one->bytes.begin(), one->bytes.end()}, false, false});
      if (const auto* const one = std::get_if<mock::Hangup>(&output)) end(one->link, false);
      if (const auto* const one = std::get_if<mock::Reset>(&output)) end(one->link, true);
    }
  }

  void end(LinkNumber link, bool by_reset) {
    if (live_ == link) live_.reset();
    said_.push_back({link, {}, true, by_reset});
  }

  bool pass_time() {
    if (peer_due_ && *peer_due_ <= now_) peer_due_.reset();  // it was told, and did not care
    if (!player_due_ && !peer_due_) return false;
    now_ = std::max(now_, std::min(player_due_.value_or(Instant::max()), peer_due_.value_or(Instant::max())));
    peer_.elapsed(now_);
    hear_peer();
    player_.elapsed(now_);
    return true;
  }

  const Scenario& scenario_;
  std::mt19937 random_{1};
  const Chance chance_ = [this] { return static_cast<std::uint32_t>(random_()); };
  Gate gate_;
  timeline::Pseudonyms pseudonyms_;
  timeline::Timeline timeline_;
  const Target target_{*websocket::parse_url(kUrl), std::string(kToken)};
  mock::Peer peer_;
  Player player_{scenario_,   target_,
                 gate_,       chance_,
                 pseudonyms_, [this](timeline::Record record) { timeline_.records.push_back(std::move(record)); },
                 Instant{}};
  std::deque<Said> said_;
  std::optional<LinkNumber> live_;
  std::optional<Instant> player_due_, peer_due_;
  Instant now_{};
  bool over_ = false;
};

}  // namespace

mock::World duel_world() {
  mock::World world;
  world.token = kToken;
  world.guild_ids = {200'000'000'000'000'001, 200'000'000'000'000'001 + (1 << 22)};
  world.heartbeat_interval = Duration{10'000};
  return world;
}

report::ScenarioResult duel(const Scenario& scenario, const mock::World& world, const spec::gateway_peer::Rows& rows,
                            Duration spacing) {
  return Duel(scenario, world, rows, spacing).run();
}

}  // namespace portcullis::probe
