#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/driver/shard_group.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/listener.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/tests/driver/recorder.h"
#include "portcullis/tests/net/far.h"

namespace portcullis::tests {
namespace {

using gateway::Leaving;
using Told = Recorder::Told;
using Why = Disconnected::Why;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";
constexpr std::uint64_t kIntents = 1 << 0 | 1 << 9;

std::unique_ptr<mock::Server> open_mock(mock::ServerOptions options) {
  options.world.token = kToken;
  auto opened = mock::Server::open(std::move(options));
  REQUIRE(std::holds_alternative<std::unique_ptr<mock::Server>>(opened));
  return std::get<std::unique_ptr<mock::Server>>(std::move(opened));
}

driver::GroupOptions options_for(const mock::Server& server) {
  driver::GroupOptions options;
  options.config.identify.token = kToken;
  options.config.identify.intents = kIntents;
  options.api_url = server.api_url();
  options.ca_file = server.ca_file();
  return options;
}

std::unique_ptr<driver::ShardGroup> start(driver::GroupOptions options, Recorder& recorder) {
  auto begun = driver::ShardGroup::start(std::move(options), recorder, std::atomic<bool>{false});
  if (const auto* trouble = std::get_if<net::Trouble>(&begun)) FAIL(trouble->text);
  return std::get<std::unique_ptr<driver::ShardGroup>>(std::move(begun));
}

auto is_ready() {
  return [](const Told& told) { return !told.sessions.empty(); };
}

void say(mock::Server& server, const mock::Say& what) {
  server.with_peer([&](mock::Peer& peer, Instant now) { peer.say({}, "", what, now); });
}

TEST_CASE("GW-RES-8, GW-DISP-9: over TLS, links dropped under load are resumed, and nothing is lost", "[driver]") {
  mock::ServerOptions wish;
  wish.tls = true;
  wish.world.events_per_second = 200;
  const auto server = open_mock(std::move(wish));
  Recorder recorder;
  const auto group = start(options_for(*server), recorder);
  REQUIRE(recorder.wait_for(0, is_ready()));
  for (unsigned drops = 1; drops <= 3; ++drops) {
    const auto before = recorder.told(0).sessions.back().size();
    REQUIRE(recorder.wait_for(0, [&](const Told& told) { return told.sessions.back().size() > before + 20; }));
    say(*server, mock::SayDrop{});
    REQUIRE(recorder.wait_for(0, [&](const Told& told) { return told.resumed == drops; }));
  }
  group->stop(Leaving::End);
  group->wait();
  const Told told = recorder.told(0);
  CHECK(told.sessions.size() == 1);
  CHECK(told.nothing_lost());
  REQUIRE(told.finish);
  CHECK(told.finish->why == Finish::Why::Ended);
  CHECK_FALSE(group->shards()[0]->session());
  const auto counters = group->shards()[0]->counters();
  CHECK(counters.events == told.sessions[0].size());
  CHECK(counters.disconnects[static_cast<std::size_t>(Why::LostLink)] == 3);
  CHECK(counters.disconnects[static_cast<std::size_t>(Why::LocalStop)] == 1);
  CHECK(counters.bytes_in > counters.bytes_out);
}

TEST_CASE("GW-RES-24: a kept session is resumed by the next process", "[driver]") {
  const auto server = open_mock({});
  Recorder first, second;
  auto group = start(options_for(*server), first);
  REQUIRE(first.wait_for(0, is_ready()));
  group->stop(Leaving::Keep);
  group->wait();
  CHECK(first.told(0).finish->why == Finish::Why::Kept);
  auto options = options_for(*server);
  options.sessions = {group->shards()[0]->session()};
  REQUIRE(options.sessions[0]);
  group = start(std::move(options), second);
  CHECK(second.wait_for(0, [](const Told& told) { return told.resumed == 1; }));
  server->with_peer([](mock::Peer& peer, Instant) { CHECK(peer.sessions().at(0).identifies == 1); });
}

TEST_CASE("GW-IDL-1, GW-SHARD-2: sixteen shards identify in sixteen buckets at once, and a part of them alone",
          "[driver]") {
  mock::ServerOptions wish;
  wish.shards = 16;
  wish.world.max_concurrency = 16;
  const auto server = open_mock(std::move(wish));
  {
    Recorder recorder;
    const auto group = start(options_for(*server), recorder);
    REQUIRE(group->shards().size() == 16);
    for (std::uint32_t shard = 0; shard < 16; ++shard) CHECK(recorder.wait_for(shard, is_ready()));
  }
  auto options = options_for(*server);
  options.shard_ids = {3, 7};
  Recorder recorder;
  const auto group = start(std::move(options), recorder);
  REQUIRE(group->shards().size() == 2);
  CHECK(recorder.wait_for(3, is_ready()));
  CHECK(recorder.wait_for(7, is_ready()));
}

TEST_CASE("GW-PRES-1: a command that is sent before READY arrives after it, a bad one is refused at once", "[driver]") {
  std::mutex mutex;
  std::vector<spec::gateway_peer::Input> inputs;
  mock::ServerOptions wish;
  wish.on_step = [&](const mock::Stepped& step) {
    const std::lock_guard lock(mutex);
    inputs.push_back(step.input);
  };
  const auto server = open_mock(std::move(wish));
  Recorder recorder;
  auto options = options_for(*server);
  options.limits.commands_waiting_max = 2;
  const auto group = start(std::move(options), recorder);
  driver::Shard& shard = *group->shards()[0];
  CHECK(shard.send(gateway::UpdatePresence{}));
  gateway::UpdatePresence custom_without_state;
  custom_without_state.activities = {{"x", gateway::ActivityType::Custom, {}, {}}};
  const Status refused = shard.send(custom_without_state);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::CommandField);
  REQUIRE(recorder.wait_for(0, is_ready()));
  for (bool seen = false; !seen;) {
    const std::lock_guard lock(mutex);
    seen = std::ranges::find(inputs, spec::gateway_peer::Input::Command) != inputs.end();
  }
  group->stop(Leaving::End);
  group->wait();
  const Status late = shard.send(gateway::UpdatePresence{});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::NotConnected);
  CHECK(recorder.told(0).refused.empty());
}

TEST_CASE("GW-REST-11: a refused token ends the start, with words", "[driver]") {
  const auto server = open_mock({});
  auto options = options_for(*server);
  options.config.identify.token = "another";
  Recorder recorder;
  const auto begun = driver::ShardGroup::start(std::move(options), recorder, std::atomic<bool>{false});
  REQUIRE(std::holds_alternative<net::Trouble>(begun));
  CHECK(std::get<net::Trouble>(begun).text.find("token") != std::string::npos);
}

/// Takes connections on loopback and does the same to each of them.
class Hostile {
 public:
  explicit Hostile(std::function<void(tests::Far&)> act)
      : listener_(std::get<net::Listener>(net::Listener::open("127.0.0.1", 0))),
        played_([this, act = std::move(act)] { take_all(act); }) {}
  ~Hostile() {
    over_ = true;
    played_.join();
  }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(listener_.port()); }

 private:
  void take_all(const std::function<void(tests::Far&)>& act) {
    std::vector<std::unique_ptr<tests::Far>> open;
    while (!over_) {
      auto socket = listener_.accept();
      if (!socket) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      open.push_back(std::make_unique<tests::Far>(std::move(*socket)));
      act(*open.back());
    }
  }

  net::Listener listener_;
  std::atomic<bool> over_ = false;
  tests::Played played_;
};

struct Malice {
  const char* what;
  std::function<void(tests::Far&)> act;
  Why why;
  int http_status;
};

void half_an_upgrade(tests::Far& far) {
  far.read();
  far.write("HTTP/1.1 101 Switching Protocols\r\nUpgra");
  far.end();
}

void no_upgrade(tests::Far& far) {
  far.read();
  far.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno");
  far.end();
}

void not_http(tests::Far& far) {
  far.read();
  far.write("220 mail.example ESMTP\r\n");
}

TEST_CASE("GW-CONN-10, GW-CONN-12: whatever a peer does instead of an upgrade, the shard tells and can be stopped",
          "[driver]") {
  const std::vector<Malice> table{
      {"a reset at once", [](tests::Far& far) { far.reset(); }, Why::OpenFailed, 0},
      {"an end at once", [](tests::Far& far) { far.end(); }, Why::OpenFailed, 0},
      {"a reset after the request", [](tests::Far& far) { far.read(), far.reset(); }, Why::OpenFailed, 0},
      {"half an upgrade", half_an_upgrade, Why::OpenFailed, 0},
      {"another status", no_upgrade, Why::OpenFailed, 503},
      {"no HTTP", not_http, Why::OpenFailed, 0},
      {"silence", [](tests::Far&) {}, Why::OpenFailed, 0},
  };
  for (const Malice& malice : table) {
    INFO(malice.what);
    const Hostile peer(malice.act);
    driver::GroupOptions options;
    options.config.url = peer.url();
    options.config.identify = {.token = kToken, .intents = kIntents};
    options.limits.hello_timeout = Duration{300};
    Recorder recorder;
    const auto group = start(std::move(options), recorder);
    REQUIRE(recorder.wait_for(0, [](const Told& told) { return !told.disconnects.empty(); }));
    group->stop(Leaving::End);
    group->wait();
    const Told told = recorder.told(0);
    CHECK(told.disconnects[0].why == malice.why);
    CHECK(told.disconnects[0].http_status == malice.http_status);
    CHECK(told.disconnects[0].delay >= Duration{1'000});
    CHECK(told.connected == 0);
  }
}

TEST_CASE("LOCAL-20, GW-REST-4: a gateway that keeps failing is asked for again, and found where it is now",
          "[driver]") {
  const auto server = open_mock({});
  std::uint16_t dead = 0;
  {
    const auto closed = std::get<net::Listener>(net::Listener::open("127.0.0.1", 0));
    dead = closed.port();
  }
  std::atomic<int> asked = 0;
  const Hostile api([&](tests::Far& far) {
    far.read();
    const std::string url = ++asked == 1 ? "ws://127.0.0.1:" + std::to_string(dead) : server->gateway_url();
    const std::string body = R"({"url":")" + url +
                             R"(","shards":1,"session_start_limit":)"
                             R"({"total":1000,"remaining":999,"reset_after":0,"max_concurrency":1}})";
    far.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  });
  driver::GroupOptions options = options_for(*server);
  options.api_url = "http" + api.url().substr(2) + "/api";
  Recorder recorder;
  const auto group = start(std::move(options), recorder);
  CHECK(recorder.wait_for(0, is_ready()));
  CHECK(asked == 2);
  CHECK(recorder.told(0).disconnects.size() >= 3);
}

TEST_CASE("GW-CONN-12: a refused port is told with its reason, and a shard stops while it dials", "[driver]") {
  driver::GroupOptions options;
  {
    const auto closed = std::get<net::Listener>(net::Listener::open("127.0.0.1", 0));
    options.config.url = "ws://127.0.0.1:" + std::to_string(closed.port());
  }
  options.config.identify = {.token = kToken, .intents = kIntents};
  Recorder recorder;
  const auto group = start(std::move(options), recorder);
  REQUIRE(recorder.wait_for(0, [](const Told& told) { return !told.disconnects.empty(); }));
  CHECK(recorder.told(0).troubles[0].find("refused") != std::string::npos);
  group->stop(Leaving::End);
  group->wait();
  CHECK(recorder.told(0).finish.has_value());
}

}  // namespace
}  // namespace portcullis::tests
