#include "portcullis/tests/client/watch.h"

#include <nlohmann/json.hpp>

namespace portcullis::tests {
namespace {

constexpr std::string_view kMainHost = "gateway.example";
constexpr int kResumesMax = 5;  // LOCAL-3
constexpr Duration kMinute{60'000};
constexpr Duration kShortestFairInterval{1'100};  // below it the beats alone fill the window (LOCAL-6)

}  // namespace

Watch::Watch(World& world) : world_(world) {
  world.on_output = [this](const Output& output) { on_output(output); };
  world.on_sent = [this](std::string_view json) { on_sent(json); };
  world.on_close_sent = [this](std::uint16_t code) {
    closed_ = true;
    beat_by_.reset();
    if ((code == 1000 || code == 1001) && !peer_closed_) ended_by_us_ = true;
  };
}

void Watch::fail(std::string_view invariant, std::string_view what) {
  if (broken_.empty()) broken_ = std::string(invariant) + ": " + std::string(what);
}

// ---- What the server and the caller do
// -------------------------------------------------------------------------------

void Watch::sends_hello(std::int64_t heartbeat_ms) {
  if (closed_ || deaf_) return;
  interval_ = Duration{heartbeat_ms};
  if (interval_ < kShortestFairInterval) fair_ = false;
  beat_by_ = world_.now() + interval_;
}

// What comes before Resume was sent is no replay (LOCAL-3), unless we are closing and take what still comes.
void Watch::sends_dispatch(std::optional<std::int64_t> s) {
  if (is_news(s) && (resume_sent_ || closed_)) replayed_ = true;
}

bool Watch::is_news(std::optional<std::int64_t> s) {
  if (!session_ || !s || deaf_ || session_->sequence.value_or(-1) >= *s) return false;
  session_->sequence = *s;
  return true;
}

void Watch::sends_ready(std::string_view session_id, std::optional<std::int64_t> s) {
  if (closed_ || deaf_ || !(identify_sent_ || resume_sent_)) return (void)is_news(s);
  session_ = Known{std::string(session_id), s};
  must_identify_ = false;
  ended_by_us_ = false;
  live_ = true;
  resumes_ended_ = 0;
}

void Watch::sends_resumed(std::optional<std::int64_t> s) {
  (void)is_news(s);
  if (closed_ || deaf_ || !resume_sent_) return;
  live_ = true;
  resumes_ended_ = 0;
}

void Watch::ends_session() {
  if (deaf_) return;
  session_.reset();
  must_identify_ = true;
}

void Watch::closes(spec::CloseClass how) {
  if (deaf_to_close_) return;
  deaf_ = peer_closed_ = true;
  beat_by_.reset();
  if (how == spec::CloseClass::Resume) return;
  session_.reset();
  must_identify_ = true;
  fatal_ = how == spec::CloseClass::Fatal;
}

void Watch::loses_link() {
  transport_ = false;
  beat_by_.reset();
}

void Watch::time_passed() {
  if (beat_by_ && !deaf_ && world_.now() > *beat_by_) fail("INV-6", "no beat within the interval");
}

void Watch::expect_answer() {
  if (beats_ != beats_before_ + 1) fail("INV-7", "a server's op 1 was not answered by exactly one op 1");
}

// ---- What comes out
// --------------------------------------------------------------------------------------------------

void Watch::on_output(const Output& output) {
  if (const auto* dial = std::get_if<Dial>(&output)) {
    on_dial(*dial);
  } else if (std::holds_alternative<Hangup>(output)) {
    loses_link();
  } else if (const auto* notify = std::get_if<Notify>(&output)) {
    if (const auto* gone = std::get_if<Disconnected>(&notify->event)) on_disconnected(*gone);
  } else if (const auto* wait = std::get_if<Wait>(&output)) {
    if (!wait->deadline) fail("INV-17", "nothing armed and nothing pending");
  }
}

void Watch::on_dial(const Dial& dial) {
  if (transport_) fail("INV-1", "a second transport was asked for");
  if (fatal_) fail("INV-9", "a connection after a fatal close code");
  transport_ = fair_ = true;
  closed_ = live_ = identify_sent_ = resume_sent_ = deaf_ = deaf_to_close_ = peer_closed_ = false;
  dialled_with_session_ = session_ && session_->resumable();
  beat_by_.reset();
  sends_.clear();
  dialled_host_ = dial.endpoint.host;
  if (must_identify_ && dialled_host_ != kMainHost) fail("INV-11", "a new session at another URL than the main one");
}

void Watch::on_disconnected(const Disconnected& event) {
  if (dialled_with_session_ && !live_) resumes_ended_ = replayed_ ? 0 : resumes_ended_ + 1;
  dialled_with_session_ = replayed_ = false;
  if (event.next != Disconnected::Next::Identify || !session_) return;
  if (session_->resumable() && resumes_ended_ < kResumesMax)
    fail("GW-RES-3", "a session that can be resumed was given up");
  session_.reset();
}

void Watch::on_sent(std::string_view json) {
  if (!transport_ || closed_) fail("INV-2", "a data message where there is no open connection");
  if (json.size() > 4096) fail("INV-13", "a message over 4096 bytes");
  sends_.push_back(world_.now());
  while (!sends_.empty() && sends_.front() + kMinute <= world_.now()) sends_.pop_front();
  if (sends_.size() > 120 && fair_) fail("INV-12", "more than 120 messages in 60 s");
  const auto message = nlohmann::json::parse(json);
  const int op = message.at("op");
  if (op == 1) return on_heartbeat(message.at("d").dump());
  if (op == 2) return on_identify();
  if (op == 6) return on_resume(json);
  if (op != 3 && op != 4 && op != 8 && op != 31 && op != 43)
    return fail("INV-5", "an opcode that a client may not send");
  if (!identify_sent_ && !resume_sent_) fail("INV-3", "a command before op 2 or op 6");
  if (!live_) fail("GW-RES-22", "a command before the session is live");
}

void Watch::on_heartbeat(std::string_view d) {
  ++beats_;
  if (beat_by_) beat_by_ = world_.now() + interval_;
  const auto known = sequence();
  if ((d == "null") == known.has_value()) fail("INV-8", "d is null exactly while no sequence is known");
  if (known && d != "null" && std::stoll(std::string(d)) != *known) fail("INV-15", "d is not the highest sequence");
}

void Watch::on_identify() {
  if (identify_sent_ || resume_sent_) fail("GW-ID-2", "a second op 2 or op 6 on one connection");
  identify_sent_ = true;
  if (dialled_host_ != kMainHost) fail("GW-ID-22", "op 2 at another URL than the main one");
}

void Watch::on_resume(std::string_view json) {
  const auto d = nlohmann::json::parse(json).at("d");
  if (identify_sent_ || resume_sent_) fail("GW-RES-6", "a second op 2 or op 6 on one connection");
  resume_sent_ = true;
  if (ended_by_us_) fail("INV-10", "op 6 after our Close with 1000 or 1001");
  if (must_identify_) fail("INV-11", "op 6 after the session was lost");
  if (!session_ || !session_->resumable()) return fail("INV-4", "op 6 without a session");
  if (d.at("session_id") != session_->id) fail("INV-4", "op 6 with another session id");
  if (d.at("seq") != *session_->sequence) fail("INV-18", "op 6 with another sequence than the highest delivered");
}

}  // namespace portcullis::tests
