// The driver against the mock over TLS, in every combination of encoding and compression that is allowed, while links
// are cut at any byte.
#include <catch2/catch.hpp>
#include <chrono>
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

using compression::Compression;
using encoding::Encoding;

struct Combination {
  Encoding encoding;
  Compression compression;
};
constexpr std::array kCombinations{
    Combination{Encoding::Json, Compression::None},       Combination{Encoding::Json, Compression::ZlibStream},
    Combination{Encoding::Json, Compression::ZstdStream}, Combination{Encoding::Json, Compression::Payload},
    Combination{Encoding::Etf, Compression::None},        Combination{Encoding::Etf, Compression::ZlibStream},
    Combination{Encoding::Etf, Compression::ZstdStream},
};
constexpr std::uint32_t kShardsEach = 3;
constexpr std::uint32_t kShards = kCombinations.size() * kShardsEach;
// What the back-off lets pass between two attempts has to stand in the mock's replay buffer, of 1,000 events.
constexpr double kEventsPerSecond = 40;
constexpr std::chrono::seconds kCuttingMax{15};
constexpr std::uint32_t kLinkBytesMax = 9'000;
constexpr std::chrono::seconds kPatience{120};

/// What came of the messages that the mock numbers, by shard.
class Numbers final : public driver::Observer {
 public:
  struct Count {
    unsigned sessions = 0;
    unsigned losses = 0;
    std::uint64_t last = 0;
    std::uint64_t out_of_order = 0;
  };

  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override {
    const std::lock_guard lock(mutex_);
    Count& count = counts_[shard.id()];
    if (dispatch.kind == Dispatch::Kind::Ready) {
      ++count.sessions;
      count.last = 0;
    }
    if (dispatch.name != "MESSAGE_CREATE") return;
    const auto number = encoding::as_snowflake(encoding::find(dispatch.data, "nonce")).value_or(0);
    if (number != count.last + 1) ++count.out_of_order;
    count.last = number;
  }
  void on_disconnected(driver::Shard& shard, const Disconnected&, const std::optional<net::Trouble>&) override {
    const std::lock_guard lock(mutex_);
    ++counts_[shard.id()].losses;
  }

  bool all_have_lost() {
    const std::lock_guard lock(mutex_);
    unsigned lost = 0;
    for (const auto& [shard, count] : counts_) lost += count.losses != 0;
    return lost == kShards;
  }
  std::map<std::uint32_t, Count> counts() {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint32_t, Count> counts_;
};

std::unique_ptr<mock::Server> open_mock() {
  mock::ServerOptions options;
  options.tls = true;
  options.shards = kShards;
  options.world.max_concurrency = kShards;
  options.world.events_per_second = kEventsPerSecond;
  options.world.guild_ids.clear();
  for (std::uint64_t shard = 0; shard < kShards; ++shard)
    options.world.guild_ids.push_back(200'000'000'000'000'000 + (shard << 22));
  auto opened = mock::Server::open(std::move(options));
  REQUIRE(std::holds_alternative<std::unique_ptr<mock::Server>>(opened));
  return std::get<std::unique_ptr<mock::Server>>(std::move(opened));
}

/// A shard in a group of its own: those that share one would wait for each other's Identify.
std::unique_ptr<driver::ShardGroup> start(const Combination& combination, std::uint32_t shard, const std::string& url,
                                          const std::string& ca_file, Numbers& numbers) {
  driver::GroupOptions options;
  options.config.url = url;
  options.config.identify.token = "token";
  options.config.identify.intents = 1 << 0 | 1 << 9;
  options.config.encoding = combination.encoding;
  options.config.compression = combination.compression;
  options.ca_file = ca_file;
  options.shard_count = kShards;
  options.shard_ids = {shard};
  auto begun = driver::ShardGroup::start(std::move(options), numbers, std::atomic<bool>{false});
  if (const auto* trouble = std::get_if<net::Trouble>(&begun)) FAIL(trouble->text);
  return std::get<std::unique_ptr<driver::ShardGroup>>(std::move(begun));
}

/// Waits until every shard has got so many messages more.
bool all_go_on(Numbers& numbers, std::uint64_t more) {
  const auto before = numbers.counts();
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    auto now = numbers.counts();
    std::uint32_t done = 0;
    for (std::uint32_t shard = 0; shard < kShards; ++shard)
      done += now[shard].last >= (before.contains(shard) ? before.at(shard).last : 0) + more;
    if (done == kShards) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

TEST_CASE("GW-ENC-2, GW-RES-8: in every combination links are cut at any byte, and nothing is lost", "[driver]") {
  const auto server = open_mock();
  const std::string& direct = server->gateway_url();
  Relay relay(static_cast<std::uint16_t>(std::stoul(direct.substr(direct.rfind(':') + 1))), kLinkBytesMax);
  const std::string url = "wss://localhost:" + std::to_string(relay.port());
  server->with_peer([&](mock::Peer& peer, Instant) { peer.set_urls({url, {}}); });

  Numbers numbers;
  std::vector<std::unique_ptr<driver::ShardGroup>> groups;
  for (std::uint32_t shard = 0; shard < kShards; ++shard)
    groups.push_back(start(kCombinations[shard / kShardsEach], shard, url, server->ca_file(), numbers));
  const auto cut_until = std::chrono::steady_clock::now() + kCuttingMax;
  while (std::chrono::steady_clock::now() < cut_until && (relay.harmed() < 2 * kShards || !numbers.all_have_lost()))
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  relay.spare();
  CHECK(all_go_on(numbers, 20));
  for (const auto& group : groups) group->stop(gateway::Leaving::End);
  for (const auto& group : groups) group->wait();

  CHECK(relay.harmed() >= 2 * kShards);
  auto counts = numbers.counts();
  for (std::uint32_t shard = 0; shard < kShards; ++shard) {
    const auto& count = counts[shard];
    CAPTURE(shard, count.losses, count.last);
    CHECK(count.sessions == 1);
    CHECK(count.out_of_order == 0);
    CHECK(count.losses >= 2);  // the last is our own stop
  }
}

}  // namespace
}  // namespace portcullis::tests
