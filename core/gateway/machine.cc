#include "portcullis/core/gateway/machine.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/encoding/write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/core/gateway/endpoint.h"
#include "portcullis/spec/close_codes.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::gateway {
namespace {

using encoding::EnvelopeView;
using Pace = Backoff::Pace;
using Why = Disconnected::Why;

// LOCAL-5
constexpr std::uint16_t kEndSession = 1000;
constexpr std::uint16_t kReconnecting = 4900;
constexpr std::uint16_t kZombie = 4901;
constexpr std::uint16_t kUndecodable = 4902;
constexpr std::uint16_t kTimedOut = 4903;
constexpr std::uint16_t kLimitExceeded = 4904;
constexpr std::uint16_t kInvalidResumable = 4905;
constexpr std::uint16_t kKeepSession = 4906;

constexpr unsigned kResumesMax = 5;            // LOCAL-3
constexpr unsigned kResumeUrlFailuresMax = 2;  // LOCAL-4
constexpr unsigned kMainUrlFailuresTold = 3;   // LOCAL-20

constexpr Duration kInvalidWaitMin{1'000};  // GW-INV-6
constexpr Duration kInvalidWaitMax{5'000};

std::optional<Duration> heartbeat_interval(const EnvelopeView& hello) noexcept {
  const auto interval = encoding::as_integer(encoding::find(hello.d, "heartbeat_interval"));
  constexpr std::int64_t kLongest = 1'000LL * 60 * 60 * 24 * 365;
  if (!interval || *interval <= 0) return std::nullopt;
  return Duration{std::min(*interval, kLongest)};
}

}  // namespace

Machine::Machine(const Config& config, const Limits& limits, const Chance& chance, Workspace& workspace, Port& port,
                 const Tables& tables) noexcept
    : config_(config),
      limits_(limits),
      chance_(chance),
      workspace_(workspace),
      port_(port),
      tables_(tables),
      heartbeat_(*tables.heartbeat) {
  if (config.resume) held_ = Held{config.resume->id, config.resume->resume_gateway_url, config.resume->sequence};
}

Status Machine::check() const noexcept {
  if (const auto identify = gateway::check(config_.identify); !identify) return identify;
  if (config_.encoding == encoding::Encoding::Etf && config_.compression == compression::Compression::Payload)
    return Error{Errc::ConfigCompression, Blame::Caller, 0, req::GW_ENC_2};
  if (const auto written = write(identify(), workspace_.command); !written) return written;
  if (const auto url = check_main_url(config_.url); !url) return url;
  if (!config_.resume) return kOk;
  const auto& [id, resume_gateway_url, sequence] = *config_.resume;
  if (id.empty()) return Error{Errc::SessionIncomplete, Blame::Caller, 0, req::GW_RES_4};
  if (const auto url = check_beside_main(resume_gateway_url); !url) return url;
  return write(ResumeView{config_.identify.token, id, INT64_MAX}, workspace_.command);
}

Status Machine::check_main_url(std::string_view url) const noexcept {
  if (const auto joined = join_endpoint(url, url, query()); !joined) return joined.error();
  return check_beside_main(url);
}

Status Machine::check_beside_main(std::string_view url) const noexcept {
  const auto joined = join_endpoint(url, config_.url, query());
  if (joined) return kOk;
  return Error{joined.error().code, Blame::Caller, joined.error().offset, joined.error().req};
}

// ---- Inputs
// ----------------------------------------------------------------------------------------------------------

Status Machine::take(Input input, const Detail& detail, Instant now) noexcept {
  now_ = now;
  return step(input, detail);
}

void Machine::connect(Instant now) noexcept { (void)take(Input::Connect, {}, now); }
void Machine::reconnect(Instant now) noexcept { (void)take(Input::ReconnectNow, {}, now); }
void Machine::stop(Leaving how, Instant now) noexcept {
  (void)take(how == Leaving::End ? Input::StopEnd : Input::StopKeep, {}, now);
}
void Machine::identify_granted(Instant now) noexcept { (void)take(Input::SlotGranted, {}, now); }
Status Machine::send(const Command& command, Instant now) noexcept {
  return take(Input::Send, {.command = &command}, now);
}
void Machine::opened(Instant now) noexcept { (void)take(Input::Opened, {}, now); }
void Machine::open_failed(const std::optional<Error>& error, int http_status, Duration wait, Instant now) noexcept {
  const Detail detail{.error = error, .why = Why::OpenFailed, .http_status = http_status, .wait = wait};
  (void)take(Input::OpenFailed, detail, now);
}
void Machine::lost(Instant now) noexcept { (void)take(Input::Lost, {.why = Why::LostLink}, now); }
void Machine::close_timed_out(Instant now) noexcept { (void)take(Input::CloseTimeout, {.why = Why::LostLink}, now); }
void Machine::undecodable(const Error& error, Instant now) noexcept {
  (void)take(Input::Undecodable, {.error = error, .why = Why::Undecodable}, now);
}

void Machine::closed(std::uint16_t code, bool echo, Instant now) noexcept {
  constexpr std::array kInputs{Input::CloseResume, Input::CloseNew, Input::CloseFatal};  // by spec::CloseClass
  const auto verdict = echo ? spec::CloseClass::Resume : spec::classify_close(code);
  (void)take(kInputs[static_cast<std::size_t>(verdict)], {.why = Why::ClosedByPeer, .close_code = code}, now);
}

Status Machine::frame(const EnvelopeView& envelope, Instant now) noexcept {
  now_ = now;
  Detail detail{.frame = &envelope};
  const Input input = classify(envelope);
  if (input == Input::HelloFresh || input == Input::HelloResume) {
    const auto interval = heartbeat_interval(envelope);
    if (!interval) return Error{Errc::HelloInterval, Blame::Peer, 0, req::GW_HELLO_6};
    detail.interval = *interval;
  }
  return step(input, detail);
}

Machine::Input Machine::classify(const EnvelopeView& envelope) const noexcept {
  const auto opcode = spec::opcode_of(envelope.op);
  if (!opcode) return Input::UnknownOpcode;
  switch (*opcode) {
    case spec::Opcode::Dispatch: return classify_dispatch(envelope);
    case spec::Opcode::Heartbeat: return Input::HeartbeatRequest;
    case spec::Opcode::Reconnect: return Input::Reconnect;
    case spec::Opcode::InvalidSession:
      if (!encoding::as_boolean(envelope.d).value_or(false)) return Input::InvalidSession;  // GW-INV-10
      return resumable() ? Input::InvalidResumable : Input::InvalidResumableNoSession;
    case spec::Opcode::Hello: return resuming_ ? Input::HelloResume : Input::HelloFresh;
    case spec::Opcode::HeartbeatAck: return Input::HeartbeatAck;
    default: return Input::UnknownOpcode;
  }
}

Machine::Input Machine::classify_dispatch(const EnvelopeView& envelope) const noexcept {
  if (envelope.t == "READY") return Input::Ready;
  if (envelope.t == "RESUMED") return Input::Resumed;
  return Input::Dispatch;
}

// ---- Look up, perform
// ------------------------------------------------------------------------------------------------

Status Machine::step(Input input, const Detail& detail) noexcept {
  const auto& row = tables_.session->row(state_, input);
  if (row_counts_ != nullptr) ++(*row_counts_)[tables_.session->index_of(row)];
  state_ = row.to;
  return perform(row.act, detail);
}

// clang-format off
Status Machine::perform(Action action, const Detail& detail) noexcept {
  switch (action) {
    case Action::Impossible: assert(false && "a cell that cannot occur"); break;
    case Action::Ignore: break;
    case Action::Dial: dial(); break;
    case Action::ExpectHello: expect_hello(); break;
    case Action::BeatAndAskSlot: beat_and_ask_slot(detail); break;
    case Action::BeatAndResume: beat_and_resume(detail); break;
    case Action::Identify: send_handshake(identify()); break;
    case Action::AdoptSession: adopt_session(detail); break;
    case Action::AdoptUnexpectedSession: adopt_unexpected_session(detail); break;
    case Action::FinishResume: finish_resume(detail); break;
    case Action::Deliver: deliver(detail); break;
    case Action::DeliverOutOfPlace: deliver_out_of_place(detail); break;
    case Action::AnswerBeat: answer_beat(); break;
    case Action::NoteAck: heartbeat_.step(Heartbeat::Event::Ack, now_); break;
    case Action::SendBeat: send_beat(); break;
    case Action::RearmBeat: rearm_beat(detail); break;
    case Action::ReportUnknown: odd(Odd::What::UnknownOpcode, detail, req::GW_ENV_11); break;
    case Action::CloseToReconnect: close_to_reconnect(detail); break;
    case Action::CloseInvalidResumable: close(kInvalidResumable, invalid_session(Why::InvalidSession)); break;
    case Action::CloseInvalid: held_.reset(); close(kEndSession, invalid_session(Why::InvalidSession)); break;
    case Action::CloseUndecodable: close_undecodable(detail); break;
    case Action::CloseTimedOut: close(kTimedOut, {.why = detail.why}); break;
    case Action::CloseForGood: close_for_good(); break;
    case Action::CloseKeeping: close(kKeepSession, {.why = Why::LocalStop, .finish = Finish::Why::Kept}); break;
    case Action::DropZombie: drop_zombie(); break;
    case Action::LoseLink: retry({.why = detail.why}, detail); break;
    case Action::LoseSession: held_.reset(); retry({.why = detail.why}, detail); break;
    case Action::StopFatal: stop_fatal(detail); break;
    case Action::RetryDial: retry_dial(detail); break;
    case Action::AbortDial: abort_dial(Finish::Why::Kept); break;
    case Action::AbortAndForget: forget_session(); abort_dial(Finish::Why::Ended); break;
    case Action::FinishAndRetry: port_.hangup(); retry(ending_, detail); break;
    case Action::FinishAndStop: finish_and_stop(detail); break;
    case Action::DropAndRetry: held_.reset(); port_.hangup(); retry(ending_, detail); break;
    case Action::DropAndStop: held_.reset(); finish_and_stop(detail); break;
    case Action::DropSession: held_.reset(); ending_ = invalid_session(ending_.why); break;
    case Action::ForgetSession: forget_session(); dial_at_.reset(); finish(Finish::Why::Ended); break;
    case Action::ReconnectAfterClosing: ending_ = {.why = Why::LocalReconnect, .pace = Pace::Wished}; break;
    case Action::StopAfterClosing: ending_ = {.why = Why::LocalStop, .finish = Finish::Why::Kept}; break;
    case Action::ForgetAndStopAfterClosing: forget_session(); ending_ = {.why = Why::LocalStop}; break;
    case Action::CancelBackoff: dial_at_.reset(); finish(Finish::Why::Kept); break;
    case Action::HandBackSlot: port_.give_back_identify(); break;
    case Action::QueueCommand: return queue_command(*detail.command);
    case Action::SendCommand: return send_command(*detail.command);
    case Action::RefuseCommand: return Error{Errc::NotConnected, Blame::Caller, 0, req::LOCAL_17};
  }
  return kOk;
}
// clang-format on

// ---- Opening
// ---------------------------------------------------------------------------------------------------------

void Machine::dial() noexcept {
  finished_.reset();
  dial_at_.reset();
  resuming_ = resumable();
  if (!resuming_) held_.reset();
  window_.reset();
  hello_by_ = now_ + limits_.hello_timeout;
  at_resume_url_ = resuming_ && resume_url_failures_ < kResumeUrlFailuresMax;
  auto endpoint = at_resume_url_ ? join_endpoint(held_->url, config_.url, query())
                                 : join_endpoint(config_.url, config_.url, query());
  assert(endpoint && "the URLs were checked when they came");
  port_.dial(std::move(*endpoint));
}

void Machine::expect_hello() noexcept {
  (at_resume_url_ ? resume_url_failures_ : main_url_failures_) = 0;
  port_.notify(Connected{});
}

void Machine::beat(const Detail& detail) noexcept {
  heartbeat_.hello(detail.interval, draw_between(chance_, Duration{0}, detail.interval), now_);
  window_.set_interval(detail.interval);
  // What waits for room may find it now.
  if (owed_beat_at_) owed_beat_at_ = window_.next_room(SendClass::AskedBeat, now_);
  if (release_at_) release_at_ = now_;
  hello_by_.reset();
}

void Machine::beat_and_ask_slot(const Detail& detail) noexcept {
  beat(detail);
  port_.ask_identify();
}

void Machine::beat_and_resume(const Detail& detail) noexcept {
  beat(detail);
  send_handshake(ResumeView{config_.identify.token, held_->id, *held_->sequence});
}

template <typename Payload>
void Machine::send_handshake(const Payload& payload) noexcept {
  ready_by_ = now_ + limits_.ready_timeout;
  if (write(payload, workspace_.command)) transmit(workspace_.command);
}

void Machine::retry_dial(const Detail& detail) noexcept {
  ++(at_resume_url_ ? resume_url_failures_ : main_url_failures_);
  port_.hangup();
  retry({.why = Why::OpenFailed, .error = detail.error, .wait = detail.wait, .pace = Pace::Patient}, detail);
}

void Machine::abort_dial(Finish::Why how) noexcept {
  port_.hangup();
  end_link();
  finish(how);
}

// ---- The live session
// ------------------------------------------------------------------------------------------------

void Machine::adopt_session(const Detail& detail) noexcept {
  hold_session(*detail.frame);
  become_live();
  notify_dispatch(detail, Dispatch::Kind::Ready, false);
  if (held_->id.empty()) odd(Odd::What::UnusableSession, detail, req::LOCAL_8);
  release_commands();
}

void Machine::adopt_unexpected_session(const Detail& detail) noexcept {
  odd(Odd::What::UnexpectedReady, detail, req::OP_35);
  adopt_session(detail);
}

void Machine::finish_resume(const Detail& detail) noexcept {
  count_sequence(*detail.frame);
  become_live();
  notify_dispatch(detail, Dispatch::Kind::Resumed, false);
  release_commands();
}

void Machine::deliver(const Detail& detail) noexcept {
  replayed_ = count_sequence(*detail.frame) || replayed_;
  if (ready_by_) ready_by_ = now_ + limits_.ready_timeout;
  if (detail.frame->t == "RATE_LIMITED") obey_rate_limited(*detail.frame);
  notify_dispatch(detail, Dispatch::Kind::Other, false);
}

void Machine::deliver_out_of_place(const Detail& detail) noexcept {
  count_sequence(*detail.frame);
  using Kind = Dispatch::Kind;
  const auto& name = detail.frame->t;
  notify_dispatch(detail, name == "READY" ? Kind::Ready : name == "RESUMED" ? Kind::Resumed : Kind::Other, true);
}

void Machine::rearm_beat(const Detail& detail) noexcept {
  beat(detail);
  odd(Odd::What::SecondHello, detail, req::GW_HELLO_7);
}

void Machine::hold_session(const EnvelopeView& ready) noexcept {
  held_ = Held{};
  held_->sequence = ready.s;
  const auto url = encoding::as_string(encoding::find(ready.d, "resume_gateway_url"), workspace_.command);
  if (!url || !join_endpoint(*url, config_.url, query())) return;
  held_->url = *url;
  if (const auto id = encoding::as_string(encoding::find(ready.d, "session_id"), workspace_.command)) held_->id = *id;
  // A Resume that is too large for any sequence could never be sent.
  if (!write(ResumeView{config_.identify.token, held_->id, INT64_MAX}, workspace_.command)) held_->id.clear();
}

// Says whether it is news.
bool Machine::count_sequence(const EnvelopeView& envelope) noexcept {
  if (!held_ || !envelope.s || held_->sequence.value_or(-1) >= *envelope.s) return false;
  held_->sequence = *envelope.s;
  return true;
}

void Machine::become_live() noexcept {
  ready_by_.reset();
  live_ = true;
  resumes_ended_ = 0;
  resume_url_failures_ = 0;
  backoff_.live(now_);
}

void Machine::obey_rate_limited(const EnvelopeView& envelope) noexcept {
  const auto opcode = spec::opcode_of(encoding::as_integer(encoding::find(envelope.d, "opcode")).value_or(-1));
  const double seconds = encoding::as_number(encoding::find(envelope.d, "retry_after")).value_or(0.0);
  if (!opcode || !(seconds > 0.0)) return;
  constexpr double kLongestSeconds = 24.0 * 3600.0;
  const Duration wait{static_cast<std::int64_t>(std::min(seconds, kLongestSeconds) * 1000.0) + 1};
  const auto guild = encoding::as_snowflake(encoding::find(encoding::find(envelope.d, "meta"), "guild_id"));
  budget_.block_until(*opcode, guild.value_or(0), now_ + wait, now_);
}

void Machine::notify_dispatch(const Detail& detail, Dispatch::Kind kind, bool out_of_place) noexcept {
  port_.notify(Dispatch{kind, detail.frame->t.value_or(""), detail.frame->s, detail.frame->d, out_of_place});
}

void Machine::odd(Odd::What what, const Detail& detail, Requirement requirement) noexcept {
  port_.notify(Odd{what, detail.frame->op, requirement});
}

// ---- Closing
// ---------------------------------------------------------------------------------------------------------

void Machine::close(std::uint16_t code, const Ending& ending) noexcept {
  ending_ = ending;
  hello_by_.reset();
  ready_by_.reset();
  release_at_.reset();
  owed_beat_at_.reset();
  port_.close(code);
}

void Machine::close_to_reconnect(const Detail& detail) noexcept {
  if (detail.frame != nullptr) return close(kReconnecting, {.why = Why::AskedToReconnect, .pace = Pace::Asked});
  close(kReconnecting, {.why = Why::LocalReconnect, .pace = Pace::Wished});
}

Machine::Ending Machine::invalid_session(Why why) const noexcept {
  const Duration wait = draw_between(chance_, kInvalidWaitMin, kInvalidWaitMax);
  return {.why = why, .wait = wait, .pace = resumable() ? Pace::Loss : Pace::Patient, .finish = ending_.finish};
}

void Machine::close_undecodable(const Detail& detail) noexcept {
  const auto& error = detail.error;
  close(error->blame == Blame::Limit ? kLimitExceeded : kUndecodable, {.why = Why::Undecodable, .error = error});
}

void Machine::close_for_good() noexcept {
  forget_session();
  close(kEndSession, {.why = Why::LocalStop});
}

void Machine::drop_zombie() noexcept {
  port_.close(kZombie);
  port_.hangup();
  retry({.why = Why::Zombie}, {});
}

void Machine::stop_fatal(const Detail& detail) noexcept {
  forget_session();
  ending_ = {.why = Why::ClosedByPeer, .finish = Finish::Why::Fatal};
  finish_and_stop(detail);
}

void Machine::finish_and_stop(const Detail& detail) noexcept {
  port_.hangup();
  end_link();
  finish(ending_.finish, ending_.finish == Finish::Why::Fatal ? detail.close_code : std::uint16_t{0});
  port_.notify(Disconnected{.why = ending_.why,
                            .close_code = detail.close_code,
                            .next = Disconnected::Next::Nothing,
                            .failures = backoff_.failures()});
}

void Machine::retry(const Ending& ending, const Detail& detail) noexcept {
  if (resuming_ && !live_) resumes_ended_ = replayed_ ? 0 : resumes_ended_ + 1;
  if (resumes_ended_ == kResumesMax) held_.reset();
  end_link();
  const Duration delay = std::max(backoff_.ended(ending.pace, now_, chance_), ending.wait);
  dial_at_ = now_ + delay;
  port_.notify(Disconnected{.why = ending.why,
                            .close_code = detail.close_code,
                            .http_status = detail.http_status,
                            .error = ending.error,
                            .next = resumable() ? Disconnected::Next::Resume : Disconnected::Next::Identify,
                            .delay = delay,
                            .failures = backoff_.failures(),
                            .main_url_failing = main_url_failures_ >= kMainUrlFailuresTold});
}

void Machine::end_link() noexcept {
  resuming_ = false;
  replayed_ = false;
  live_ = false;
  owed_beat_at_.reset();
  heartbeat_ = Heartbeat(*tables_.heartbeat);
  hello_by_.reset();
  ready_by_.reset();
  release_at_.reset();
}

void Machine::forget_session() noexcept {
  held_.reset();
  commands_dropped_ += queue_.size();
  queue_.clear();
}

void Machine::finish(Finish::Why why, std::uint16_t close_code) noexcept {
  finished_ = Finish{why, close_code, std::exchange(commands_dropped_, 0)};
}

// ---- Sending
// ---------------------------------------------------------------------------------------------------------

void Machine::answer_beat() noexcept {
  if (heartbeat_.step(Heartbeat::Event::Asked, now_) != Heartbeat::Action::AnswerHeartbeat) return;
  if (window_.room(SendClass::AskedBeat, now_)) return send_beat();
  owed_beat_at_ = window_.next_room(SendClass::AskedBeat, now_);
}

void Machine::send_beat() noexcept {
  owed_beat_at_.reset();
  const HeartbeatData data{held_ ? held_->sequence : std::nullopt};
  if (write(data, workspace_.command) && transmit(workspace_.command)) heartbeat_.sent(now_);
}

template <typename Payload>
Status Machine::write(const Payload& payload, std::vector<char>& out) const noexcept {
  out.clear();
  return encoding::write_in(config_.encoding, out, limits_.command_bytes_max,
                            [&payload](auto& writer) noexcept { return write_payload(payload, writer); });
}

bool Machine::transmit(const std::vector<char>& payload) noexcept {
  if (!port_.transmit({payload.data(), payload.size()})) return false;
  window_.note(now_);
  return true;
}

Status Machine::queue_command(const Command& command) noexcept {
  if (queue_.size() >= limits_.commands_waiting_max)
    return Error{Errc::CommandQueueFull, Blame::Limit, queue_.size(), req::GW_RATE_6};
  const auto checked = gateway::check(command, {config_.identify.intents, config_.identify.shard});
  if (!checked) return checked;
  Waiting waiting{key_of(command), {}};
  if (const auto written = write(command, waiting.payload); !written) return written;
  queue_.push_back(std::move(waiting));
  return kOk;
}

Status Machine::send_command(const Command& command) noexcept {
  const auto queued = queue_command(command);
  if (queued) release_commands();
  return queued;
}

// Each kind of command goes out in its order; one that has to wait holds back only its own kind.
void Machine::release_commands() noexcept {
  if (owed_beat_at_ && *owed_beat_at_ <= now_) send_beat();  // GW-HB-26
  release_at_.reset();
  std::vector<RequestKey> held_back;
  const auto release_by = [this](Instant at) { release_at_ = std::min(at, release_at_.value_or(at)); };
  for (auto it = queue_.begin(); it != queue_.end();) {
    if (!window_.room(SendClass::UserCommand, now_))
      return release_by(window_.next_room(SendClass::UserCommand, now_));
    const Instant ready_at = budget_.ready_at(it->key, now_);
    const bool behind = std::find(held_back.begin(), held_back.end(), it->key) != held_back.end();
    if (behind || ready_at > now_) {
      if (!behind) held_back.push_back(it->key);
      if (ready_at > now_) release_by(ready_at);
      ++it;
      continue;
    }
    if (!transmit(it->payload)) return;
    budget_.note(it->key, now_);
    it = queue_.erase(it);
  }
}

// ---- Time
// ------------------------------------------------------------------------------------------------------------

std::optional<Instant> Machine::deadline() const noexcept {
  Instant next = heartbeat_.due_at().value_or(Instant::max());
  for (const auto* timer : {&hello_by_, &ready_by_, &dial_at_, &release_at_, &owed_beat_at_})
    next = std::min(next, timer->value_or(Instant::max()));
  return next == Instant::max() ? std::nullopt : std::optional(next);
}

bool Machine::run_due_timer(Instant now) noexcept {
  const auto due = deadline();
  if (!due || *due > now) return false;
  now_ = std::max(now_, now);
  run_timer(*due);
  return true;
}

void Machine::run_timer(Instant due) noexcept {
  if (heartbeat_.due_at() == due) {
    const auto action = heartbeat_.step(Heartbeat::Event::Due, now_);
    if (action == Heartbeat::Action::SendHeartbeat) return (void)step(Input::BeatDue, {});
    if (action == Heartbeat::Action::DropAsZombie) return (void)step(Input::Zombie, {});
    return;
  }
  if (hello_by_ == due) {
    hello_by_.reset();
    return (void)step(Input::HelloTimeout, {.why = Why::HelloTimeout});
  }
  if (ready_by_ == due) {
    ready_by_.reset();
    return (void)step(Input::ReadyTimeout, {.why = Why::ReadyTimeout});
  }
  if (dial_at_ == due) return (void)step(Input::BackoffOver, {});
  if (owed_beat_at_ == due) return send_beat();
  release_commands();
}

// ---- What others may know
// --------------------------------------------------------------------------------------------

std::optional<Session> Machine::session() const {
  if (!resumable()) return std::nullopt;
  return Session{held_->id, held_->url, *held_->sequence};
}

Query Machine::query() const noexcept {
  return {.version = config_.version, .encoding = name(config_.encoding), .compress = in_query(config_.compression)};
}

std::uint32_t Machine::bucket() const noexcept {
  const std::uint32_t id = config_.identify.shard ? config_.identify.shard->id : 0;
  return id % std::max(config_.max_concurrency, 1u);
}

}  // namespace portcullis::gateway
