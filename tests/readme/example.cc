// The example of README.md, run here against the mock gateway. What stands between marks is a block of README.md, to
// the letter: readme_test compares them.
#include <catch2/catch.hpp>
#include <utility>

// README: bot
#include <atomic>
#include <iostream>
#include <memory>
#include <variant>
#include <vector>

#include "portcullis/driver/shard_group.h"
#include "portcullis/driver/signals.h"
using namespace portcullis;

class Bot : public driver::Observer {  // called on the shards' threads
 public:
  std::atomic<int> messages = 0;
  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override {
    if (dispatch.name != "MESSAGE_CREATE") return;
    std::vector<char> scratch;
    const auto content = encoding::as_string(encoding::find(dispatch.data, "content"), scratch);
    if (++messages == 1) std::cout << "shard " << shard.id() << ": " << content.value_or("") << '\n';
  }
};

/// Runs all shards until Ctrl-C, or so many messages. Keeps the sessions; gives them, to be resumed.
std::variant<std::vector<std::optional<Session>>, net::Trouble> run(driver::GroupOptions options, int messages_max) {
  const driver::StopSignals signals;  // before any thread is started
  const std::atomic<bool> cancelled = false;
  Bot bot;
  auto begun = driver::ShardGroup::start(std::move(options), bot, cancelled);
  if (auto* trouble = std::get_if<net::Trouble>(&begun)) return std::move(*trouble);  // one line, to be shown
  auto& group = *std::get<std::unique_ptr<driver::ShardGroup>>(begun);
  while (bot.messages < messages_max && !signals.wait_for(Duration{100})) {
  }
  group.stop(gateway::Leaving::Keep);  // or End, which ends the sessions
  group.wait();
  std::vector<std::optional<Session>> sessions;
  for (const auto& shard : group.shards()) sessions.push_back(shard->session());
  return sessions;
}
// README: end

#include "portcullis/oracle/mock/server.h"

namespace {

using Sessions = std::vector<std::optional<Session>>;

/// Both lives of a bot: the second one resumes where the first has left.
std::variant<Sessions, net::Trouble> live_twice(const std::string& token, const std::string& api_url) {
  // README: options
  driver::GroupOptions options;
  options.config.identify.token = token;
  options.config.identify.intents = 1 << 0 | 1 << 9;  // guilds, and their messages
  options.api_url = api_url;                          // leave it out for Discord's own
  auto kept = run(options, 3);
  if (auto* trouble = std::get_if<net::Trouble>(&kept)) return *trouble;
  options.sessions = std::get<0>(kept);  // store them as you store the token
  return run(options, 3);                // here or in another process
  // README: end
}

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";

}  // namespace

TEST_CASE("readme: the example logs in, keeps its session, and resumes it in its second life") {
  mock::ServerOptions options;
  options.world.token = kToken;
  options.world.events_per_second = 20;
  auto opened = mock::Server::open(std::move(options));
  auto& server = *std::get<std::unique_ptr<mock::Server>>(opened);
  const auto kept = live_twice(kToken, server.api_url());
  REQUIRE(std::holds_alternative<Sessions>(kept));
  REQUIRE(std::get<Sessions>(kept).size() == 1);
  CHECK(std::get<Sessions>(kept)[0].has_value());
  server.with_peer([](mock::Peer& peer, Instant) {
    REQUIRE(peer.sessions().size() == 1);
    CHECK(peer.sessions()[0].identifies == 1);
    CHECK(peer.sessions()[0].resumes == 1);
  });
}

TEST_CASE("readme: the example says what is wrong with its token") {
  mock::ServerOptions options;
  options.world.token = kToken;
  auto opened = mock::Server::open(std::move(options));
  const auto refused = live_twice("another", std::get<std::unique_ptr<mock::Server>>(opened)->api_url());
  REQUIRE(std::holds_alternative<net::Trouble>(refused));
  CHECK(std::get<net::Trouble>(refused).text.find("token") != std::string::npos);
}
