#include <algorithm>
#include <array>

#include "portcullis/oracle/judge/walk.h"
#include "portcullis/spec/dispatch_events.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::judge {
namespace {

constexpr std::int64_t kLargeBytes = 1 << 20;
constexpr std::int64_t kBigSequence = std::int64_t{1} << 32;

bool is_known_event(const Json& name) {
  return name.is_string() && std::ranges::any_of(spec::kDispatchEvents, [&](const auto& row) {
           return row.name == name.get_ref<const std::string&>();
         });
}

bool has_unknown_key(const Json& payload) {
  constexpr std::array kKeys{"op", "d", "s", "t"};
  return std::ranges::any_of(payload.items(),
                             [&](const auto& entry) { return std::ranges::find(kKeys, entry.key()) == kKeys.end(); });
}

bool is_integer_without_sign(const Json& value) { return value.is_number_integer() && value >= 0; }

}  // namespace

void Walk::on_server_message(const timeline::Record& record, Link& link) {
  const Json& payload = member(record.with, "payload");
  const Json& op = member(payload, "op");
  if (record.with.contains("undecodable") || !is_integer_without_sign(op)) {
    const bool stream = link.address.compress.has_value() && !link.address.compress->empty();
    Json& facts = tell("undecodable").facts;
    facts["from"] = "server";
    facts["stream"] = stream && record.with.contains("undecodable");
    link.undecodable = true;
    link.undecodable_stream = facts["stream"];
    set_odd(link, "a message that is no payload");
    return set_special(link, "undecodable");
  }
  if (has_unknown_key(payload)) set_special(link, "unknown_key");
  if (op != 0 && !(payload.contains("s") && payload.contains("t") && payload.contains("d")))
    set_special(link, "keys_absent");
  if (record.with.value("payload_bytes", std::int64_t{0}) >= kLargeBytes) set_special(link, "large");
  const auto number = op.get<std::int64_t>();
  switch (number) {
    case 0: return on_dispatch(link, payload, record.with.contains("left_out"));
    case 1:
      if (!link.lost) link.asked += 1;
      link.asked_at = now_;
      return tell_beat_request(link);
    case 7: {
      Json& facts = tell("reconnect").facts;
      facts["before_hello"] = !link.hello_at.has_value();
      facts["closing"] = link.lost;
      facts["first"] = !link.reconnect_at.has_value();
      if (const Shard* const shard = shard_of(link); shard != nullptr) facts["losses"] = shard->losses;
      if (!link.reconnect_at) link.reconnect_at = now_;
      if (link.session != nullptr) link.session->at_reconnect = link.session->sequence();
      return;
    }
    case 9: return on_invalid(link, payload);
    case 10: return on_hello(link, payload);
    case 11: {
      if (link.beats_unanswered == 0) set_special(link, "stray_ack");
      link.beats_unanswered = std::max(link.beats_unanswered - 1, 0);
      link.ack_at = now_;
      tell("ack");
      return;
    }
    default: break;
  }
  tell("unknown_op").facts["op"] = number;
  set_special(link, "unknown_op");
}

void Walk::tell_beat_request(const Link& link) {
  Json& facts = tell("beat_request").facts;
  facts["closing"] = link.lost;
  facts["waiting"] = link.phase == Phase::Identifying || link.phase == Phase::Resuming;
}

void Walk::on_hello(Link& link, const Json& payload) {
  const Json& interval = member(member(payload, "d"), "heartbeat_interval");
  const bool good = interval.is_number_integer() && interval > 0;
  Json& facts = tell("hello").facts;
  facts["again"] = link.hello_at.has_value();
  facts["good"] = good;
  facts["closing"] = link.lost;
  if (link.hello_at) return set_odd(link, "a second Hello");
  if (!good) {
    set_odd(link, "a Hello without a positive interval");
    return set_special(link, "bad_interval");
  }
  link.hello_at = now_;
  link.interval = interval.get<std::int64_t>();
  facts["interval_ms"] = *link.interval;
  moments_.back().interval_ms = *link.interval;
}

/// Takes the `s` of a dispatch into account.
void Walk::count_sequence(Link& link, const Json& payload) {
  const Json& s = member(payload, "s");
  Session* const session = link.session;
  if (session == nullptr || !is_integer_without_sign(s)) return;
  const auto sequence = s.get<std::int64_t>();
  const auto highest = session->sequence();
  if (highest && sequence < *highest) set_special(link, "s_lower");
  if (highest && sequence == *highest) set_special(link, "s_repeat");
  if (highest && sequence > *highest + 1) set_special(link, "s_gap");
  if (sequence >= kBigSequence) set_special(link, "s_big");
  session->last = sequence;
  if (!highest || sequence > *highest) session->highest.emplace_back(now_, sequence);
}

void Walk::on_dispatch(Link& link, const Json& payload, bool left_out) {
  const Json& name = member(payload, "t");
  const Json& data = member(payload, "d");
  if (name == "READY") {
    on_ready(link, data);
    return count_sequence(link, payload);
  }
  Json& facts = tell(name == "RESUMED" ? "resumed" : "dispatch").facts;
  facts["t"] = name;
  facts["closing"] = link.lost;
  count_sequence(link, payload);
  if (link.phase == Phase::BeforeAuth || link.phase == Phase::Identifying) set_odd(link, "a dispatch before READY");
  if (name == "RESUMED" && link.phase == Phase::Resuming) {
    link.phase = Phase::Live;
    if (Shard* const shard = shard_of(link)) {
      shard->failed_resumes = shard->losses = shard->resume_refused = 0;
      shard->first_loss_at.reset();
    }
  }
  ++link.dispatches;
  if (name.is_null()) return set_special(link, "event_without_name");
  if (!is_known_event(name)) set_special(link, "unknown_event");
  if (!data.is_object() && !left_out) set_special(link, "data_of_another_kind");
  if (name == "RATE_LIMITED") {
    set_special(link, "rate_limited");
    const Json& after = member(data, "retry_after");
    const Json& guild = member(member(data, "meta"), "guild_id");
    if (after.is_number() && guild.is_string())
      process_.rate_limited_until[guild.get<std::string>()] =
          now_ + static_cast<std::int64_t>(after.get<double>() * 1'000);
  }
  if (name == "GUILD_CREATE" && member(data, "unavailable") == true) set_special(link, "unavailable_guild");
}

void Walk::on_ready(Link& link, const Json& data) {
  Json& facts = tell("ready").facts;
  facts["resuming"] = link.phase == Phase::Resuming;
  facts["again"] = link.phase == Phase::Live;
  if (link.phase != Phase::Identifying) set_odd(link, "a READY that no Identify asked for");
  // Whether an Identify that was refused counts as well is not known (OP-13).
  if (process_.identifies_left) --*process_.identifies_left;
  const Json& id = member(data, "session_id");
  const Json& url = member(data, "resume_gateway_url");
  process_.sessions.emplace_back();
  Session& session = process_.sessions.back();
  session.shard = link.shard;
  session.opened_at = link.address;
  session.intents = link.intents;
  session.shard_count = link.shard_count;
  if (id.is_string()) session.id = id.get<std::string>();
  if (url.is_string()) session.resume_at = address_of(url.get<std::string>());
  facts["whole"] = id.is_string() && url.is_string();
  if (!facts["whole"].get<bool>()) {
    set_odd(link, "a READY without session_id or resume_gateway_url");
    end_session(&session, "incomplete");
  }
  link.session = &session;
  link.phase = Phase::Live;
  Shard* const shard = shard_of(link);
  if (shard == nullptr) return;
  shard->session = &session;
  shard->failed_resumes = shard->losses = shard->resume_refused = 0;
  shard->first_loss_at.reset();
}

void Walk::on_invalid(Link& link, const Json& payload) {
  const Json& data = member(payload, "d");
  Json& facts = tell("invalid").facts;
  facts["resumable"] = data == true;
  facts["good"] = data.is_boolean();
  facts["closing"] = link.lost;
  Shard* const shard = shard_of(link);
  Session* const session = link.session != nullptr ? link.session : shard != nullptr ? shard->session : nullptr;
  if (data == false) end_session(session, "invalid");
  if (data != true && shard != nullptr) shard->last_invalid_at = now_;
  facts["session"] = session != nullptr && session->ended_by.empty();
  if (shard != nullptr) facts["losses"] = shard->losses;
  if (link.lost) return;
  link.invalid_at = now_;
  link.invalid = data == true ? "invalid_resumable" : data == false ? "invalid" : "invalid_odd";
  link.identify_allowed = true;
  link.phase = Phase::Invalid;
  if (data.is_boolean()) return;
  set_odd(link, "an op 9 that says neither true nor false");
  set_special(link, "invalid_of_another_kind");
}

}  // namespace portcullis::judge
