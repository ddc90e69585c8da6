#include "portcullis/driver/shard_group.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <utility>

#include "portcullis/core/errc.h"
#include "portcullis/core/gateway/backoff.h"
#include "portcullis/driver/discovery.h"
#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"

namespace portcullis::driver {
namespace {

net::Trouble configured_wrongly(const Error& error) {
  return {net::Trouble::Stage::Configure, std::string(text(error.code)) + " (" + std::string(id(error.req)) + ")"};
}

void sleep_until(Instant then, const std::atomic<bool>& cancelled) {
  while (!cancelled && net::now() < then) std::this_thread::sleep_for(std::min(then - net::now(), Duration{100}));
}

constexpr Duration kAskAgain{5'000};  // at the soonest, once the shards run

// An answer that names no gateway.
struct Nothing {
  net::Trouble trouble;
  Duration wait{0};
  bool for_good = false;
};

std::variant<gateway::Gateway, Nothing> outcome_of(std::variant<gateway::Discovery, net::Trouble> asked) {
  if (auto* trouble = std::get_if<net::Trouble>(&asked))
    return Nothing{*trouble, {}, trouble->stage == net::Trouble::Stage::Configure};
  auto& answer = std::get<gateway::Discovery>(asked);
  if (auto* found = std::get_if<gateway::Gateway>(&answer)) return std::move(*found);
  const auto said = [](const std::string& what) { return net::Trouble{net::Trouble::Stage::Answer, what}; };
  if (const auto* later = std::get_if<gateway::AskLater>(&answer))
    return Nothing{said("GET /gateway/bot: " + std::string(text(later->why.code))), later->wait};
  const auto& no_more = std::get<gateway::AskNoMore>(answer);
  const std::string source = " (" + std::string(id(no_more.why.req)) + ")";
  return Nothing{said("GET /gateway/bot was refused: is the token right?" + source), {}, true};
}

// Asks until there is an answer to go by.
std::variant<gateway::Gateway, net::Trouble> find_gateway(const ApiAccess& api, Observer& observer,
                                                          const std::atomic<bool>& cancelled) {
  gateway::Backoff backoff;
  const Chance chance = net::entropy();
  while (!cancelled) {
    auto answer = outcome_of(ask_gateway_bot(api, cancelled));
    if (auto* found = std::get_if<gateway::Gateway>(&answer)) return std::move(*found);
    auto& [trouble, asked_wait, for_good] = std::get<Nothing>(answer);
    if (for_good) return std::move(trouble);
    const Duration wait = std::max(asked_wait, backoff.ended(gateway::Backoff::Pace::Patient, net::now(), chance));
    if (!cancelled) observer.on_no_gateway(trouble, wait);
    sleep_until(net::now() + wait, cancelled);
  }
  return net::Trouble{net::Trouble::Stage::Answer, "stopped before the gateway was found"};
}

std::vector<std::uint32_t> all_of(std::uint32_t count) {
  std::vector<std::uint32_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

}  // namespace

/// Asks for the gateway again, on a thread of its own, when a shard wants it to.
class ShardGroup::Asker {
 public:
  Asker(ApiAccess api, Observer& observer, ShardGroup& group)
      : api_(std::move(api)), observer_(observer), group_(group), thread_([this] { run(); }) {}
  ~Asker() {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void want() {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return wanted_ || cancelled_; });
      if (cancelled_) return;
      lock.unlock();
      const Duration pause = ask();
      lock.lock();
      changed_.wait_for(lock, pause, [this] { return cancelled_.load(); });
      wanted_ = false;
    }
  }

  /// Asks once; gives the time to leave before the next question.
  Duration ask() {
    const auto answer = outcome_of(ask_gateway_bot(api_, cancelled_));
    if (const auto* found = std::get_if<gateway::Gateway>(&answer)) group_.take(*found);
    const auto* nothing = std::get_if<Nothing>(&answer);
    const Duration pause = std::max(kAskAgain, nothing != nullptr ? nothing->wait : Duration{0});
    if (nothing != nullptr && !cancelled_) observer_.on_no_gateway(nothing->trouble, pause);
    return pause;
  }

  const ApiAccess api_;
  Observer& observer_;
  ShardGroup& group_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  std::atomic<bool> cancelled_ = false;
  std::thread thread_;
};

ShardGroup::ShardGroup(std::vector<std::uint32_t> ids) : gate_(std::move(ids), net::entropy()) {}

ShardGroup::~ShardGroup() {
  stop(gateway::Leaving::Keep);
  wait();
}

void ShardGroup::take(const gateway::Gateway& found) {
  gate_.set_limit(found.session_start_limit, net::now());
  for (const auto& shard : shards_) shard->set_main_url(found.url);
}

std::variant<std::unique_ptr<ShardGroup>, net::Trouble> ShardGroup::start(GroupOptions options, Observer& observer,
                                                                          const std::atomic<bool>& cancelled) {
  auto tls = net::Tls::client(options.ca_file);
  if (auto* trouble = std::get_if<net::Trouble>(&tls)) return std::move(*trouble);
  Config& config = options.config;
  const ApiAccess api{options.api_url, config.identify.token,   options.agent_url,
                      config.version,  std::get<net::Tls>(tls), options.connect_timeout};
  const bool was_given = !config.url.empty();
  gateway::Gateway found{config.url, 1, {}};
  if (!was_given) {
    auto answer = find_gateway(api, observer, cancelled);
    if (auto* trouble = std::get_if<net::Trouble>(&answer)) return std::move(*trouble);
    found = std::get<gateway::Gateway>(std::move(answer));
  }
  const std::uint32_t count = options.shard_count != 0 ? options.shard_count : found.shards;
  const auto ids = options.shard_ids.empty() ? all_of(count) : options.shard_ids;
  config.url = found.url;
  config.max_concurrency = found.session_start_limit.max_concurrency;
  options.sessions.resize(ids.size());

  std::unique_ptr<ShardGroup> group(new ShardGroup(ids));
  if (!was_given) group->asker_ = std::make_unique<Asker>(api, observer, *group);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ShardOptions shard{config, options.limits, api.tls, options.connect_timeout};
    shard.config.identify.shard = gateway::Shard{ids[i], count};
    shard.config.resume = std::move(options.sessions[i]);
    if (options.chance_of) shard.chance = options.chance_of(ids[i]);
    if (!was_given) shard.on_main_url_failing = [asker = group->asker_.get()] { asker->want(); };
    group->shards_.push_back(std::make_unique<Shard>(std::move(shard), observer, group->gate_));
  }
  group->gate_.set_limit(found.session_start_limit, net::now());
  for (const auto& shard : group->shards_)
    if (const Status begun = shard->start(); !begun) return configured_wrongly(begun.error());
  return group;
}

void ShardGroup::stop(gateway::Leaving how) {
  for (const auto& shard : shards_) shard->stop(how);
}

void ShardGroup::wait() {
  for (const auto& shard : shards_) shard->wait();
}

}  // namespace portcullis::driver
