#include "portcullis/tests/properties/referee.h"

#include "portcullis/spec/close_codes.h"
#include "portcullis/tests/transcripts/words.h"

namespace portcullis::tests {
namespace {

constexpr std::size_t kBusy = 50;  // messages in a minute from which on an asked beat may have to wait (LOCAL-6)

}  // namespace

// GW-RES-24
void Referee::configured(const std::string& line) {
  const std::string key = " resume=";
  const auto at = line.find(key);
  if (at != std::string::npos) watch_.brings("stored", std::stoll(line.substr(at + key.size())));
}

void Referee::before(const std::string& line) {
  const std::string verb = first_word(line);
  const std::string rest = behind_first_word(line);
  answer_expected_ = false;
  if (verb == "start") return watch_.starts();
  if (verb == "stop" && rest == "end") return watch_.ends();
  if (verb == "main_url") return watch_.moves_main_url(rest.substr(rest.find("://") + 3));
  if (verb == "late" || verb == "sleep") return watch_.sleeps(Duration{std::stoll(rest)});
  if (verb == "lose") return loses();
  if (!is_heard()) return;
  if (verb == "deep") return breaks_payload();
  if (const auto payload = payload_said(verb, rest)) return says(*payload);
  if (verb == "frame") return breaks(rest);
  if (verb == "close") return closes(rest);
}

void Referee::after(const std::string& line) {
  if (line.starts_with("wait ")) watch_.time_passed();
  if (answer_expected_) watch_.expect_answer();
}

bool Referee::is_heard() { return model_.model().hears() && !model_.torn(); }

void Referee::note(const std::string& kind) {
  if (tally_ != nullptr) tally_->note(kind, state_name(model_.model()));
}

void Referee::loses() {
  if (model_.model().hears()) note(model_.torn() ? "loss in a frame" : "loss behind a frame");
  watch_.loses_link();
}

void Referee::says(const std::string& json) {
  const auto payload = payload_of(json, false);
  payload ? says(*payload) : breaks_payload();
}

void Referee::breaks_payload() {
  note("undecodable");
  watch_.breaks_payloads();
}

void Referee::says(const models::Payload& payload) {
  switch (payload.op) {
    case 0: return dispatches(payload);
    case 1:
      note("op 1");
      watch_.asks_for_beat();
      answer_expected_ =
          !watch_.closed() && !watch_.deaf() && watch_.sent_in_a_minute() < kBusy && !model_.is_overdue();
      return;
    case 7: return note("op 7");
    case 9:
      note(payload.resumable ? "op 9, true" : "op 9, false");
      return payload.resumable ? void() : watch_.ends_session();
    case 10:
      note(payload.interval ? "op 10" : "undecodable");
      return payload.interval ? watch_.sends_hello(*payload.interval) : watch_.breaks_payloads();
    case 11: return note("op 11");
    default: note("unknown op");
  }
}

void Referee::dispatches(const models::Payload& payload) {
  if (payload.t == "READY") {
    note("op 0, READY");
    const bool usable = payload.resume_url.starts_with("wss://");  // LOCAL-8, LOCAL-19
    return watch_.sends_ready(usable ? payload.session_id : "", payload.s);
  }
  if (payload.t == "RESUMED") {
    note("op 0, RESUMED");
    return watch_.sends_resumed(payload.s);
  }
  note("op 0, another");
  watch_.sends_dispatch(payload.s);
}

// Whole frames alone: a ping, a message that nobody agreed on, or a breach of RFC 6455.
void Referee::breaks(const std::string& hex) {
  if (hex.starts_with("89") || ModelPlayer::is_part_of_a_frame(hex)) return;
  const bool payload = hex.starts_with("82");
  note(payload ? "undecodable" : "broken frame");
  payload ? watch_.breaks_payloads() : watch_.breaks_frames();
}

void Referee::closes(const std::string& code) {
  const auto verdict =
      code.empty() ? spec::CloseClass::Resume : spec::classify_close(static_cast<std::uint16_t>(std::stoi(code)));
  note(code.empty()                              ? "close, no code"
       : verdict == spec::CloseClass::Fatal      ? "fatal close"
       : verdict == spec::CloseClass::NewSession ? "close for a new session"
                                                 : "close to resume");
  watch_.closes(verdict);
}

}  // namespace portcullis::tests
