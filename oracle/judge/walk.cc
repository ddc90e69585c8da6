#include "portcullis/oracle/judge/walk.h"

#include <algorithm>
#include <set>

namespace portcullis::judge {
namespace {

constexpr std::int64_t kToleranceMs = 100;  ///< under which no machine that does other things can be held to
constexpr std::int64_t kNoiseFactor = 3;
constexpr std::size_t kJitterSamples = 3;

bool is_gateway_path(std::string_view path, std::string_view name) { return path.ends_with(name); }

}  // namespace

const Json& member(const Json& object, std::string_view key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at == object.end() ? none : *at;
}

Tolerance tolerance_of(const timeline::Timeline& timeline) {
  if (timeline.clock == timeline::Clock::Virtual) return {1};
  std::int64_t noise = 0;
  for (const timeline::Record& record : timeline.records)
    if (record.is == "noise") noise = std::max(noise, record.with.value("ms", std::int64_t{0}));
  return {kToleranceMs + kNoiseFactor * noise};
}

std::vector<Moment> moments_of(const timeline::Timeline& timeline, Tolerance tolerance) {
  return Walk(timeline, tolerance).run();
}

Walk::Walk(const timeline::Timeline& timeline, Tolerance tolerance) : timeline_(timeline), tolerance_(tolerance.ms) {}

std::vector<Moment> Walk::run() {
  find_shards();
  for (record_ = 0; record_ < timeline_.records.size(); ++record_) see(timeline_.records[record_]);
  if (!timeline_.records.empty()) record_ = timeline_.records.size() - 1;
  link_ = nullptr;
  link_number_ = 0;
  tell_jitter();
  return {std::make_move_iterator(moments_.begin()), std::make_move_iterator(moments_.end())};
}

/// Says which link belongs to which shard, by what is sent on it later. Where there is one shard only, all are its own.
void Walk::find_shards() {
  std::map<std::string, int> by_session;
  std::set<int> all;
  std::set<std::uint64_t> links;
  for (const timeline::Record& record : timeline_.records) {
    if (record.is == "open") links.insert(record.link);
    if (record.is != "message") continue;
    const Json& payload = member(record.with, "payload");
    const Json& data = member(payload, "d");
    const Json& op = member(payload, "op");
    const bool client = record.with["from"] == "client";
    if (client && op == 2) {
      const Json& shard = member(data, "shard");
      const bool given = shard.is_array() && !shard.empty() && shard[0].is_number_integer();
      all.insert(shard_by_link_[record.link] = given ? shard[0].get<int>() : 0);
    }
    if (!client && member(payload, "t") == "READY" && member(data, "session_id").is_string())
      by_session[data["session_id"]] = shard_by_link_.contains(record.link) ? shard_by_link_[record.link] : 0;
    if (client && op == 6 && member(data, "session_id").is_string() && !shard_by_link_.contains(record.link)) {
      const auto at = by_session.find(data["session_id"].get<std::string>());
      if (at != by_session.end()) shard_by_link_[record.link] = at->second;
    }
  }
  if (all.size() > 1) return;
  for (const std::uint64_t link : links) shard_by_link_.try_emplace(link, all.empty() ? 0 : *all.begin());
}

void Walk::see(const timeline::Record& record) {
  now_ = record.at_ms;
  link_number_ = record.link;
  const auto at = process_.links.find(record.link);
  link_ = at == process_.links.end() ? nullptr : &at->second;
  if (record.is == "process") return on_process(record);
  if (record.is == "rest") return on_rest(record);
  if (record.is == "local") return on_local(record);
  if (record.is == "script") return on_script(record);
  if (record.is == "open") return on_open(record);
  if (link_ == nullptr) return;
  if (record.is == "upgraded") return on_upgraded(*link_);
  if (record.is == "refused") return on_refused(record, *link_);
  if (record.is == "ping" || record.is == "pong") return on_ping(record, *link_);
  if (record.is == "fault") return on_fault(record, *link_);
  if (record.is == "close") return on_close(record, *link_);
  if (record.is == "end") return on_end(record, *link_);
  if (record.is != "message") return;
  record.with["from"] == "client" ? on_client_message(record, *link_) : on_server_message(record, *link_);
}

Moment& Walk::tell(std::string_view is) {
  Moment moment;
  moment.record = record_;
  moment.at_ms = now_;
  moment.link = link_number_;
  if (link_ != nullptr) {
    moment.shard = link_->shard;
    moment.odd = !link_->odd.empty();
    moment.interval_ms = link_->interval.value_or(0);
  }
  moment.facts["is"] = is;
  moments_.push_back(std::move(moment));
  return moments_.back();
}

Shard* Walk::shard_of(const Link& link) {
  return link.shard == Moment::kNoShard ? nullptr : &process_.shards[link.shard];
}

void Walk::set_odd(Link& link, std::string_view why) {
  if (link.odd.empty()) link.odd = why;
}

void Walk::set_special(Link& link, std::string_view what) {
  link.special_at[std::string(what)] = now_;
  tell("special").facts["what"] = what;
}

// ---- The process

void Walk::on_process(const timeline::Record& record) {
  if (record.with["state"] != "exited") return;
  Moment& moment = tell("exit");
  moment.odd = std::ranges::any_of(process_.links, [](const auto& link) { return !link.second.odd.empty(); });
  Json& facts = moment.facts;
  facts["status"] = record.with.value("status", 0);
  facts["killed"] = record.with.value("killed", false);
  facts["why"] = process_.stopped        ? "stopped"
                 : process_.fatal        ? "fatal"
                 : process_.unauthorized ? "unauthorized"
                                         : cause_of_exit();
  facts["connected"] = process_.connected;
  facts["printed_token"] = record.with.contains("printed_token") ? record.with["printed_token"] : Json();
}

/// Gives what was out of the ordinary shortly before, where the client ended without being asked to.
std::string Walk::cause_of_exit() const {
  for (const auto& [number, link] : process_.links)
    if (const std::string what = recent_special(link); !what.empty()) return what;
  return "unasked";
}

void Walk::on_rest(const timeline::Record& record) {
  const std::string path = record.with.value("path", "");
  const std::int64_t status = record.with.value("status", 0);
  const bool bot = is_gateway_path(path, "/gateway/bot");
  const bool gateway = bot || is_gateway_path(path, "/gateway");
  Json& facts = tell("rest").facts;
  facts["endpoint"] = bot ? "gateway_bot" : gateway ? "gateway" : "other";
  facts["status"] = status;
  facts["authorization"] = record.with.value("authorization", "none");
  facts["user_agent_good"] = record.with.value("user_agent", "").starts_with("DiscordBot (");
  facts["again"] = gateway && process_.answered && process_.connected && !process_.failed_since_answer;
  facts["after_401"] = process_.unauthorized;
  if (!gateway) return;
  process_.unauthorized |= status == 401;
  if (status != 200) return;
  process_.answered = true;
  process_.failed_since_answer = false;
  const Json& body = member(record.with, "body");
  if (member(body, "url").is_string()) process_.main = address_of(body["url"].get<std::string>());
  const Json& limit = member(body, "session_start_limit");
  process_.max_concurrency = std::max<std::int64_t>(limit.value("max_concurrency", process_.max_concurrency), 1);
  if (!limit.contains("remaining")) return;
  process_.identifies_left = limit.value("remaining", std::int64_t{0});
  process_.identifies_reset_at = now_ + limit.value("reset_after", std::int64_t{0});
}

void Walk::on_local(const timeline::Record& record) {
  const std::string did = record.with.value("did", "");
  tell("local").facts["did"] = did;
  if (did == "start" || did == "connect") {
    process_.stopped = false;
    process_.answered = false;  // it begins anew, and may ask again
  }
  if (did == "stop" || did == "close") {
    process_.stopped = true;
    process_.stopped_at = now_;
  }
  if (did != "send") process_.leaving = did == "close";
}

void Walk::on_script(const timeline::Record& record) {
  if (const Json& url = member(record.with, "dead_url"); url.is_string())
    process_.dead.insert(address_of(url.get<std::string>()).place);
}

// ---- The life of a link

void Walk::on_open(const timeline::Record& record) {
  link_ = &process_.links[record.link];
  Link& link = *link_;
  if (const auto at = shard_by_link_.find(record.link); at != shard_by_link_.end()) link.shard = at->second;
  link.opened_at = now_;
  link.address = address_of(record.with.value("url", ""));
  if (process_.main.place.empty()) process_.main = link.address;
  Json& facts = tell("open").facts;
  const Address& address = link.address;
  facts["scheme"] = address.scheme;
  facts["version"] = address.version ? Json(*address.version) : Json();
  facts["encoding"] = address.encoding ? Json(*address.encoding) : Json();
  facts["compress"] = address.compress ? Json(*address.compress) : Json();
  facts["well_formed"] = address.well_formed;
  facts["lowered"] = address.scheme == "ws" && process_.main.scheme == "wss";
  facts["stopped"] = process_.stopped && now_ - process_.stopped_at > tolerance_;  // else it had called before
  facts["unauthorized"] = process_.unauthorized;
  Shard* const shard = shard_of(link);
  if (shard == nullptr) return;
  facts["host"] = place_of(link);
  facts["fatal"] = shard->fatal_at.has_value();
  facts["losses"] = shard->losses;
  facts["resume_refused"] = shard->resume_refused;
  if (!shard->loss.is_null()) {
    facts["after"] = shard->loss["cause"];
    facts["wait_ms"] = now_ - shard->lost_at;
    facts["after_client_code"] = member(shard->loss, "client_code");
    facts["after_session"] = member(shard->loss, "had_session");
  }
  if (shard->first_loss_at) facts["since_first_loss_ms"] = now_ - *shard->first_loss_at;
  facts["others_live"] = std::ranges::count_if(process_.links, [&](const auto& other) {
    return &other.second != &link && other.second.shard == link.shard && other.second.phase != Phase::BeforeAuth &&
           !other.second.lost;
  });
}

void Walk::on_upgraded(Link& link) {
  link.upgraded = true;
  tell("upgraded");
  Shard* const shard = shard_of(link);
  if (shard == nullptr) return;
  shard->refused = 0;
  if (place_of(link) == "resume") shard->resume_refused = 0;
}

void Walk::on_refused(const timeline::Record& record, Link& link) {
  Json& facts = tell("refused").facts;
  facts["status"] = record.with.value("status", 0);
  process_.failed_since_answer = true;
  lose(link, "server", std::nullopt);
}

void Walk::on_ping(const timeline::Record& record, Link& link) {
  Json& facts = tell(record.is).facts;
  facts["from"] = record.with["from"];
  facts["closing"] = link.lost;
}

void Walk::on_fault(const timeline::Record& record, Link& link) {
  Json& facts = tell("fault").facts;
  facts["from"] = record.with["from"];
  facts["what"] = record.with["what"];
  if (record.with["from"] == "client") {
    facts["after_close"] = link.client_closed;
    return;
  }
  link.undecodable = true;
  link.undecodable_stream = true;
  set_odd(link, "a WebSocket rule broken by the server");
  set_special(link, "bad_frame");
}

/// Says at the end whether the first beats of the links were spread, as a jitter spreads them.
void Walk::tell_jitter() {
  const auto& shares = process_.first_beats;
  if (shares.size() < kJitterSamples) return;
  const auto [least, most] = std::ranges::minmax(shares);
  constexpr double kSpread = 0.02;
  tell("jitter").facts["constant"] = most - least < kSpread;
}

}  // namespace portcullis::judge
