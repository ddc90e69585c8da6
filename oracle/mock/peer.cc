#include "portcullis/oracle/mock/peer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <deque>
#include <map>

#include "portcullis/core/http/text.h"
#include "portcullis/core/websocket/frame.h"
#include "portcullis/core/websocket/utf8.h"
#include "portcullis/oracle/mock/classify.h"
#include "portcullis/oracle/mock/compressor.h"
#include "portcullis/oracle/mock/etf.h"
#include "portcullis/oracle/mock/laws.h"
#include "portcullis/oracle/mock/link_state.h"
#include "portcullis/oracle/mock/payloads.h"
#include "portcullis/oracle/mock/pieces.h"
#include "portcullis/oracle/mock/query.h"
#include "portcullis/oracle/mock/realm.h"
#include "portcullis/oracle/mock/route.h"
#include "portcullis/oracle/mock/sessions.h"

namespace portcullis::mock {
namespace {

using spec::gateway_peer::Action;
using spec::gateway_peer::Input;
using spec::gateway_peer::Row;
using spec::gateway_peer::Rows;
using spec::gateway_peer::State;

constexpr std::uint64_t kMessageBytesMax = 64 * 1024;  // what is longer than a payload may be is still told apart
constexpr std::size_t kReasonBytesMax = 123;
constexpr std::size_t kTicksAtOnceMax = 1'000;  // after a long sleep the clock begins anew

// What a step is about, beside its input.
struct Subject {
  std::string detail{};
  const Request* request = nullptr;
  std::string_view name{};  // of a dispatch
  std::string_view text{};  // its data, a whole payload, or the reason of a Close
  std::uint16_t code = 0;   // of a Close
};

struct Bytes {
  Link link;
  std::vector<std::byte> bytes;
};
struct Step {
  Stepped step;
  std::string detail;
};
using Pending = std::variant<Bytes, Hangup, Reset, Step>;

std::string code_text(std::uint16_t code) {
  return code == 1005 ? std::string("no code") : "code " + std::to_string(code);
}

bool is_one_of(std::uint16_t code, const std::vector<std::int64_t>& codes) {
  return std::ranges::find(codes, std::int64_t{code}) != codes.end();
}

bool can_be_said(const SayClose& close) {
  const bool code_good = close.code == 0 ? close.reason.empty() : websocket::is_close_code(close.code);
  return code_good && close.code != 1010 && close.reason.size() <= kReasonBytesMax &&
         websocket::find_bad_utf8(std::as_bytes(std::span{close.reason})) == websocket::Utf8::kNone;
}
bool can_be_said(const SayDispatch& dispatch) { return is_json(dispatch.data); }

template <typename Other>
bool can_be_said(const Other&) {
  return true;
}

// Whether it can be asked for before the upgrade.
bool can_come_early(const Say& say) {
  return std::holds_alternative<SayHold>(say) || std::holds_alternative<SayRelease>(say) ||
         std::holds_alternative<SayInterval>(say) || std::holds_alternative<SayPieces>(say);
}

// Those of this program, read once.
const Laws& our_laws() {
  static const Laws laws = read_laws();
  return laws;
}

}  // namespace

struct Peer::Impl {
  Impl(World a_world, Limits a_limits, Chance chance, const Rows& a_rows)
      : world(std::move(a_world)),
        limits(a_limits),
        rows(a_rows),
        laws(our_laws()),
        sessions(laws, std::move(chance)),
        identifies(laws, world.identifies_left) {
    limits.message_bytes_max = kMessageBytesMax;
  }

  // The WebSocket layer
  void begin(Instant a_now);
  void finish();
  void pump(LinkState& c);
  void on(LinkState& c, const websocket::Requested& requested);
  void on(LinkState& c, const websocket::Message& message);
  void on(LinkState& c, const websocket::Transmit& transmit);
  void on(LinkState& c, const websocket::Hangup&);
  void on(LinkState& c, const websocket::Ended& ended);
  void on(LinkState& c, const websocket::Declined&) { c.gone = true; }
  void on(LinkState& c, const websocket::Wait& wait) { c.stream_due = wait.deadline; }
  void on(LinkState&, const websocket::Ping&) {}
  void on(LinkState&, const websocket::Pong&) {}
  void on(LinkState&, const websocket::Failed&) {}

  // The table
  const Row& step(LinkState& c, Input input, Subject subject = {});
  void perform(LinkState& c, Action act, const Subject& subject);
  void send(LinkState& c, std::string_view payload);
  void send_event(LinkState& c, const Event& event);
  void send_hello(LinkState& c);
  void acknowledge(LinkState& c);
  bool withholds(LinkState& c, Answer answer);
  void give_owed(LinkState& c, Answer answer);
  void send_ready(LinkState& c, const Identify& identify);
  void tell_ready(LinkState& c);
  void tell_resumed(LinkState& c);
  void replay(LinkState& c, const Resume& resume);
  void serve(LinkState& c, const Request& request);
  std::vector<Event> answer(LinkState& c, const Members& members);
  void close(LinkState& c, std::uint16_t code, std::string_view reason = {});
  void refuse_token(LinkState& c, const Subject& subject);
  void refuse_sequence(LinkState& c, const Subject& subject);

  // Sessions
  void attach(LinkState& c, Session& session);
  void unlink(LinkState& c);
  void end(LinkState& c);
  void keep(LinkState& c);
  bool forget(Session& session);
  bool dispatch(Session& session, std::string_view name, std::string_view data);

  // Time
  Duration interval_of(const LinkState& c) const;
  Duration beat_allowance(const LinkState& c) const;
  void run_timers(LinkState& c);
  Instant tick_at() const;
  void tick();
  void number_messages();
  std::optional<Instant> deadline() const;

  // The script
  bool obey(LinkState& c, const SayDispatch& say);
  bool obey(LinkState& c, const SayForget&) { return c.session != nullptr && forget(*c.session); }
  bool obey(LinkState& c, const SaySilence& say) { return c.silent = say.on, true; }
  bool obey(LinkState& c, const SayHold& say) { return c.held.insert(say.answers.begin(), say.answers.end()), true; }
  bool obey(LinkState& c, const SayRelease& say);
  bool obey(LinkState& c, const SayInterval& say) { return c.heartbeat_interval = say.interval, true; }
  bool obey(LinkState& c, const SayPieces& say) { return c.pieces = say, true; }
  bool obey(LinkState& c, const SayHello&) { return acts(c, Input::SayHello); }
  bool obey(LinkState& c, const SayReconnect&) { return acts(c, Input::SayReconnect); }
  bool obey(LinkState& c, const SayHeartbeat&) { return acts(c, Input::SayHeartbeat); }
  bool obey(LinkState& c, const SayDrop&) { return acts(c, Input::DropTransport); }
  bool obey(LinkState& c, const SayInvalid& say) {
    return acts(c, say.resumable ? Input::SayInvalidResumable : Input::SayInvalid);
  }
  bool obey(LinkState& c, const SayAnything& say) { return acts(c, Input::SayAnything, {.text = say.payload}); }
  bool obey(LinkState& c, const SayClose& say) {
    return acts(c, Input::SayClose, {.detail = code_text(say.code), .text = say.reason, .code = say.code});
  }
  bool acts(LinkState& c, Input input, Subject subject = {}) {
    return step(c, input, std::move(subject)).act != Action::Ignore;
  }
  bool obey_one(LinkState& c, const Say& say) {
    return std::visit([&](const auto& one) { return obey(c, one); }, say);
  }
  std::size_t obey_all(const Say& say);
  bool obey_session(Session& session, const Say& say);
  std::size_t announce(const SayDispatch& say);

  LinkState* find(Link link);

  World world;
  Limits limits;
  const Rows& rows;
  const Laws& laws;
  Sessions sessions;
  IdentifyLimits identifies;
  std::map<Link, LinkState> connections;
  std::map<std::uint64_t, Instant> whole_lists;  ///< by guild
  std::deque<Pending> queue;
  Pending current = Hangup{};
  std::optional<Instant> ticking_since;
  std::uint64_t ticks = 0;
  Instant now{};
};

// The WebSocket layer

LinkState* Peer::Impl::find(Link link) {
  const auto at = connections.find(link);
  return at == connections.end() || at->second.gone ? nullptr : &at->second;
}

void Peer::Impl::begin(Instant a_now) {
  now = a_now;
  sessions.expire(now);
}

/// Writes out what was queued on any link, and forgets the links that are over.
void Peer::Impl::finish() {
  for (auto& [link, c] : connections)
    if (!c.gone && c.stream.queued_bytes() != 0) pump(c);
  std::erase_if(connections, [](const auto& entry) { return entry.second.gone; });
}

void Peer::Impl::pump(LinkState& c) {
  while (!c.gone) {
    const auto output = c.stream.poll();
    std::visit([&](const auto& one) { on(c, one); }, output);
    if (std::holds_alternative<websocket::Wait>(output)) return;
  }
}

void Peer::Impl::on(LinkState& c, const websocket::Requested& requested) {
  const Query query = read_query(requested.target);
  const bool encoding_good = query.encoding == "json" || query.encoding == "etf";
  if (!encoding_good) {
    const std::string body = refusal_body("encoding", query.encoding);
    const std::array<http::Field, 1> fields{{{"Content-Type", "application/json"}}};
    (void)c.stream.refuse(400, fields, std::as_bytes(std::span{body}));
    return;
  }
  (void)c.stream.accept({}, {});
  c.upgraded = true;
  c.version = query.version;
  c.etf = query.encoding == "etf";
  // A value that nobody knows is ignored, as the gateway does: one library sends `compress=undefined`.
  c.compressor = Compressor::of(query.compress, laws.zstd_window_log);
  if (std::ranges::find(laws.versions, query.version) == laws.versions.end()) {
    step(c, Input::VersionUnsupported, {.detail = "v=" + std::to_string(query.version)});
  } else if (world.hello_delay.count() > 0) {
    c.hello_due = now + world.hello_delay;
  } else if (!withholds(c, Answer::Hello)) {
    step(c, Input::SayHello);
  }
}

void Peer::Impl::on(LinkState& c, const websocket::Message& message) {
  const Judge judge{world, laws, sessions, identifies};
  const Classified is = classify(message.kind, message.payload, {c.version, c.etf}, c.messages, judge, now);
  Subject subject{
      .detail = is.opcode ? "op " + std::to_string(*is.opcode) : std::to_string(message.payload.size()) + " bytes",
      .request = is.request ? &*is.request : nullptr};
  // Those above the rate have no effect and no answer (GW-PRES-9).
  if (is.request && std::holds_alternative<Presence>(*is.request) && !c.presences.take(now))
    subject.detail += ", dropped";
  step(c, is.input, std::move(subject));
}

void Peer::Impl::on(LinkState& c, const websocket::Transmit& transmit) {
  if (!c.silent && !c.lost) queue.push_back(Bytes{c.link, {transmit.bytes.begin(), transmit.bytes.end()}});
}

void Peer::Impl::on(LinkState& c, const websocket::Hangup&) {
  if (!c.lost) queue.push_back(Hangup{c.link});
}

void Peer::Impl::on(LinkState& c, const websocket::Ended& ended) {
  const bool no_close = ended.code == 1006;
  const Input closed = is_one_of(ended.code, laws.codes_for_good) ? Input::CloseForGood : Input::CloseToResume;
  step(c, no_close ? Input::TransportEnd : closed, {.detail = no_close ? std::string() : code_text(ended.code)});
  unlink(c);
  c.gone = true;
}

// The table

const Row& Peer::Impl::step(LinkState& c, Input input, Subject subject) {
  const Row& row = rows.row(c.state, input);
  queue.push_back(Step{{c.link, c.state, input, &row, {}}, subject.detail});
  c.state = row.to;
  if (c.state == State::Closed) {
    c.hello_due.reset();
    c.beat_due.reset();
    c.owed.clear();
  }
  perform(c, row.act, subject);
  return row;
}

void Peer::Impl::perform(LinkState& c, Action act, const Subject& subject) {
  using A = Action;
  switch (act) {
    case A::Impossible: assert(false); return;
    case A::Ignore: return;
    case A::SendHello: return send_hello(c);
    case A::SendHeartbeat: return send(c, heartbeat_payload());
    case A::Acknowledge: return acknowledge(c);
    case A::SendReady: return send_ready(c, std::get<Identify>(*subject.request));
    case A::Replay: return replay(c, std::get<Resume>(*subject.request));
    case A::Serve: return serve(c, *subject.request);
    case A::SendDispatch:
      if (c.session != nullptr) send(c, c.session->next(subject.name, subject.text));
      return;
    case A::KeepForReplay:
      if (c.session != nullptr) c.session->next(subject.name, subject.text);
      return;
    case A::SendReconnect: return send(c, reconnect_payload());
    case A::SendInvalid: end(c); return send(c, invalid_session_payload(false));
    case A::SendInvalidResumable: return send(c, invalid_session_payload(true));
    case A::SendAnything: return send(c, subject.text);
    case A::CloseAuthenticationFailed: return refuse_token(c, subject);
    case A::CloseInvalidSequence: return refuse_sequence(c, subject);
    case A::CloseUnknownOpcode:
    case A::CloseDecodeError:
    case A::CloseNotAuthenticated:
    case A::CloseAlreadyAuthenticated:
    case A::CloseRateLimited:
    case A::CloseInvalidShard:
    case A::CloseShardingRequired:
    case A::CloseInvalidVersion:
    case A::CloseInvalidIntents:
    case A::CloseDisallowedIntents: return close(c, spec::gateway_peer::close_code_of(act));
    case A::CloseSilent:
      keep(c);  // whatever its code says elsewhere: this client may resume (GW-HB-25)
      (void)c.stream.close(laws.silent_code, {}, now);
      return;
    case A::CloseAsTold: return close(c, subject.code, subject.text);
    case A::Drop:
      keep(c);
      unlink(c);
      c.gone = true;
      queue.push_back(Reset{c.link});
      return;
    case A::EndSession: return end(c);
    case A::KeepSession: return keep(c);
  }
}

void Peer::Impl::send(LinkState& c, std::string_view payload) {
  if (c.silent) return;
  using websocket::Kind;
  const auto term = c.etf ? etf_of_json(payload) : std::nullopt;
  if (term) payload = *term;
  const bool wants = c.session != nullptr && c.session->compressed && !c.etf;  // GW-ENC-2
  const bool alone = wants && payload.size() > laws.plain_bytes_max;
  if (c.compressor || alone) {
    const std::string message = c.compressor ? c.compressor->message(payload) : zlib_payload(payload);
    return send_in_pieces(c, Kind::Binary, std::as_bytes(std::span{message}));
  }
  const auto bytes = std::as_bytes(std::span{payload});
  const bool text =
      !c.etf && websocket::find_bad_utf8(bytes) == websocket::Utf8::kNone;  // only the script sends other bytes
  send_in_pieces(c, text ? Kind::Text : Kind::Binary, bytes);
}

void Peer::Impl::send_event(LinkState& c, const Event& event) { send(c, c.session->next(event.name, event.data)); }

Duration Peer::Impl::interval_of(const LinkState& c) const {
  return c.heartbeat_interval.value_or(world.heartbeat_interval.value_or(laws.heartbeat_interval));
}

Duration Peer::Impl::beat_allowance(const LinkState& c) const {
  const Duration interval = interval_of(c);
  return Duration{std::llround(static_cast<double>(interval.count()) * laws.silent_intervals_max)};
}

void Peer::Impl::send_hello(LinkState& c) {
  c.hello_due.reset();
  c.beat_due = now + beat_allowance(c);
  send(c, hello_payload(interval_of(c)));
}

void Peer::Impl::acknowledge(LinkState& c) {
  if (c.beat_due) c.beat_due = now + beat_allowance(c);  // before Hello nothing is due
  if (!withholds(c, Answer::Ack)) send(c, heartbeat_ack_payload());
}

/// Says whether the script withholds an answer; then it is owed.
bool Peer::Impl::withholds(LinkState& c, Answer answer) {
  if (!c.held.contains(answer)) return false;
  ++c.owed[answer];
  return true;
}

void Peer::Impl::give_owed(LinkState& c, Answer answer) {
  const auto owed = c.owed.extract(answer);
  if (owed.empty()) return;
  switch (answer) {
    case Answer::Hello:
      if (c.state == State::New) step(c, Input::SayHello);
      return;
    case Answer::Ready: return tell_ready(c);
    case Answer::Resumed: return tell_resumed(c);
    case Answer::Ack:
      for (unsigned i = 0; i < owed.mapped(); ++i) send(c, heartbeat_ack_payload());
      return;
  }
}

void Peer::Impl::send_ready(LinkState& c, const Identify& identify) {
  end(c);
  const std::uint32_t shard = identify.shard.value_or(ShardPair{}).id;
  identifies.take(shard % std::max(world.max_concurrency, 1u), now);
  attach(c, sessions.create(identify, world));
  if (!withholds(c, Answer::Ready)) tell_ready(c);
  if (!ticking_since) {
    ticking_since = now;
    ticks = 0;
  }
}

void Peer::Impl::tell_ready(LinkState& c) {
  if (c.session == nullptr) return;
  send(c, c.session->next_once("READY", ready_data(world, *c.session, c.version)));
  for (const std::uint64_t guild_id : c.session->guild_ids)
    if ((c.session->intents & spec::bit(spec::Intent::Guilds)) != 0)
      send_event(c, guild_create(world, *c.session, guild_id));
}

void Peer::Impl::replay(LinkState& c, const Resume& resume) {
  Session& session = *sessions.find(resume.session_id, now);
  if (LinkState* const other = session.link ? find(*session.link) : nullptr; other != nullptr && other != &c) {
    // A session has one connection: of a client that comes back, the old one is dead whether we noticed or not.
    other->session = nullptr;
    step(*other, Input::DropTransport);
  }
  if (c.session != &session) end(c);
  attach(c, session);
  ++session.resumes;
  for (const Session::Kept& kept : session.kept)
    if (kept.sequence > resume.sequence) send(c, kept.payload);
  if (!withholds(c, Answer::Resumed)) tell_resumed(c);
}

void Peer::Impl::tell_resumed(LinkState& c) {
  if (c.session != nullptr) send(c, c.session->next_once("RESUMED", resumed_data()));
}

void Peer::Impl::serve(LinkState& c, const Request& request) {
  if (c.session == nullptr) return;
  std::vector<Event> events;
  if (const auto* voice = std::get_if<Voice>(&request)) events = voice_answer(world, *c.session, *voice);
  if (const auto* members = std::get_if<Members>(&request)) events = answer(c, *members);
  if (const auto* sounds = std::get_if<Sounds>(&request)) events = sounds_answer(*c.session, *sounds);
  if (const auto* info = std::get_if<ChannelInfo>(&request)) events = channel_info_answer(world, *c.session, *info);
  for (const Event& event : events) send_event(c, event);
}

std::vector<Event> Peer::Impl::answer(LinkState& c, const Members& members) {
  auto events = members_answer(world, *c.session, members, laws);
  if (events.empty() || !members.whole_list()) return events;
  const auto [at, first] = whole_lists.try_emplace(members.guild_id, now);
  const Duration left = at->second + laws.whole_list_window - now;
  if (!first && left.count() > 0) return {rate_limited(members, left)};
  at->second = now;
  return events;
}

void Peer::Impl::close(LinkState& c, std::uint16_t code, std::string_view reason) {
  is_one_of(code, laws.codes_of_an_end) ? end(c) : keep(c);
  (void)c.stream.close(code, reason, now);
}

void Peer::Impl::refuse_token(LinkState& c, const Subject& subject) {
  close(c, spec::gateway_peer::close_code_of(Action::CloseAuthenticationFailed));
  const bool spent = subject.request != nullptr && identifies.budget(now).left == 0;
  if (!spent) return;
  // Above the daily limit all sessions end (GW-IDL-5).
  for (auto at = sessions.all().begin(); at != sessions.all().end();) forget((at++)->second);
}

void Peer::Impl::refuse_sequence(LinkState& c, const Subject& subject) {
  const auto* resume = subject.request == nullptr ? nullptr : std::get_if<Resume>(subject.request);
  Session* const named = resume == nullptr ? nullptr : sessions.find(resume->session_id, now);
  if (named != nullptr && !named->link) sessions.end(*named);
  close(c, spec::gateway_peer::close_code_of(Action::CloseInvalidSequence));
}

// Sessions

void Peer::Impl::attach(LinkState& c, Session& session) {
  session.link = c.link;
  session.expires_at.reset();
  c.session = &session;
}

void Peer::Impl::unlink(LinkState& c) {
  if (c.session != nullptr) c.session->link.reset();
  c.session = nullptr;
}

void Peer::Impl::end(LinkState& c) {
  if (c.session != nullptr) sessions.end(*c.session);
  c.session = nullptr;
}

void Peer::Impl::keep(LinkState& c) {
  if (c.session == nullptr) return;
  if (c.session->forgotten) return end(c);
  sessions.leave(*c.session, world, now);
}

bool Peer::Impl::forget(Session& session) {
  session.forgotten = true;
  // One that has a connection lives on in it.
  if (!session.link) sessions.end(session);
  return true;
}

bool Peer::Impl::dispatch(Session& session, std::string_view name, std::string_view data) {
  LinkState* const c = session.link ? find(*session.link) : nullptr;
  const std::string detail = std::string(name) + " s=" + std::to_string(session.sequence + session.sequence_step);
  if (c != nullptr) return acts(*c, Input::SayDispatch, {.detail = detail, .name = name, .text = data});
  const bool kept = rows.row(State::Closed, Input::SayDispatch).act == Action::KeepForReplay;
  if (kept) session.next(name, data);
  return kept;
}

// Time

void Peer::Impl::run_timers(LinkState& c) {
  c.stream.elapsed(now);
  if (c.hello_due && *c.hello_due <= now) step(c, Input::SayHello);
  if (c.beat_due && *c.beat_due <= now) step(c, Input::BeatMissed);
  pump(c);
}

Instant Peer::Impl::tick_at() const {
  const double ms = static_cast<double>(ticks + 1) * 1'000 / world.events_per_second;
  return *ticking_since + Duration{static_cast<std::int64_t>(std::ceil(ms))};
}

void Peer::Impl::tick() {
  if (!ticking_since || world.events_per_second <= 0) return;
  if (sessions.all().empty()) return ticking_since.reset();
  for (std::size_t i = 0; i < kTicksAtOnceMax && tick_at() <= now; ++i, ++ticks) number_messages();
  if (tick_at() > now) return;
  ticking_since = now;
  ticks = 0;
}

void Peer::Impl::number_messages() {
  for (auto& [id, session] : sessions.all()) {
    if (session.guild_ids.empty() || (session.intents & spec::bit(spec::Intent::GuildMessages)) == 0) continue;
    const std::int64_t number = ++session.numbered;
    const auto guild = static_cast<std::size_t>(number) % session.guild_ids.size();
    const Event event = numbered_message(world, session, session.guild_ids[guild], number);
    dispatch(session, event.name, event.data);
  }
}

std::optional<Instant> Peer::Impl::deadline() const {
  std::optional<Instant> first = sessions.deadline();
  const auto sooner = [&first](const std::optional<Instant>& due) {
    if (due && (!first || *due < *first)) first = due;
  };
  for (const auto& [link, c] : connections)
    for (const auto& due : {c.stream_due, c.hello_due, c.beat_due}) sooner(due);
  if (ticking_since && world.events_per_second > 0) sooner(tick_at());
  return first;
}

// The script

bool Peer::Impl::obey(LinkState& c, const SayDispatch& say) {
  if (c.session == nullptr)
    return acts(c, Input::SayDispatch, {.detail = say.name, .name = say.name, .text = say.data});
  const Address address(say.name, say.data, bot_of(world).id);
  return address.passes_gate(c.session->intents) && dispatch(*c.session, say.name, say.data);
}

bool Peer::Impl::obey(LinkState& c, const SayRelease& say) {
  for (const Answer answer : say.answers) c.held.erase(answer);
  for (const Answer answer : say.answers) give_owed(c, answer);
  return true;
}

bool Peer::Impl::obey_session(Session& session, const Say& say) {
  if (const auto* event = std::get_if<SayDispatch>(&say))
    return Address(event->name, event->data, bot_of(world).id).passes_gate(session.intents) &&
           dispatch(session, event->name, event->data);
  if (std::holds_alternative<SayForget>(say)) return forget(session);
  LinkState* const c = session.link ? find(*session.link) : nullptr;
  return c != nullptr && obey_one(*c, say);
}

std::size_t Peer::Impl::announce(const SayDispatch& say) {
  const Address address(say.name, say.data, bot_of(world).id);
  std::size_t reached = 0;
  for (auto& [id, session] : sessions.all())
    if (address.is_on(session.shard) && address.passes_gate(session.intents))
      reached += dispatch(session, say.name, text_for(session.intents, say)) ? 1u : 0u;
  return reached;
}

std::size_t Peer::Impl::obey_all(const Say& say) {
  if (const auto* event = std::get_if<SayDispatch>(&say)) return announce(*event);
  std::size_t reached = 0;
  if (std::holds_alternative<SayForget>(say)) {
    for (auto at = sessions.all().begin(); at != sessions.all().end(); ++reached) forget((at++)->second);
    return reached;
  }
  for (auto& [number, c] : connections)
    if (c.upgraded && !c.gone) reached += obey_one(c, say) ? 1u : 0u;
  return reached;
}

// What the caller sees

Peer::Peer(World world, Limits limits, Chance chance, const Rows& rows)
    : impl_(std::make_unique<Impl>(std::move(world), limits, std::move(chance), rows)) {}

Peer::~Peer() = default;

void Peer::opened(Link link, Door /*door*/, Instant now) {
  impl_->begin(now);
  impl_->connections.try_emplace(link, link, impl_->limits, impl_->laws);
}

void Peer::received(Link link, std::span<const std::byte> bytes, Instant now) {
  impl_->begin(now);
  LinkState* const c = impl_->find(link);
  if (c == nullptr || bytes.empty()) return;
  c->stream.received(bytes, now);
  impl_->pump(*c);
  impl_->finish();
}

void Peer::lost(Link link, Instant now) {
  impl_->begin(now);
  LinkState* const c = impl_->find(link);
  if (c == nullptr) return;
  c->lost = true;
  c->stream.ended(now);
  impl_->pump(*c);
  impl_->finish();
}

void Peer::elapsed(Instant now) {
  impl_->begin(now);
  for (auto& [link, c] : impl_->connections)
    if (!c.gone) impl_->run_timers(c);
  impl_->tick();
  impl_->finish();
}

Output Peer::poll() {
  if (impl_->queue.empty()) return Wait{impl_->deadline()};
  impl_->current = std::move(impl_->queue.front());
  impl_->queue.pop_front();
  if (const auto* bytes = std::get_if<Bytes>(&impl_->current)) return Transmit{bytes->link, bytes->bytes};
  if (const auto* hangup = std::get_if<Hangup>(&impl_->current)) return *hangup;
  if (const auto* reset = std::get_if<Reset>(&impl_->current)) return *reset;
  auto& [step, detail] = std::get<Step>(impl_->current);
  step.detail = detail;
  return step;
}

std::size_t Peer::say(std::optional<Link> link, std::string_view session_id, const Say& say, Instant now) {
  impl_->begin(now);
  if (!std::visit([](const auto& one) { return can_be_said(one); }, say)) return 0;
  std::size_t reached = 0;
  if (link) {
    LinkState* const c = impl_->find(*link);
    const bool there = c != nullptr && (c->upgraded || can_come_early(say));
    reached = there && impl_->obey_one(*c, say) ? 1 : 0;
  } else if (!session_id.empty()) {
    const auto at = impl_->sessions.all().find(session_id);
    reached = at != impl_->sessions.all().end() && impl_->obey_session(at->second, say) ? 1 : 0;
  } else {
    reached = impl_->obey_all(say);
  }
  impl_->finish();
  return reached;
}

void Peer::set_urls(const Urls& urls) {
  impl_->world.gateway_url = urls.main;
  if (!urls.elsewhere.empty()) impl_->world.resume_url = urls.elsewhere;
}

std::vector<SessionView> Peer::sessions() const {
  std::vector<SessionView> out;
  for (const auto& [id, session] : impl_->sessions.all()) {
    const ShardPair shard = session.shard.value_or(ShardPair{});
    const auto link = session.expires_at ? std::nullopt : session.link;
    out.push_back({id, shard.id, shard.count, session.sequence, link, 1, session.resumes});
  }
  return out;
}

IdentifyBudget Peer::identify_budget(Instant now) const { return impl_->identifies.budget(now); }

}  // namespace portcullis::mock
