#include "portcullis/oracle/probe/player.h"

#include <algorithm>

#include "portcullis/oracle/judge/judge.h"
#include "portcullis/oracle/probe/encode.h"
#include "portcullis/oracle/probe/sight.h"

namespace portcullis::probe {
namespace {

constexpr Duration kHelloPatience{10'000}, kReadyPatience{10'000};
constexpr Duration kFarewell{1'500};
constexpr Duration kRetry{5'500};
constexpr Duration kIntervalMax{120'000};  ///< no longer one is waited for
constexpr unsigned kRefusalsMax = 2;       ///< of an Identify by op 9, before we give up

std::string in_words(const Patterns& patterns) {
  std::string text;
  for (const judge::Pattern& pattern : patterns) text += (text.empty() ? "" : "; or ") + judge::in_words(pattern);
  return text;
}

bool fits(const Patterns& patterns, const Json& facts) {
  return std::ranges::any_of(patterns,
                             [&](const judge::Pattern& one) { return judge::fit(one, facts, {}) == judge::Fit::Yes; });
}

bool ask_for(const Patterns& patterns, const char* fact) {
  return std::ranges::any_of(patterns, [&](const judge::Pattern& one) { return one.members.contains(fact); });
}

bool ask_for_refusal_only(const Patterns& patterns) {
  return std::ranges::all_of(patterns, [](const judge::Pattern& one) { return one.members.contains("refused"); });
}

std::string in_words(const Json& facts) {
  if (facts.contains("close")) return "the server closed with " + facts["close"].dump();
  if (facts.contains("refused")) return "the server refused the upgrade: HTTP " + facts["refused"].dump();
  if (facts.contains("end")) return "the server ended the connection without a Close";
  if (facts.contains("fault")) return "the server broke a rule: " + facts["fault"].get<std::string>();
  if (facts.contains("upgraded")) return "the server upgraded";
  if (facts.contains("pong")) return "pong " + facts["pong"].dump();
  if (facts.contains("ping")) return "a ping";
  if (facts.contains("undecodable")) return "a message that is no payload: " + facts["undecodable"].get<std::string>();
  std::string text = "op " + facts.value("op", Json()).dump();
  if (const Json name = facts.value("t", Json()); name.is_string()) return text + " " + name.get<std::string>();
  if (facts.contains("d") && !facts["d"].is_null()) text += " with d " + facts["d"].dump();
  return text;
}

}  // namespace

Player::Player(const Scenario& scenario, const Target& target, Gate& gate, const Chance& chance,
               timeline::Pseudonyms& pseudonyms, timeline::Sink sink, Instant began)
    : scenario_(scenario),
      target_(target),
      gate_(gate),
      chance_(chance),
      pseudonyms_(pseudonyms),
      sink_(std::move(sink)),
      began_(began),
      session_(target.token) {
  pseudonyms_.of(target.token);
}

// ---- What comes in

void Player::start(Instant now) { advance(now); }

void Player::opened(LinkNumber link, Instant now) {
  if (link != link_ || gone_) return;
  connected_ = true;
  line_->opened(std::get<Connect>(scenario_.steps[step_].verb).request, now);
  advance(now);
}

void Player::failed(LinkNumber link, const std::string& why, Instant now) {
  if (link != link_ || gone_) return;
  gone_ = true;
  const bool first = records_ == 0;
  stop(first ? Ending::What::NotConnected : Ending::What::Failed, why, "a connection", records_);
  advance(now);
}

void Player::received(LinkNumber link, std::span<const std::byte> bytes, Instant now) {
  if (link != link_ || gone_) return;
  heard_at_ = now;
  line_->received(bytes, now);
  if (line_->ready()) session_.learn(*line_->ready());
  if (std::exchange(asked_, false) && !silent_) beat(now);
  if (hello_ && interval_ && !beat_due_) beat_due_ = now + draw_between(chance_, *interval_ / 10, *interval_ * 9 / 10);
  advance(now);
}

void Player::ended(LinkNumber link, timeline::How how, Instant now) {
  if (link != link_ || gone_) return;
  line_->ended(how, now);
  gone_ = true;
  outputs_.push_back(Hangup{link_});
  advance(now);
}

void Player::elapsed(Instant now) {
  if (line_ != nullptr && !gone_) line_->elapsed(now);
  if (beat_due_ && *beat_due_ <= now) {
    if (!silent_) beat(now);
    beat_due_ = now + *interval_;
  }
  advance(now);
}

Output Player::poll() {
  if (line_ != nullptr && connected_) {
    if (auto bytes = line_->take_output(); !bytes.empty()) return Transmit{link_, std::move(bytes)};
    if (line_->take_hangup()) return Hangup{link_};
  }
  if (!outputs_.empty()) {
    Output first = std::move(outputs_.front());
    outputs_.pop_front();
    return first;
  }
  if (ending_.what != Ending::What::Playing && !leaving_) return Over{};
  std::optional<Instant> next;
  const bool live = line_ != nullptr && !gone_;
  const auto line_due = live ? line_->deadline() : std::nullopt;
  for (const auto& due : {due_, slot_, leave_by_, live ? beat_due_ : std::nullopt, line_due})
    if (due && (!next || *due < *next)) next = due;
  return Wait{next};
}

/// Takes what the tap tells: it goes into the timeline, and what a script can wait for is kept for it.
void Player::note(timeline::Record record) {
  auto facts = sight_of(record);
  const std::size_t number = records_++;
  if (facts) {
    if (facts->value("t", Json()) == "READY" && record.with["payload"]["d"].is_object())
      session_.learn_guild(record.with["payload"]["d"].value("guilds", Json()));
    see(*facts);
    sights_.push_back({*std::move(facts), number});
  }
  sink_(std::move(record));
}

/// Does what any good client does, whatever the script waits for.
void Player::see(const Json& facts) {
  const Json op = facts.value("op", Json());
  if (op == 0 && facts.contains("t")) session_.see(facts);
  if (op == 1) asked_ = true;
  if (op != 10) return;
  hello_ = true;
  const Json interval = facts.value("d.heartbeat_interval", Json());
  if (interval.is_number_integer() && interval.get<std::int64_t>() > 0)
    interval_ = std::min(Duration{interval.get<std::int64_t>()}, kIntervalMax);
}

void Player::beat(Instant now) {
  const auto sequence = session_.sequence();
  send({{"op", 1}, {"d", sequence ? Json(*sequence) : Json()}}, now);
}

// ---- The script

void Player::advance(Instant now) {
  while (ending_.what == Ending::What::Playing) {
    if (step_ == scenario_.steps.size()) {
      stop(Ending::What::Passed, last_, "", 0);
      break;
    }
    const Way way = std::visit([&](const auto& verb) { return play(verb, now); }, scenario_.steps[step_].verb);
    if (ending_.what != Ending::What::Playing || way == Way::Wait) break;
    ++step_;
    stage_ = Stage::Begin;
    due_.reset();
    slot_.reset();
    count_ = refusals_ = 0;
    replayed_.clear();
  }
  if (ending_.what != Ending::What::Playing) leave(now);
}

void Player::stop(Ending::What what, std::string seen, std::string allowed, std::size_t record) {
  ending_ = {what, std::move(seen), std::move(allowed), record};
  leaving_ = true;
  due_.reset();
  slot_.reset();
}

void Player::fail(std::string seen, std::string allowed) {
  stop(Ending::What::Failed, std::move(seen), std::move(allowed), records_ == 0 ? 0 : records_ - 1);
}

/// Ends the session, if there is one, so that nothing of ours is left at the server.
void Player::leave(Instant now) {
  if (!leaving_) return;
  if (line_ == nullptr || gone_) {
    leaving_ = false;
  } else if (!leave_by_) {
    leave_by_ = now + kFarewell;
    if (connected_ && line_->is_websocket()) return line_->close(1000, "", now);
    drop(timeline::How::Reset, now);
    leaving_ = false;
  } else if (*leave_by_ <= now) {
    drop(timeline::How::Reset, now);
    leaving_ = false;
  }
}

/// Says whether the step's time has begun before this call; else begins it.
bool Player::has_begun(Duration time, Instant now) {
  if (due_) return true;
  due_ = now + time;
  return false;
}

bool Player::take(Seen& seen) {
  if (sights_.empty()) return false;
  seen = std::move(sights_.front());
  sights_.pop_front();
  return true;
}

// ---- Connecting

Player::Way Player::play(const Connect& step, Instant now) {
  if (stage_ == Stage::Begin) {
    if (line_ != nullptr && !gone_) drop(timeline::How::Reset, now);
    sights_.clear();
    stage_ = Stage::Slot;
    if (step.identifies) slot_ = gate_.reserve(now);
  }
  if (stage_ == Stage::Slot) {
    if (slot_ && *slot_ > now) return Way::Wait;
    slot_.reset();
    dial(step, now);
  }
  return connected_ ? Way::Next : Way::Wait;
}

void Player::dial(const Connect& step, Instant now) {
  stage_ = Stage::Dialling;
  const auto url = url_of(step);
  if (!url) return stop(Ending::What::Failed, "READY names no URL to resume at", "a ws or wss URL", records_);
  line_ = std::make_unique<Line>(
      ++link_, *url, chance_, pseudonyms_, [this](timeline::Record record) { note(std::move(record)); }, began_);
  connected_ = gone_ = hello_ = silent_ = asked_ = false;
  interval_.reset();
  beat_due_.reset();
  heard_at_ = now;
  outputs_.push_back(Dial{link_, *url});
}

/// Puts the query behind what the target has already.
std::optional<websocket::Url> Player::url_of(const Connect& step) const {
  websocket::Url url = target_.url;
  if (step.at_resume_url) {
    const auto parsed = websocket::parse_url(session_.resume_url());
    if (!parsed || parsed->secure != url.secure) return std::nullopt;
    url = *parsed;
  }
  if (!step.query.empty()) url.target += (url.target.find('?') == std::string::npos ? "?" : "&") + step.query;
  return url;
}

void Player::drop(timeline::How how, Instant now) {
  line_->dropped(how, now);
  gone_ = true;
  if (how == timeline::How::Eof)
    outputs_.push_back(Hangup{link_});
  else
    outputs_.push_back(Reset{link_});
}

// ---- Logging in

Player::Way Player::play(const LogIn& step, Instant now) {
  if (stage_ == Stage::Begin) stage_ = Stage::Hello;
  if (stage_ == Stage::Hello && greet(now) == Way::Wait) return Way::Wait;
  if (stage_ == Stage::Slot && identify(step, now) == Way::Wait) return Way::Wait;
  return await_ready(step, now);
}

Player::Way Player::greet(Instant now) {
  has_begun(kHelloPatience, now);
  for (Seen seen; !hello_ || !sights_.empty();) {
    if (!take(seen)) {
      if (is_due(now)) fail("could not log in: no Hello came", "op 10 within 10 s");
      return Way::Wait;
    }
    if (is_last(seen.facts)) return fail("could not log in: " + in_words(seen.facts), "op 10"), Way::Wait;
    if (seen.facts.value("op", Json()) == 10) break;
  }
  stage_ = Stage::Slot;
  return Way::Next;
}

Player::Way Player::identify(const LogIn& step, Instant now) {
  if (slot_ && *slot_ > now) return Way::Wait;
  slot_.reset();
  Json data = good_identify(target_.token);
  data.update(step.with);
  send({{"op", 2}, {"d", std::move(data)}}, now);
  due_ = now + kReadyPatience;
  stage_ = Stage::Ready;
  return Way::Next;
}

Player::Way Player::await_ready(const LogIn& step, Instant now) {
  for (Seen seen; take(seen);) {
    if (seen.facts.value("t", Json()) == "READY") return Way::Next;
    if (is_last(seen.facts)) return fail("could not log in: " + in_words(seen.facts), "READY"), Way::Wait;
    if (seen.facts.value("op", Json()) != 9) continue;
    if (++refusals_ > kRefusalsMax) return fail("could not log in: op 9 each time", "READY"), Way::Wait;
    slot_ = gate_.reserve(now) + kRetry;
    due_.reset();
    stage_ = Stage::Slot;
    return Way::Wait;
  }
  if (stage_ == Stage::Slot) return identify(step, now), Way::Wait;
  if (is_due(now)) fail("could not log in: no READY came", "READY within 10 s");
  return Way::Wait;
}

// ---- Saying

void Player::send(const Json& payload, Instant now) {
  if (line_ == nullptr || gone_) return;
  const bool etf = line_->encoding() == encoding::Encoding::Etf;
  line_->send(etf ? websocket::Kind::Binary : websocket::Kind::Text, encoded(payload, line_->encoding()), now);
}

Player::Way Player::play(const Send& step, Instant now) {
  Json payload = step.payload;
  if (const auto unknown = session_.fill_in(payload)) {
    stop(Ending::What::Skipped, *unknown, "", 0);
    return Way::Wait;
  }
  if (payload.value("op", Json()) == 6 && payload["d"].is_object() && payload["d"].contains("seq") &&
      payload["d"]["seq"].is_number_integer())
    session_.resuming(payload["d"]["seq"].get<std::int64_t>());
  if (step.pad_to != 0) {
    const std::size_t size = encoded(payload, line_->encoding()).size();
    payload["d"]["activities"][0]["state"] = std::string(step.pad_to - std::min(step.pad_to, size), 'x');
  }
  send(payload, now);
  return Way::Next;
}

Player::Way Player::play(const SendMessage& step, Instant now) {
  line_->send(step.text ? websocket::Kind::Text : websocket::Kind::Binary, step.bytes, now);
  return Way::Next;
}
Player::Way Player::play(const SendRaw& step, Instant now) {
  if (!gone_) line_->send_raw(step.bytes, now);
  return Way::Next;
}
Player::Way Player::play(const Ping& step, Instant now) {
  line_->ping(step.payload, now);
  return Way::Next;
}
Player::Way Player::play(const Close& step, Instant now) {
  line_->close(step.code, step.reason, now);
  return Way::Next;
}
Player::Way Player::play(const Drop&, Instant now) {
  if (!gone_) drop(timeline::How::Reset, now);
  return Way::Next;
}
Player::Way Player::play(const Eof&, Instant now) {
  if (!gone_) drop(timeline::How::Eof, now);
  return Way::Next;
}
Player::Way Player::play(const Silent&, Instant) {
  silent_ = true;
  return Way::Next;
}

// ---- Waiting

Duration Player::patience_of(const Expect& step) const {
  const auto beats = static_cast<double>(interval_.value_or(Duration{0}).count()) * step.intervals;
  return step.within + Duration{static_cast<std::int64_t>(beats)};
}

Player::Way Player::play(const Expect& step, Instant now) {
  has_begun(patience_of(step), now);
  for (Seen seen; take(seen);) {
    if (fits(step.any, seen.facts)) {
      last_ = in_words(seen.facts);
      if (++count_ == step.count) return Way::Next;
    } else if (fits(step.skip_on, seen.facts)) {
      stop(Ending::What::Skipped, step.skip, "", seen.record);
      return Way::Wait;
    } else if (!pass_over(step, seen)) {
      stop(Ending::What::Failed, in_words(seen.facts), in_words(step.any), seen.record);
      return Way::Wait;
    }
  }
  if (!is_due(now)) return Way::Wait;
  const std::string few = step.count == 1 ? "nothing that fits" : std::to_string(count_) + " that fit";
  fail(few + " came within " + std::to_string(patience_of(step).count()) + " ms",
       (step.count == 1 ? "" : std::to_string(step.count) + " of ") + in_words(step.any));
  return Way::Wait;
}

/// Says whether what does not fit may come before what does.
bool Player::pass_over(const Expect& step, const Seen& seen) {
  if (seen.facts.contains("upgraded") || seen.facts.contains("ping")) return !ask_for_refusal_only(step.any);
  if (seen.facts.contains("close")) return ask_for(step.any, "end");
  return !is_last(seen.facts) && !step.next;
}

Player::Way Player::play(const Quiet& step, Instant now) {
  has_begun(step.time, now);
  for (Seen seen; take(seen);) {
    if (!is_last(seen.facts) && !fits(step.never, seen.facts)) continue;
    const std::string allowed = step.never.empty() ? "the connection stays" : "not " + in_words(step.never);
    stop(Ending::What::Failed, in_words(seen.facts), allowed, seen.record);
    return Way::Wait;
  }
  return is_due(now) ? Way::Next : Way::Wait;
}

Player::Way Player::play(const Settle& step, Instant now) {
  if (!due_) {
    heard_at_ = now;
    due_ = now + step.time;
    slot_ = now + 10 * step.time;
  }
  for (Seen seen; take(seen);)
    if (is_last(seen.facts)) return fail(in_words(seen.facts), "the connection stays"), Way::Wait;
  if (*slot_ <= now || heard_at_ + step.time <= now) return Way::Next;
  due_ = heard_at_ + step.time;
  return Way::Wait;
}

Player::Way Player::play(const WaitTime& step, Instant now) {
  has_begun(step.time, now);
  return is_due(now) ? Way::Next : Way::Wait;
}

Player::Way Player::play(const ExpectReplay& step, Instant now) {
  has_begun(step.within, now);
  const auto numbers = [](const std::vector<std::int64_t>& list) { return Json(list).dump(); };
  for (Seen seen; take(seen);) {
    const Json name = seen.facts.value("t", Json());
    if (is_last(seen.facts) || seen.facts.value("op", Json()) == 9) {
      stop(Ending::What::Failed, in_words(seen.facts), "the replay and RESUMED", seen.record);
      return Way::Wait;
    }
    if (name == "RESUMED") {
      const std::vector<std::int64_t> owed = session_.owed();
      const bool whole = replayed_.size() >= owed.size() && std::equal(owed.begin(), owed.end(), replayed_.begin());
      last_ = "RESUMED behind " + std::to_string(replayed_.size()) + " events";
      const bool rising = std::ranges::adjacent_find(replayed_, std::greater_equal<>()) == replayed_.end();
      if (whole && rising) return Way::Next;
      stop(Ending::What::Failed, "RESUMED behind s " + numbers(replayed_), "s " + numbers(owed), seen.record);
      return Way::Wait;
    }
    if (const Json s = seen.facts.value("s", Json()); s.is_number_integer()) replayed_.push_back(s.get<std::int64_t>());
  }
  if (is_due(now)) fail("no RESUMED came", "the replay and RESUMED");
  return Way::Wait;
}

}  // namespace portcullis::probe
