#include "portcullis/models/gateway_client.h"

#include <algorithm>
#include <set>

namespace portcullis::models {
namespace {

// Section 8.8 and LOCAL-16.
constexpr Millis kHelloWait = 20'000;
constexpr Millis kReadyWait = 60'000;
constexpr Millis kCloseWait = 5'000;
constexpr Millis kLinger = 1'000;

// LOCAL-5
constexpr int kEndCode = 1000;
constexpr int kReconnectCode = 4900;
constexpr int kZombieCode = 4901;
constexpr int kUndecodableCode = 4902;
constexpr int kWaitedInVainCode = 4903;
constexpr int kLimitCode = 4904;
constexpr int kInvalidResumableCode = 4905;
constexpr int kKeepCode = 4906;

// GW-RATE-1, GW-PRES-6, GW-RGM-10, LOCAL-6
constexpr Millis kWindow = 60'000;
constexpr std::size_t kSendsMax = 120;
constexpr std::size_t kAskedBeatsKept = 5;
constexpr Millis kPresenceWindow = 20'000;
constexpr std::size_t kPresencesMax = 5;
constexpr std::int64_t kPresenceOp = 3;
constexpr Millis kWholeListWindow = 30'000;

constexpr Millis kStable = 60'000;            // LOCAL-2
constexpr Millis kBackoffMax = 60'000;        // LOCAL-1
constexpr Millis kRetryAfterMax = 3'600'000;  // LOCAL-11
constexpr int kResumesMax = 5;                // LOCAL-3
constexpr int kResumeUrlTries = 2;            // LOCAL-4
constexpr int kMainUrlFailuresTold = 3;       // LOCAL-20

// Section 8.8: GW-INV-6.
constexpr Millis kInvalidWaitMin = 1'000;
constexpr Millis kInvalidWaitMax = 5'000;

constexpr Millis kNever = INT64_MAX;

// LOCAL-8, LOCAL-19
bool is_usable(const std::string& url, const std::string& main_url) {
  const std::string scheme = main_url.substr(0, main_url.find("://") + 3);
  return url.starts_with(scheme) && url.size() > scheme.size();
}

}  // namespace

// ---- Local commands

// LC: a1 out of Idle and Stopped, a37 while closing, a36 elsewhere (INV-1).
void GatewayClient::start(Millis now) {
  now_ = now;
  if (state_ == State::Idle || state_ == State::Stopped) return dial();
  if (state_ == State::Closing) {
    purpose_ = Purpose::Reconnect;
    ending_ = {.why = "asked by caller", .pace = Pace::Wished};
  }
}

// LR: a1 out of Backoff, a10 on a connection, a37 while closing, a36 elsewhere.
void GatewayClient::reconnect(Millis now) {
  now_ = now;
  switch (state_) {
    case State::Backoff: return dial();
    case State::AwaitHello:
    case State::AwaitSlot:
    case State::Identifying:
    case State::Resuming:
    case State::Ready: return close(kReconnectCode, {.why = "asked by caller", .pace = Pace::Wished});  // GW-DISC-3
    case State::Closing: return start(now);
    default: return;
  }
}

// LQ: a23, a38, a39, a41.
void GatewayClient::stop_for_good(Millis now) {
  now_ = now;
  forget();  // GW-RES-5
  switch (state_) {
    case State::Stopped: return finish("ended");
    case State::Idle:
    case State::Backoff:
      state_ = State::Idle;
      dial_at_.reset();
      return finish("ended");
    case State::Connecting:
      hang_up();
      end_link();
      state_ = State::Idle;
      return finish("ended");
    case State::Closing:
      purpose_ = Purpose::Stop;
      ending_ = {.why = "stopped by caller"};
      return;
    default:
      close(kEndCode, {.why = "stopped by caller"});  // GW-DISC-4
      purpose_ = Purpose::Stop;
  }
}

// LP: a0, a38, a40, a41, a42 (GW-RES-24).
void GatewayClient::stop_keeping(Millis now) {
  now_ = now;
  const Ending ending{.why = "stopped by caller", .finish = "kept"};
  switch (state_) {
    case State::Idle:
    case State::Stopped: return;
    case State::Backoff:
      state_ = State::Idle;
      dial_at_.reset();
      return finish("kept");
    case State::Connecting:
      hang_up();
      end_link();
      state_ = State::Idle;
      return finish("kept");
    case State::Closing:
      if (purpose_ == Purpose::Stop) return;
      purpose_ = Purpose::Stop;
      ending_ = ending;
      return;
    default:
      close(kKeepCode, ending);  // GW-DISC-3
      purpose_ = Purpose::Stop;
  }
}

// tSL: a4 where it was waited for, a35 elsewhere (GW-IDL-4). A connection that the peer has closed needs it no more.
void GatewayClient::granted(Millis now) {
  now_ = now;
  if (state_ != State::AwaitSlot || !can_send()) return acts_.push_back(act::ReturnSlot{});
  state_ = State::Identifying;
  transmit(act::Identify{});
  link_.ready_by = now_ + kReadyWait;  // GW-ID-19
}

// LS: a20 where there is a connection to come, a21 where there is none, a22 in Ready (LOCAL-17).
std::string GatewayClient::send(const Request& request, Millis now) {
  now_ = now;
  if (state_ == State::Idle || state_ == State::Stopped) return "there is no connection and none is coming";
  if (queue_.size() >= settings_.commands_waiting_max) return "too many commands are waiting";  // GW-RATE-6
  if (!request.fault.empty()) return request.fault;                                             // GW-SIZE-4
  queue_.push_back(request);
  if (state_ == State::Ready) release();
  return "";
}

// ---- The transport

// LOCAL-18: only of the current link; the caller sees to that.
void GatewayClient::opened(Millis now) {
  now_ = now;
  if (!link_.transport || link_.asked_upgrade) return;
  link_.asked_upgrade = true;
  acts_.push_back(act::AskUpgrade{});
}

// TO: a2.
void GatewayClient::upgraded(Millis now) {
  now_ = now;
  link_.open = true;
  (link_.at_resume_url ? resume_url_failures_ : main_url_failures_) = 0;
  state_ = State::AwaitHello;
  acts_.push_back(act::Connected{});
}

// TF: a19.
void GatewayClient::refused(int http_status, Millis retry_after, Millis now) {
  now_ = now;
  could_not_open(std::min(retry_after, kRetryAfterMax), http_status);
}

// TF and CX; or the end that was waited for after a Close.
void GatewayClient::lost(Millis now) {
  now_ = now;
  if (!link_.transport) return;
  link_.transport = false;
  if (!link_.open) return could_not_open(0, 0);
  close_waited_out();
}

// a19 (GW-CONN-8): it was no live connection, so it counts as a failure.
void GatewayClient::could_not_open(Millis wait, int http_status) {
  ++(link_.at_resume_url ? resume_url_failures_ : main_url_failures_);
  hang_up();
  come_back({.why = "open failed", .wait = wait, .pace = Pace::Failure}, 0, http_status);
}

// ---- What the peer says

void GatewayClient::payload(const Payload& payload, Millis now) {
  now_ = now;
  if (!hears() || link_.deaf) return;
  const bool closing = state_ == State::Closing;
  switch (payload.op) {
    case 0: return dispatch(payload);
    case 1: return closing ? void() : asked_for_beat();  // a8, GW-HB-27
    case 7:                                              // a10: GW-RECON-1, GW-RECON-2, GW-RECON-3
      return closing ? void() : close(kReconnectCode, {.why = "asked to reconnect", .pace = Pace::Asked});
    case 9: return invalid_session(payload.resumable);
    case 10:
      if (!payload.interval) return undecodable(false, now);  // GW-HELLO-6
      if (closing) return;
      return state_ == State::AwaitHello ? hello(payload) : second_hello(payload);
    case 11: return closing ? void() : acknowledged();  // a9
    default:                                            // a14: GW-ENV-11, OP-27
      if (!closing) acts_.push_back(act::Odd{"unknown opcode", payload.op});
  }
}

// a3
void GatewayClient::hello(const Payload& payload) {
  link_.interval = payload.interval;
  link_.interval_at = now_;
  link_.hello_by.reset();
  link_.beat_at = now_ + draw_(0, *payload.interval);  // GW-HB-1, OP-2
  if (!link_.resuming) {
    state_ = State::AwaitSlot;
    return acts_.push_back(act::AskSlot{});  // GW-ID-4
  }
  state_ = State::Resuming;
  transmit(act::Resume{session_->id, *session_->sequence});  // GW-RES-1, GW-RES-7
  link_.ready_by = now_ + kReadyWait;
}

// a29: OP-35, GW-HELLO-7.
void GatewayClient::second_hello(const Payload& payload) {
  link_.interval = payload.interval;
  link_.interval_at = now_;
  link_.beat_at = now_ + draw_(0, *payload.interval);
  if (link_.look_at) link_.look_at = now_;  // there may be more room now
  acts_.push_back(act::Odd{"second hello", payload.op});
}

void GatewayClient::dispatch(const Payload& payload) {
  if (payload.t == "READY") return ready(payload);
  if (payload.t == "RESUMED") return resumed(payload);
  event(payload);
}

// FRY: a5, a30, a31, a32.
void GatewayClient::ready(const Payload& payload) {
  if (is_in_handshake() || state_ == State::Closing) {
    count(payload.s);
    return deliver(payload, true);
  }
  if (state_ != State::Identifying) acts_.push_back(act::Odd{"unexpected ready", payload.op});  // GW-READY-15
  adopt(payload);
}

// a5: GW-READY-2, GW-READY-7.
void GatewayClient::adopt(const Payload& payload) {
  session_ = KnownSession{"", "", payload.s};
  const bool usable = !payload.session_id.empty() && is_usable(payload.resume_url, settings_.main_url);
  if (usable) session_ = KnownSession{payload.session_id, payload.resume_url, payload.s};
  become_live();
  deliver(payload, false);
  if (!usable) acts_.push_back(act::Odd{"unusable session", payload.op});  // LOCAL-8
  release();                                                               // LOCAL-17
}

// FRS: a6, a30, a32.
void GatewayClient::resumed(const Payload& payload) {
  count(payload.s);  // GW-RES-10
  if (state_ != State::Resuming) return deliver(payload, true);
  become_live();
  deliver(payload, false);
  release();
}

// FD: a7, a30, a32 (LOCAL-9).
void GatewayClient::event(const Payload& payload) {
  const bool news = count(payload.s);
  if (is_in_handshake() || state_ == State::Identifying) return deliver(payload, true);
  link_.replayed = link_.replayed || news;                 // LOCAL-3
  if (link_.ready_by) link_.ready_by = now_ + kReadyWait;  // LOCAL-22
  if (payload.limited) obey(*payload.limited);             // GW-RL-3, GW-RL-4
  deliver(payload, false);
}

void GatewayClient::become_live() {
  state_ = State::Ready;
  link_.live = true;
  link_.ready_by.reset();
  live_since_ = now_;
  resumes_in_vain_ = 0;
  resume_url_failures_ = 0;
}

void GatewayClient::deliver(const Payload& payload, bool out_of_place) {
  acts_.push_back(act::Deliver{payload.t, payload.s, payload.d, out_of_place});
}

// GW-ENV-7, GW-ENV-10, OP-21: the highest. Without a session there is nothing to count for (a30).
bool GatewayClient::count(const std::optional<std::int64_t>& sequence) {
  if (!session_ || !sequence) return false;
  if (session_->sequence && *session_->sequence >= *sequence) return false;
  session_->sequence = sequence;
  return true;
}

// GW-RL-3
void GatewayClient::obey(const Payload::Limited& limited) {
  Millis& until = blocked_until_[{limited.op, limited.guild_id, false}];
  until = std::max(until, now_ + limited.wait);
}

// F9T, F9F: a11, a12, a33. The wait is GW-INV-6; without a session it counts as a failure (LOCAL-10).
void GatewayClient::invalid_session(bool resumable) {
  const Millis wait = draw_(kInvalidWaitMin, kInvalidWaitMax);
  if (state_ == State::Closing) {
    if (resumable) return;
    session_.reset();  // GW-INV-4
    ending_ = {.why = ending_.why, .wait = wait, .pace = Pace::Failure, .finish = ending_.finish};
    return;
  }
  if (resumable && can_resume())  // GW-INV-3, GW-INV-15
    return close(kInvalidResumableCode, {.why = "invalid session", .wait = wait});
  session_.reset();                                                                  // GW-INV-4, GW-INV-11
  close(kEndCode, {.why = "invalid session", .wait = wait, .pace = Pace::Failure});  // GW-INV-16
}

// a9: GW-HB-14, GW-HB-28, OP-45.
void GatewayClient::acknowledged() {
  link_.acked = true;
  if (link_.beats_open.empty()) return;
  link_.latency = now_ - link_.beats_open.front();
  link_.beats_open.pop_front();
}

// a8: GW-HB-18, at once; or it is owed (LOCAL-7).
void GatewayClient::asked_for_beat() {
  link_.owes_beat = true;
  if (asked_beat_at() <= now_) send_beat();
}

// FX: a13 (GW-ENC-5, OP-28), a0 while closing. LOCAL-24: nothing more of this link counts.
void GatewayClient::undecodable(bool beyond_a_limit, Millis now) {
  now_ = now;
  if (!hears() || link_.deaf) return;
  link_.deaf = true;
  if (state_ != State::Closing) close(beyond_a_limit ? kLimitCode : kUndecodableCode, {.why = "undecodable"});
}

// WS-FA-1, WS-FA-2: the connection is failed at once, with a Close where none went out.
void GatewayClient::broken(int close_code, Millis now) {
  now_ = now;
  if (!hears()) return;
  if (!link_.we_closed) acts_.push_back(act::Close{close_code});
  link_.we_closed = true;
  undecodable(false, now);
  hang_up();
  link_ended(Verdict::None, 0);
}

// WS-CL-2, WS-CL-11, WS-CL-14: answered, then the peer has a moment to end the transport. The verdict waits for that.
void GatewayClient::closed(std::optional<int> code, Millis now) {
  now_ = now;
  if (!hears()) return;
  if (!link_.we_closed) acts_.push_back(act::Close{code});
  link_.peer_closed = true;
  link_.peer_code = code;
  link_.close_by = now_ + kLinger;
}

// ---- The end of a link

// Our Close, and what comes after it. INV-2: no second one, and nothing is sent behind it.
void GatewayClient::close(int code, Ending ending) {
  state_ = State::Closing;
  purpose_ = Purpose::Reconnect;
  ending_ = std::move(ending);
  link_.beat_at.reset();  // GW-HB-27
  link_.hello_by.reset();
  link_.ready_by.reset();
  link_.owes_beat = false;
  link_.look_at.reset();
  if (link_.we_closed || link_.peer_closed) return;
  link_.we_closed = true;
  link_.close_by = now_ + kCloseWait;  // WS-CL-15
  acts_.push_back(act::Close{code});
}

void GatewayClient::hang_up() {
  if (link_.transport) acts_.push_back(act::Hangup{});
  link_.transport = false;
}

// Whatever a Close was waited for, or was to follow a Close, is over: the verdict falls.
void GatewayClient::close_waited_out() {
  hang_up();
  if (!link_.peer_closed || !link_.peer_code) return link_ended(Verdict::None, 0);  // GW-CLOSE-NONE
  static const std::set<int> fatal{4004, 4010, 4011, 4012, 4013, 4014};             // GW-CLOSE-FATAL
  static const std::set<int> new_session{4001, 4003, 4005, 4006, 4007, 4009};       // OP-11, section 8.3
  const int code = *link_.peer_code;
  if (fatal.contains(code)) return link_ended(Verdict::Fatal, code);
  if (new_session.contains(code)) return link_ended(Verdict::NewSession, code);
  link_ended(Verdict::Resume, code);  // OP-8, OP-9
}

// CR, CN, CF, CX: a16, a17, a18, a26, a34.
void GatewayClient::link_ended(Verdict verdict, int code) {
  if (verdict == Verdict::Fatal) return stop_fatal(code);
  if (verdict == Verdict::NewSession) session_.reset();
  if (state_ == State::Closing) return closing_ended(code);
  come_back({.why = verdict == Verdict::None ? "lost" : "closed by peer"}, code, 0);  // GW-DISC-5
}

// a26
void GatewayClient::closing_ended(int code) {
  if (purpose_ == Purpose::Reconnect) return come_back(ending_, code, 0);
  end_link();
  state_ = State::Idle;
  acts_.push_back(act::Disconnected{ending_.why, code, 0, act::Disconnected::Next::Nothing, 0, false});
  finish(ending_.finish);
}

// a18: INV-9.
void GatewayClient::stop_fatal(int code) {
  forget();
  end_link();
  state_ = State::Stopped;
  acts_.push_back(act::Disconnected{"closed by peer", code, 0, act::Disconnected::Next::Nothing, 0, false});
  finish("fatal", code);
}

// a16, a19, a26: when, and for what, the next connection is made.
void GatewayClient::come_back(const Ending& ending, int close_code, int http_status) {
  if (link_.resuming && !link_.live) resumes_in_vain_ = link_.replayed ? 0 : resumes_in_vain_ + 1;
  if (resumes_in_vain_ >= kResumesMax) session_.reset();  // LOCAL-3
  end_link();
  const Millis delay = std::max(back_off(ending.pace), ending.wait);
  state_ = State::Backoff;
  dial_at_ = now_ + delay;
  using Next = act::Disconnected::Next;
  acts_.push_back(act::Disconnected{ending.why, close_code, http_status, can_resume() ? Next::Resume : Next::Identify,
                                    delay, main_url_failures_ >= kMainUrlFailuresTold});
}

// The codec and the timers of a link go with it (a16, INV-20).
void GatewayClient::end_link() { link_ = Link{}; }

// LOCAL-1, LOCAL-2, LOCAL-10, LOCAL-29, GW-RES-19.
Millis GatewayClient::back_off(Pace pace) {
  const bool was_live = live_since_.has_value();
  if (was_live && now_ - *live_since_ >= kStable) {  // LOCAL-2: only a stable link makes all good again
    failures_ = 0;
    loss_was_spared_ = false;
    asked_before_ = false;
  }
  live_since_.reset();
  if (pace == Pace::Asked && !asked_before_) {  // LOCAL-29
    asked_before_ = true;
    return 0;
  }
  const bool spared = pace != Pace::Failure && was_live && failures_ == 0 && !loss_was_spared_;
  if (spared) {  // LOCAL-2: the first loss of a live link with no failure before it
    loss_was_spared_ = true;
    return 0;
  }
  Millis base = 1'000;  // LOCAL-1
  for (int i = 0; i < failures_ && base < kBackoffMax; ++i) base *= 2;
  base = std::min(base, kBackoffMax);
  ++failures_;
  if (pace == Pace::Wished) return 0;  // LR: at once
  return base + draw_(0, base / 2);
}

void GatewayClient::finish(const std::string& how, int close_code) {
  finished_ = act::Finished{how, close_code, commands_dropped_};
  commands_dropped_ = 0;
}

// a23: stopping for good drops what waits (LOCAL-17).
void GatewayClient::forget() {
  session_.reset();
  commands_dropped_ += queue_.size();
  queue_.clear();
}

// a1
void GatewayClient::dial() {
  finished_.reset();
  dial_at_.reset();
  link_ = Link{};
  link_.resuming = can_resume();                                                   // GW-RES-4
  if (!link_.resuming) session_.reset();                                           // GW-RES-13
  link_.at_resume_url = link_.resuming && resume_url_failures_ < kResumeUrlTries;  // GW-RES-2, LOCAL-4, GW-ID-22
  link_.transport = true;
  link_.hello_by = now_ + kHelloWait;  // GW-CONN-10
  state_ = State::Connecting;
  acts_.push_back(act::Dial{link_.at_resume_url ? session_->url : settings_.main_url});
}

// ---- Time

void GatewayClient::elapsed(Millis now) {
  now_ = now;
  while (run_one_timer()) {
  }
}

std::vector<Act> GatewayClient::take() {
  std::vector<Act> out;
  out.swap(acts_);
  if (finished_) out.push_back(*finished_);
  return out;
}

std::optional<Millis> GatewayClient::next_timer() const {
  if (link_.peer_closed) return link_.close_by;  // nothing else could reach the peer
  Millis first = kNever;
  for (const auto& timer : {link_.beat_at, link_.hello_by, link_.ready_by, dial_at_, link_.close_by, link_.look_at})
    first = std::min(first, timer.value_or(kNever));
  if (link_.owes_beat) first = std::min(first, asked_beat_at());
  return first == kNever ? std::nullopt : std::optional(first);
}

std::optional<Millis> GatewayClient::deadline() const { return next_timer(); }

bool GatewayClient::deadline_is_exact() const { return state_ != State::Closing; }

// In the order of their due times (section 8.5); of those due at the same moment, in the order of section 8.3.
bool GatewayClient::run_one_timer() {
  const auto due = next_timer();
  if (!due || *due > now_) return false;
  if (link_.close_by == due && (link_.peer_closed || state_ == State::Closing)) {  // tCL
    close_waited_out();                                                            // a28, LOCAL-16
  } else if (link_.beat_at == due) {                                               // tHB
    beat_due();
  } else if (link_.hello_by == due) {  // tHE
    link_.hello_by.reset();
    state_ == State::Connecting ? could_not_open(0, 0) : give_up_waiting("no hello");
  } else if (link_.ready_by == due) {  // tHS: a25, OP-24
    give_up_waiting("no ready");
  } else if (dial_at_ == due) {  // tBO
    dial();
  } else if (link_.owes_beat && asked_beat_at() <= now_) {
    send_beat();
  } else {
    release();
  }
  return true;
}

// a24, a25
void GatewayClient::give_up_waiting(const std::string& why) { close(kWaitedInVainCode, {.why = why}); }

// a15: GW-HB-2, GW-HB-14 to GW-HB-17, LOCAL-12, LOCAL-21.
void GatewayClient::beat_due() {
  if (!link_.acked) {
    acts_.push_back(act::Close{kZombieCode});
    hang_up();
    return come_back({.why = "zombie"}, 0, 0);
  }
  link_.acked = false;
  const Millis next = *link_.beat_at + *link_.interval;
  link_.beat_at = next > now_ ? next : now_ + *link_.interval;
  send_beat();  // LOCAL-6: always
}

// ---- Sending

void GatewayClient::transmit(Act act) {
  link_.sends.push_back(now_);
  acts_.push_back(std::move(act));
}

// INV-8, GW-HB-5; one beat answers all that are owed (LOCAL-7).
void GatewayClient::send_beat() {
  link_.owes_beat = false;
  link_.beats_open.push_back(now_);
  transmit(act::Beat{session_ ? session_->sequence : std::nullopt});
}

// a22, LOCAL-17: each kind goes out in its order; one that has to wait holds back only its own. What waits is looked at
// again when the first of the limits that hold it back is over.
void GatewayClient::release() {
  link_.look_at.reset();
  if (!can_send()) return;
  if (link_.owes_beat && asked_beat_at() <= now_) send_beat();  // GW-HB-26
  std::set<Request::Kind> held_back;
  for (auto at = queue_.begin(); at != queue_.end();) {
    const Request::Kind kind = at->kind;
    const Millis room = room_at(kSendsMax - reserve() - kAskedBeatsKept);
    if (room > now_) return look_again(room);
    const Millis free = free_at(kind);
    if (free > now_) look_again(free);
    if (free > now_ || held_back.contains(kind)) {
      held_back.insert(kind);
      ++at;
      continue;
    }
    transmit(act::Send{at->payload});
    if (kind.op == kPresenceOp) presences_.push_back(now_);
    if (kind.whole_list) blocked_until_[kind] = now_ + kWholeListWindow;
    at = queue_.erase(at);
  }
}

void GatewayClient::look_again(Millis at) { link_.look_at = std::min(at, link_.look_at.value_or(kNever)); }

// LOCAL-6: ceil(60000 / H) + 1, at most 60; before H is known the most.
std::size_t GatewayClient::reserve() const {
  constexpr std::size_t most = 60;
  if (!link_.interval) return most;
  const auto beats = static_cast<std::size_t>((kWindow + *link_.interval - 1) / *link_.interval);
  return std::min(most, beats + 1);
}

// INV-12: since when, or from when on, less than `most` lie within 60 s. A Hello may make room at once.
Millis GatewayClient::room_at(std::size_t most) const {
  if (link_.sends.size() < most) return link_.interval_at;
  return std::max(link_.interval_at, link_.sends[link_.sends.size() - most] + kWindow);
}

Millis GatewayClient::asked_beat_at() const { return room_at(kSendsMax - reserve()); }

// GW-PRES-6, GW-RGM-10, GW-RL-3.
Millis GatewayClient::free_at(const Request::Kind& kind) const {
  Millis free = INT64_MIN;
  if (kind.op == kPresenceOp && presences_.size() >= kPresencesMax)
    free = std::max(free, presences_[presences_.size() - kPresencesMax] + kPresenceWindow);
  for (const auto& [blocked, until] : blocked_until_) {
    const bool same_guild = blocked.guild_id == kind.guild_id || blocked.guild_id == 0 || kind.guild_id == 0;
    const bool same_kind = blocked.op == kind.op && (kind.whole_list || !blocked.whole_list);
    if (same_guild && same_kind) free = std::max(free, until);
  }
  return free;
}

}  // namespace portcullis::models
