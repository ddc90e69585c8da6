#include "portcullis/tests/simulation/network.h"

#include <algorithm>

namespace portcullis::simulation {
namespace {

// Of `b` or `a` where a fault has a direction or a host: 0 is both, or the first.
constexpr std::int64_t kClientOnly = 1;
constexpr std::int64_t kServerOnly = 2;

template <typename Do>
void each_way(Wire& wire, std::int64_t which, const Do& act) {
  if (which != kServerOnly) act(wire.pipe(Way::ToClient));
  if (which != kClientOnly) act(wire.pipe(Way::ToServer));
}

void corrupt(Pipe& pipe, const Fault& fault) {
  pipe.weather.corrupt_after = static_cast<std::uint64_t>(fault.a);
  pipe.weather.corrupt_bytes = static_cast<std::size_t>(fault.b);
}

}  // namespace

Wire& Network::make(std::uint32_t shard, std::uint64_t number) {
  Wire& wire = wires_[++last_];
  wire.link = last_;
  wire.shard = shard;
  wire.number = number;
  return wire;
}

Wire* Network::find(mock::Link link) {
  const auto at = wires_.find(link);
  return at == wires_.end() ? nullptr : &at->second;
}

void Network::tidy(mock::Link link) {
  Wire* const wire = find(link);
  if (wire == nullptr || wire->client_holds || wire->server_holds) return;
  if (!wire->pipe(Way::ToClient).next_at()) wires_.erase(link);
}

Answer Network::answer(Host host, Instant now) const {
  if (host == Host::Nowhere) return Answer::Refuses;
  const auto at = static_cast<std::size_t>(host);
  if (now < refused_until_[at]) return Answer::Refuses;
  if (now < unanswered_until_[at]) return Answer::Nothing;
  return now < proxied_until_ ? Answer::Proxy : Answer::Opens;
}

void Network::close_hosts(const Fault& fault, Instant now) {
  const Instant until = now + Duration{fault.a};
  if (fault.kind == Kind::ProxyError) {
    proxied_until_ = std::max(proxied_until_, until);
    retry_after_ = fault.b;
    return;
  }
  auto& closed = fault.kind == Kind::Unanswered ? unanswered_until_ : refused_until_;
  const bool both = fault.kind == Kind::Restart || fault.b == 2;
  for (std::size_t host = 0; host < closed.size(); ++host)
    if (both || fault.b == static_cast<std::int64_t>(host)) closed[host] = std::max(closed[host], until);
}

// clang-format off
bool strike(Wire& wire, const Fault& fault, Instant now) {
  const auto bytes = static_cast<std::uint64_t>(fault.a);
  switch (fault.kind) {
    case Kind::CutToClient: wire.pipe(Way::ToClient).weather.cut_after = bytes; return true;
    case Kind::CutToServer: wire.pipe(Way::ToServer).weather.cut_after = bytes; return true;
    case Kind::HalfOpen: each_way(wire, fault.a, [](Pipe& pipe) { pipe.die(); }); return true;
    case Kind::Stall:
      each_way(wire, fault.b, [&](Pipe& pipe) { pipe.weather.stalled_until = now + Duration{fault.a}; });
      return true;
    case Kind::Latency: each_way(wire, 0, [&](Pipe& pipe) { pipe.weather.latency = Duration{fault.a}; }); return true;
    case Kind::Pieces: each_way(wire, 0, [&](Pipe& pipe) { pipe.weather.piece_bytes = bytes; }); return true;
    case Kind::SlowReader: wire.pipe(Way::ToClient).weather.bytes_per_second = bytes; return true;
    case Kind::CorruptToClient: corrupt(wire.pipe(Way::ToClient), fault); return true;
    case Kind::CorruptToServer: corrupt(wire.pipe(Way::ToServer), fault); return true;
    default: return false;
  }
}
// clang-format on

void heal(Wire& wire, Instant now) {
  each_way(wire, 0, [&](Pipe& pipe) {
    const bool dead = pipe.weather.dead;
    pipe.weather = {};
    pipe.weather.dead = dead;
    pipe.hurry(now);
  });
}

}  // namespace portcullis::simulation
