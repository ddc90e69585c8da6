#include "portcullis/cli/story.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "portcullis/cli/steps.h"
#include "portcullis/cli/words.h"

namespace portcullis::cli {
namespace {

using Colour = Paint::Colour;
using spec::gateway_peer::Action;
using spec::gateway_peer::Input;

constexpr std::size_t kTextColumns = 88;

std::string_view name_of(Story::Teller teller) {
  constexpr std::array<std::string_view, 3> kNames{"demo", "mock", "driver"};
  return kNames.at(static_cast<std::size_t>(teller));
}

Colour colour_of(Story::Teller teller) {
  constexpr std::array<Colour, 3> kColours{Colour::Bold, Colour::Cyan, Colour::Green};
  return kColours.at(static_cast<std::size_t>(teller));
}

std::string padded(std::string_view text, std::size_t columns) {
  return std::string(text) + std::string(columns - std::min(columns, text.size()), ' ');
}

/// What a step of the mock means, where the demo has words of its own for it.
std::string_view plain_words(Action action) {
  switch (action) {
    case Action::SendHello: return "sends HELLO, which says how often to beat";
    case Action::SendReady: return "has read IDENTIFY: the token is good, READY and the guilds follow";
    case Action::Acknowledge: return "has read a heartbeat, and acknowledges it";
    case Action::Replay: return "has read RESUME: replays what was missed, then sends RESUMED";
    case Action::Drop: return "drops the link, without a Close";
    case Action::SendReconnect: return "sends op 7: come back on another connection";
    case Action::SendInvalid: return "sends op 9 with false: the session is over";
    case Action::EndSession: return "has read Close 1000: the session is over and the bot offline, at once";
    case Action::KeepSession: return "sees the link end: the session is kept, to be resumed";
    default: return "";
  }
}

/// The `s` that a step has given to a dispatch, out of a detail as "MESSAGE_CREATE s=5".
std::optional<std::int64_t> sequence_in(std::string_view detail) {
  const std::size_t at = detail.find("s=");
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(detail.data() + at + 2, detail.data() + detail.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

void count(Happened& happened, const mock::Stepped& step, Duration at) {
  switch (step.row->act) {
    case Action::SendReady:
      happened.identified_after = at - happened.identified_at;
      happened.identified_at = at;
      ++happened.identifies;
      return happened.tally.begun_there();
    case Action::Replay: ++happened.resumes; return;
    case Action::Acknowledge: ++happened.beats; return;
    case Action::SendDispatch:
    case Action::KeepForReplay:
      if (const auto s = sequence_in(step.detail)) happened.tally.sent(*s);
      return;
    case Action::EndSession:
      if (step.from == spec::gateway_peer::State::Authenticated) happened.ended_with_1000 = true;
      return;
    default: return;
  }
}

Requirement requirement_of(Disconnected::Why why) {
  switch (why) {
    case Disconnected::Why::LostLink: return req::GW_CLOSE_NONE;
    case Disconnected::Why::AskedToReconnect: return req::GW_RECON_1;
    case Disconnected::Why::InvalidSession: return req::GW_INV_6;
    case Disconnected::Why::LocalStop: return req::GW_DISC_4;
    case Disconnected::Why::Zombie: return req::GW_HB_14;
    default: return req::GW_CONN_12;
  }
}

void count(Happened& happened, Disconnected::Why why) {
  if (why == Disconnected::Why::LostLink) ++happened.drops;
  if (why == Disconnected::Why::AskedToReconnect) ++happened.asked_to_go;
  if (why == Disconnected::Why::InvalidSession) ++happened.invalidated;
  if (why == Disconnected::Why::Zombie) ++happened.zombies;
}

}  // namespace

Duration Story::elapsed() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began_);
}

void Story::tell(Teller teller, const std::string& words, std::optional<Requirement> requirement) {
  const Duration at = elapsed();
  const std::string_view clause = requirement ? id(*requirement) : "";
  if (json_) {
    nlohmann::ordered_json line{{"at_ms", at.count()}, {"who", name_of(teller)}, {"text", words}};
    if (requirement) line["req"] = clause;
    return void(print_line(stdout, one_line(line)));
  }
  std::array<char, 16> time{};
  std::snprintf(time.data(), time.size(), "%6.2f s", static_cast<double>(at.count()) / 1'000);
  print_line(stdout, paint_(Colour::Dim, time.data()) + "  " + paint_(colour_of(teller), padded(name_of(teller), 6)) +
                         "  " +
                         (requirement ? padded(words, kTextColumns) + " " + paint_(Colour::Dim, clause) : words));
}

void Story::note(const std::function<void(Happened&)>& change) {
  const std::lock_guard lock(mutex_);
  change(happened_);
  changed_.notify_all();
}

Happened Story::happened() const {
  const std::lock_guard lock(mutex_);
  return happened_;
}

bool Story::wait_for(const std::function<bool(const Happened&)>& wanted, Duration longest,
                     const std::function<bool()>& given_up) {
  const auto end = std::chrono::steady_clock::now() + longest;
  std::unique_lock lock(mutex_);
  while (!wanted(happened_) && !given_up() && std::chrono::steady_clock::now() < end)
    changed_.wait_until(lock, std::min(end, std::chrono::steady_clock::now() + Duration{100}));
  return wanted(happened_);
}

void Story::on_step(const mock::Stepped& step) {
  if (matters(step) || step.row->act == Action::Acknowledge) {
    const std::string_view plain = plain_words(step.row->act);
    tell(Teller::Mock, plain.empty() ? in_words(step) : std::string(plain), step.row->req);
  }
  note([&](Happened& happened) { count(happened, step, elapsed()); });
}

void Story::on_connected(driver::Shard&, const websocket::Url& endpoint) {
  since_connected_ = 0;
  tell(Teller::Driver,
       "is connected to " + endpoint.host + ":" + std::to_string(endpoint.port) + " over TLS, certificate checked",
       req::GW_CONN_1);
}

void Story::on_dispatch(driver::Shard& shard, const Dispatch& dispatch) {
  using Kind = Dispatch::Kind;
  const std::uint64_t before = since_connected_++;
  if (dispatch.kind == Kind::Ready)
    tell(Teller::Driver, "READY: logged in, with a session that can be resumed", req::GW_READY_2);
  if (dispatch.kind == Kind::Resumed)
    tell(Teller::Driver, "RESUMED, after a replay of " + std::to_string(before) + " missed dispatches", req::GW_RES_8);
  note([&](Happened& happened) {
    if (dispatch.kind == Kind::Ready) {
      ++happened.readies;
      happened.tally.begun_here();
    }
    if (dispatch.kind == Kind::Resumed) {
      ++happened.resumed;
      happened.replayed += before;
    }
    if (dispatch.sequence) happened.tally.received(*dispatch.sequence);
    happened.data_bytes += dispatch.data.raw.size();
    happened.latency = shard.counters().latency;
  });
}

void Story::on_disconnected(driver::Shard&, const Disconnected& end, const std::optional<net::Trouble>& trouble) {
  tell(Teller::Driver, why_in_words(end) + (trouble ? ": " + trouble->text : "") + "; " + next_in_words(end),
       requirement_of(end.why));
  note([&](Happened& happened) {
    count(happened, end.why);
    if (trouble) happened.trouble = trouble->text;
  });
}

void Story::on_stopped(driver::Shard&, const Finish& finish) {
  const bool fatal = finish.why == Finish::Why::Fatal;
  tell(Teller::Driver, fatal ? "was stopped for good by " + close_code_in_words(finish.close_code) : "has stopped");
  note([&](Happened& happened) {
    happened.stopped = true;
    happened.fatal = fatal;
  });
}

void Story::on_no_gateway(const net::Trouble& trouble, Duration delay) {
  tell(Teller::Driver, "GET /gateway/bot failed: " + trouble.text + "; again in " + in_words(delay));
  note([&](Happened& happened) { happened.trouble = trouble.text; });
}

}  // namespace portcullis::cli
