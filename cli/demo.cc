// The whole story of a gateway session on loopback, told by both ends.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "portcullis/cli/interrupt.h"
#include "portcullis/cli/story.h"
#include "portcullis/cli/verb.h"
#include "portcullis/cli/words.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/spec/intents.h"

namespace portcullis::cli {
namespace {

using Colour = Paint::Colour;
using Teller = Story::Teller;

// Good for nothing but the demo's own mock.
constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.demo00.this-token-opens-nothing-but-the-demo";
constexpr double kEventsPerSecond = 20;
constexpr Duration kHeartbeatInterval{2'000};
constexpr Duration kIdentifySpacing{5'000};
constexpr int kEventsWhileDown = 5;
constexpr Duration kLongestWait{12'000};  // for one thing to happen; an Identify after op 9 may take 5.5 s

struct Options {
  double seconds_max = 30;
  bool no_color = false;
  bool json = false;
};

/// What was to be seen, and whether it was.
struct Check {
  bool good;
  std::string words;
  Requirement req;
};

class Demo {
 public:
  Demo(Story& story, const Interrupt& interrupt) : story_(story), interrupt_(interrupt) {}

  /// Plays the whole story; an act that does not come to its end is the last.
  void play() {
    open();
    log_in() && lose_the_link() && be_sent_away() && be_declared_invalid() && end_cleanly();
    if (group_) hang_up();
  }

  std::vector<Check> checks() const;
  nlohmann::ordered_json counts() const;

 private:
  void open();
  bool log_in();
  bool lose_the_link();
  bool be_sent_away();
  bool be_declared_invalid();
  bool end_cleanly();
  void hang_up();

  void say(const mock::Say& what);
  void note_sent(const mock::Peer& peer);
  bool expect(const std::string& what, const std::function<bool(const Happened&)>& wanted);
  bool watch_events(int seconds);
  bool is_given_up() const { return interrupt_.cause() != Interrupt::Cause::None; }

  Story& story_;
  const Interrupt& interrupt_;
  std::unique_ptr<mock::Server> server_;
  std::unique_ptr<driver::ShardGroup> group_;  // after the server that it talks to
  driver::Counters counters_;
  bool finished_ = false;
};

void Demo::open() {
  mock::ServerOptions options;
  options.world.token = kToken;
  options.world.heartbeat_interval = kHeartbeatInterval;
  options.world.events_per_second = kEventsPerSecond;
  options.tls = true;
  options.on_step = [this](const mock::Stepped& step) { story_.on_step(step); };
  options.on_request = [this](const std::string& request) { story_.tell(Teller::Mock, request, req::GW_REST_3); };
  auto opened = mock::Server::open(std::move(options));
  if (auto* trouble = std::get_if<net::Trouble>(&opened)) throw Failure(Exit::OurFault, trouble->text);
  server_ = std::get<0>(std::move(opened));
  story_.tell(Teller::Mock, "a gateway listens on " + server_->gateway_url() + ", its API on " + server_->api_url());
}

bool Demo::log_in() {
  story_.tell(Teller::Demo, "1. Logging in: where is the gateway, and then HELLO, IDENTIFY, READY");
  driver::GroupOptions options;
  options.config.identify.token = kToken;
  options.config.identify.intents = spec::kUnprivilegedIntents;
  options.api_url = server_->api_url();
  options.ca_file = server_->ca_file();
  static const std::atomic<bool> kNever = false;
  auto started = driver::ShardGroup::start(std::move(options), story_, kNever);
  if (auto* trouble = std::get_if<net::Trouble>(&started)) throw Failure(Exit::OurFault, trouble->text);
  group_ = std::get<0>(std::move(started));
  return expect("READY", [](const Happened& now) { return now.readies == 1; }) && watch_events(1) &&
         expect("a heartbeat", [](const Happened& now) { return now.beats >= 1; }) && watch_events(1);
}

bool Demo::lose_the_link() {
  story_.tell(Teller::Demo, "2. The link is dropped, and " + std::to_string(kEventsWhileDown) +
                                " events happen before the driver is back");
  server_->with_peer([this](mock::Peer& peer, Instant now) {
    peer.say(std::nullopt, "", mock::SayDrop{}, now);
    for (int i = 0; i < kEventsWhileDown; ++i)
      peer.say(std::nullopt, "", mock::SayDispatch{"TYPING_START", R"({"while": "down"})"}, now);
    note_sent(peer);
  });
  return expect("RESUMED", [](const Happened& now) { return now.resumed == 1; }) && watch_events(1);
}

bool Demo::be_sent_away() {
  story_.tell(Teller::Demo, "3. Op 7: the gateway asks to reconnect");
  say(mock::SayReconnect{});
  return expect("RESUMED", [](const Happened& now) { return now.resumed == 2; }) && watch_events(1);
}

bool Demo::be_declared_invalid() {
  story_.tell(Teller::Demo, "4. Op 9 false: the session is over, a new one is needed");
  server_->with_peer([this](mock::Peer& peer, Instant now) {
    note_sent(peer);  // all that the session was worth
    peer.say(std::nullopt, "", mock::SayInvalid{false}, now);
  });
  return expect("READY", [](const Happened& now) { return now.readies == 2; }) && watch_events(2) &&
         expect("another heartbeat", [](const Happened& now) { return now.beats >= 2; });
}

bool Demo::end_cleanly() {
  story_.tell(Teller::Demo, "5. A clean end");
  server_->with_peer([this](mock::Peer& peer, Instant) { note_sent(peer); });
  group_->stop(gateway::Leaving::End);
  finished_ = expect("the end", [](const Happened& now) { return now.stopped && now.ended_with_1000; });
  return finished_;
}

void Demo::hang_up() {
  group_->stop(gateway::Leaving::End);
  group_->wait();
  counters_ = group_->shards().front()->counters();
}

void Demo::say(const mock::Say& what) {
  server_->with_peer([&what](mock::Peer& peer, Instant now) { peer.say(std::nullopt, "", what, now); });
}

/// What the mock has numbered so far; its steps tell only of what it does of its own accord.
void Demo::note_sent(const mock::Peer& peer) {
  for (const mock::SessionView& session : peer.sessions())
    story_.note([&](Happened& happened) { happened.tally.sent(session.sequence); });
}

bool Demo::expect(const std::string& what, const std::function<bool(const Happened&)>& wanted) {
  if (story_.wait_for(wanted, kLongestWait, [this] { return is_given_up(); })) return true;
  const std::string trouble = story_.happened().trouble.value_or("");
  story_.tell(Teller::Demo, what + " did not come" + (trouble.empty() ? "" : ": " + trouble));
  return false;
}

/// Lets some seconds of events go by, with a line for each.
bool Demo::watch_events(int seconds) {
  const auto nothing = [](const Happened&) { return false; };
  for (int second = 0; second < seconds; ++second) {
    const std::int64_t before = story_.happened().tally.received();
    story_.wait_for(nothing, Duration{1'000}, [this] { return is_given_up(); });
    if (is_given_up()) return false;
    const Happened now = story_.happened();
    story_.tell(Teller::Driver,
                std::to_string(now.tally.received() - before) +
                    " dispatches over zlib-stream, the last with s=" + std::to_string(now.tally.last()) +
                    (now.latency ? "; heartbeats acknowledged in " + in_words(*now.latency) : ""),
                req::GW_ZLIB_1);
  }
  return true;
}

std::vector<Check> Demo::checks() const {
  const Happened now = story_.happened();
  const auto number = [](auto value) { return std::to_string(value); };
  return {
      {now.tally.lost() == 0 && now.tally.sent() > 100,
       "events sent: " + number(now.tally.sent()) + ", events received: " + number(now.tally.received()) +
           ", lost: " + number(now.tally.lost()),
       req::GW_RES_8},
      {now.tally.out_of_order() == 0,
       "every event in order and once: " + number(now.tally.out_of_order()) + " were not", req::GW_DISP_9},
      {now.drops == 1 && now.asked_to_go == 1 && now.resumes == 2 && now.resumed == 2,
       "resumes: " + number(now.resumed) + " of 2, after a dropped link and op 7", req::GW_RES_1},
      {now.replayed >= kEventsWhileDown,
       "replayed events: " + number(now.replayed) + ", at least " + number(kEventsWhileDown), req::GW_RES_9},
      {now.identifies == 2 && now.readies == 2 && now.invalidated == 1,
       "identifies: " + number(now.readies) + " of 2, the second after op 9", req::GW_INV_4},
      {now.identifies == 2 && now.identified_after >= kIdentifySpacing,
       "the second Identify came " + in_words(now.identified_after) + " after the first: no sooner than after 5 s",
       req::GW_IDL_1},
      {now.beats >= 2 && now.zombies == 0,
       "heartbeats: " + number(now.beats) + ", each acknowledged" +
           (counters_.latency ? ", the last in " + in_words(*counters_.latency) : ""),
       req::GW_HB_12},
      {finished_ && now.ended_with_1000, "the session was ended with Close 1000", req::GW_DISC_4},
  };
}

nlohmann::ordered_json Demo::counts() const {
  const Happened now = story_.happened();
  return {{"events_sent", now.tally.sent()}, {"events_received", now.tally.received()},
          {"lost", now.tally.lost()},        {"out_of_order", now.tally.out_of_order()},
          {"resumes", now.resumed},          {"identifies", now.readies},
          {"replayed", now.replayed},        {"heartbeats", now.beats},
          {"bytes_in", counters_.bytes_in},  {"bytes_out", counters_.bytes_out}};
}

/// Prints what was checked; says whether all was well.
bool report(const Demo& demo, const Story& story, bool json) {
  const std::vector<Check> checks = demo.checks();
  bool good = true;
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  if (!json) print_line(stdout, "\nWhat was checked");
  for (const Check& check : checks) {
    good = good && check.good;
    lines.push_back({{"ok", check.good}, {"text", check.words}, {"req", id(check.req)}});
    if (json) continue;
    const std::string mark =
        check.good ? story.paint()(Colour::Green, "ok      ") : story.paint()(Colour::Red, "FAILED  ");
    print_line(stdout, "  " + mark + check.words + "  " + story.paint()(Colour::Dim, id(check.req)));
  }
  const auto seconds = in_words(story.elapsed());
  if (json) {
    nlohmann::ordered_json summary{{"at_ms", story.elapsed().count()}, {"ok", good}, {"counts", demo.counts()}};
    summary["checks"] = std::move(lines);
    print_line(stdout, one_line(summary));
  } else {
    print_line(stdout, (good ? "All well after " : "Not all was well, after ") + seconds);
  }
  return good;
}

Exit run(const Options& options) {
  Story story(options.json, !options.no_color);
  const Interrupt interrupt(Duration{static_cast<std::int64_t>(options.seconds_max * 1'000)},
                            [&story] { story.note([](Happened&) {}); });
  Demo demo(story, interrupt);
  demo.play();
  const bool good = report(demo, story, options.json);
  if (interrupt.cause() == Interrupt::Cause::Signal) throw Failure(Exit::Failed, "interrupted before the end");
  if (interrupt.cause() == Interrupt::Cause::Time && !good)
    throw Failure(Exit::Failed, "not done in " + in_words(story.elapsed()) + ": give more with --seconds-max");
  return good ? Exit::Well : Exit::Failed;
}

}  // namespace

void add_demo(CLI::App& app, Run& run_verb) {
  auto* const verb = app.add_subcommand("demo", "Plays a whole session on this machine: nothing to set up, 20 seconds");
  const auto options = std::make_shared<Options>();
  verb->add_option("--seconds-max", options->seconds_max, "Give up after so long")
      ->option_text("N [30]")
      ->check(CLI::Range(0.001, 3600.0));
  verb->add_flag("--no-color", options->no_color, "No colours on a terminal, as with NO_COLOR set");
  verb->add_flag("--json", options->json, "Print JSON lines; the last one counts and checks");
  verb->footer(
      "A mock gateway and our driver talk over TLS on loopback: login, heartbeats, events, a dropped link, resumes and "
      "a\n"
      "new session. Each line says what happened and which requirement shows in it; the end says what was checked.\n"
      "Exit status: 0 all well, 1 something was not.\n\n"
      "Example: only the verdict\n"
      "  portcullis demo --json | tail -n 1");
  verb->callback([options, &run_verb] { run_verb = [options] { return run(*options); }; });
}

}  // namespace portcullis::cli
