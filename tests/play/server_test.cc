// The player on real sockets, with our driver as its client.
#include "portcullis/oracle/mock/server.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "portcullis/driver/shard_group.h"
#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"
#include "portcullis/oracle/play/player.h"
#include "portcullis/tests/mock/wire.h"
#include "portcullis/tests/play/stage.h"

namespace portcullis::tests {
namespace {

constexpr Duration kPatience{30'000};

class Quiet : public driver::Observer {};

/// A player that is served, and what it has told.
class House {
 public:
  explicit House(const std::string& links, const std::string& more = "", mock::ServerOptions options = {})
      : scenario_(scenario_of(links, more)),
        player_(scenario_, {net::now(), timeline::Clock::Wall}, net::entropy(), pseudonyms_,
                [this](timeline::Record record) { records_.push_back(std::move(record)); }) {
    options.world = play::world_of(scenario_);
    auto opened = mock::Server::open(std::move(options), player_);
    if (const auto* const trouble = std::get_if<net::Trouble>(&opened)) FAIL(trouble->text);
    server_ = std::move(std::get<0>(opened));
  }

  mock::Server& server() { return *server_; }
  /// Waits for the scenario's end; gives where it stands after too long a time, and nothing when it is complete.
  std::string wait() {
    const Instant until = net::now() + kPatience;
    for (std::string at = "not asked";; std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
      server_->with([&](Instant) { at = player_.complete() ? "" : player_.stopped_at(); });
      if (at.empty() || net::now() > until) return at;
    }
  }
  std::vector<timeline::Record> records() {
    std::vector<timeline::Record> out;
    server_->with([&](Instant) { out = records_; });
    return out;
  }

 private:
  play::Scenario scenario_;
  timeline::Pseudonyms pseudonyms_{"house"};
  std::vector<timeline::Record> records_;
  play::Player player_;
  std::unique_ptr<mock::Server> server_;
};

std::unique_ptr<driver::ShardGroup> bot_for(House& house, driver::Observer& observer) {
  driver::GroupOptions options;
  options.api_url = house.server().api_url();
  options.config.identify.token = "a-token-of-nobody";
  options.config.identify.intents = 1 << 0 | 1 << 9;
  options.ca_file = house.server().ca_file();
  auto begun = driver::ShardGroup::start(std::move(options), observer, std::atomic<bool>{false});
  if (const auto* const trouble = std::get_if<net::Trouble>(&begun)) FAIL(trouble->text);
  return std::get<0>(std::move(begun));
}

std::size_t count(const std::vector<timeline::Record>& records, std::string_view is) {
  return static_cast<std::size_t>(std::ranges::count(records, is, &timeline::Record::is));
}

}  // namespace

TEST_CASE("play: a player is served as the peer is, plain and with TLS, and measures the way to its client", "[play]") {
  for (const bool tls : {false, true}) {
    mock::ServerOptions options;
    options.tls = tls;
    House house(
        R"([[{"wait": "ready"}, {"close": 4000}], [{"wait": "resumed"}, {"wait_ms": 50}, {"drop": true}], [{"wait": "resumed"}]])",
        "", std::move(options));
    Quiet observer;
    const auto bot = bot_for(house, observer);
    CHECK(house.wait() == "");
    const auto records = house.records();
    CHECK(count(records, "open") == 3);
    CHECK(count(records, "noise") >= 1);
    const auto opened = std::ranges::find(records, "open", &timeline::Record::is);
    CHECK(opened->with["url"].get<std::string>().starts_with(house.server().gateway_url() + "/?"));
    bot->stop(gateway::Leaving::End);
    bot->wait();
  }
}

TEST_CASE("play: the other door is a second port of the same player", "[play]") {
  House house(R"([[{"wait": "ready"}, {"drop": true}], [{"wait": "resumed"}]])",
              R"(, "world": {"resume_url": "other"})");
  Quiet observer;
  const auto bot = bot_for(house, observer);
  CHECK(house.wait() == "");
  std::vector<std::string> origins;
  for (const timeline::Record& record : house.records())
    if (record.is == "open") origins.push_back(record.with["url"].get<std::string>());
  REQUIRE(origins.size() == 2);
  CHECK(origins[0].starts_with(house.server().gateway_url() + "/"));
  CHECK_FALSE(origins[1].starts_with(house.server().gateway_url() + "/"));
}

TEST_CASE("play: at the dead port a connection is refused, and the client finds its way back", "[play]") {
  House house(R"([[{"wait": "ready"}, {"drop": true}], [{"wait": "live"}]])", R"(, "world": {"resume_url": "dead"})");
  Quiet observer;
  const auto bot = bot_for(house, observer);
  CHECK(house.wait() == "");
}

TEST_CASE("play: a stalled client is left waiting for as long as the server's options say", "[play]") {
  mock::ServerOptions options;
  options.upgrade_timeout = Duration{300};
  House house(R"([[{"wait": "request"}, {"stall": true}, {"wait": "end"}]])", "", std::move(options));
  mock::Wire wire(mock::place_of(house.server().gateway_url()));
  const Instant began = net::now();
  wire.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(wire.read_all().empty());
  CHECK(net::now() - began >= Duration{290});
}

TEST_CASE("play: a served player is not steered by hand, and REST tells of its world", "[play]") {
  House house("[[]]", R"(, "world": {"shards": 3, "max_concurrency": 16, "remaining": 7})");
  CHECK(mock::ask("POST", house.server().control_url() + "/drop", "{}").status == 404);
  const auto answer = mock::ask("GET", house.server().api_url() + "/gateway/bot");
  CHECK(answer.status == 200);
  CHECK(answer.body["session_start_limit"]["remaining"] == 7);
  CHECK(answer.body["session_start_limit"]["max_concurrency"] == 16);
}

}  // namespace portcullis::tests
