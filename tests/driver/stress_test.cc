// A hundred shards of one program, over TLS, while their links are ended, reset, half closed, garbled and stalled, and
// while many threads send through them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "portcullis/core/encoding/value.h"
#include "portcullis/driver/shard_group.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/tests/driver/relay.h"

namespace portcullis::tests {
namespace {

constexpr std::uint32_t kShards = 100;
constexpr unsigned kThreads = 8;
constexpr unsigned kSendsEach = 25;  ///< of a phase, to each shard by all threads together
constexpr unsigned kHarms = 4 * kShards;
constexpr std::uint32_t kLinkBytesMax = 8'000;
constexpr std::chrono::seconds kHarmingMax{20}, kPatience{120};

/// Gives a guild of the shard's own.
std::uint64_t guild_of(std::uint32_t shard) { return (std::uint64_t{kShards} * 1'000'000 + shard) << 22; }

/// What came back, and in what order.
class Answers final : public driver::Observer {
 public:
  struct Count {
    unsigned sessions = 0, losses = 0;
    std::int64_t last = 0;
    std::uint64_t out_of_order = 0;
  };

  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override {
    const std::lock_guard lock(mutex_);
    Count& count = counts_[shard.id()];
    if (dispatch.kind == Dispatch::Kind::Ready) {
      ++count.sessions;
      count.last = 0;
    }
    if (dispatch.sequence.value_or(0) <= count.last) ++count.out_of_order;
    count.last = dispatch.sequence.value_or(0);
    if (dispatch.name != "GUILD_MEMBERS_CHUNK") return;
    std::vector<char> scratch;
    ++answers_[std::string(encoding::as_string(encoding::find(dispatch.data, "nonce"), scratch).value_or("no nonce"))];
  }
  void on_disconnected(driver::Shard& shard, const Disconnected&, const std::optional<net::Trouble>&) override {
    const std::lock_guard lock(mutex_);
    ++counts_[shard.id()].losses;
  }
  void on_refused(driver::Shard&, const gateway::Command&, const Error&) override { ++refused; }

  std::map<std::uint32_t, Count> counts() {
    const std::lock_guard lock(mutex_);
    return counts_;
  }
  std::map<std::string, unsigned> answers() {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  std::atomic<unsigned> refused = 0;

 private:
  std::mutex mutex_;
  std::map<std::uint32_t, Count> counts_;
  std::map<std::string, unsigned> answers_;
};

std::unique_ptr<mock::Server> open_mock() {
  mock::ServerOptions options;
  options.tls = true;
  options.shards = kShards;
  options.world.max_concurrency = kShards;
  options.world.events_per_second = 4;
  options.world.guild_ids.clear();
  for (std::uint32_t shard = 0; shard < kShards; ++shard) options.world.guild_ids.push_back(guild_of(shard));
  auto opened = mock::Server::open(std::move(options));
  REQUIRE(std::holds_alternative<std::unique_ptr<mock::Server>>(opened));
  return std::get<std::unique_ptr<mock::Server>>(std::move(opened));
}

/// Each in a group of its own: those that share one would wait for each other's Identify.
using Fleet = std::vector<std::unique_ptr<driver::ShardGroup>>;

driver::Shard& shard_of(const Fleet& fleet, std::uint32_t id) { return *fleet[id]->shards().front(); }

Fleet start(const std::string& url, const std::string& ca_file, Answers& answers) {
  driver::GroupOptions options;
  options.config.url = url;
  options.config.identify.token = "token";
  options.config.identify.intents = 1 << 0 | 1 << 9;
  options.ca_file = ca_file;
  options.shard_count = kShards;
  Fleet fleet;
  for (std::uint32_t shard = 0; shard < kShards; ++shard) {
    options.shard_ids = {shard};
    auto begun = driver::ShardGroup::start(options, answers, std::atomic<bool>{false});
    if (const auto* trouble = std::get_if<net::Trouble>(&begun)) FAIL(trouble->text);
    fleet.push_back(std::get<std::unique_ptr<driver::ShardGroup>>(std::move(begun)));
  }
  return fleet;
}

/// Sends to all shards from many threads at once; gives how many commands were not taken.
unsigned send_all(const Fleet& fleet, const std::string& phase) {
  std::atomic<unsigned> untaken = 0;
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (unsigned i = thread; i < kShards * kSendsEach; i += kThreads) {
        driver::Shard& shard = shard_of(fleet, i % kShards);
        gateway::RequestGuildMembers command{.guild_id = guild_of(shard.id()), .query = "a", .limit = 1};
        command.nonce = phase + std::to_string(i);
        if (!shard.send(command)) ++untaken;
      }
    });
  for (std::thread& thread : threads) thread.join();
  return untaken;
}

template <typename Holds>
bool wait_until(std::chrono::seconds patience, Holds holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

/// Says how many of the commands of a phase were answered.
unsigned answered(Answers& answers, char phase) {
  const auto all = answers.answers();
  return static_cast<unsigned>(
      std::ranges::count_if(all, [&](const auto& answer) { return answer.first.front() == phase; }));
}

bool all_are_live(const Fleet& fleet) {
  return std::ranges::all_of(fleet, [](const auto& group) { return group->shards().front()->session().has_value(); });
}

std::ptrdiff_t descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

TEST_CASE(
    "GW-RES-8, GW-RATE-1: a hundred shards under every harm lose no session, no command of calm times, and leave "
    "nothing open",
    "[driver]") {
  const auto server = open_mock();
  const std::string& direct = server->gateway_url();
  Relay relay(static_cast<std::uint16_t>(std::stoul(direct.substr(direct.rfind(':') + 1))), kLinkBytesMax,
              {Harm::End, Harm::Reset, Harm::Half, Harm::Garble, Harm::Stall});
  const std::string url = "wss://localhost:" + std::to_string(relay.port());
  server->with_peer([&](mock::Peer& peer, Instant) { peer.set_urls({url, {}}); });
  const std::ptrdiff_t before = descriptors();

  Answers answers;
  Fleet fleet = start(url, server->ca_file(), answers);
  CHECK(send_all(fleet, "s") == 0);
  wait_until(kHarmingMax, [&] { return relay.harmed() >= kHarms; });
  relay.spare();
  CHECK(wait_until(kPatience, [&] { return all_are_live(fleet); }));
  CHECK(send_all(fleet, "c") == 0);
  CHECK(wait_until(kPatience, [&] { return answered(answers, 'c') == kShards * kSendsEach; }));
  for (const auto& group : fleet) group->stop(gateway::Leaving::End);
  fleet.clear();

  CHECK(relay.harmed() >= kHarms / 2);
  CHECK(answers.refused == 0);
  CHECK(answered(answers, 's') > kShards * kSendsEach / 2);
  for (const auto& [nonce, count] : answers.answers()) CHECK((count == 1 ? "" : nonce) == "");
  for (const auto& [shard, count] : answers.counts()) {
    CAPTURE(shard, count.losses, count.last);
    CHECK(count.sessions == 1);
    CHECK(count.out_of_order == 0);
  }
  CHECK(wait_until(kPatience, [&] { return descriptors() <= before; }));
}

}  // namespace
}  // namespace portcullis::tests
