// What a driver's inputs came to is run again, and comes to the same.
#include "portcullis/oracle/replay/replay.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "portcullis/cli/event_log.h"
#include "portcullis/cli/input_recorder.h"
#include "portcullis/cli/recorder.h"
#include "portcullis/driver/shard_group.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/spec/gateway_session.h"
#include "portcullis/spec/table.h"

namespace portcullis::tests {
namespace {

using cli::EventLog;
using cli::InputRecorder;
using cli::Recorder;
using compression::Compression;
using encoding::Encoding;
using timeline::Timeline;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.replay.abcdefghijklmnopqrstuvwxyz01234";

/// Records a driver's shards as `connect` does, and counts their events.
class Watch final : public driver::Observer {
 public:
  Watch() : recorder_({}, "a test", [this](timeline::Record record) { told_.records.push_back(std::move(record)); }) {}

  InputRecorder& inputs() { return inputs_; }
  void on_transport(driver::Shard& shard, const websocket::Url& endpoint) override {
    log_.on_transport(shard, endpoint);
  }
  void on_bytes(driver::Shard& shard, bool sent, std::span<const std::byte> bytes) override {
    log_.on_bytes(shard, sent, bytes);
  }
  void on_transport_over(driver::Shard& shard, bool by_peer, const std::optional<net::Trouble>& trouble) override {
    log_.on_transport_over(shard, by_peer, trouble);
  }
  void on_input(driver::Shard& shard, driver::Input what, Instant now, const Config& config) override {
    log_.on_input(shard, what, now, config);
  }
  void on_dispatch(driver::Shard&, const Dispatch& dispatch) override {
    const std::lock_guard lock(mutex_);
    ++events_;
    resumed_ += dispatch.kind == Dispatch::Kind::Resumed;
    changed_.notify_all();
  }

  template <typename Holds>
  bool wait_for(Holds holds) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return holds(events_, resumed_); });
  }
  const Timeline& told() const { return told_; }

 private:
  Timeline told_;
  Recorder recorder_;
  InputRecorder inputs_{recorder_, gateway::Leaving::End};
  EventLog log_{{false, false, false, std::nullopt, &recorder_, &inputs_}};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t events_ = 0, resumed_ = 0;
};

struct Wish {
  Encoding encoding = Encoding::Json;
  Compression compression = Compression::ZlibStream;
  std::uint32_t shards = 1;
};

/// What a driver did with a mock that beats fast, tells of events, sends op 7 and op 9, closes and drops.
Timeline recorded(const Wish& wish) {
  mock::ServerOptions server;
  server.world.events_per_second = 100;
  server.world.heartbeat_interval = Duration{150};
  server.world.max_concurrency = 4;
  server.world.token = kToken;
  auto opened = std::get<0>(mock::Server::open(std::move(server)));
  Watch watch;
  driver::GroupOptions options;
  options.config.url = opened->gateway_url();
  options.config.identify.token = kToken;
  options.config.identify.intents = 1 << 0 | 1 << 9;
  options.config.max_concurrency = 4;
  options.config.encoding = wish.encoding;
  options.config.compression = wish.compression;
  options.shard_count = wish.shards;
  options.chance_of = [&](std::uint32_t shard) { return watch.inputs().chance_of(shard); };
  const std::atomic<bool> cancelled = false;
  auto group = std::get<0>(driver::ShardGroup::start(std::move(options), watch, cancelled));
  const std::vector<mock::Say> blows{mock::SayReconnect{}, mock::SayDrop{}, mock::SayClose{4000, "again"}};
  std::size_t resumed = 0, events = 0;
  for (const mock::Say& blow : blows) {
    REQUIRE(watch.wait_for([&](std::size_t seen, std::size_t) { return seen >= events + 30; }));
    opened->with_peer([&](mock::Peer& peer, Instant now) { peer.say({}, {}, blow, now); });
    resumed += wish.shards;
    REQUIRE(watch.wait_for([&](std::size_t seen, std::size_t back) {
      events = seen;
      return back >= resumed;
    }));
  }
  group->stop(gateway::Leaving::End);
  group->wait();
  return watch.told();
}

replay::Outcome replayed(const Timeline& timeline, const Tables& tables = kTables) {
  auto outcome = replay::replay(timeline, tables);
  if (const auto* const unfit = std::get_if<replay::Unfit>(&outcome)) FAIL(unfit->text);
  return std::get<replay::Outcome>(outcome);
}

std::string shown(const replay::Outcome& outcome) {
  std::string text;
  for (const replay::Stop& stop : outcome.stops) text += stop.why + "\n";
  if (outcome.difference) text += outcome.difference->recorded + "\n" + outcome.difference->replayed;
  return text;
}

TEST_CASE("timeline: a recording of our client replays the same, in each encoding and compression") {
  const Wish wish =
      GENERATE(Wish{Encoding::Json, Compression::None}, Wish{Encoding::Json, Compression::Payload},
               Wish{Encoding::Json, Compression::ZlibStream}, Wish{Encoding::Json, Compression::ZstdStream},
               Wish{Encoding::Etf, Compression::None}, Wish{Encoding::Etf, Compression::ZlibStream},
               Wish{Encoding::Etf, Compression::ZstdStream});
  const Timeline timeline = recorded(wish);
  const replay::Outcome outcome = replayed(timeline);
  INFO(shown(outcome));
  CHECK_FALSE(outcome.difference);
  CHECK(outcome.stops.empty());
  CHECK(outcome.outputs > 15);
  CHECK(outcome.inputs > 50);
}

TEST_CASE("timeline: several shards of one recording replay each for itself") {
  const replay::Outcome outcome = replayed(recorded({Encoding::Json, Compression::ZlibStream, 2}));
  INFO(shown(outcome));
  CHECK_FALSE(outcome.difference);
  CHECK(outcome.shards == 2);
}

TEST_CASE("timeline: a client that obeys another table differs at the place where the tables do") {
  const Timeline timeline = recorded({});
  using namespace spec::gateway_session;
  auto table = kTable;
  for (Row& row : table)
    if (row.from == State::Ready && row.on.contains(Input::Reconnect)) {
      row.to = State::Ready;
      row.act = Action::Ignore;
    }
  const Rows rows(table);
  const Tables tables{.session = &rows};
  const replay::Outcome outcome = replayed(timeline, tables);
  REQUIRE(outcome.difference);
  const replay::Difference& difference = *outcome.difference;
  CHECK(difference.recorded.find("\"is\":\"close\"") != std::string::npos);
  REQUIRE_FALSE(difference.context.empty());
  const bool named = std::ranges::any_of(difference.context, [&](std::size_t i) {
    return timeline::line_of(timeline.records[i]).find("\"op\":7") != std::string::npos;
  });
  CHECK(named);
}

TEST_CASE("timeline: a changed draw, a changed answer and a lost output are differences") {
  Timeline timeline = recorded({});
  Timeline other_seed = timeline;
  other_seed.records.front().with["seed"] = "another";
  CHECK(replayed(other_seed).difference);
  Timeline other_answer = timeline, lost = timeline;
  for (timeline::Record& record : other_answer.records)
    if (record.is == "message" && record.with["payload"].value("t", timeline::Json()) == "READY") {
      record.with["payload"]["d"]["session_id"] = "another";
      break;
    }
  CHECK(replayed(other_answer).difference);
  for (std::size_t i = 0; i < lost.records.size(); ++i)
    if (lost.records[i].is == "message" && lost.records[i].with["from"] == "client") {
      lost.records.erase(lost.records.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  const replay::Outcome outcome = replayed(lost);
  REQUIRE(outcome.difference);
  CHECK(outcome.difference->recorded.empty());
  CHECK(outcome.difference->replayed.find("\"op\":2") != std::string::npos);
}

TEST_CASE("timeline: what has no inputs, or a configuration that is none, is not replayed") {
  const auto unfit_text = [](const Timeline& timeline) {
    const auto result = replay::replay(timeline);
    const auto* const unfit = std::get_if<replay::Unfit>(&result);
    return unfit == nullptr ? std::string() : unfit->text;
  };
  CHECK(unfit_text({}).find("no inputs") != std::string::npos);
  Timeline timeline;
  timeline.records.push_back({0, 0, "input", {{"shard", 0}, {"did", "elapsed"}, {"now", 0}}});
  CHECK(unfit_text(timeline).find("\"start\"") != std::string::npos);
  timeline.records[0].with = {{"shard", 0}, {"did", "start"}, {"now", 0}, {"config", {{"url", 1}}}};
  CHECK(unfit_text(timeline).find("\"url\"") != std::string::npos);
}

}  // namespace
}  // namespace portcullis::tests
