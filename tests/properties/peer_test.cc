// For every history of what clients say and do, the mock answers as the model of section 8.7 does.
#include "portcullis/oracle/mock/peer.h"

#include <array>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "portcullis/models/gateway_peer.h"
#include "portcullis/models/websocket_frames.h"
#include "portcullis/spec/laws.h"
#include "portcullis/tests/mock/talk.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

namespace answer = models::answer;
namespace said = models::said;
using models::GatewayPeer;
using nlohmann::json;
using Link = GatewayPeer::Link;
using Lines = std::map<Link, std::vector<std::string>>;
using Act = std::pair<std::uint8_t, std::uint16_t>;  // what to do, and a number that picks the details

constexpr std::string_view kToken = "the-token";
constexpr std::uint64_t kGuild = 200'000'000'000'000'001;
constexpr std::uint64_t kAllowed = 1 << 1;  // of the privileged intents
constexpr std::int64_t kLifetime = 90'000;

const models::PeerLaws& laws() {
  static const models::PeerLaws read = models::read_peer_laws(spec::kLaws);
  return read;
}

std::string text_of(const models::Answer& one) {
  if (const auto* hello = std::get_if<answer::Hello>(&one)) return "op 10, " + std::to_string(hello->interval);
  if (std::holds_alternative<answer::Ack>(one)) return "op 11";
  if (const auto* event = std::get_if<answer::Dispatch>(&one))
    return event->name + " s=" + std::to_string(event->sequence);
  if (const auto* invalid = std::get_if<answer::Invalid>(&one)) return invalid->resumable ? "op 9 true" : "op 9 false";
  if (std::holds_alternative<answer::Reconnect>(one)) return "op 7";
  if (std::holds_alternative<answer::AskBeat>(one)) return "op 1";
  if (const auto* close = std::get_if<answer::Close>(&one))
    return "close " + std::to_string(close->code.value_or(1005));
  return std::holds_alternative<answer::Drop>(one) ? "reset" : "hangup";
}

// The same of what a server wrote.
std::string text_of(const json& payload) {
  const int op = payload.at("op");
  if (op == 0) return payload.at("t").get<std::string>() + " s=" + std::to_string(payload.at("s").get<std::int64_t>());
  if (op == 10) return "op 10, " + std::to_string(payload.at("d").at("heartbeat_interval").get<std::int64_t>());
  if (op == 9) return payload.at("d").get<bool>() ? "op 9 true" : "op 9 false";
  return "op " + std::to_string(op);
}

mock::World world_of(std::uint16_t seed) {
  mock::World world;
  world.token = kToken;
  world.intents_allowed = ~laws().intents_privileged | kAllowed;
  world.session_lifetime = Duration{kLifetime};
  world.guild_ids = {kGuild};
  if (seed % 16 == 7) world.guild_ids.resize(laws().guilds_max + 1);
  if (seed % 16 == 9) world.guild_ids.clear();
  return world;
}

// What a client says, for the mock and for the model.
struct Saying {
  std::string payload;
  models::Said said;
  std::uint8_t first_byte = 0x81;
};

// The mock and its model beside each other.
class Match {
 public:
  explicit Match(std::uint16_t seed)
      : mock_(world_of(seed), {}, seeded(seed)),
        model_({std::string(kToken), kAllowed, world_of(seed).guild_ids.size()}, laws()) {}

  void play(Act act);

  const Lines& of_mock() const { return of_mock_; }
  const Lines& of_model() const { return of_model_; }
  std::set<std::string> sessions_of_mock() const;
  std::set<std::string> sessions_of_model() const { return model_.sessions(); }
  const std::string& history() const { return history_; }
  static std::map<std::string, std::uint64_t>& met();

 private:
  void open(std::uint16_t pick);
  void say(Link link, const Saying& saying);
  Saying identify_of(std::uint16_t pick) const;
  Saying resume_of(std::uint16_t pick) const;
  Saying nonsense_of(std::uint16_t pick) const;
  void close(Link link, std::uint16_t pick);
  void lose(Link link);
  void advance(std::int64_t by);
  void script(Link link, std::uint16_t pick);
  std::string listen();
  void see(Link link, std::span<const std::byte> bytes, std::string* session);
  void settle();
  Link link_of(std::uint16_t pick) const;
  std::string session_of(std::uint16_t pick) const { return ids_.empty() ? "unknown" : ids_[pick % ids_.size()]; }
  Instant now() const { return Instant{Duration{now_}}; }
  std::string stamp() const { return std::to_string(now_) + " "; }
  void note(const std::string& what) { history_ += stamp() + what + "\n"; }

  mock::Peer mock_;
  GatewayPeer model_;
  std::int64_t now_ = 0;
  Link links_ = 0;
  std::vector<std::string> ids_;
  std::map<Link, bool> upgraded_;
  std::map<Link, std::int64_t> sequence_;  // the last that was heard
  Lines of_mock_, of_model_;
  std::string history_;
};

std::map<std::string, std::uint64_t>& Match::met() {
  static std::map<std::string, std::uint64_t> counts;
  return counts;
}

std::set<std::string> Match::sessions_of_mock() const {
  std::set<std::string> out;
  for (const auto& each : mock_.sessions()) out.insert(each.id);
  return out;
}

// One of those that are there; 0 when there is none.
Link Match::link_of(std::uint16_t pick) const {
  std::vector<Link> there;
  for (Link link = 1; link <= links_; ++link)
    if (model_.has(link)) there.push_back(link);
  return there.empty() ? 0 : there[pick % there.size()];
}

void Match::play(Act act) {
  const auto [kind, pick] = act;
  const Link link = link_of(pick);
  const std::uint16_t detail = pick / 4;
  if (link == 0 || kind % 20 == 0) return open(detail);
  switch (kind % 20) {
    case 1:
    case 2:
    case 3: return say(link, identify_of(detail));
    case 4:
    case 5:
    case 6: return say(link, resume_of(detail));
    case 7: return say(link, {R"({"op":1,"d":)" + std::to_string(detail % 9) + "}", said::Beat{}});
    case 8: {
      const Saying presence{R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})",
                            said::Presence{}};
      for (int left = detail % 8 == 0 ? 121 : 1; left > 0; --left)
        if (model_.has(link)) say(link, presence);
      return;
    }
    case 9:
      return say(link, {R"({"op":8,"d":{"guild_id":")" + std::to_string(kGuild) + R"(","query":"","limit":0}})",
                        said::WholeList{}});
    case 10: return say(link, nonsense_of(detail));
    case 11: return close(link, detail);
    case 12: return lose(link);
    case 13:
    case 14:
    case 15: return script(link, detail);
    case 16: return open(detail);
    default: return advance(std::array{5'000, 4'999, 1, 41'250, 30'000, 90'000, 20'000}[detail % 7]);
  }
}

void Match::open(std::uint16_t pick) {
  const Link link = ++links_;
  const int version = pick % 8 == 0 ? 5 : std::array{10, 9, 6}[pick % 3];
  note("link " + std::to_string(link) + " opens, v=" + std::to_string(version));
  ++met()["open"];
  mock_.opened(link, now());
  const std::string request = upgrade_request("/?encoding=json&v=" + std::to_string(version));
  mock_.received(link, std::as_bytes(std::span{request}), now());
  listen();
  model_.upgraded(link, version, now_);
  settle();
}

void Match::say(Link link, const Saying& saying) {
  note("link " + std::to_string(link) + " says " + saying.payload.substr(0, 120));
  ++met()["says " + std::to_string(saying.said.index()) + (model_.is_closed(link) ? " in vain" : "")];
  const std::string bytes = client_frame(saying.first_byte, saying.payload);
  mock_.received(link, std::as_bytes(std::span{bytes}), now());
  const std::string session = listen();
  model_.says(link, saying.said, saying.payload.size(), session.empty() ? "none was given" : session, now_);
  settle();
}

Saying Match::identify_of(std::uint16_t pick) const {
  said::Identify what{std::string(kToken), pick % 2 == 0 ? 515u : 512u, 0, 1};
  switch (pick % 16) {
    case 9: what.token = "another"; break;
    case 10:
      what.shard = 2;
      what.shard_count = 2;
      break;
    case 11: what.intents |= 1u << 31; break;
    case 12: what.intents |= 1u << 8; break;
    case 13:
      what.shard = 1;
      what.shard_count = 2;
      break;
    default: break;
  }
  const std::string shard = R"(,"shard":[)" + std::to_string(what.shard) + "," + std::to_string(what.shard_count) + "]";
  const std::string more = what.shard_count == 1 ? std::string() : shard;
  return {identify(what.token, more, std::to_string(what.intents)), what};
}

Saying Match::resume_of(std::uint16_t pick) const {
  const auto last = [this] {
    std::int64_t most = 0;
    for (const auto& [link, s] : sequence_) most = std::max(most, s);
    return most;
  }();
  const std::array<std::int64_t, 8> sequences{last, 1, last, 2, last + 1, 0, last - 1, 1'000};
  said::Resume what{pick % 16 == 5 ? "another" : std::string(kToken),
                    pick % 16 == 6 ? "unknown" : session_of(pick / 16), sequences[pick / 4 % 8]};
  what.sequence = std::max<std::int64_t>(what.sequence, 0);
  return {resume(what.session_id, what.sequence, what.token), what};
}

Saying Match::nonsense_of(std::uint16_t pick) const {
  const std::array<Saying, 12> all{{
      {R"({"op":8,"d":{"guild_id":5.5}})", said::Malformed{}},
      {R"({"op":2,"d":{}})", said::Malformed{}},
      {R"({"op":6,"d":null})", said::Malformed{}},
      {R"({"op":3,"d":[]})", said::Malformed{}},
      {R"({"op":0,"d":{}})", said::Unknown{}},
      {R"({"op":11})", said::Unknown{}},
      {R"({"op":99,"d":null})", said::Unknown{}},
      {"{", said::Undecodable{}},
      {"nonsense", said::Undecodable{}},
      {R"({"op":1,"d":null})", said::Undecodable{}, 0x82},
      {std::string(4'097, ' '), said::Undecodable{}},
      {R"({"op":1,"d":")" + std::string(5'000, 'x') + R"("})", said::Beat{}},
  }};
  return all[pick % all.size()];
}

void Match::close(Link link, std::uint16_t pick) {
  constexpr std::array<int, 5> kCodes{1000, 1001, 4000, 4900, 1005};
  const int code = kCodes[pick % kCodes.size()];
  note("link " + std::to_string(link) + " closes with " + std::to_string(code));
  ++met()["close"];
  const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  const std::string bytes = client_frame(0x88, code == 1005 ? std::string() : payload);
  mock_.received(link, std::as_bytes(std::span{bytes}), now());
  listen();
  model_.closes(link, code == 1005 ? std::nullopt : std::optional(code), now_);
  settle();
}

void Match::lose(Link link) {
  note("link " + std::to_string(link) + " is lost");
  ++met()["loss"];
  mock_.lost(link, now());
  listen();
  model_.ends(link, now_);
  settle();
}

// Each is called when it wants to be, by its own clock.
void Match::advance(std::int64_t by) {
  note("wait " + std::to_string(by));
  ++met()["time"];
  const std::int64_t from = now_;
  const std::int64_t until = now_ + by;
  for (;;) {
    listen();
    const auto wait = std::get<mock::Wait>(mock_.poll());
    if (!wait.deadline || *wait.deadline > Instant{Duration{until}}) break;
    now_ = std::max(now_, wait.deadline->time_since_epoch().count());
    mock_.elapsed(now());
  }
  now_ = from;
  for (auto due = model_.deadline(); due && *due <= until; due = model_.deadline()) {
    now_ = std::max(now_, *due);
    model_.elapsed(now_);
    settle();
  }
  now_ = until;
  mock_.elapsed(now());
  model_.elapsed(now_);
  listen();
  settle();
}

void Match::script(Link link, std::uint16_t pick) {
  const std::string session = session_of(pick / 16);
  switch (pick % 8) {
    case 0: {
      note("link " + std::to_string(link) + " is told to reconnect");
      ++met()["op 7"];
      mock_.say(link, {}, mock::SayReconnect{}, now());
      model_.asks_to_reconnect(link);
      break;
    }
    case 1:
    case 2: {
      note("the session of link " + std::to_string(link) + " is invalid");
      ++met()["op 9"];
      mock_.say(link, {}, mock::SayInvalid{pick % 8 == 1}, now());
      model_.invalidates(link, pick % 8 == 1);
      break;
    }
    case 3: {
      note("link " + std::to_string(link) + " is asked for a beat");
      ++met()["op 1"];
      mock_.say(link, {}, mock::SayHeartbeat{}, now());
      model_.asks_for_beat(link);
      break;
    }
    default: {
      const int times = pick / 8 % 16 == 7 ? 1'001 : 1;
      note(std::to_string(times) + " dispatches to " + session);
      ++met()["dispatch"];
      for (int left = times; left > 0; --left) {
        mock_.say({}, session, mock::SayDispatch{"USER_UPDATE", "{}"}, now());
        listen();
        model_.dispatches(session, "USER_UPDATE", now_);
      }
    }
  }
  listen();
  settle();
}

// Writes down what the mock does; gives the id of a session that it started.
std::string Match::listen() {
  std::string session;
  for (;;) {
    const auto output = mock_.poll();
    if (std::holds_alternative<mock::Wait>(output)) return session;
    if (const auto* transmit = std::get_if<mock::Transmit>(&output)) see(transmit->link, transmit->bytes, &session);
    if (const auto* hangup = std::get_if<mock::Hangup>(&output)) of_mock_[hangup->link].push_back(stamp() + "hangup");
    if (const auto* reset = std::get_if<mock::Reset>(&output)) of_mock_[reset->link].push_back(stamp() + "reset");
  }
}

void Match::see(Link link, std::span<const std::byte> bytes, std::string* session) {
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  if (!std::exchange(upgraded_[link], true)) bytes = bytes.subspan(text.find("\r\n\r\n") + 4);
  using What = models::FrameEvent::What;
  for (const auto& event : models::read_frames(bytes, models::Reader::Client, {1u << 24, 1u << 24})) {
    std::string line = "close " + std::to_string(event.code);
    if (event.what == What::Text) {
      const json payload = json::parse(event.payload);
      line = text_of(payload);
      if (payload.at("op") == 0) sequence_[link] = payload.at("s");
      if (line.starts_with("READY")) *session = payload.at("d").at("session_id");
    }
    of_mock_[link].push_back(stamp() + line);
    if (!session->empty() && (ids_.empty() || ids_.back() != *session)) ids_.push_back(*session);
  }
}

void Match::settle() {
  for (const auto& [link, one] : model_.take()) {
    const std::string text = text_of(one);
    ++met()["answer " + text.substr(0, text.find(" s="))];
    of_model_[link].push_back(stamp() + text);
  }
}

std::string joined(const Lines& lines) {
  std::string out;
  for (const auto& [link, of_link] : lines)
    for (const auto& line : of_link) out += std::to_string(link) + "> " + line + "\n";
  return out;
}

TEST_CASE("GW-ID-16, GW-RES-8, GW-CAUSE-1 to GW-CAUSE-4: the mock answers as the model does", "[mock]") {
  std::string smallest;
  struct Print {
    const std::string& text;
    ~Print() { std::cout << text; }
  } const print{smallest};
  check_always("equal answers", [&smallest] {
    const auto acts =
        *rc::gen::scale(0.4, rc::gen::container<std::vector<Act>>(rc::gen::resize(100, rc::gen::arbitrary<Act>())));
    const auto seed = *rc::gen::resize(100, rc::gen::arbitrary<std::uint16_t>());
    Match match(seed);
    for (const Act& act : acts) {
      match.play(act);
      if (match.of_mock() == match.of_model() && match.sessions_of_mock() == match.sessions_of_model()) continue;
      smallest = match.history() + "the mock:\n" + joined(match.of_mock()) + "the model:\n" + joined(match.of_model());
      RC_FAIL("the mock and the model differ");
    }
  });
}

TEST_CASE("GW-ID-16, GW-RES-8: the histories held everything that a client can say", "[mock]") {
  for (std::size_t i = 0; i < std::variant_size_v<models::Said>; ++i)
    CHECK(Match::met()["says " + std::to_string(i)] > 0);
  for (const std::string what : {"open", "close", "loss", "time", "op 7", "op 9", "op 1", "dispatch"})
    CHECK(Match::met()[what] > 0);
  for (const std::string what :
       {"op 10, 41250", "op 11",      "READY",      "RESUMED",    "GUILD_CREATE", "USER_UPDATE", "GUILD_MEMBERS_CHUNK",
        "RATE_LIMITED", "op 7",       "op 1",       "op 9 true",  "op 9 false",   "close 4001",  "close 4002",
        "close 4003",   "close 4004", "close 4005", "close 4007", "close 4008",   "close 4009",  "close 4010",
        "close 4011",   "close 4012", "close 4013", "close 4014", "hangup",       "reset"}) {
    INFO("never answered: " << what);
    CHECK(Match::met()["answer " + what] > 0);
  }
  for (const auto& [what, count] : Match::met()) std::cout << what << ": " << count << '\n';
}

}  // namespace
}  // namespace portcullis::tests
