#include <algorithm>
#include <utility>

#include "portcullis/tests/simulation/fleet.h"

namespace portcullis::simulation {
namespace {

constexpr int kGuildShift = 22;

bool is_of_link(Kind kind) { return kind <= Kind::CorruptToServer; }

gateway::Command command_of(std::uint64_t guild, std::int64_t place) {
  switch (place % 5) {
    case 0: return gateway::UpdatePresence{.activities = {{"a game"}}};
    case 1: return gateway::RequestGuildMembers{.guild_id = guild, .query = "port", .limit = 1};
    case 2: return gateway::RequestSoundboardSounds{.guild_ids = {guild}};
    default: return gateway::UpdateVoiceState{.guild_id = guild};
  }
}

}  // namespace

/// Counts it when it meets with something; one of the link's waits for a link.
void Fleet::strike(const Fault& fault) {
  if (healed_at_) return;
  const bool waits = is_of_link(fault.kind) && network_.find(members_[fault.shard].link) == nullptr;
  if (waits) return members_[fault.shard].waiting.push_back(fault);
  if (do_fault(fault)) count(fault.kind);
}

// clang-format off
bool Fleet::do_fault(const Fault& fault) {
  switch (fault.kind) {
    case Kind::CutToClient: case Kind::CutToServer: case Kind::Reset: case Kind::HalfOpen: case Kind::Stall:
    case Kind::Latency: case Kind::Pieces: case Kind::SlowReader: case Kind::CorruptToClient:
    case Kind::CorruptToServer: return strike_link(fault);
    case Kind::Refused: case Kind::Unanswered: case Kind::ProxyError: network_.close_hosts(fault, now_); return true;
    case Kind::Reconnect: case Kind::InvalidResumable: case Kind::Invalid: case Kind::AskBeats: case Kind::Close:
    case Kind::Silence: case Kind::NoAcks: case Kind::NoHello: case Kind::NoReady: case Kind::Forget:
    case Kind::Restart: case Kind::Odd: case Kind::Messages: case Kind::Flood: return strike_gateway(fault);
    case Kind::ClockJump: case Kind::ClockFreeze: case Kind::Suspend: return strike_process(fault);
    case Kind::Commands: case Kind::ReconnectNow: case Kind::StopKeep: case Kind::StopEnd: return strike_user(fault);
  }
  return false;
}
// clang-format on

bool Fleet::strike_link(const Fault& fault) {
  Wire& wire = *network_.find(members_[fault.shard].link);
  if (fault.kind == Kind::Reset) return cut(wire), true;
  const bool done = simulation::strike(wire, fault, now_);
  const bool hears = fault.kind != Kind::HalfOpen || fault.a == 2;
  if (!hears) laws_.deafened(fault.shard, awake_at());
  laws_.delayed(fault.shard);
  return done;
}

bool Fleet::strike_gateway(const Fault& fault) {
  using enum Kind;
  Member& member = members_[fault.shard];
  const mock::Link link = member.link;
  const std::string* const known = laws_.session_of(fault.shard);
  const std::string session = known == nullptr ? std::string() : *known;
  switch (fault.kind) {
    case Reconnect: return say(link, {}, mock::SayReconnect{}) != 0;
    case InvalidResumable: return say(link, {}, mock::SayInvalid{true}) != 0;
    case Invalid: return say(link, {}, mock::SayInvalid{false}) != 0;
    case Close: return say(link, {}, mock::SayClose{static_cast<std::uint16_t>(fault.a), {}}) != 0;
    case Silence: laws_.delayed(fault.shard); return say(link, {}, mock::SaySilence{}) != 0;
    case NoAcks: return say(link, {}, mock::SayHold{{mock::Answer::Ack}}) != 0;
    case Messages: return say(link, {}, mock::SayPieces{static_cast<std::size_t>(fault.a)}) != 0;
    case NoHello: return member.withheld.insert(mock::Answer::Hello), true;
    case NoReady: return member.withheld.insert({mock::Answer::Ready, mock::Answer::Resumed}), true;
    case Forget: return !session.empty() && say({}, session, mock::SayForget{}) != 0;
    case Restart: return restart(fault);
    case Flood: return flood(fault);
    case AskBeats: {
      std::size_t reached = 0;
      for (std::int64_t i = 0; i < fault.a; ++i) reached += say(link, {}, mock::SayHeartbeat{});
      return reached != 0;
    }
    case Odd: {
      const std::size_t reached = say(link, {}, mock::SayAnything{R"({"op":99,"d":{"s":1},"s":null,"t":null})"});
      return reached + say(link, {}, mock::SayHello{}) != 0;
    }
    default: return false;
  }
}

/// Sessions are gone, and for a while so is the gateway.
bool Fleet::restart(const Fault& fault) {
  std::vector<mock::Link> links;
  for (const auto& [link, wire] : network_.wires())
    if (wire.server_holds) links.push_back(link);
  for (const mock::Link link : links)
    if (Wire* const wire = network_.find(link)) cut(*wire);
  say({}, {}, mock::SayForget{});
  network_.close_hosts(fault, now_);
  return !links.empty();
}

bool Fleet::flood(const Fault& fault) {
  if (laws_.session_of(fault.shard) == nullptr) return false;
  for (std::int64_t i = 0; i < fault.a; ++i) dispatch(fault.shard, static_cast<std::size_t>(fault.b));
  return true;
}

bool Fleet::strike_process(const Fault& fault) {
  const Duration length{fault.a};
  for (std::uint32_t shard = 0; shard < setup_.shards; ++shard) laws_.delayed(shard);
  if (fault.kind == Kind::ClockFreeze) {
    if (clock_.is_frozen()) return false;
    clock_.freeze(now_);
    frozen_until_ = now_ + length;
    agenda_.plan(frozen_until_, {Task::What::Thaw});
    return true;
  }
  if (fault.kind == Kind::Suspend) {
    suspended_until_ = std::max(suspended_until_, now_ + length);
    laws_.clock_moved(awake_at());
    return true;
  }
  clock_.jump(length);
  laws_.clock_moved(awake_at());
  for (std::uint32_t shard = 0; shard < setup_.shards; ++shard) plan_timer(shard);
  queue_changed_ = true;
  return true;
}

bool Fleet::strike_user(const Fault& fault) {
  if (is_suspended()) return false;
  switch (fault.kind) {
    case Kind::Commands: return send_commands(fault);
    case Kind::StopKeep: return stop(fault, gateway::Leaving::Keep);
    case Kind::StopEnd: return stop(fault, gateway::Leaving::End);
    default: break;
  }
  if (members_[fault.shard].finished) return false;
  tell(fault.shard, [&](Client& client) { client.reconnect(local()); });
  return true;
}

bool Fleet::send_commands(const Fault& fault) {
  const std::uint64_t guild = (std::uint64_t{setup_.shards} * 1'000 + fault.shard) << kGuildShift;
  bool taken = false;
  for (std::int64_t i = 0; i < fault.a; ++i) {
    const gateway::Command command = command_of(guild, i);
    tell(fault.shard, [&](Client& client) { taken |= static_cast<bool>(client.send(command, local())); });
  }
  if (members_[fault.shard].client->commands_waiting() > small_limits().commands_waiting_max)
    laws_.fail("GW-RATE-6", "more commands wait than may");
  return taken;
}

bool Fleet::stop(const Fault& fault, gateway::Leaving how) {
  Member& member = members_[fault.shard];
  if (member.finished) return false;
  member.start_at = now_ + Duration{fault.a};
  if (how == gateway::Leaving::End) laws_.ends(fault.shard);
  tell(fault.shard, [&](Client& client) { client.stop(how, local()); });
  return true;
}

}  // namespace portcullis::simulation
