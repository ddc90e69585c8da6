#include "portcullis/driver/shard.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/net/clock.h"
#include "portcullis/net/dial.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/fd.h"
#include "portcullis/net/stream.h"

namespace portcullis::driver {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kReadsPerTurn = 100;
constexpr Duration kFarewell{2'000};

// What other threads, and the observer, want of the loop.
struct Mail {
  bool granted = false;
  bool reconnect = false;
  std::optional<gateway::Leaving> leaving;
  std::optional<std::string> main_url;
  std::vector<gateway::Command> commands;
};

// A stream whose link is over: its last words are on their way.
struct Parting {
  net::Stream stream;
  Instant until;
};

}  // namespace

class Shard::Loop {
 public:
  Loop(Shard& shard, ShardOptions options, Observer& observer, IdentifyGate& gate)
      : shard_(shard),
        options_(std::move(options)),
        observer_(observer),
        gate_(gate),
        client_(options_.config, options_.limits, options_.chance ? options_.chance : net::entropy(), workspace_) {}
  ~Loop() {
    stop(gateway::Leaving::Keep);
    wait();
  }

  Status start() {
    const Instant now = net::now();
    observer_.on_input(shard_, Input::Start, now, options_.config);
    if (const Status begun = client_.start(now); !begun) return begun;
    thread_ = std::thread([this] { run(); });
    return kOk;
  }

  Status send(const gateway::Command& command) {
    const auto& identify = options_.config.identify;
    if (const Status good = gateway::check(command, {identify.intents, identify.shard}); !good) return good;
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{Errc::NotConnected, Blame::Caller, 0, req::LOCAL_17};
    if (commands_waiting_ >= options_.limits.commands_waiting_max)
      return Error{Errc::CommandQueueFull, Blame::Limit, 0, req::LOCAL_17};
    ++commands_waiting_;
    mail_.commands.push_back(command);
    wake();
    return kOk;
  }

  void grant() { post(&Mail::granted, true); }
  void reconnect() { post(&Mail::reconnect, true); }
  void set_main_url(std::string url) { post(&Mail::main_url, std::move(url)); }
  void stop(gateway::Leaving how) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    mail_.leaving = how;
    wake();
  }
  void wait() {
    const std::lock_guard lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  std::uint32_t id() const noexcept { return options_.config.identify.shard.value_or(gateway::Shard{}).id; }
  Counters counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
  }
  std::optional<Session> session() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }

 private:
  void wake() { ::eventfd_write(wake_.get(), 1); }
  void post(auto member, auto value) {
    const std::lock_guard lock(mutex_);
    mail_.*member = std::move(value);
    wake();
  }

  void run() {
    settle();
    while (!finished_ || !parting_.empty()) {
      sleep();
      take_mail();
      dial_on();
      read();
      if (deadline_ && *deadline_ <= net::now()) put(Input::Elapsed, &Client::elapsed);
      std::erase_if(parting_, [](Parting& one) { return is_over(one); });
    }
  }

  // Tells whoever records, and the client, what has happened.
  void put(Input what, auto function, auto... arguments) {
    const Instant now = net::now();
    observer_.on_input(shard_, what, now, options_.config);
    (client_.*function)(arguments..., now);
    settle();
  }

  // What the client has to say, until it waits.
  void settle() {
    for (waiting_ = false; !waiting_;) std::visit([this](const auto& output) { take(output); }, client_.poll());
    const std::lock_guard lock(mutex_);
    if (const auto latency = client_.latency()) counters_.latency = latency;
    commands_waiting_ = mail_.commands.size() + client_.commands_waiting();
  }

  void take(const portcullis::Dial& dial) {
    link_ = dial.link;
    endpoint_ = dial.endpoint;
    trouble_.reset();
    dial_.emplace(endpoint_.host, endpoint_.port, endpoint_.secure ? &options_.tls : nullptr, options_.connect_timeout,
                  net::now());
  }
  void take(const Transmit& transmit) {
    if (stream_) {
      observer_.on_bytes(shard_, true, transmit.bytes);
      stream_->write(transmit.bytes);
    }
    const std::lock_guard lock(mutex_);
    counters_.bytes_out += transmit.bytes.size();
  }
  void take(const Hangup&) {
    dial_.reset();
    if (stream_) observer_.on_transport_over(shard_, false, {});
    part();
  }
  void take(const Notify& notify) {
    std::visit([this](const auto& event) { tell(event); }, notify.event);
  }
  void take(const AskIdentify&) {
    asked_ = true;
    gate_.ask(id(), [this](IdentifyGate::Word word) { word == IdentifyGate::Word::Turn ? grant() : wake(); });
  }
  void take(const ReturnIdentify&) { gate_.give_back(id()); }
  void take(const Wait& wait) {
    waiting_ = true;
    deadline_ = wait.deadline;
  }
  void take(const Finished& end) {
    waiting_ = finished_ = true;
    deadline_.reset();
    gate_.retire(id());
    Finish finish = end.finish;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (mail_.granted) gate_.give_back(id());
      finish.commands_dropped += mail_.commands.size();
      session_ = client_.session();
      mail_ = {};
    }
    observer_.on_stopped(shard_, finish);
  }

  void tell(const Connected&) { observer_.on_connected(shard_, endpoint_); }
  void tell(const Dispatch& dispatch) {
    if (dispatch.kind == Dispatch::Kind::Resumed) gate_.retire(id());
    {
      const std::lock_guard lock(mutex_);
      ++counters_.events;
      if (dispatch.kind != Dispatch::Kind::Other) session_ = client_.session();
      if (session_) session_->sequence = std::max(session_->sequence, dispatch.sequence.value_or(0));
    }
    observer_.on_dispatch(shard_, dispatch);
  }
  void tell(const Odd& odd) { observer_.on_odd(shard_, odd); }
  void tell(const Disconnected& end) {
    {
      const std::lock_guard lock(mutex_);
      ++counters_.disconnects.at(static_cast<std::size_t>(end.why));
      session_ = client_.session();
    }
    observer_.on_disconnected(shard_, end, trouble_);
    if (end.main_url_failing) options_.on_main_url_failing();
  }

  void sleep() {
    std::optional<Instant> until = deadline_;
    const auto not_after = [&until](Instant then) { until = std::min(until.value_or(then), then); };
    polled_.assign(1, {wake_.get(), POLLIN, 0});
    if (dial_) {
      dial_->watch(polled_);
      not_after(dial_->deadline());
    }
    if (stream_) polled_.push_back({stream_->fd(), stream_->events(), 0});
    for (const Parting& one : parting_) {
      polled_.push_back({one.stream.fd(), one.stream.events(), 0});
      not_after(one.until);
    }
    if (asked_) {
      if (const auto turn_at = gate_.serve(net::now())) not_after(*turn_at);
    }
    if (!drained_) not_after(net::now());
    ::poll(polled_.data(), polled_.size(), net::poll_timeout(until, net::now()));
  }

  void take_mail() {
    Mail mail;
    {
      const std::lock_guard lock(mutex_);
      eventfd_t count = 0;
      ::eventfd_read(wake_.get(), &count);
      mail = std::exchange(mail_, {});
    }
    if (finished_) return;
    if (mail.main_url) {
      options_.config.url = *mail.main_url;
      observer_.on_input(shard_, Input::MainUrl, net::now(), options_.config);
      (void)client_.set_main_url(*std::move(mail.main_url));
    }
    if (mail.granted) {
      asked_ = false;
      put(Input::Granted, &Client::identify_granted);
    }
    for (const auto& command : mail.commands) {
      if (const Status sent = client_.send(command, net::now()); !sent)
        observer_.on_refused(shard_, command, sent.error());
      settle();
    }
    if (mail.reconnect) put(Input::Reconnect, &Client::reconnect);
    if (mail.leaving) put(Input::Stop, &Client::stop, *mail.leaving);
  }

  void dial_on() {
    if (!dial_) return;
    dial_->step(net::now());
    if (dial_->result() == net::Dial::Result::Trying) return;
    if (dial_->result() == net::Dial::Result::Connected) {
      stream_.emplace(dial_->take());
      dial_.reset();
      observer_.on_transport(shard_, endpoint_);
      put(Input::Opened, &Client::opened, link_);
    } else {
      trouble_ = dial_->trouble();
      dial_.reset();
      put(Input::Lost, &Client::lost, link_);
    }
  }

  // Reads what there is, within reason: time has to pass as well where there is always more.
  void read() {
    drained_ = true;
    if (stream_) stream_->step();
    for (int reads = 0; stream_; ++reads) {
      if (reads == kReadsPerTurn) return void(drained_ = false);
      const auto [what, count] = stream_->read(buffer_);
      if (what == net::Stream::Read::What::Empty) return;
      if (what == net::Stream::Read::What::Bytes) {
        {
          const std::lock_guard lock(mutex_);
          counters_.bytes_in += count;
        }
        observer_.on_bytes(shard_, false, std::span(buffer_).first(count));
        put(Input::Received, &Client::received, link_, std::span<const std::byte>(buffer_).first(count));
      } else {
        trouble_ = stream_->trouble();
        observer_.on_transport_over(shard_, true, trouble_);
        part();
        put(Input::Lost, &Client::lost, link_);
      }
    }
  }

  void part() {
    if (!stream_) return;
    stream_->finish();
    parting_.push_back({std::move(*stream_), net::now() + kFarewell});
    stream_.reset();
  }

  // Goes on with it, and throws away what the peer still sends.
  static bool is_over(Parting& one) {
    std::array<std::byte, 4'096> waste;
    one.stream.step();
    for (int reads = 0; reads < kReadsPerTurn; ++reads)
      if (one.stream.read(waste).what != net::Stream::Read::What::Bytes) break;
    return one.stream.is_over() || one.until <= net::now();
  }

  Shard& shard_;
  ShardOptions options_;
  Observer& observer_;
  IdentifyGate& gate_;
  net::Fd wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::thread thread_;
  std::mutex join_mutex_;

  mutable std::mutex mutex_;  // of the following five
  Mail mail_;
  Counters counters_;
  std::optional<Session> session_;
  std::size_t commands_waiting_ = 0;
  bool stopping_ = false;

  // The rest belongs to the loop's thread.
  Workspace workspace_;
  Client client_;
  Link link_;
  websocket::Url endpoint_;
  std::optional<net::Dial> dial_;
  std::optional<net::Stream> stream_;
  std::optional<net::Trouble> trouble_;  // of the link that ended last
  std::vector<Parting> parting_;
  std::optional<Instant> deadline_;
  bool asked_ = false;
  bool waiting_ = false;
  bool drained_ = true;
  bool finished_ = false;
  std::vector<pollfd> polled_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kReadBytes);
};

Shard::Shard(ShardOptions options, Observer& observer, IdentifyGate& gate)
    : loop_(std::make_unique<Loop>(*this, std::move(options), observer, gate)) {}
Shard::~Shard() = default;

Status Shard::start() { return loop_->start(); }
Status Shard::send(const gateway::Command& command) { return loop_->send(command); }
void Shard::reconnect() { loop_->reconnect(); }
void Shard::set_main_url(std::string url) { loop_->set_main_url(std::move(url)); }
void Shard::stop(gateway::Leaving how) { loop_->stop(how); }
void Shard::wait() { loop_->wait(); }
std::uint32_t Shard::id() const noexcept { return loop_->id(); }
Counters Shard::counters() const { return loop_->counters(); }
std::optional<Session> Shard::session() const { return loop_->session(); }

}  // namespace portcullis::driver
