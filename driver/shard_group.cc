#include "portcullis/driver/shard_group.h"

#include <algorithm>
#include <numeric>
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

// Asks until there is an answer to go by.
std::variant<gateway::Gateway, net::Trouble> find_gateway(const ApiAccess& api, Observer& observer,
                                                          const std::atomic<bool>& cancelled) {
  gateway::Backoff backoff;
  const Chance chance = net::entropy();
  while (!cancelled) {
    auto asked = ask_gateway_bot(api, cancelled);
    Duration wait{0};
    auto* trouble = std::get_if<net::Trouble>(&asked);
    if (trouble == nullptr) {
      auto& answer = std::get<gateway::Discovery>(asked);
      if (auto* found = std::get_if<gateway::Gateway>(&answer)) return std::move(*found);
      if (const auto* no_more = std::get_if<gateway::AskNoMore>(&answer))
        return net::Trouble{net::Trouble::Stage::Answer, "GET /gateway/bot was refused: is the token right?" +
                                                             (" (" + std::string(id(no_more->why.req)) + ")")};
      const auto& later = std::get<gateway::AskLater>(answer);
      wait = later.wait;
      asked = net::Trouble{net::Trouble::Stage::Answer, "GET /gateway/bot: " + std::string(text(later.why.code))};
      trouble = std::get_if<net::Trouble>(&asked);
    }
    if (trouble->stage == net::Trouble::Stage::Configure) return std::move(*trouble);
    wait = std::max(wait, backoff.failed(net::now(), chance));
    if (!cancelled) observer.on_no_gateway(*trouble, wait);
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

ShardGroup::ShardGroup(std::vector<std::uint32_t> ids, const gateway::SessionStartLimit& limit)
    : gate_(std::move(ids), net::entropy()) {
  gate_.set_limit(limit, net::now());
}

std::variant<std::unique_ptr<ShardGroup>, net::Trouble> ShardGroup::start(GroupOptions options, Observer& observer,
                                                                          const std::atomic<bool>& cancelled) {
  auto tls = net::Tls::client(options.ca_file);
  if (auto* trouble = std::get_if<net::Trouble>(&tls)) return std::move(*trouble);
  Config& config = options.config;
  gateway::Gateway found{config.url, 1, {}};
  if (config.url.empty()) {
    const ApiAccess api{options.api_url, config.identify.token,   options.agent_url,
                        config.version,  std::get<net::Tls>(tls), options.connect_timeout};
    auto answer = find_gateway(api, observer, cancelled);
    if (auto* trouble = std::get_if<net::Trouble>(&answer)) return std::move(*trouble);
    found = std::get<gateway::Gateway>(std::move(answer));
  }
  const std::uint32_t count = options.shard_count != 0 ? options.shard_count : found.shards;
  const auto ids = options.shard_ids.empty() ? all_of(count) : options.shard_ids;
  config.url = found.url;
  config.max_concurrency = found.session_start_limit.max_concurrency;
  options.sessions.resize(ids.size());

  std::unique_ptr<ShardGroup> group(new ShardGroup(ids, found.session_start_limit));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Config own = config;
    own.identify.shard = gateway::Shard{ids[i], count};
    own.resume = std::move(options.sessions[i]);
    ShardOptions shard{std::move(own), options.limits, std::get<net::Tls>(tls), options.connect_timeout};
    group->shards_.push_back(std::make_unique<Shard>(std::move(shard), observer, group->gate_));
  }
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
