#include "portcullis/tests/simulation/laws.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "portcullis/spec/close_codes.h"
#include "portcullis/tests/encoding/etf_terms.h"
#include "portcullis/tests/simulation/numbered.h"
#include "tests/client/allocations.h"

namespace portcullis::simulation {
namespace {

using Why = Disconnected::Why;
using Next = Disconnected::Next;

constexpr Duration kMinute{60'000};
constexpr Duration kDay{24 * 60 * kMinute};
constexpr Duration kIdentifySpacing{5'000};
constexpr Duration kBackoffMax{90'000};        // LOCAL-1
constexpr Duration kRetryAfterMax{3'600'000};  // LOCAL-11
constexpr std::size_t kSendsMax = 120;
constexpr std::size_t kDialsMax = 20;     // in a minute; back-off alone makes it nine, and the user has wishes
constexpr std::size_t kSendsAtEase = 80;  // in a minute: there is room for answers at once (LOCAL-6)
constexpr Duration kAnswered{2'000};
constexpr std::size_t kIdentifiesADay = 1'000;
constexpr std::size_t kMessageBytesMax = 4'096;
constexpr int kResumesMax = 5;                   // LOCAL-3
constexpr int kResumeHostFailuresMax = 2;        // LOCAL-4
constexpr std::int64_t kSmallBytes = 64 * 1024;  // of a client, beside its payloads

std::string number(std::int64_t value) { return std::to_string(value); }

// What a client did wrong if nobody told the gateway to say so.
bool is_complaint(spec::gateway_peer::Action act) {
  using A = spec::gateway_peer::Action;
  switch (act) {
    case A::CloseUnknownOpcode:
    case A::CloseDecodeError:
    case A::CloseNotAuthenticated:
    case A::CloseAuthenticationFailed:
    case A::CloseAlreadyAuthenticated:
    case A::CloseInvalidShard:
    case A::CloseShardingRequired:
    case A::CloseInvalidVersion:
    case A::CloseInvalidIntents:
    case A::CloseDisallowedIntents: return true;
    default: return false;
  }
}

// The largest payload stands once in a client's own buffer, which may have grown to twice its size, and several times
// in the memory that the clients share.
std::int64_t bytes_max(std::uint32_t shards, std::size_t payload_bytes) {
  const auto payload = static_cast<std::int64_t>(payload_bytes);
  return shards * (kSmallBytes + 2 * payload) + 4 * payload;
}

}  // namespace

Limits small_limits() {
  Limits limits;
  limits.frame_bytes_max = limits.message_bytes_max = limits.payload_bytes_max = 512 * 1024;
  limits.output_bytes_max = 64 * 1024;
  limits.commands_waiting_max = 100;
  return limits;
}

Laws::Laws(const Setup& setup, Tally& tally)
    : setup_(setup),
      tally_(tally),
      watched_(setup.shards),
      identified_at_(setup.max_concurrency),
      bytes_before_(tests::live_bytes()) {}

void Laws::fail(std::string law, std::string what) {
  if (!broken_) broken_ = Broken{std::move(law), std::move(what), now_};
}

void Laws::fail_unless_corrupted(Watched& of, std::string law, std::string what) {
  if (of.session && of.session->tainted) return;
  if (!of.link.corrupted) return fail(std::move(law), std::move(what));
  if (!of.session) return;
  of.session->tainted = true;
  ++tally_.tainted;
}

// ---- What a client wants

void Laws::started(std::uint32_t shard) { watched_[shard].delay = Duration{0}; }

void Laws::dialled(std::uint32_t shard, bool main_host, Instant local) {
  Watched& of = watched_[shard];
  if (of.link.up) fail("INV-1", "a second link was asked for");
  of.link = {};
  of.link.up = true;
  of.link.main_host = main_host;
  if (!main_host && of.resume_host_failures >= kResumeHostFailuresMax)
    fail_unless_corrupted(of, "LOCAL-4", "the resume URL again, where it could not be opened twice");
  of.link.dialled_at = local;
  of.link.to_resume = of.session.has_value();
  ++tally_.dials;
  of.dials.push_back(local);
  while (local - of.dials.front() >= kMinute) of.dials.pop_front();
  if (of.dials.size() > kDialsMax) fail("LOCAL-1, LOCAL-2", number(std::ssize(of.dials)) + " dials in a minute");
}

void Laws::link_over(std::uint32_t shard) {
  watched_[shard].link.up = false;
  watched_[shard].link.beat_by.reset();
}

void Laws::sent(std::uint32_t shard, std::span<const std::byte> bytes, Instant local) {
  Watched& of = watched_[shard];
  if (!of.link.up) return fail("INV-2", "bytes were sent where there is no link");
  of.link.bytes.take(bytes);
  if (!of.link.bytes.request()) return;
  try {
    for (const auto& frame : of.link.bytes.frames()) {
      if (frame.opcode == 8) sent_close(of, frame.payload);
      if (frame.opcode == 1 || frame.opcode == 2) sent_message(shard, frame.payload, local);
    }
  } catch (const std::exception& wrong) {
    fail("WS-FR-1", wrong.what());
  }
}

void Laws::sent_close(Watched& of, const std::string& payload) {
  of.link.closing = true;
  if (payload.size() < 2 || of.link.ended) return;
  const int code = static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]);
  if (code == 1000 || code == 1001) of.ended_by_us = true;
}

void Laws::sent_message(std::uint32_t shard, std::string_view payload, Instant local) {
  Watched& of = watched_[shard];
  if (of.link.closing) fail("INV-2", "a message behind our Close");
  if (payload.size() > kMessageBytesMax) fail("INV-13", "a message of " + number(std::ssize(payload)) + " bytes");
  count_send(of.link, local);
  const bool etf = setup_.encoding == encoding::Encoding::Etf;
  const nlohmann::json message = etf ? nlohmann::json(tests::read_etf(payload)) : nlohmann::json::parse(payload);
  const int op = message.at("op");
  const auto& d = message.at("d");
  if (op == 1) return sent_beat(of, d.dump(), local);
  if (op == 2) return sent_identify(shard, local);
  if (op == 6) return sent_resume(of, d.at("session_id"), d.at("seq"), local);
  ++tally_.commands;
  if (op != 3 && op != 4 && op != 8 && op != 31 && op != 43) return fail("INV-5", "op " + number(op) + " was sent");
  if (!of.link.live) fail("GW-RES-22", "a command before the session is live");
}

void Laws::count_send(OfLink& link, Instant local) {
  link.sends.push_back(local);
  while (local - link.sends.front() >= kMinute) link.sends.pop_front();
  if (link.sends.size() > kSendsMax) fail("INV-12", "more than 120 messages in 60 s");
}

void Laws::sent_beat(Watched& of, const std::string& d, Instant local) {
  if (of.link.beat_by) of.link.beat_by = local + setup_.heartbeat_interval;
  ++of.link.answers;
  const std::string known = of.session ? number(of.session->sequence) : "null";
  if (d != known) fail_unless_corrupted(of, "INV-8, INV-15", "a beat says " + d + " where " + known + " is known");
}

void Laws::sent_identify(std::uint32_t shard, Instant local) {
  Watched& of = watched_[shard];
  if (of.link.handshake) fail("GW-ID-2", "a second op 2 or op 6 on one link");
  of.link.handshake = true;
  if (!of.link.main_host) fail("GW-ID-22", "an Identify at another URL than the main one");
  if (!of.granted) fail("GW-IDL-1", "an Identify without its turn");
  if (of.session) fail_unless_corrupted(of, "GW-RES-6", "an Identify where there is a session");
  of.granted = false;
  auto& before = identified_at_[shard % setup_.max_concurrency];
  if (before && local - *before < kIdentifySpacing)
    fail("INV-14", "Identifies " + number((local - *before).count()) + " ms apart");
  before = local;
  identifies_.push_back(local);
  while (local - identifies_.front() >= kDay) identifies_.pop_front();
  tally_.identifies_a_day_max = std::max<std::uint64_t>(tally_.identifies_a_day_max, identifies_.size());
  if (identifies_.size() >= kIdentifiesADay) fail("GW-IDL-4, LOCAL-37", "1000 Identifies in a day");
}

void Laws::sent_resume(Watched& of, const std::string& session_id, std::int64_t sequence, Instant local) {
  if (of.link.handshake) fail("GW-RES-6", "a second op 2 or op 6 on one link");
  of.link.handshake = true;
  of.link.beat_by = local + setup_.heartbeat_interval;
  if (!of.session) return fail("INV-4", "a Resume without a session");
  if (of.ended_by_us) fail("INV-10", "a Resume of a session that our Close had ended");
  if (session_id != of.session->id) fail_unless_corrupted(of, "INV-4", "a Resume of another session");
  if (sequence != of.session->sequence)
    fail_unless_corrupted(
        of, "INV-18",
        "a Resume behind " + number(sequence) + " where " + number(of.session->sequence) + " was delivered");
}

void Laws::asked(std::uint32_t shard, Instant local) {
  watched_[shard].link.beat_by = local + setup_.heartbeat_interval;
}

void Laws::returned(std::uint32_t shard) {
  if (!watched_[shard].granted) fail("GW-IDL-1", "a turn was given back that nobody had given");
  watched_[shard].granted = false;
}

void Laws::waits(std::uint32_t shard, std::optional<Instant> deadline, Instant local) {
  Watched& of = watched_[shard];
  check_memory();
  check_answers(of.link);
  if (!deadline) return fail("INV-17", "a client waits for ever");
  if (of.granted) fail("GW-IDL-4", "a turn is neither used nor given back");
  const bool beats = of.link.up && of.link.beat_by && !of.link.closing && !of.link.ended;
  const Limits limits = small_limits();
  if (beats && *deadline > *of.link.beat_by) fail_unless_corrupted(of, "INV-6", "no beat within the interval");
  const Instant opened_by = of.link.dialled_at + limits.hello_timeout;
  const Instant closed_by = local + limits.close_timeout + limits.linger_timeout;
  if (of.link.up && of.link.closing && *deadline > closed_by)
    fail("WS-CL-15", "a Close that nobody answers is waited on");
  if (of.link.up && !of.link.beat_by && !of.link.closing && !of.link.ended && *deadline > std::max(opened_by, local))
    fail("GW-CONN-10", "a Hello that does not come is waited for");
  if (!of.link.up && *deadline > local + of.delay) fail("INV-17", "a longer wait than was announced");
  if (of.link.up && of.link.deaf_since &&
      local > *of.link.deaf_since + 2 * setup_.heartbeat_interval + limits.hello_timeout + limits.close_timeout)
    fail("GW-HB-14", "a dead link was not noticed");
}

/// Where nothing is late, and room for all of them.
void Laws::check_answers(OfLink& link) {
  if (link.asks == 0 || now_ < link.asked_at + kAnswered) return;
  const bool calm = link.up && !link.ended && !link.closing && !link.delayed && !link.corrupted && !link.deaf_since;
  const bool at_ease = std::max(link.sends_before + link.asks, link.sends.size()) < kSendsAtEase;
  if (calm && at_ease && link.answers < link.asks)
    fail("INV-7", number(static_cast<std::int64_t>(link.asks - link.answers)) + " beats were asked for and not sent");
  link.asks = 0;
}

void Laws::check_memory() {
  const std::int64_t bytes = tests::live_bytes() - bytes_before_;
  tally_.client_bytes_max =
      std::max(tally_.client_bytes_max, static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)) / setup_.shards);
  const bool any_length = std::ranges::any_of(watched_, [](const Watched& of) { return of.link.corrupted; });
  if (any_length) payload_bytes_ = small_limits().message_bytes_max;  // so long may one claim to be
  if (bytes > bytes_max(setup_.shards, payload_bytes_)) fail("memory", number(bytes) + " bytes are held");
}

// ---- What a client tells

void Laws::told(std::uint32_t shard, const Event& event, Instant local) {
  Watched& of = watched_[shard];
  if (const auto* dispatch = std::get_if<Dispatch>(&event)) return delivered(shard, *dispatch);
  if (const auto* gone = std::get_if<Disconnected>(&event)) return disconnected(of, *gone);
  if (std::holds_alternative<Connected>(event) && !of.link.main_host) of.resume_host_failures = 0;
  const auto* odd = std::get_if<Odd>(&event);
  if (odd != nullptr && odd->what == Odd::What::SecondHello) of.link.beat_by = local + setup_.heartbeat_interval;
}

void Laws::delivered(std::uint32_t shard, const Dispatch& dispatch) {
  Watched& of = watched_[shard];
  ++tally_.dispatches;
  if (dispatch.kind == Dispatch::Kind::Ready) {
    if (!dispatch.out_of_place) delivered_ready(of, dispatch);
    return;
  }
  if (!of.session) return;
  count_sequence(of, dispatch);
  if (dispatch.kind == Dispatch::Kind::Resumed && !dispatch.out_of_place) delivered_resumed(of);
  if (dispatch.name == kNumbered) delivered_numbered(of, dispatch);
}

void Laws::delivered_ready(Watched& of, const Dispatch& dispatch) {
  const auto id = encoding::as_string(encoding::find(dispatch.data, "session_id"), scratch_);
  if (!of.new_announced) fail_unless_corrupted(of, "GW-RES-3", "a new session that no event had announced");
  of.session = OfSession{std::string(id.value_or("")), dispatch.sequence.value_or(0)};
  of.link.live = true;
  of.new_announced = of.ended_by_us = false;
  of.resumes_ended = of.resume_host_failures = 0;
  ++tally_.sessions;
}

void Laws::delivered_resumed(Watched& of) {
  of.link.live = true;
  of.resumes_ended = of.resume_host_failures = 0;
  ++tally_.resumes;
  if (of.link.replayed) ++tally_.replays;
}

void Laws::count_sequence(Watched& of, const Dispatch& dispatch) {
  if (!dispatch.sequence) return fail_unless_corrupted(of, "GW-DISP-9", "a dispatch was delivered without its s");
  const std::int64_t before = of.session->sequence;
  const std::int64_t sequence = *dispatch.sequence;
  // A RESUMED that nobody heard is not replayed: it leaves a hole, and nothing else does.
  if (dispatch.kind == Dispatch::Kind::Resumed) --of.session->resumed_unheard;
  const std::int64_t holes = of.link.live ? 0 : of.session->resumed_unheard;
  const bool right = sequence > before && sequence - before - 1 <= holes;
  if (!right)
    fail_unless_corrupted(of, "GW-DISP-9", "s " + number(sequence) + " was delivered behind s " + number(before));
  if (right) of.session->resumed_unheard -= sequence - before - 1;
  of.session->sequence = std::max(before, sequence);
  if (!of.link.live && dispatch.kind == Dispatch::Kind::Other && right) of.link.replayed = true;
}

void Laws::delivered_numbered(Watched& of, const Dispatch& dispatch) {
  const auto got = number_of(dispatch.data, scratch_);
  const std::int64_t wanted = of.session->delivered + 1;
  if (!got) return fail_unless_corrupted(of, "GW-DISP-9", "dispatch " + number(wanted) + " is not as it was sent");
  if (*got != wanted)
    fail_unless_corrupted(of, "GW-DISP-9",
                          "dispatch " + number(*got) + " was delivered in the place of " + number(wanted));
  of.session->delivered = *got;
}

void Laws::disconnected(Watched& of, const Disconnected& event) {
  check_reason(of, event);
  const auto verdict = spec::classify_close(event.close_code);
  const bool ends = event.close_code != 0 && verdict != spec::CloseClass::Resume;
  of.closed_with = ends ? event.close_code : std::uint16_t{0};
  if (event.next == Next::Nothing) return;
  if (ends && verdict == spec::CloseClass::Fatal)
    fail("INV-9", "another connection behind code " + number(event.close_code));
  if (event.why == Why::InvalidSession && event.next == Next::Resume && of.link.invalidated && !of.link.doubted)
    fail_unless_corrupted(of, "INV-11", "a Resume to come behind op 9 with false");
  count_failures(of, event);
  of.new_announced = event.next == Next::Identify;
  if (event.next == Next::Resume && !of.session)
    fail_unless_corrupted(of, "INV-4", "a Resume without a session to come");
  if (event.next != Next::Identify || !of.session) return;
  if (!may_give_up(of)) fail_unless_corrupted(of, "GW-RES-3", "a session that can be resumed was given up");
  of.session.reset();
  ++tally_.sessions_lost;
}

/// What is said to have ended the link has to have happened to it.
void Laws::check_reason(Watched& of, const Disconnected& event) {
  if (event.why == Why::Zombie) ++tally_.zombies;
  // A Close without a code counts as a loss, too.
  if (event.why == Why::LostLink && !of.link.lost && !of.link.ended)
    fail_unless_corrupted(of, "LOCAL-18", "a link is said to be lost that stands");
  if (event.why == Why::OpenFailed && event.error && !of.link.proxied)
    fail_unless_corrupted(of, "LOCAL-18", "an upgrade is said to have failed that did not");
  if (event.why != Why::Undecodable) return;
  ++tally_.undecodable;
  const bool limit = event.error && event.error->blame == Blame::Limit;
  if (limit) ++tally_.too_large;
  if (!limit) fail_unless_corrupted(of, "INV-20", "good bytes were not decoded");
}

void Laws::count_failures(Watched& of, const Disconnected& event) {
  if (of.link.to_resume && !of.link.live) of.resumes_ended = of.link.replayed ? 0 : of.resumes_ended + 1;
  of.link.to_resume = of.link.replayed = false;
  if (event.why == Why::OpenFailed && !of.link.main_host) ++of.resume_host_failures;
  of.delay = event.delay;
  if (event.http_status != 0 && event.delay < of.link.retry_after)
    fail_unless_corrupted(of, "LOCAL-11", "a Retry-After is not kept");
  const Duration longest = event.why == Why::OpenFailed && event.http_status != 0 ? kRetryAfterMax : kBackoffMax;
  if (event.delay > longest) fail("LOCAL-1", "a wait of " + number(event.delay.count()) + " ms");
}

bool Laws::may_give_up(const Watched& of) const {
  return of.closed_with != 0 || of.link.invalidated || of.resumes_ended >= kResumesMax || of.session->id.empty();
}

void Laws::finished(std::uint32_t shard, const Finish& finish, bool resumable) {
  Watched& of = watched_[shard];
  link_over(shard);
  if (finish.why == Finish::Why::Kept && resumable) return;
  if (finish.why == Finish::Why::Kept && of.session && !may_give_up(of))
    fail_unless_corrupted(of, "GW-RES-3", "a session that was to be kept was given up");
  if (finish.why == Finish::Why::Fatal) {
    ++tally_.fatal;
    if (spec::classify_close(finish.close_code) != spec::CloseClass::Fatal)
      fail("INV-9", "a client ended with code " + number(finish.close_code));
  }
  if (of.session) ++tally_.sessions_lost;
  of.session.reset();
  of.new_announced = true;
}

// ---- What the gateway and the network do

void Laws::dispatched(std::uint32_t shard, std::size_t bytes) {
  ++watched_[shard].session->dispatched;
  payload_bytes_ = std::max(payload_bytes_, bytes);
}

void Laws::replays(std::uint32_t shard) {
  auto& session = watched_[shard].session;
  if (session) ++session->resumed_unheard;
}

void Laws::stepped(std::uint32_t shard, const mock::Stepped& step) {
  using spec::gateway_peer::Action;
  using spec::gateway_peer::Input;
  Watched& of = watched_[shard];
  const Action act = step.row->act;
  if (step.row->to == spec::gateway_peer::State::Closed) of.link.ended = true;
  if (act == Action::SendInvalid) of.link.invalidated = true;
  if (act == Action::SendHeartbeat && of.link.asks++ == 0) {
    of.link.asked_at = now_;
    of.link.answers = 0;
    of.link.sends_before = of.link.sends.size();
  }
  if (act == Action::SendInvalid) ++tally_.invalid;
  if (act == Action::SendInvalidResumable) of.link.doubted = true;
  if (act == Action::SendInvalidResumable) ++tally_.invalid_resumable;
  const bool rate = act == Action::CloseRateLimited && !of.link.delayed;
  const bool ahead = act == Action::CloseInvalidSequence && step.input == Input::ResumeAhead;
  // What crosses an op 9 comes from a client that does not know of it yet.
  const bool crossed = step.from == spec::gateway_peer::State::Invalid;
  if ((is_complaint(act) || rate || ahead) && !crossed)
    fail_unless_corrupted(of, "GW-CLOSE-FATAL",
                          "the gateway refused what a client sent: " + std::string(step.detail) + ", row " +
                              std::string(id(step.row->req)));
}

void Laws::clock_moved(Instant local) {
  for (Watched& of : watched_)
    if (of.link.deaf_since) of.link.deaf_since = local;
}

const std::string* Laws::session_of(std::uint32_t shard) const {
  const auto& session = watched_[shard].session;
  return session ? &session->id : nullptr;
}

void Laws::all_is_delivered() {
  for (const Watched& of : watched_) {
    if (!of.session || of.session->tainted || of.session->delivered == of.session->dispatched) continue;
    fail("GW-DISP-9", number(of.session->delivered) + " of " + number(of.session->dispatched) +
                          " dispatches were delivered, and nothing more comes");
  }
}

}  // namespace portcullis::simulation
