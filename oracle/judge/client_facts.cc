#include <algorithm>
#include <charconv>

#include "portcullis/oracle/judge/shapes.h"
#include "portcullis/oracle/judge/walk.h"
#include "portcullis/spec/intents.h"
#include "portcullis/spec/opcodes.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::judge {
namespace {

constexpr std::int64_t kSendWindowMs = 60'000;
constexpr std::int64_t kPresenceWindowMs = 20'000;
constexpr std::int64_t kWholeListMs = 30'000;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::string_view kPrefix = "Bot ";

/// Puts a time into a sliding window; gives how many it holds then.
std::size_t slide(std::deque<std::int64_t>& window, std::int64_t now, std::int64_t width) {
  window.push_back(now);
  while (window.front() <= now - width) window.pop_front();
  return window.size();
}

bool may_be_sent(std::int64_t opcode) {
  return std::ranges::any_of(spec::kOpcodes, [&](const spec::OpcodeRow& row) {
    return row.may_send && static_cast<std::int64_t>(row.opcode) == opcode;
  });
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::BeforeAuth: return "before_auth";
    case Phase::Identifying: return "identifying";
    case Phase::Resuming: return "resuming";
    case Phase::Live: return "live";
    case Phase::Invalid: return "invalid";
  }
  return "";
}

std::string_view name_of(std::int64_t opcode) {
  switch (opcode) {
    case 1: return "beat";
    case 2: return "identify";
    case 6: return "resume";
    default: return may_be_sent(opcode) ? "command" : "unknown_op";
  }
}

std::optional<std::uint64_t> id_of(const Json& value) {
  if (value.is_number_integer() && value >= 0) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

bool has(std::uint64_t intents, spec::Intent intent) { return (intents & spec::bit(intent)) != 0; }

}  // namespace

void Walk::on_client_message(const timeline::Record& record, Link& link) {
  const Json& payload = member(record.with, "payload");
  const Json& op = member(payload, "op");
  process_.connected = true;
  const bool decoded = !record.with.contains("undecodable") && op.is_number_integer();
  const std::int64_t opcode = decoded ? op.get<std::int64_t>() : -1;
  Moment& moment = tell(decoded ? name_of(opcode) : "undecodable");
  Json& facts = moment.facts;
  const bool etf = link.address.encoding == "etf";
  facts["from"] = "client";
  facts["bytes"] = record.with["bytes"];
  facts["kind_good"] = (record.with["kind"] == "binary") == etf;
  facts["after_close"] = link.client_closed;
  const bool crossing = link.phase == Phase::Invalid && now_ - link.invalid_at.value_or(now_) <= tolerance_;
  facts["phase"] = crossing ? "hearing_invalid" : name_of(link.phase);
  facts["hello_seen"] = link.hello_at.has_value();
  facts["sends_60s"] = slide(link.sends, now_, kSendWindowMs);
  if (!decoded) return;
  facts["op"] = opcode;
  Json broken = Json::array();
  std::string what;
  for (const Misfit& misfit : misfits_of(opcode, member(payload, "d"),
                                         {link.address.version.value_or(6), link.address.compress.value_or("")})) {
    broken.push_back(misfit.requirement);
    what += (what.empty() ? "" : "; ") + misfit.what;
  }
  facts["broken"] = std::move(broken);
  if (!what.empty()) facts["what"] = what;
  const Json& data = member(payload, "d");
  if (opcode == 1) return on_beat(link, data, moment);
  if (opcode == 2) return on_identify(link, data, moment);
  if (opcode == 6) return on_resume(link, data, moment);
  on_command(link, opcode, payload, moment);
}

// ---- Beats

/// Says whether that was the highest `s` at some time that the client may have read its state at.
bool Walk::was_highest(const Session& session, std::int64_t sequence) const {
  for (std::size_t i = 0; i < session.highest.size(); ++i) {
    const bool passed = i + 1 < session.highest.size() && session.highest[i + 1].first < now_ - tolerance_;
    if (session.highest[i].second == sequence && !passed) return true;
  }
  return false;
}

std::string Walk::sequence_of_beat(const Link& link, const Json& data) const {
  if (!data.is_null() && !data.is_number_integer()) return "malformed";
  const auto at = process_.shards.find(link.shard);
  const Session* const kept = at == process_.shards.end() ? nullptr : at->second.session;
  const Session* const session = link.session != nullptr ? link.session : kept;
  const bool known = session != nullptr && session->sequence().has_value();
  if (!known) return data.is_null() ? "null" : data == 0 ? "zero" : "ahead";
  const bool recent_ready = session->highest.front().first >= now_ - tolerance_;
  if (data.is_null()) {
    if (link.session == nullptr || link.dispatches == 0 || recent_ready || link.phase == Phase::Resuming) return "null";
    return session->ended_by.empty() ? "null_but_known" : "null";
  }
  const auto sequence = data.get<std::int64_t>();
  // After a close code a client may still try to resume; after these two it knows better.
  const bool lost = session->ended_by == "invalid" || session->ended_by == "client_close";
  if (lost && link.session == nullptr) return sequence == 0 ? "zero" : "of_lost_session";
  if (sequence == *session->sequence()) return "current";
  if (was_highest(*session, sequence)) return "recent";
  if (sequence == 0 && recent_ready) return "zero";
  if (session->last == sequence) return "lowered";
  return sequence > *session->sequence() ? "ahead" : "stale";
}

void Walk::on_beat(Link& link, const Json& data, Moment& moment) {
  Json& facts = moment.facts;
  const bool asked = link.asked > 0;
  facts["asked"] = asked;
  facts["sequence"] = sequence_of_beat(link, data);
  facts["d"] = data;
  link.asked = 0;
  const bool early = link.beat_at && link.interval && now_ - *link.beat_at < *link.interval * 9 / 10;
  facts["early"] = early && !asked;
  if (link.beat_at) facts["since_beat_ms"] = now_ - *link.beat_at;
  if (link.hello_at && !link.beat_at) {
    facts["first"] = true;
    process_.first_beats.push_back(static_cast<double>(now_ - *link.hello_at) / static_cast<double>(*link.interval));
  }
  const bool scheduled = !asked || (link.scheduled_beat_at && link.interval &&
                                    now_ - *link.scheduled_beat_at >= *link.interval - tolerance_);
  if (scheduled) {
    const bool acked = !link.scheduled_beat_at || (link.ack_at && *link.ack_at >= *link.scheduled_beat_at);
    const bool late = link.scheduled_beat_at && now_ - *link.scheduled_beat_at >= link.interval.value_or(0) / 2;
    link.unacked = acked || !late ? 0 : link.unacked + 1;
    facts["unacked"] = link.unacked;
    link.scheduled_beat_at = now_;
  }
  if (!asked && link.interval) facts["unsolicited"] = slide(link.unsolicited, now_, *link.interval);
  link.beat_at = now_;
  ++link.beats_unanswered;
}

// ---- Handshakes

std::string Walk::place_of(const Link& link) const {
  const auto at = process_.shards.find(link.shard);
  const Session* const session = at == process_.shards.end() ? nullptr : at->second.session;
  const bool main = link.address.place == process_.main.place;
  const bool resume = session != nullptr && link.address.place == session->resume_at.place;
  return main && resume ? "both" : main ? "main" : resume ? "resume" : "other";
}

/// What Identify and Resume have in common: what came before on this shard.
void Walk::tell_handshake(Link& link, Moment& moment) {
  Json& facts = moment.facts;
  facts["host"] = place_of(link);
  facts["allowed"] = link.identify_allowed;
  facts["handshakes"] = ++link.handshakes;
  facts["same_link_after_invalid"] = link.phase == Phase::Invalid;
  Shard* const shard = shard_of(link);
  if (shard == nullptr) return;
  const bool on_link = link.phase == Phase::Invalid;
  facts["after"] = on_link ? link.invalid : shard->loss.is_null() ? "start" : shard->loss["cause"].get<std::string>();
  if (!on_link && shard->loss.contains("code")) {
    facts["after_code"] = shard->loss["code"];
    facts["after_class"] = shard->loss["class"];
  }
  if (!on_link && !shard->loss.is_null() && member(shard->loss, "phase").is_string())
    facts["after_phase"] = shard->loss["phase"];
  facts["session"] = shard->session != nullptr && shard->session->ended_by.empty() && shard->session->sequence();
  if (shard->session != nullptr && !shard->session->ended_by.empty()) facts["ended_by"] = shard->session->ended_by;
  facts["failed_resumes"] = shard->failed_resumes;
  const bool dead = shard->session != nullptr && process_.dead.contains(shard->session->resume_at.place);
  facts["resume_refused"] = std::max(shard->resume_refused, dead ? 1 : 0);
  facts["refused"] = shard->refused;
  if (shard->last_invalid_at) {
    facts["since_invalid_ms"] = now_ - *shard->last_invalid_at;
    shard->last_invalid_at.reset();
  }
}

void Walk::on_identify(Link& link, const Json& data, Moment& moment) {
  Json& facts = moment.facts;
  tell_handshake(link, moment);
  const Json& token = member(data, "token");
  facts["prefixed"] = token.is_string() && token.get_ref<const std::string&>().starts_with(kPrefix);
  const int shard = link.shard == Moment::kNoShard ? 0 : link.shard;
  const auto key = static_cast<int>(shard % process_.max_concurrency);
  if (const auto at = process_.identified_at.find(key); at != process_.identified_at.end())
    facts["since_key_ms"] = now_ - at->second;
  process_.identified_at[key] = now_;
  process_.identifies.push_back(now_);
  facts["in_day"] = std::ranges::count_if(process_.identifies, [&](std::int64_t at) { return at > now_ - kDayMs; });
  if (process_.identifies_left && *process_.identifies_left <= 0)
    facts["before_reset"] = now_ + tolerance_ < process_.identifies_reset_at;
  const auto bucket = shard / process_.max_concurrency;
  facts["in_order"] = std::ranges::none_of(process_.shards, [&](const auto& other) {
    return other.second.identified && other.first / process_.max_concurrency > bucket &&
           !process_.shards[shard].identified;
  });
  process_.shards[shard].identified = true;
  const Json& pair = member(data, "shard");
  const bool sharded = pair.is_array() && pair.size() == 2 && pair[1].is_number_integer() && pair[1] > 0;
  link.shard_count = sharded ? pair[1].get<std::uint32_t>() : 1;
  link.intents = member(data, "intents").is_number_integer() ? data["intents"].get<std::uint64_t>() : 0;
  ++link.identifies;
  link.identify_allowed = false;
  link.phase = Phase::Identifying;
  link.identified_at = now_;
  link.session = nullptr;
}

std::string Walk::sequence_of_resume(const Session& session, const Json& sequence) const {
  if (!sequence.is_number_integer()) return "malformed";
  const auto value = sequence.get<std::int64_t>();
  const auto highest = session.sequence();
  if (!highest) return "ahead";
  if (value == *highest) return "current";
  if (was_highest(session, value)) return "recent";
  if (session.at_reconnect && value >= *session.at_reconnect && value < *highest) return "of_reconnect";
  if (session.last == value) return "lowered";
  return value > *highest ? "ahead" : "stale";
}

void Walk::on_resume(Link& link, const Json& data, Moment& moment) {
  Json& facts = moment.facts;
  tell_handshake(link, moment);
  link.phase = Phase::Resuming;
  link.identify_allowed = false;
  const Json& token = member(data, "token");
  facts["prefixed"] = token.is_string() && token.get_ref<const std::string&>().starts_with(kPrefix);
  const Json& id = member(data, "session_id");
  const auto session = std::ranges::find_if(process_.sessions, [&](const Session& one) { return one.id == id; });
  if (session == process_.sessions.end()) {
    facts["session_named"] = process_.sessions.empty() ? "from_before" : "unknown";
    return;
  }
  const Shard* const shard = shard_of(link);
  const bool newest = shard != nullptr && shard->session == &*session;
  facts["session_named"] = !newest ? "old" : session->ended_by.empty() ? "current" : "ended:" + session->ended_by;
  facts["seq"] = member(data, "seq");
  facts["sequence"] = sequence_of_resume(*session, facts["seq"]);
  facts["same_version"] = link.address.version == session->opened_at.version;
  facts["same_encoding"] = link.address.encoding == session->opened_at.encoding;
  facts["same_compress"] = link.address.compress == session->opened_at.compress;
  link.session = &*session;
  link.shard_count = session->shard_count;
}

// ---- Commands

void Walk::on_command(Link& link, std::int64_t opcode, const Json& payload, Moment& moment) {
  Json& facts = moment.facts;
  const Json& data = member(payload, "d");
  Shard* const shard = shard_of(link);
  if (shard != nullptr) {
    const Json& code = member(shard->loss, "code");
    facts["refused_before"] = (code == 4001 || code == 4002) && shard->refused_command == payload;
    shard->refused_command = payload;
  }
  if (const auto guild = id_of(member(data, "guild_id")); guild && link.shard_count > 0)
    facts["own_guild"] = static_cast<int>(spec::shard_of_guild(*guild, link.shard_count)) == link.shard;
  if (opcode == 3) facts["presences_20s"] = slide(link.presences, now_, kPresenceWindowMs);
  if (opcode != 8 || !member(data, "guild_id").is_string()) return;
  const bool whole = member(data, "query") == "" && member(data, "limit") == 0;
  if (link.session != nullptr && (whole || member(data, "presences") == true))
    facts["intents_missing"] =
        (whole && !has(link.session->intents, spec::Intent::GuildMembers)) ||
        (member(data, "presences") == true && !has(link.session->intents, spec::Intent::GuildPresences));
  const auto guild = data["guild_id"].get<std::string>();
  const auto limited = process_.rate_limited_until.find(guild);
  facts["too_soon"] = limited != process_.rate_limited_until.end() && now_ + tolerance_ < limited->second;
  if (!whole) return;
  const auto last = process_.whole_list_at.find(guild);
  if (last != process_.whole_list_at.end()) facts["whole_list_early"] = now_ + tolerance_ < last->second + kWholeListMs;
  process_.whole_list_at[guild] = now_;
}

}  // namespace portcullis::judge
