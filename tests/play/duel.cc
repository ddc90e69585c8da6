#include "portcullis/tests/play/duel.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "portcullis/core/client.h"
#include "portcullis/core/gateway/identify_queue.h"
#include "portcullis/oracle/play/player.h"
#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

constexpr int kRoundsMax = 1'000'000;  // two ends that never come to rest are a mistake
constexpr Duration kStopTime{30'000};
constexpr Duration kDay{86'400'000};
constexpr std::uint64_t kAllIntents = 53'608'447;
const std::string kMainHost = "gateway.example";
const std::string kOtherHost = "other.example";
const std::string kDeadHost = "dead.example";

Chance seeded(std::uint32_t seed) {
  return [seed]() mutable { return seed = seed * 1'664'525u + 1'013'904'223u; };
}

/// On its way between the two, in the order in which it was sent.
struct Parcel {
  enum class What : std::uint8_t { Dial, ToClient, EndForClient, ToPlayer, EndForPlayer } what;
  mock::Link link = 0;
  std::string bytes{};
  mock::Door door = mock::Door::Main;
};

struct Side {
  std::unique_ptr<Client> core;
  std::uint32_t shard = 0;
  std::optional<Instant> deadline{};
  bool finished = false;
};

/// The client's end of a link.
struct End {
  Side* side;
  std::uint64_t number;
};

class Duel {
 public:
  Duel(const play::Scenario& scenario, const DuelOptions& options);
  Duelled run();

 private:
  void tell_of_rest();
  void join(std::uint32_t shard);
  void tell(std::string did) {
    out_.timeline.records.push_back({(now_ - Instant{}).count(), 0, "local", {{"did", std::move(did)}}});
  }
  bool run_until(Instant limit, const std::function<bool()>& over);
  std::optional<Instant> next_deadline() const;

  void settle();
  void poll_player();
  void poll_client(Side& side);
  void dial(Side& side, const Dial& dial);
  void grant();
  void follow();
  void deliver(Parcel parcel);
  void in_parts(std::string_view bytes, const std::function<void(std::span<const std::byte>)>& take) const;
  mock::Link link_of(const Side& side, std::uint64_t number) const;

  const play::Scenario& scenario_;
  const DuelOptions& options_;
  Duelled out_;
  Instant now_{};
  timeline::Pseudonyms pseudonyms_{"duel"};
  std::deque<play::Order> orders_;
  play::Player player_;
  std::optional<Instant> player_deadline_;
  Workspace workspace_;
  std::vector<std::unique_ptr<Side>> sides_;
  std::map<mock::Link, End> ends_;
  mock::Link last_link_ = 0;
  std::deque<Parcel> parcels_;
  gateway::IdentifyQueue identifies_;
};

std::vector<std::uint32_t> shards_of(const play::Scenario& scenario) {
  std::vector<std::uint32_t> shards(scenario.world.shards);
  std::iota(shards.begin(), shards.end(), 0u);
  return shards;
}

Duel::Duel(const play::Scenario& scenario, const DuelOptions& options)
    : scenario_(scenario),
      options_(options),
      out_{{timeline::Clock::Virtual, scenario.id, {}}, false, {}, false, {}},
      player_(scenario,
              {Instant{}, timeline::Clock::Virtual, [this](const play::Order& order) { orders_.push_back(order); },
               tables_at_hand().peer},
              seeded(options.seed), pseudonyms_,
              [this](timeline::Record record) { out_.timeline.records.push_back(std::move(record)); }),
      identifies_(shards_of(scenario), seeded(options.seed + 1)) {
  const bool dead = player_.elsewhere() == mock::Elsewhere::DeadPort;
  const bool other = player_.elsewhere() == mock::Elsewhere::Listener;
  player_.set_urls({"ws://" + kMainHost, dead ? "ws://" + kDeadHost : other ? "ws://" + kOtherHost : ""});
  gateway::SessionStartLimit limit;
  limit.remaining = scenario.world.remaining;
  limit.max_concurrency = scenario.world.max_concurrency;
  identifies_.set_limit(limit, now_);
  tell_of_rest();
}

/// What a client has asked the API for before it dials; here it is told, and not asked for.
void Duel::tell_of_rest() {
  const timeline::Json limit{{"total", 1'000},
                             {"remaining", scenario_.world.remaining},
                             {"reset_after", kDay.count()},
                             {"max_concurrency", scenario_.world.max_concurrency}};
  out_.timeline.records.push_back(
      {0,
       0,
       "rest",
       {{"method", "GET"},
        {"path", "/api/v10/gateway/bot"},
        {"status", 200},
        {"authorization", "Bot"},
        {"user_agent", "DiscordBot (in virtual time, 1)"},
        {"body", {{"url", "ws://" + kMainHost}, {"shards", scenario_.world.shards}, {"session_start_limit", limit}}}}});
}

void Duel::join(std::uint32_t shard) {
  Config config;
  config.url = "ws://" + kMainHost;
  config.identify.token = "a-token-of-nobody";
  config.identify.intents = kAllIntents;
  if (scenario_.world.shards > 1) config.identify.shard = {shard, scenario_.world.shards};
  config.max_concurrency = scenario_.world.max_concurrency;
  config.compression = options_.compression;
  config.encoding = options_.encoding;
  auto& side = *sides_.emplace_back(std::make_unique<Side>());
  side.shard = shard;
  side.core = std::make_unique<Client>(std::move(config), Limits{}, seeded(options_.seed + 100 + shard), workspace_,
                                       tables_at_hand().client);
  if (!side.core->start(now_)) throw std::logic_error("the configuration is wrong");
  poll_client(side);
}

Duelled Duel::run() {
  tell("start");
  for (std::uint32_t shard = 0; shard < scenario_.world.shards; ++shard) join(shard);
  settle();
  run_until(now_ + scenario_.budget + scenario_.watch, [this] { return player_.over(now_); });
  out_.complete = player_.complete();
  out_.stopped_at = player_.stopped_at();
  out_.took = now_ - Instant{};
  const auto all_finished = [this] {
    return std::ranges::all_of(sides_, [](const auto& side) { return side->finished; });
  };
  if (scenario_.then == play::Then::Stop && !all_finished()) {
    tell("stop");
    for (const auto& side : sides_) {
      side->core->stop(gateway::Leaving::End, now_);
      poll_client(*side);
    }
    settle();
    run_until(now_ + kStopTime, all_finished);
  }
  out_.finished = all_finished();
  return std::move(out_);
}

/// Serves every deadline at its time, until the limit, or nothing is due any more.
bool Duel::run_until(Instant limit, const std::function<bool()>& over) {
  while (!over()) {
    const auto due = next_deadline();
    if (!due) return false;
    now_ = std::max(now_, std::min(*due, limit));
    if (*due > limit) return false;
    if (player_deadline_ && *player_deadline_ <= now_) player_.elapsed(now_);
    settle();
    for (const auto& side : sides_) {
      if (!side->deadline || *side->deadline > now_) continue;
      side->core->elapsed(now_);
      poll_client(*side);
      settle();
    }
  }
  return true;
}

std::optional<Instant> Duel::next_deadline() const {
  std::optional<Instant> first = player_deadline_;
  const auto sooner = [&first](const std::optional<Instant>& due) {
    if (due && (!first || *due < *first)) first = due;
  };
  for (const auto& side : sides_) sooner(side->deadline);
  sooner(identifies_.deadline());
  return first;
}

// ---- Both ends, until neither has anything to say

void Duel::settle() {
  for (int round = 0; round < kRoundsMax; ++round) {
    poll_player();
    follow();
    grant();
    if (parcels_.empty()) return;
    Parcel parcel = std::move(parcels_.front());
    parcels_.pop_front();
    deliver(std::move(parcel));
  }
  throw std::logic_error("the two never come to rest");
}

void Duel::poll_player() {
  for (;;) {
    const mock::Output output = player_.poll();
    if (const auto* const sent = std::get_if<mock::Transmit>(&output)) {
      const auto* const text = reinterpret_cast<const char*>(sent->bytes.data());
      parcels_.push_back({Parcel::What::ToClient, sent->link, {text, sent->bytes.size()}});
    } else if (const auto* const hangup = std::get_if<mock::Hangup>(&output)) {
      parcels_.push_back({Parcel::What::EndForClient, hangup->link});
    } else if (const auto* const reset = std::get_if<mock::Reset>(&output)) {
      parcels_.push_back({Parcel::What::EndForClient, reset->link});
    } else if (const auto* const wait = std::get_if<mock::Wait>(&output)) {
      player_deadline_ = wait->deadline;
      return;
    }
  }
}

void Duel::poll_client(Side& side) {
  for (;;) {
    const Output output = side.core->poll();
    if (const auto* const asked = std::get_if<Dial>(&output)) {
      dial(side, *asked);
    } else if (const auto* const sent = std::get_if<Transmit>(&output)) {
      const auto* const text = reinterpret_cast<const char*>(sent->bytes.data());
      parcels_.push_back({Parcel::What::ToPlayer, link_of(side, sent->link.number), {text, sent->bytes.size()}});
    } else if (const auto* const hangup = std::get_if<Hangup>(&output)) {
      parcels_.push_back({Parcel::What::EndForPlayer, link_of(side, hangup->link.number)});
    } else if (std::holds_alternative<AskIdentify>(output)) {
      identifies_.ask(side.shard);
    } else if (std::holds_alternative<ReturnIdentify>(output)) {
      identifies_.give_back(side.shard);
    } else if (const auto* const wait = std::get_if<Wait>(&output)) {
      side.deadline = wait->deadline;
      return;
    } else if (std::holds_alternative<Finished>(output)) {
      side.finished = true;
      side.deadline.reset();
      return;
    }
  }
}

void Duel::dial(Side& side, const Dial& dial) {
  const std::string& host = dial.endpoint.host;
  if (host != kMainHost && host != kOtherHost && host != kDeadHost) throw std::logic_error("dialled nowhere: " + host);
  ends_.insert_or_assign(++last_link_, End{&side, dial.link.number});
  if (host == kDeadHost)
    parcels_.push_back({Parcel::What::EndForClient, last_link_});
  else
    parcels_.push_back({Parcel::What::Dial, last_link_, {}, host == kOtherHost ? mock::Door::Other : mock::Door::Main});
}

mock::Link Duel::link_of(const Side& side, std::uint64_t number) const {
  for (const auto& [link, end] : ends_)
    if (end.side == &side && end.number == number) return link;
  return 0;
}

void Duel::grant() {
  while (const auto shard = identifies_.granted(now_)) {
    Side& side = *sides_.at(*shard);
    side.core->identify_granted(now_);
    poll_client(side);
  }
}

/// A command may be refused: that is the client's good right.
void Duel::follow() {
  for (; !orders_.empty(); orders_.pop_front()) {
    const play::Order& order = orders_.front();
    if (!options_.command_of || order.what != play::Order::What::Send || order.shard >= sides_.size()) continue;
    Side& side = *sides_[order.shard];
    const auto command = options_.command_of(timeline::Json::parse(order.payload));
    if (!command || side.finished) continue;
    if (side.core->send(*command, now_)) poll_client(side);
  }
}

void Duel::deliver(Parcel parcel) {
  const auto at = ends_.find(parcel.link);
  if (at == ends_.end()) return;  // it has ended meanwhile
  Side* const side = at->second.side;
  const std::uint64_t number = at->second.number;
  switch (parcel.what) {
    case Parcel::What::Dial:
      player_.opened(parcel.link, parcel.door, now_);
      poll_player();
      side->core->opened({number}, now_);
      return poll_client(*side);
    case Parcel::What::ToClient:
      return in_parts(parcel.bytes, [&](auto part) {
        side->core->received({number}, part, now_);
        poll_client(*side);
      });
    case Parcel::What::ToPlayer:
      return in_parts(parcel.bytes, [&](auto part) {
        player_.received(parcel.link, part, now_);
        poll_player();
      });
    case Parcel::What::EndForClient:
    case Parcel::What::EndForPlayer: break;
  }
  ends_.erase(at);
  player_.lost(parcel.link, now_);
  poll_player();
  side->core->lost({number}, now_);
  poll_client(*side);
}

void Duel::in_parts(std::string_view bytes, const std::function<void(std::span<const std::byte>)>& take) const {
  while (!bytes.empty()) {
    const std::size_t size =
        options_.cut ? std::clamp<std::size_t>(options_.cut(bytes.size()), 1, bytes.size()) : bytes.size();
    take(std::as_bytes(std::span{bytes.data(), size}));
    bytes.remove_prefix(size);
  }
}

}  // namespace

Duelled duel(const play::Scenario& scenario, const DuelOptions& options) { return Duel(scenario, options).run(); }

}  // namespace portcullis::tests
