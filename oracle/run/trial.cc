#include "portcullis/oracle/run/trial.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <vector>

#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/oracle/play/player.h"
#include "portcullis/oracle/run/process.h"
#include "portcullis/oracle/run/shim.h"
#include "portcullis/oracle/timeline/pseudonyms.h"
#include "portcullis/oracle/timeline/rest.h"

namespace portcullis::run {
namespace {

using report::Outcome;
using report::ScenarioResult;
using timeline::Json;

constexpr int kTurnMs = 10;
constexpr Duration kPatience{5'000};  ///< from SIGTERM to SIGKILL
constexpr Duration kLastWords{300};   ///< for what is still on its way when the client has ended
constexpr std::size_t kLogBytesMax = 16 * 1024;
constexpr int kTries = 3;

/// A bot's token as libraries want it: the first part is the bot's id, in base64.
constexpr std::string_view kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";

/// Gathers the records of a trial, which come from the server's thread and from ours.
class Recorder {
 public:
  Recorder(Instant began, std::string about) : began_(began) { timeline_.about = std::move(about); }

  void add(timeline::Record record) {
    const std::lock_guard lock(mutex_);
    open_links_ += record.is == "open" ? 1 : record.is == "end" ? -1 : 0;
    if (!timeline_.records.empty()) record.at_ms = std::max(record.at_ms, timeline_.records.back().at_ms);
    timeline_.records.push_back(std::move(record));
  }
  void add(std::string is, Json with) { add({(net::now() - began_).count(), 0, std::move(is), std::move(with)}); }
  int open_links() {
    const std::lock_guard lock(mutex_);
    return open_links_;
  }
  timeline::Timeline take() {
    const std::lock_guard lock(mutex_);
    return std::move(timeline_);
  }

 private:
  const Instant began_;
  std::mutex mutex_;
  timeline::Timeline timeline_;  ///< these two under the mutex
  int open_links_ = 0;
};

std::string replaced(std::string text, std::string_view place, const std::string& value) {
  for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
    text.replace(at, place.size(), value);
  return text;
}

std::string last_part(const std::string& text) {
  return text.size() <= kLogBytesMax ? text : text.substr(text.size() - kLogBytesMax);
}

bool has_asked(const timeline::Timeline& timeline) {
  return std::ranges::any_of(timeline.records, [](const timeline::Record& record) { return record.is == "rest"; });
}

std::string in_words(const Exited& exited) {
  return exited.signal != 0 ? "by signal " + std::to_string(exited.signal)
                            : "with status " + std::to_string(exited.status);
}

report::Card card_of(const play::Scenario& scenario) {
  return {scenario.id,      std::string(play::name_of(scenario.level)),
          scenario.about,   scenario.requirements,
          scenario.sources, scenario.seen_in};
}

/// One run of one scenario, from the port to the verdict.
class Trial {
 public:
  Trial(const play::Scenario& scenario, const Subject& subject, const std::atomic<bool>& interrupted)
      : scenario_(scenario), subject_(subject), interrupted_(interrupted), recorder_(began_, scenario.id) {}

  ScenarioResult run(const Noise& noise) {
    open_server();
    start_client();
    while (!is_done()) {
      client_->attend(kTurnMs);
      pass_orders_on();
    }
    end_client();
    server_.reset();
    recorder_.add("noise", {{"ms", noise.worst_since(began_)}});
    return verdict();
  }

 private:
  void open_server() {
    player_ = std::make_unique<play::Player>(
        scenario_,
        play::Player::Options{began_, timeline::Clock::Wall, [this](const play::Order& order) { note(order); }},
        net::entropy(), pseudonyms_, [this](timeline::Record record) { recorder_.add(std::move(record)); });
    mock::ServerOptions options;
    options.world = play::world_of(scenario_);
    options.world.token = kToken;
    options.shards = scenario_.world.shards;
    options.gateway_bot = scenario_.world.gateway_bot;
    options.tls = subject_.tls;
    options.wiretap = mock::Wiretap{[](mock::Link, const std::string&) {},
                                    [](mock::Link, bool, std::span<const std::byte>) {}, [](mock::Link, bool, bool) {},
                                    [this](const mock::HttpRequest& request, const mock::HttpAnswer& answer) {
                                      recorder_.add("rest", timeline::rest_members(request, answer, hide_));
                                    }};
    auto opened = mock::Server::open(std::move(options), *player_);
    if (const auto* const trouble = std::get_if<net::Trouble>(&opened)) throw Unfit{trouble->text};
    server_ = std::move(std::get<0>(opened));
  }

  void start_client() {
    destination_ = {server_->gateway_url(), server_->api_url(), std::string(kToken), server_->ca_file(),
                    scenario_.world.shards};
    std::string command = replaced(subject_.command, "{url}", destination_.url);
    command = replaced(replaced(command, "{api}", destination_.api), "{token}", destination_.token);
    command = replaced(command, "{ca}", destination_.ca);
    Process::Options options{std::move(command),
                             {{"PORTCULLIS_URL", destination_.url},
                              {"PORTCULLIS_API", destination_.api},
                              {"PORTCULLIS_TOKEN", destination_.token},
                              {"PORTCULLIS_CA", destination_.ca}},
                             {},
                             destination_.token};
    if (subject_.shim) options.on_output = [this](std::string_view bytes) { shim_.take(bytes); };
    auto started = Process::start(std::move(options));
    if (const auto* const trouble = std::get_if<net::Trouble>(&started)) throw Unfit{trouble->text};
    client_ = std::move(std::get<0>(started));
    recorder_.add("process", {{"state", "started"}});
    if (!subject_.shim) return;
    recorder_.add("local", {{"did", "start"}});
    give(start_line(destination_));
  }

  // ---- A shim, which is given orders and tells what happens

  /// Keeps an order until our own thread comes by; called on the server's thread.
  void note(const play::Order& order) {
    const std::lock_guard lock(mutex_);
    orders_.push_back(order_line(order, destination_));
  }

  void pass_orders_on() {
    std::vector<std::string> orders;
    {
      const std::lock_guard lock(mutex_);
      orders.swap(orders_);
    }
    for (const std::string& order : orders) give(order);
  }

  void give(const std::string& line) {
    if (!client_->write(line) && errno == EAGAIN) deaf_ = true;
  }

  void hear(Told told) {
    if (!server_) return;  // last words, after the verdict
    if (told.what == "unimplemented") unimplemented_ = told.with["unimplemented"];
    server_->with([&](Instant) {
      if (told.what == "session" && told.with["session"].is_string())
        pseudonyms_.of(told.with["session"].get<std::string>());
      told.with = Json::parse(pseudonyms_.hide(told.with.dump()));
    });
    recorder_.add("told", {{"what", told.what}, {"with", std::move(told.with)}});
  }

  /// What keeps a shim's scenario from going on, or nothing.
  std::string shim_fault() const {
    if (!shim_.fault().empty()) return shim_.fault();
    return deaf_ ? "the shim does not read its orders" : "";
  }

  bool is_done() {
    if (interrupted_ || client_->exited() || !shim_fault().empty() || !unimplemented_.empty()) return true;
    const Instant now = net::now();
    out_of_time_ = now >= began_ + subject_.budget.value_or(scenario_.budget);
    bool over = false;
    server_->with([&](Instant at) { over = player_->over(at); });
    return over || out_of_time_;
  }

  void end_client() {
    by_itself_ = client_->exited().has_value();
    if (!by_itself_ && scenario_.then == play::Then::Stop && !interrupted_) {
      recorder_.add("local", {{"did", "stop"}});
      subject_.shim ? give(stop_line()) : client_->ask_to_end();
      const Instant until = net::now() + kPatience;
      while (!client_->is_over() && net::now() < until && !interrupted_) client_->attend(kTurnMs);
    }
    client_->kill();
    const Exited& exited = *client_->exited();
    const Instant until = net::now() + kLastWords;
    while (recorder_.open_links() != 0 && net::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(kTurnMs));
    Json with{{"state", "exited"}, {"status", exited.status}};
    if (exited.signal != 0) with["signal"] = exited.signal;
    if (exited.killed) with["killed"] = true;
    with["printed_token"] = client_->printed_secret();
    if (!exited.killed || scenario_.then == play::Then::Stop) recorder_.add("process", std::move(with));
    server_->with([&](Instant) {
      links_ = player_->links();
      stopped_at_ = player_->stopped_at();
    });
  }

  ScenarioResult verdict() {
    ScenarioResult result;
    result.scenario = card_of(scenario_);
    result.timeline = recorder_.take();
    result.judgement = judge::judge(result.timeline);
    result.log_tail = last_part(client_->tail());
    result.took_ms = (net::now() - began_).count();
    decide(result);
    return result;
  }

  void decide(ScenarioResult& result) const {
    const Exited& exited = *client_->exited();
    const std::string fault = shim_fault();
    if (links_ == 0 && !(has_asked(result.timeline) && !scenario_.world.gateway_bot.empty())) {
      result.outcome = Outcome::NotStarted;
      result.why = fault.empty() ? "never connected" : "never connected: " + fault;
      if (by_itself_) result.why += ", and ended by itself " + in_words(exited);
      return;
    }
    if (const std::string broken = first_failure(result); !broken.empty()) {
      result.outcome = Outcome::Failed;
      result.why = broken;
      return;
    }
    if (!fault.empty() || !unimplemented_.empty()) {
      result.outcome = fault.empty() ? Outcome::Skipped : Outcome::Failed;
      result.why = fault.empty() ? "the shim cannot be told to " + unimplemented_ : fault;
      return;
    }
    if (stopped_at_.empty()) return;
    const bool asks = scenario_.level == play::Level::Must || scenario_.level == play::Level::Should;
    result.outcome = asks ? Outcome::Failed : Outcome::Passed;
    result.why = scenario_.requirements.front() + ": " + stopped_at_;
    if (out_of_time_) result.why += ", until the time was up";
    if (by_itself_) result.why += "; the client ended by itself " + in_words(exited);
  }

  static std::string first_failure(const ScenarioResult& result) {
    const judge::RuleResult* worst = nullptr;
    for (const judge::RuleResult& rule : result.judgement.rules) {
      const auto fails = [&](const judge::Finding& one) { return report::counts(*rule.rule, one, result.scenario); };
      if (std::ranges::none_of(rule.findings, fails)) continue;
      if (worst == nullptr || rule.verdict > worst->verdict) worst = &rule;
    }
    return worst == nullptr ? "" : worst->rule->requirements.front() + ": " + worst->rule->says;
  }

  const play::Scenario& scenario_;
  const Subject& subject_;
  const std::atomic<bool>& interrupted_;
  const Instant began_ = net::now();
  Recorder recorder_;
  timeline::Pseudonyms pseudonyms_;
  const std::function<std::string(std::string_view)> hide_ = [this](std::string_view text) {
    return pseudonyms_.hide(text);
  };
  std::unique_ptr<play::Player> player_;  ///< touched on the server's thread only
  std::unique_ptr<mock::Server> server_;
  Destination destination_;
  ShimReader shim_{[this](Told told) { hear(std::move(told)); }};
  std::string unimplemented_;  ///< an order that the shim said it cannot follow
  bool deaf_ = false;
  std::mutex mutex_;
  std::vector<std::string> orders_;  ///< under the mutex
  std::unique_ptr<Process> client_;
  bool by_itself_ = false, out_of_time_ = false;
  std::size_t links_ = 0;
  std::string stopped_at_;
};

/// Says whether all that failed was a time missed by less than the tolerance.
bool is_marginal(const ScenarioResult& result) {
  if (result.outcome != Outcome::Failed) return false;
  bool any = false;
  for (const judge::RuleResult& rule : result.judgement.rules)
    for (const judge::Finding& finding : rule.findings)
      if (report::counts(*rule.rule, finding, result.scenario)) {
        if (!finding.marginal) return false;
        any = true;
      }
  return any;
}

}  // namespace

ScenarioResult play_once(const play::Scenario& scenario, const Subject& subject, const Noise& noise,
                         const std::atomic<bool>& interrupted) {
  return Trial(scenario, subject, interrupted).run(noise);
}

ScenarioResult play(const play::Scenario& scenario, const Subject& subject, const Noise& noise,
                    const std::atomic<bool>& interrupted) {
  ScenarioResult result = play_once(scenario, subject, noise, interrupted);
  const std::string first = result.why;
  for (int tries = 1; tries < kTries && is_marginal(result) && !interrupted; ++tries) {
    result = play_once(scenario, subject, noise, interrupted);
    if (result.outcome != Outcome::Passed) continue;
    result.outcome = Outcome::Flaky;
    result.why = "passed when it was run again; before: " + first;
  }
  return result;
}

}  // namespace portcullis::run
