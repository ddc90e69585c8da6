#include <algorithm>

#include "portcullis/oracle/judge/walk.h"
#include "portcullis/spec/close_codes.h"

namespace portcullis::judge {
namespace {

constexpr std::uint16_t kNoCode = 1005;
constexpr std::int64_t kSpecialMs = 3'000;  ///< for so long what is out of the ordinary may be why a client leaves

bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::string_view class_of(std::uint16_t code) {
  const spec::CloseRow& row = spec::close_row(code);
  if (row.recommended == spec::AfterClose::Stop) return "fatal";
  if (!row.required.contains(spec::AfterClose::Resume)) return "identify";
  return row.required.contains(spec::AfterClose::Identify) ? "either" : "resume";
}

}  // namespace

void Walk::on_close(const timeline::Record& record, Link& link) {
  const bool client = record.with["from"] == "client";
  const auto code = static_cast<std::uint16_t>(record.with.value("code", std::int64_t{kNoCode}));
  const bool given = record.with.contains("code");
  Json& facts = tell("close").facts;
  facts["from"] = record.with["from"];
  facts["code"] = given ? Json(code) : Json();
  facts["answer"] = client ? link.server_closed : link.client_closed;
  if (!client) {
    facts["class"] = class_of(code);
    link.server_closed = true;
    return lose(link, "server", code);
  }
  facts["cause"] = link.server_closed ? "server_close" : cause_of(link, "client");
  facts["legal"] = !given || may_be_sent(code);
  facts["fatal_code"] = given && spec::classify_close(code) == spec::CloseClass::Fatal;
  link.client_closed = true;
  link.client_code = given ? std::optional(code) : std::nullopt;
  link.had_session = keeps_session(link);
  const bool ends = given && (code == 1000 || code == 1001);
  if (ends && !link.server_closed) end_session(link.session, "client_close");
  lose(link, "client", std::nullopt);
}

void Walk::on_end(const timeline::Record& record, Link& link) {
  Json& facts = tell("end").facts;
  facts["from"] = record.with["from"];
  facts["closed"] = link.client_closed || link.server_closed;
  lose(link, record.with["from"] == "client" ? "client" : "server", std::nullopt);
}

/// Says why a client left, as far as the timeline shows it; `unasked` where it shows nothing.
std::string Walk::cause_of(const Link& link, std::string_view by) const {
  if (process_.stopped) return process_.leaving ? "leave" : "stop";
  if (!link.upgraded) return "refused";
  if (by == "server") return link.server_closed ? "server_close" : "transport";
  if (link.undecodable) return "undecodable";
  if (link.invalid_at) return link.invalid;
  if (link.reconnect_at) return "reconnect";
  const bool overdue = link.beats_unanswered > 0 && link.interval && link.scheduled_beat_at &&
                       now_ - *link.scheduled_beat_at >= *link.interval / 2;
  if (overdue) return "zombie";
  if (const std::string what = recent_special(link); !what.empty()) return what;
  if (!link.hello_at) return "no_hello";
  if (link.phase == Phase::Identifying || link.phase == Phase::Resuming) return "no_answer";
  return "unasked";
}

/// Says whether the shard has a session that may be resumed.
bool Walk::keeps_session(const Link& link) const {
  const auto at = process_.shards.find(link.shard);
  return at != process_.shards.end() && at->second.session != nullptr && at->second.session->ended_by.empty();
}

std::string Walk::recent_special(const Link& link) const {
  for (const auto& [what, at] : link.special_at)
    if (now_ - at <= kSpecialMs) return "special:" + what;
  return {};
}

/// Tells once for each link that it is over, with what the client has to go by.
void Walk::lose(Link& link, std::string_view by, std::optional<std::uint16_t> code) {
  if (std::exchange(link.lost, true)) return;
  Json& facts = tell("loss").facts;
  facts["by"] = by;
  facts["cause"] = cause_of(link, by);
  facts["refused"] = !link.upgraded;
  facts["had_session"] = link.client_closed ? link.had_session : keeps_session(link);
  if (code) {
    facts["code"] = *code == kNoCode ? Json() : Json(*code);
    facts["class"] = class_of(*code);
  }
  if (link.client_code) facts["client_code"] = *link.client_code;
  if (link.reconnect_at) facts["since_reconnect_ms"] = now_ - *link.reconnect_at;
  if (link.identified_at && link.phase == Phase::Identifying) facts["since_identify_ms"] = now_ - *link.identified_at;
  Shard* const shard = shard_of(link);
  if (shard == nullptr) return;
  const bool new_session = code && facts["class"] == "identify";
  if (new_session) end_session(link.session != nullptr ? link.session : shard->session, "close_code");
  if (code && facts["class"] == "fatal") {
    shard->fatal_at = now_;
    process_.fatal = true;
  }
  facts["session"] = shard->session != nullptr && shard->session->ended_by.empty();
  facts["phase"] = link.phase == Phase::Live ? "live" : link.phase == Phase::BeforeAuth ? "before_auth" : "waiting";
  if (link.phase == Phase::Resuming) ++shard->failed_resumes;
  if (!link.upgraded) {
    ++shard->refused;
    if (place_of(link) == "resume") ++shard->resume_refused;
  }
  ++shard->losses;
  if (!shard->first_loss_at) shard->first_loss_at = now_;
  facts["losses"] = shard->losses;
  facts["resume_dead"] = shard->session != nullptr && process_.dead.contains(shard->session->resume_at.place);
  shard->loss = facts;
  shard->lost_at = now_;
}

void Walk::end_session(Session* session, std::string_view by) {
  if (session != nullptr && session->ended_by.empty()) session->ended_by = by;
}

}  // namespace portcullis::judge
