#include "portcullis/oracle/probe/trial.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "portcullis/net/clock.h"
#include "portcullis/net/dial.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/stream.h"
#include "portcullis/oracle/probe/grade.h"

namespace portcullis::probe {
namespace {

constexpr Duration kDialPatience{10'000};
constexpr Duration kTurn{100};  ///< so that an interruption is noticed soon
constexpr std::size_t kReadBytes = 64 * 1024;

/// One run of one scenario: the player, and the one socket that it has at a time.
class Trial {
 public:
  Trial(const Scenario& scenario, const Target& target, const net::Tls* tls, Gate& gate,
        const std::atomic<bool>& interrupted)
      : scenario_(scenario), tls_(tls), interrupted_(interrupted) {
    timeline_.about = scenario.id();
    player_ = std::make_unique<Player>(
        scenario, target, gate, chance_, pseudonyms_,
        [this](timeline::Record record) { timeline_.records.push_back(std::move(record)); }, began_);
  }

  report::ScenarioResult run() {
    player_->start(net::now());
    while (!over_ && !interrupted_) {
      obey();
      if (!over_) turn();
    }
    Ending ending = player_->ending();
    if (interrupted_ && !over_) ending = {Ending::What::Skipped, "the run was interrupted", "", 0};
    for (std::size_t i = 1; i < timeline_.records.size(); ++i)
      timeline_.records[i].at_ms = std::max(timeline_.records[i].at_ms, timeline_.records[i - 1].at_ms);
    return grade(scenario_, ending, std::move(timeline_), (net::now() - began_).count());
  }

 private:
  /// Does what the player asks for, until it waits.
  void obey() {
    for (;;) {
      const Output output = player_->poll();
      if (const auto* const wait = std::get_if<Wait>(&output)) return void(wake_at_ = wait->deadline);
      if (std::holds_alternative<Over>(output)) return void(over_ = true);
      if (const auto* const dial = std::get_if<Dial>(&output)) start(*dial);
      if (const auto* const transmit = std::get_if<Transmit>(&output); transmit && stream_)
        stream_->write(transmit->bytes);
      if (std::holds_alternative<Hangup>(output) && stream_) finish();
      if (std::holds_alternative<Reset>(output)) cut();
    }
  }

  void start(const Dial& dial) {
    cut();
    link_ = dial.link;
    dial_ = std::make_unique<net::Dial>(dial.url.host, dial.url.port, dial.url.secure ? tls_ : nullptr, kDialPatience,
                                        net::now());
  }

  void finish() {
    stream_->finish();
    if (told_end_) stream_.reset();
  }

  void cut() {
    if (stream_) stream_->reset();
    stream_.reset();
    dial_.reset();
    told_end_ = false;
  }

  void turn() {
    std::vector<pollfd> polled;
    const Instant now = net::now();
    std::optional<Instant> until = wake_at_;
    if (dial_) {
      dial_->watch(polled);
      until = std::min(until.value_or(dial_->deadline()), dial_->deadline());
    }
    if (stream_) polled.push_back({stream_->fd(), stream_->events(), 0});
    until = std::min(until.value_or(now + kTurn), now + kTurn);
    (void)::poll(polled.data(), polled.size(), net::poll_timeout(until, now));
    if (dial_) go_on_dialling();
    if (stream_) go_on_reading();
    player_->elapsed(net::now());
  }

  void go_on_dialling() {
    dial_->step(net::now());
    if (dial_->result() == net::Dial::Result::Trying) return;
    const std::unique_ptr<net::Dial> dial = std::move(dial_);
    if (dial->result() == net::Dial::Result::Failed) return player_->failed(link_, dial->trouble().text, net::now());
    stream_.emplace(dial->take());
    player_->opened(link_, net::now());
  }

  void go_on_reading() {
    stream_->step();
    std::array<std::byte, kReadBytes> buffer;
    while (stream_) {
      const auto [what, count] = stream_->read(buffer);
      if (what == net::Stream::Read::What::Empty) return;
      if (what == net::Stream::Read::What::End) return end();
      player_->received(link_, std::span(buffer).first(count), net::now());
      obey();
    }
  }

  void end() {
    if (told_end_) return stream_.reset();
    told_end_ = true;
    player_->ended(link_, stream_->trouble() ? timeline::How::Reset : timeline::How::Eof, net::now());
    obey();
  }

  const Scenario& scenario_;
  const net::Tls* const tls_;
  const std::atomic<bool>& interrupted_;
  const Instant began_ = net::now();
  const Chance chance_ = net::entropy();
  timeline::Pseudonyms pseudonyms_;
  timeline::Timeline timeline_;
  std::unique_ptr<Player> player_;
  LinkNumber link_ = 0;
  std::unique_ptr<net::Dial> dial_;
  std::optional<net::Stream> stream_;
  std::optional<Instant> wake_at_;
  bool told_end_ = false;
  bool over_ = false;
};

}  // namespace

report::ScenarioResult play(const Scenario& scenario, const Target& target, const net::Tls* tls, Gate& gate,
                            const std::atomic<bool>& interrupted) {
  return Trial(scenario, target, tls, gate, interrupted).run();
}

}  // namespace portcullis::probe
