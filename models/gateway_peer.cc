#include "portcullis/models/gateway_peer.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace portcullis::models {
namespace {

using nlohmann::json;

constexpr std::int64_t kCloseWait = 5'000;  // WS-CL-15
constexpr std::uint64_t kGuilds = 1 << 0;   // section 4.4
constexpr std::uint64_t kGuildMembers = 1 << 1;

const json& values_of(const json& laws, std::string_view id) {
  for (const json& law : laws.at("laws"))
    if (law.at("id") == id) return law.at("values");
  throw std::out_of_range("no law " + std::string(id));
}

std::set<std::int64_t> set_of(const json& list) { return list.get<std::set<std::int64_t>>(); }

}  // namespace

PeerLaws read_peer_laws(std::string_view text) {
  const json file = json::parse(text);
  const auto law = [&file](std::string_view id) -> const json& { return values_of(file, id); };
  const auto number = [&law](std::string_view id, const char* name) { return law(id).at(name).get<std::int64_t>(); };
  const auto code = [&law](std::string_view id) { return law(id).at("close_code").get<int>(); };
  PeerLaws out{};
  out.versions = set_of(law("version/live").at("available"));
  out.versions.merge(set_of(law("version/live").at("deprecated")));
  out.interval = number("hello/interval", "heartbeat_interval_ms");
  out.silence = std::llround(static_cast<double>(out.interval) *
                             law("heartbeat/silence").at("silent_intervals_max").get<double>());
  out.silent_code = law("heartbeat/silence").at("close_codes").front();
  out.first_sequence = number("payload/sequence-start", "first");
  out.sequence_step = number("payload/sequence-start", "step");
  out.identify_window = number("identify/spacing", "window_ms");
  out.lifetime = number("session/lifetime", "lifetime_ms_min");
  out.kept_max = static_cast<std::size_t>(number("replay/bound", "events_max"));
  out.whole_list_window = number("members/whole-list", "window_ms");
  out.sends_max = static_cast<std::size_t>(number("send/rate", "messages_max"));
  out.send_window = number("send/rate", "window_ms");
  out.payload_bytes_max = static_cast<std::size_t>(number("send/size", "payload_bytes_max"));
  out.guilds_max = static_cast<std::size_t>(number("shard/guilds", "guilds_max"));
  out.intents_known = static_cast<std::uint64_t>(number("intents/unknown", "allowed_bits"));
  out.intents_privileged = static_cast<std::uint64_t>(number("intents/disallowed", "privileged_bits"));
  out.codes_for_good = set_of(law("session/ended-by-client-close").at("close_codes"));
  out.codes_of_an_end = set_of(law("session/after-server-close").at("ended_codes"));
  out.version_code = code("version/live");
  out.unknown_code = code("send/unknown");
  out.undecodable_code = code("send/undecodable");
  out.before_identify_code = code("send/before-identify");
  out.token_code = code("identify/bad-token");
  out.twice_code = code("identify/twice");
  out.sequence_code = code("resume/impossible-sequence");
  out.rate_code = code("send/rate");
  out.size_code = code("send/size");
  out.shard_code = code("shard/multiple");
  out.guilds_code = code("shard/guilds");
  out.intents_code = code("intents/unknown");
  out.disallowed_code = code("intents/disallowed");
  return out;
}

// GW-HELLO-1, or GW-URL-5.
void GatewayPeer::upgraded(Link link, std::int64_t version, std::int64_t now) {
  now_ = now;
  Connection& connection = links_[link];
  if (!laws_.versions.contains(version)) return close(link, laws_.version_code);
  connection.beat_by = now_ + laws_.silence;
  say(link, answer::Hello{laws_.interval});
}

// The rows of section 8.7, from what is judged first to what is judged last.
void GatewayPeer::says(Link link, const Said& what, std::size_t bytes, const std::string& session, std::int64_t now) {
  now_ = now;
  forget_what_is_over();
  Connection& connection = links_.at(link);
  if (connection.state == State::Closed) return;  // WS-CL-8
  const bool live = connection.state == State::Authenticated;
  if (is_past_the_rate(connection)) return close(link, laws_.rate_code);                            // GW-RATE-3
  if (bytes > laws_.payload_bytes_max) return close(link, laws_.size_code);                         // GW-SIZE-2
  if (std::holds_alternative<said::Undecodable>(what)) return close(link, laws_.undecodable_code);  // GW-CAUSE-2
  if (std::holds_alternative<said::Unknown>(what)) return close(link, laws_.unknown_code);          // GW-CAUSE-1
  if (std::holds_alternative<said::Malformed>(what)) return close(link, laws_.unknown_code);        // GW-CAUSE-1
  if (std::holds_alternative<said::Beat>(what)) {                                                   // GW-HB-12
    connection.beat_by = now_ + laws_.silence;
    return say(link, answer::Ack{});
  }
  if (const auto* asked = std::get_if<said::Identify>(&what))
    return live ? close(link, laws_.twice_code) : identify(link, *asked, session);  // GW-CAUSE-4
  if (const auto* asked = std::get_if<said::Resume>(&what))
    return live ? close(link, laws_.twice_code) : resume(link, *asked);
  live ? command(link, what) : close(link, laws_.before_identify_code);  // GW-CAUSE-3, GW-INV-8
}

// GW-RATE-1; the one that is too many does not count.
bool GatewayPeer::is_past_the_rate(Connection& connection) const {
  auto& sends = connection.sends;
  while (!sends.empty() && now_ - sends.front() >= laws_.send_window) sends.pop_front();
  if (sends.size() >= laws_.sends_max) return true;
  sends.push_back(now_);
  return false;
}

// GW-ID-15, GW-SHARD-3, GW-SHARD-6, GW-INT-2, GW-INT-3; 0 when nothing is against it.
int GatewayPeer::code_against(const said::Identify& what) const {
  if (what.token != world_.token) return laws_.token_code;
  if (what.shard >= what.shard_count) return laws_.shard_code;
  if (what.shard == 0 && world_.guilds > laws_.guilds_max) return laws_.guilds_code;
  if ((what.intents & ~laws_.intents_known) != 0) return laws_.intents_code;
  if ((what.intents & laws_.intents_privileged & ~world_.intents_allowed) != 0) return laws_.disallowed_code;
  return 0;
}

// GW-ID-16, GW-ID-17; the bucket is that of one at a time (GW-IDL-11).
void GatewayPeer::identify(Link link, const said::Identify& what, const std::string& id) {
  if (const int code = code_against(what); code != 0) return close(link, code);
  constexpr std::int64_t bucket = 0;
  const auto before = identified_at_.find(bucket);
  if (before != identified_at_.end() && now_ - before->second < laws_.identify_window) return refuse(link);
  identified_at_[bucket] = now_;
  Connection& connection = links_.at(link);
  end_session(connection);
  connection.session = id;
  connection.state = State::Authenticated;
  Session& session = sessions_[id];
  session.token = what.token;
  session.intents = what.intents;
  session.shard = what.shard;
  session.sequence = laws_.first_sequence - laws_.sequence_step;  // GW-ENV-8
  session.link = link;
  give(session, "READY", false);
  if (what.shard != 0 || (what.intents & kGuilds) == 0) return;
  for (std::size_t i = 0; i < world_.guilds; ++i) give(session, "GUILD_CREATE", true);  // GW-READY-3
}

// GW-RES-11, GW-RES-15, GW-RES-21, OP-34.
void GatewayPeer::resume(Link link, const said::Resume& what) {
  const auto found = sessions_.find(what.session_id);
  if (found == sessions_.end() || found->second.token != what.token) return refuse(link);
  const Session& session = found->second;
  if (session.ends_at && *session.ends_at <= now_) return refuse(link);
  if (what.sequence > session.sequence) {
    if (!session.link) sessions_.erase(found);
    return close(link, laws_.sequence_code);
  }
  const std::int64_t oldest = session.kept.empty() ? session.sequence : session.kept.front().first;
  if (what.sequence < session.sequence && what.sequence + 1 < oldest) return refuse(link);
  replay(link, what.session_id, what.sequence);
}

// GW-RES-8: all that was missed, in order, then RESUMED. A session has one connection; the older one is dropped.
void GatewayPeer::replay(Link link, const std::string& id, std::int64_t sequence) {
  Connection& connection = links_.at(link);
  Session& session = sessions_.at(id);
  if (session.link && *session.link != link) {
    Connection& other = links_.at(*session.link);
    other.session.clear();
    if (other.state != State::Closed) say(*session.link, answer::Drop{});
    if (other.state != State::Closed) links_.erase(*session.link);
  }
  if (connection.session != id) end_session(connection);
  connection.session = id;
  connection.state = State::Authenticated;
  session.link = link;
  session.ends_at.reset();
  for (const auto& [number, name] : session.kept)
    if (number > sequence) say(link, answer::Dispatch{name, number});
  give(session, "RESUMED", false);
}

// Served (D): presences have no answer, whole lists one in their window (GW-RGM-11).
void GatewayPeer::command(Link link, const Said& what) {
  Session& session = sessions_.at(links_.at(link).session);
  if (!std::holds_alternative<said::WholeList>(what)) return;
  if (session.shard != 0 || world_.guilds == 0 || (session.intents & kGuildMembers) == 0) return;  // GW-RGM-4
  const bool limited = whole_list_at_ && now_ - *whole_list_at_ < laws_.whole_list_window;
  if (!limited) whole_list_at_ = now_;
  give(session, limited ? "RATE_LIMITED" : "GUILD_MEMBERS_CHUNK", true);
}

// Numbers a dispatch, says it where somebody hears it, and keeps so many for a replay (GW-RES-17).
void GatewayPeer::give(Session& session, const std::string& name, bool keep) {
  session.sequence += laws_.sequence_step;
  if (keep) session.kept.emplace_back(session.sequence, name);
  if (session.kept.size() > laws_.kept_max) session.kept.pop_front();
  if (!session.link || links_.at(*session.link).state != State::Authenticated) return;
  say(*session.link, answer::Dispatch{name, session.sequence});
}

// Op 9 false: what session the connection had is over.
void GatewayPeer::refuse(Link link) {
  Connection& connection = links_.at(link);
  end_session(connection);
  connection.state = State::Invalid;
  say(link, answer::Invalid{false});
}

// law session/after-server-close: some codes end the session, the others keep it.
void GatewayPeer::close(Link link, int code) {
  Connection& connection = links_.at(link);
  laws_.codes_of_an_end.contains(code) ? end_session(connection) : keep_session(connection);
  connection.state = State::Closed;
  connection.beat_by.reset();
  connection.close_by = now_ + kCloseWait;
  say(link, answer::Close{code});
}

void GatewayPeer::end_session(Connection& connection) {
  sessions_.erase(connection.session);
  connection.session.clear();
}

void GatewayPeer::keep_session(Connection& connection) {
  if (connection.session.empty()) return;
  Session& session = sessions_.at(connection.session);
  if (!session.ends_at) session.ends_at = now_ + laws_.lifetime;
}

// GW-DISC-1, GW-DISC-2, WS-CL-2, WS-CL-10.
void GatewayPeer::closes(Link link, std::optional<int> code, std::int64_t now) {
  now_ = now;
  Connection& connection = links_.at(link);
  if (connection.state != State::Closed) {
    code&& laws_.codes_for_good.contains(*code) ? end_session(connection) : keep_session(connection);
    say(link, answer::Close{code});
  }
  say(link, answer::Hangup{});
  if (!connection.session.empty()) sessions_.at(connection.session).link.reset();
  links_.erase(link);
}

void GatewayPeer::ends(Link link, std::int64_t now) {
  now_ = now;
  Connection& connection = links_.at(link);
  if (connection.state != State::Closed) keep_session(connection);
  if (!connection.session.empty()) sessions_.at(connection.session).link.reset();
  links_.erase(link);
}

// GW-HB-25, whose close keeps the session; WS-CL-15; GW-RES-17.
void GatewayPeer::elapsed(std::int64_t now) {
  now_ = now;
  std::vector<Link> over;
  for (auto& [link, connection] : links_) {
    if (connection.close_by && *connection.close_by <= now_) over.push_back(link);
    if (!connection.beat_by || *connection.beat_by > now_) continue;
    keep_session(connection);
    connection.state = State::Closed;
    connection.beat_by.reset();
    connection.close_by = now_ + kCloseWait;
    say(link, answer::Close{laws_.silent_code});
  }
  for (const Link link : over) {
    say(link, answer::Hangup{});
    ends(link, now_);
  }
  forget_what_is_over();
}

void GatewayPeer::forget_what_is_over() {
  std::erase_if(sessions_, [this](const auto& each) {
    return !each.second.link && each.second.ends_at && *each.second.ends_at <= now_;
  });
}

// GW-ENV-8, GW-RES-8: to a live session, or kept for one that may come back.
void GatewayPeer::dispatches(const std::string& id, const std::string& name, std::int64_t now) {
  now_ = now;
  forget_what_is_over();
  if (const auto found = sessions_.find(id); found != sessions_.end()) give(found->second, name, true);
}

// GW-RECON-3
void GatewayPeer::asks_to_reconnect(Link link) {
  if (links_.at(link).state != State::Closed) say(link, answer::Reconnect{});
}

// GW-INV-14
void GatewayPeer::invalidates(Link link, bool resumable) {
  Connection& connection = links_.at(link);
  if (connection.state == State::Closed) return;
  if (!resumable) return refuse(link);
  connection.state = State::Invalid;
  say(link, answer::Invalid{true});
}

// GW-HB-21
void GatewayPeer::asks_for_beat(Link link) {
  if (links_.at(link).state != State::Closed) say(link, answer::AskBeat{});
}

std::vector<GatewayPeer::Output> GatewayPeer::take() {
  std::vector<Output> out;
  out.swap(out_);
  return out;
}

std::optional<std::int64_t> GatewayPeer::deadline() const {
  std::optional<std::int64_t> first;
  for (const auto& [link, connection] : links_)
    for (const auto& due : {connection.beat_by, connection.close_by})
      if (due && (!first || *due < *first)) first = due;
  return first;
}

std::set<std::string> GatewayPeer::sessions() const {
  std::set<std::string> out;
  for (const auto& [id, session] : sessions_) out.insert(id);
  return out;
}

}  // namespace portcullis::models
