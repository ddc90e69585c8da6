#include "portcullis/oracle/play/player.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/core/websocket/frame.h"
#include "portcullis/oracle/mock/peer.h"
#include "portcullis/oracle/play/part.h"

namespace portcullis::play {
namespace {

constexpr Duration kPingInterval{2'000};

struct Bytes {
  mock::Link link;
  std::string bytes;
};
struct Took {
  mock::Stepped step;
  std::string detail;
};
using Pending = std::variant<Bytes, mock::Hangup, mock::Reset, Took>;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }
std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string response_of(const Refuse& refuse) {
  std::string out = "HTTP/1.1 " + std::to_string(refuse.status) + " As told\r\n";
  for (const auto& [name, value] : refuse.fields) out += name + ": " + value + "\r\n";
  return out + "Content-Length: " + std::to_string(refuse.body.size()) + "\r\nConnection: close\r\n\r\n" + refuse.body;
}

/// Makes the handshake's key wrong, in the bytes that hold the 101.
void spoil_key(std::string& head) {
  constexpr std::string_view kField = "Sec-WebSocket-Accept: ";
  const std::size_t at = head.find(kField);
  if (at == std::string::npos) return;
  char& first = head[at + kField.size()];
  first = first == 'A' ? 'B' : 'A';
}

std::string ping_frame(std::string_view payload) {
  std::vector<std::byte> out;
  websocket::append_frame(out, true, websocket::Opcode::Ping, bytes_of(payload), nullptr);
  return text_of(out);
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({kDigits[byte >> 4], kDigits[byte & 15]});
  }
  return out;
}

}  // namespace

struct Player::Impl {
  Impl(const Scenario& a_scenario, Options a_options, Chance chance, timeline::Pseudonyms& a_pseudonyms,
       timeline::Sink a_sink);

  // What comes in
  void begin(Instant a_now) { now = a_now; }
  void open(mock::Link link, mock::Door door);
  void receive(Part& part, std::span<const std::byte> bytes);
  void serve(Part& part, std::span<const std::byte> bytes);
  void lose(Part& part);
  void elapse();
  void settle();
  Part* find(mock::Link link);
  const Script* script_of(std::size_t number) const;

  // The scripts
  bool play_all();
  bool play(Part& part);
  bool take(Part& part, const Step& step);
  bool act(Part& part, const WaitFor& wait);
  bool act(Part& part, const WaitTime& wait) { return part.has_come(wait, now); }
  bool act(Part& part, const Refuse& refuse);
  bool act(Part& part, const RawAnswer& answer);
  bool act(Part& part, const WrongKey&) { return part.wrong_key = true; }
  bool act(Part& part, const Stall&);
  bool act(Part& part, const RawFrames& frames);
  bool act(Part& part, const Eof&);
  bool act(Part& part, const Hold& hold);
  bool act(Part& part, const Release& release);
  bool act(Part& part, const Order& order);
  bool act(Part& part, const LargeEvent& event);
  bool act(Part& part, const mock::Say& say);
  bool say_to_session(Part& part, const mock::Say& say);
  bool say_to_link(Part& part, const mock::Say& say);
  void reset(Part& part);
  std::size_t say(Part& part, const mock::Say& say);
  void let_request_through(Part& part);
  void finish();

  // The peer
  void drain();
  void hear(const mock::Transmit& transmit);
  void hear(const mock::Hangup& hangup);
  void hear(const mock::Reset& reset);
  void hear(const mock::Stepped& stepped) { queue.push_back(Took{stepped, std::string(stepped.detail)}); }
  void hear(const mock::Wait& wait) { peer_deadline = wait.deadline; }
  void take_over(Part& part);
  void note_session(Part& part);

  // What goes out
  void transmit(Part& part, std::string bytes);
  void hang_up(Part& part);

  // Measuring
  void measure();
  void ping(Part& part);
  void tell_noise(Duration least);

  std::int64_t at_ms() const { return (now - options.began).count(); }
  void tell(mock::Link link, std::string is, timeline::Json with) {
    sink({at_ms(), link, std::move(is), std::move(with)});
  }
  std::optional<Instant> deadline() const;

  const Scenario& scenario;
  const Options options;
  timeline::Pseudonyms& pseudonyms;
  const timeline::Sink sink;
  mock::Peer peer;
  mock::Urls urls;
  std::map<mock::Link, Part> parts;
  std::vector<mock::Link> order;  ///< in which they were opened
  std::deque<Pending> queue;
  Pending current = mock::Hangup{};
  std::optional<Instant> peer_deadline;
  std::optional<Instant> asked;  ///< the deadline of the last Wait
  std::optional<Instant> complete_at;
  Duration worst{0};  ///< delay or round trip since it was told of
  Instant now{};
};

namespace {

mock::World peers_world(const Scenario& scenario) {
  mock::World world = world_of(scenario);
  if (scenario.world.resume_url == ResumeUrl::Missing) world.resume_url = "";
  return world;
}

}  // namespace

Player::Impl::Impl(const Scenario& a_scenario, Options a_options, Chance chance, timeline::Pseudonyms& a_pseudonyms,
                   timeline::Sink a_sink)
    : scenario(a_scenario),
      options(a_options),
      pseudonyms(a_pseudonyms),
      sink(std::move(a_sink)),
      peer(peers_world(a_scenario), Limits{}, std::move(chance), *options.table),
      now(a_options.began) {}

// ---- What comes in

Part* Player::Impl::find(mock::Link link) {
  const auto at = parts.find(link);
  return at == parts.end() || at->second.ended ? nullptr : &at->second;
}

const Script* Player::Impl::script_of(std::size_t number) const {
  const auto& links = scenario.links;
  if (number <= links.size()) return &links[number - 1];
  return scenario.further_links == FurtherLinks::Last ? &links.back() : nullptr;
}

void Player::Impl::open(mock::Link link, mock::Door door) {
  order.push_back(link);
  const auto see = [this, link](timeline::Record record) {
    parts.at(link).see(record);
    for (auto& [other, part] : parts)
      if (other != link) part.hear(record);
    sink(std::move(record));
  };
  const std::string& origin = door == mock::Door::Other ? urls.elsewhere : urls.main;
  parts.try_emplace(link, link, order.size(), script_of(order.size()), timeline::Tap(link, origin, pseudonyms, see));
  peer.opened(link, door, now);
  drain();
}

/// Takes what comes up to the end of what it tells, so that several messages are as good as one behind the other.
void Player::Impl::receive(Part& part, std::span<const std::byte> bytes) {
  while (!bytes.empty() && !part.ended) {
    const std::size_t told = part.told;
    std::size_t size = 0;
    while (size < bytes.size() && part.told == told) part.tap.client_sent(bytes.subspan(size++, 1), at_ms());
    serve(part, bytes.first(size));
    bytes = bytes.subspan(size);
  }
}

void Player::Impl::serve(Part& part, std::span<const std::byte> bytes) {
  const bool withheld = part.answering == Answering::Nobody;
  if (withheld) part.request += text_of(bytes);
  // The script comes first: what it does at a message is done in place of the good gateway's answer.
  play_all();
  if (withheld || part.answering != Answering::Peer || part.ended) return;
  part.muted |= part.client_closed && part.closes_held;
  peer.received(part.link, bytes, now);
  drain();
  play_all();
}

void Player::Impl::lose(Part& part) {
  note_session(part);
  part.tap.ended(timeline::Side::Client, timeline::How::Eof, at_ms());
  if (part.answering == Answering::Scripted) return;
  peer.lost(part.link, now);
  drain();
}

void Player::Impl::elapse() {
  if (asked && now > *asked) worst = std::max(worst, now - *asked);
  asked.reset();
  play_all();
  peer.elapsed(now);
  drain();
}

void Player::Impl::settle() {
  while (play_all()) {
  }
  finish();
  if (options.clock == timeline::Clock::Wall) measure();
}

void Player::Impl::finish() {
  const auto is_done = [this](mock::Link link) { return parts.at(link).is_done(); };
  const std::size_t listed = scenario.links.size();
  if (complete_at || order.size() < listed) return;
  if (!std::all_of(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(listed), is_done)) return;
  complete_at = now;
  tell(0, "script", {{"did", "all scripts are done"}});
}

// ---- The scripts

/// Gives whether any step was done.
bool Player::Impl::play_all() {
  bool any = false;
  for (const mock::Link link : order)
    while (play(parts.at(link))) any = true;
  return any;
}

/// Does the next step of a link, if it can be done now.
bool Player::Impl::play(Part& part) {
  const Step* const step = part.next();
  if (step == nullptr) {
    if (part.is_done()) let_request_through(part);
    return false;
  }
  if (!take(part, *step)) return false;
  part.done();
  return true;
}

bool Player::Impl::take(Part& part, const Step& step) {
  const bool waits = std::holds_alternative<WaitFor>(step.verb) || std::holds_alternative<WaitTime>(step.verb);
  if (!waits) tell(part.link, "script", {{"did", pseudonyms.hide(step.text)}});
  const bool did = std::visit([&](const auto& verb) { return act(part, verb); }, step.verb);
  if (!did && !waits) tell(part.link, "script", {{"did", "stops: " + part.where()}});
  return did;
}

bool Player::Impl::act(Part& part, const WaitFor& wait) {
  if (wait.moment != Moment::Request && part.requested) let_request_through(part);
  return part.has_come(wait);
}

bool Player::Impl::act(Part& part, const Refuse& refuse) {
  take_over(part);
  transmit(part, response_of(refuse));
  hang_up(part);
  return true;
}

bool Player::Impl::act(Part& part, const RawAnswer& answer) {
  take_over(part);
  transmit(part, answer.text);
  return true;
}

bool Player::Impl::act(Part& part, const Stall&) {
  take_over(part);
  return true;
}

bool Player::Impl::act(Part& part, const RawFrames& frames) {
  if (part.ended) return part.stop("the client had ended the link"), false;
  const bool had_closing = part.closing;
  transmit(part, frames.bytes);
  part.closed_by_hand |= part.closing && !had_closing;
  return true;
}

bool Player::Impl::act(Part& part, const Eof&) {
  if (part.ended) return part.stop("the client had ended the link"), false;
  take_over(part);
  hang_up(part);
  return true;
}

bool Player::Impl::act(Part& part, const Hold& hold) {
  part.closes_held |= hold.close;
  if (!hold.answers.empty()) say(part, mock::SayHold{hold.answers});
  return true;
}

bool Player::Impl::act(Part& part, const Release& release) {
  if (!release.answers.empty()) say(part, mock::SayRelease{release.answers});
  if (!release.close) return true;
  part.closes_held = false;
  if (!std::exchange(part.muted, false) || part.ended) return true;
  transmit(part, std::exchange(part.owed, {}));
  if (part.hangup_owed) hang_up(part);
  return true;
}

bool Player::Impl::act(Part&, const Order& given) {
  timeline::Json with{{"did", name_of(given.what)}};
  if (given.what == Order::What::Send) with["payload"] = timeline::Json::parse(given.payload);
  tell(0, "local", std::move(with));
  options.on_order(given);
  return true;
}

bool Player::Impl::act(Part& part, const LargeEvent& event) {
  return act(part, mock::SayDispatch{"SOMETHING_LARGE", R"({"text":")" + std::string(event.letters, 'x') + "\"}"});
}

bool Player::Impl::act(Part& part, const mock::Say& say) {
  note_session(part);
  const bool of_session =
      std::holds_alternative<mock::SayDispatch>(say) || std::holds_alternative<mock::SayForget>(say);
  return of_session ? say_to_session(part, say) : say_to_link(part, say);
}

bool Player::Impl::say_to_session(Part& part, const mock::Say& what) {
  if (part.session_id.empty()) return part.stop("there is no session"), false;
  peer.say(std::nullopt, part.session_id, what, now);
  drain();
  return true;
}

bool Player::Impl::say_to_link(Part& part, const mock::Say& what) {
  if (const auto* const silence = std::get_if<mock::SaySilence>(&what)) part.silent = silence->on;
  if (std::holds_alternative<mock::SayInterval>(what) || std::holds_alternative<mock::SaySilence>(what))
    return say(part, what), true;
  if (part.ended) return part.stop("the client had ended the link"), false;
  if (std::holds_alternative<mock::SayDrop>(what)) return reset(part), true;
  // The script speaks through a silence that is its own.
  if (part.silent) say(part, mock::SaySilence{false});
  const std::size_t reached = say(part, what);
  if (part.silent) say(part, mock::SaySilence{true});
  if (reached == 0) part.stop("the link was closing");
  return reached != 0;
}

void Player::Impl::reset(Part& part) {
  take_over(part);
  queue.push_back(mock::Reset{part.link});
  part.tap.ended(timeline::Side::Server, timeline::How::Reset, at_ms());
}

std::size_t Player::Impl::say(Part& part, const mock::Say& what) {
  const std::size_t reached = peer.say(part.link, {}, what, now);
  drain();
  return reached;
}

/// Gives the peer the request that was withheld for the script's sake.
void Player::Impl::let_request_through(Part& part) {
  if (part.answering != Answering::Nobody || part.ended) return;
  part.answering = Answering::Peer;
  const std::string request = std::exchange(part.request, {});
  peer.received(part.link, bytes_of(request), now);
  drain();
}

// ---- The peer

void Player::Impl::drain() {
  for (bool more = true; more;) {
    const mock::Output output = peer.poll();
    std::visit([this](const auto& one) { hear(one); }, output);
    more = !std::holds_alternative<mock::Wait>(output);
  }
}

void Player::Impl::hear(const mock::Transmit& sent) {
  Part* const part = find(sent.link);
  if (part == nullptr || part->closed_by_hand) return;
  std::string bytes = text_of(sent.bytes);
  if (std::exchange(part->wrong_key, false)) spoil_key(bytes);
  if (part->muted)
    part->owed += bytes;
  else
    transmit(*part, std::move(bytes));
}

void Player::Impl::hear(const mock::Hangup& hangup) {
  Part* const part = find(hangup.link);
  if (part == nullptr) return;
  if (part->muted)
    part->hangup_owed = true;
  else
    hang_up(*part);
}

void Player::Impl::hear(const mock::Reset& reset) {
  Part* const part = find(reset.link);
  if (part == nullptr) return;
  queue.push_back(reset);
  part->tap.ended(timeline::Side::Server, timeline::How::Reset, at_ms());
}

/// From here on the script answers on the link; of its session the peer thinks that the transport has ended.
void Player::Impl::take_over(Part& part) {
  note_session(part);
  if (std::exchange(part.answering, Answering::Scripted) == Answering::Scripted) return;
  peer.lost(part.link, now);
  drain();
}

void Player::Impl::note_session(Part& part) {
  if (!part.session_id.empty()) return;
  for (const mock::SessionView& session : peer.sessions())
    if (session.link == part.link) part.session_id = session.id;
}

// ---- What goes out

void Player::Impl::transmit(Part& part, std::string bytes) {
  if (bytes.empty()) return;
  part.tap.server_sent(bytes_of(bytes), at_ms());
  queue.push_back(Bytes{part.link, std::move(bytes)});
  if (part.live) note_session(part);
}

void Player::Impl::hang_up(Part& part) {
  queue.push_back(mock::Hangup{part.link});
  part.tap.ended(timeline::Side::Server, timeline::How::Eof, at_ms());
}

// ---- Measuring

void Player::Impl::measure() {
  for (auto& [link, part] : parts) {
    if (part.pong_came && part.pinged_at) {
      worst = std::max(worst, now - *part.pinged_at);
      part.pinged_at.reset();
      part.pong_came = false;
      tell_noise(Duration{0});
    }
    const bool can = part.live && !part.ended && !part.closing && !part.silent && part.answering == Answering::Peer;
    if (!can) part.ping_due.reset();
    if (can && (!part.ping_due || *part.ping_due <= now)) ping(part);
  }
}

void Player::Impl::ping(Part& part) {
  part.ping_due = now + kPingInterval;
  tell_noise(Duration{1});
  if (part.pinged_at) return;
  const std::string payload = "round trip " + std::to_string(++part.pings);
  part.ping_awaited = hex(payload);
  part.pinged_at = now;
  transmit(part, ping_frame(payload));
}

void Player::Impl::tell_noise(Duration least) {
  if (worst < least) return;
  tell(0, "noise", {{"ms", std::exchange(worst, Duration{0}).count()}});
}

std::optional<Instant> Player::Impl::deadline() const {
  std::optional<Instant> first = peer_deadline;
  const auto sooner = [&first](const std::optional<Instant>& due) {
    if (due && (!first || *due < *first)) first = due;
  };
  for (const auto& [link, part] : parts) {
    sooner(part.due());
    sooner(part.ping_due);
  }
  if (complete_at && *complete_at + scenario.watch > now) sooner(*complete_at + scenario.watch);
  return first;
}

// ---- The public face

Player::Player(const Scenario& scenario, Options options, Chance chance, timeline::Pseudonyms& pseudonyms,
               timeline::Sink sink)
    : impl_(std::make_unique<Impl>(scenario, options, std::move(chance), pseudonyms, std::move(sink))) {}

Player::~Player() = default;

mock::Elsewhere Player::elsewhere() const {
  switch (impl_->scenario.world.resume_url) {
    case ResumeUrl::Dead: return mock::Elsewhere::DeadPort;
    case ResumeUrl::Other: return mock::Elsewhere::Listener;
    default: return mock::Elsewhere::Nothing;
  }
}

void Player::set_urls(const mock::Urls& urls) {
  impl_->urls = urls;
  mock::Urls handed_out = urls;
  if (impl_->scenario.world.resume_url == ResumeUrl::Slash) handed_out.elsewhere = urls.main + "/";
  if (impl_->scenario.world.resume_url == ResumeUrl::Query) handed_out.elsewhere = urls.main + "/?cluster=1";
  impl_->peer.set_urls(handed_out);
  if (impl_->scenario.world.resume_url == ResumeUrl::Dead)
    impl_->tell(0, "script", {{"did", "nobody listens at the URL to resume at"}, {"dead_url", urls.elsewhere}});
}

void Player::opened(mock::Link link, mock::Door door, Instant now) {
  impl_->begin(now);
  impl_->open(link, door);
  impl_->settle();
}

void Player::received(mock::Link link, std::span<const std::byte> bytes, Instant now) {
  impl_->begin(now);
  if (Part* const part = impl_->find(link); part != nullptr && !bytes.empty()) impl_->receive(*part, bytes);
  impl_->settle();
}

void Player::lost(mock::Link link, Instant now) {
  impl_->begin(now);
  if (Part* const part = impl_->find(link)) impl_->lose(*part);
  impl_->settle();
}

void Player::elapsed(Instant now) {
  impl_->begin(now);
  impl_->elapse();
  impl_->settle();
}

mock::Output Player::poll() {
  if (impl_->queue.empty()) {
    impl_->asked = impl_->deadline();
    return mock::Wait{impl_->asked};
  }
  impl_->current = std::move(impl_->queue.front());
  impl_->queue.pop_front();
  if (const auto* const bytes = std::get_if<Bytes>(&impl_->current))
    return mock::Transmit{bytes->link, bytes_of(bytes->bytes)};
  if (const auto* const hangup = std::get_if<mock::Hangup>(&impl_->current)) return *hangup;
  if (const auto* const reset = std::get_if<mock::Reset>(&impl_->current)) return *reset;
  auto& [step, detail] = std::get<Took>(impl_->current);
  step.detail = detail;
  return step;
}

mock::IdentifyBudget Player::identify_budget(Instant now) const { return impl_->peer.identify_budget(now); }

bool Player::complete() const noexcept { return impl_->complete_at.has_value(); }

bool Player::over(Instant now) const noexcept {
  return impl_->complete_at && *impl_->complete_at + impl_->scenario.watch <= now;
}

std::string Player::stopped_at() const {
  const std::size_t listed = impl_->scenario.links.size();
  const std::size_t opened = impl_->order.size();
  for (std::size_t i = 0; i < std::min(listed, opened); ++i)
    if (const Part& part = impl_->parts.at(impl_->order[i]); !part.is_done()) return part.where();
  return opened < listed ? "link " + std::to_string(opened + 1) + " was not opened" : "";
}

std::size_t Player::links() const noexcept { return impl_->order.size(); }

}  // namespace portcullis::play
