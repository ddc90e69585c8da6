#include "portcullis/tests/simulation/faults.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "portcullis/tests/simulation/dice.h"

namespace portcullis::simulation {
namespace {

constexpr std::array<std::string_view, kKinds> kNames{
    "cut to client",   "cut to server",   "reset",       "half-open",         "stall",
    "latency",         "pieces",          "slow reader", "corrupt to client", "corrupt to server",
    "refused",         "unanswered",      "proxy error", "reconnect (op 7)",  "invalid session, resumable",
    "invalid session", "beats asked for", "close",       "silence",           "no acks",
    "no hello",        "no ready",        "forget",      "restart",           "odd opcodes",
    "messages",        "flood",           "commands",    "clock jump",        "clock freeze",
    "suspend",         "reconnect now",   "stop, keep",  "stop, end"};

// As section 4 of the catalogue has them, fatal ones and none (1005 is sent without a code) among them.
constexpr std::array<std::int64_t, 14> kCodes{0,    1000, 1001, 1011, 4000, 4001, 4002,
                                              4003, 4005, 4007, 4008, 4009, 4004, 4014};

constexpr std::int64_t kSoonMs = 10'000;

// A length from a moment to several minutes, short ones as likely as long ones.
std::int64_t length(Dice& dice, std::int64_t longest) {
  const double part = static_cast<double>(dice.below(1'000)) / 1'000.0;
  return static_cast<std::int64_t>(std::pow(static_cast<double>(longest), part));
}

struct Numbers {
  std::int64_t a = 0, b = 0;
};

// clang-format off
Numbers draw_numbers(Kind kind, Dice& dice) {
  switch (kind) {
    case Kind::CutToClient: return {length(dice, 20'000), 0};
    case Kind::CutToServer: return {length(dice, 1'000), 0};
    case Kind::HalfOpen: return {dice.between(0, 2), 0};
    case Kind::Stall: return {length(dice, 120'000), dice.between(0, 2)};
    case Kind::Latency: return {length(dice, 5'000), 0};
    case Kind::Pieces: return {length(dice, 2'000), 0};
    case Kind::SlowReader: return {dice.between(100, 20'000), 0};
    case Kind::CorruptToClient: return {length(dice, 5'000), length(dice, 32)};
    case Kind::CorruptToServer: return {length(dice, 500), length(dice, 16)};
    case Kind::Refused:
    case Kind::Unanswered: return {length(dice, 400'000), dice.between(0, 2)};
    case Kind::ProxyError: return {length(dice, 120'000), dice.one_in(2) ? 0 : dice.between(1, 120)};
    case Kind::AskBeats: return {dice.between(1, 150), 0};
    case Kind::Close: return {kCodes[dice.below(kCodes.size())], 0};
    case Kind::Restart: return {length(dice, 200'000), 0};
    case Kind::Messages: return {length(dice, 1'000), 0};
    case Kind::Flood: return dice.one_in(8) ? Numbers{dice.between(1, 3), dice.between(65'000, 700'000)}
                                            : Numbers{length(dice, 1'500), length(dice, 1'000)};
    case Kind::Commands: return {dice.between(1, 300), 0};
    case Kind::ClockJump: return {length(dice, 900'000), 0};
    case Kind::ClockFreeze: return {length(dice, 120'000), 0};
    case Kind::Suspend: return {length(dice, 400'000), 0};
    case Kind::StopKeep:
    case Kind::StopEnd: return {length(dice, 300'000), 0};
    case Kind::Reset: case Kind::Reconnect: case Kind::InvalidResumable: case Kind::Invalid: case Kind::Silence:
    case Kind::NoAcks: case Kind::NoHello: case Kind::NoReady: case Kind::Forget: case Kind::Odd:
    case Kind::ReconnectNow: return {};
  }
  return {};
}
// clang-format on

// Deals the kinds as a pack of cards is dealt, so that none stays away for long.
class Pack {
 public:
  Kind deal(Dice& dice) {
    if (left_.empty()) {
      left_.resize(kKinds);
      std::iota(left_.begin(), left_.end(), std::uint8_t{0});
    }
    const std::size_t at = dice.below(left_.size());
    std::swap(left_[at], left_.back());
    const auto kind = static_cast<Kind>(left_.back());
    left_.pop_back();
    return kind;
  }

 private:
  std::vector<std::uint8_t> left_;
};

}  // namespace

std::string_view name(Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::string describe(const Fault& fault) {
  const std::int64_t ms = fault.at.time_since_epoch().count();
  return std::to_string(ms) + " ms, shard " + std::to_string(fault.shard) + ": " + std::string(name(fault.kind)) + " " +
         std::to_string(fault.a) + " " + std::to_string(fault.b);
}

std::vector<Fault> draw_faults(const Setup& setup) {
  std::vector<Fault> faults;
  if (setup.fault_interval.count() == 0) return faults;
  Dice dice = Dice(setup.seed).split(2);
  Pack pack;
  const std::int64_t mean = std::max<std::int64_t>(setup.fault_interval.count() / setup.shards, 1);
  Instant at{};
  std::uint32_t shard = 0;
  for (;;) {
    // Every third comes soon behind another of its shard, and meets a client that is not live yet; the others make up
    // for it.
    const bool soon = dice.one_in(3);
    at += Duration{soon ? length(dice, kSoonMs) : dice.between(0, 3 * mean)};
    if (!soon) shard = static_cast<std::uint32_t>(dice.below(setup.shards));
    if (at >= Instant{setup.length}) return faults;
    const bool hostile = setup.mood == Setup::Mood::Hostile && !dice.one_in(100);
    const Kind kind = hostile ? Kind::Invalid : pack.deal(dice);
    const auto [a, b] = draw_numbers(kind, dice);
    faults.push_back({at, kind, shard, a, b});
  }
}

}  // namespace portcullis::simulation
