#include "portcullis/core/gateway/request_budget.h"

#include <algorithm>

#include "portcullis/core/gateway/command_write.h"

namespace portcullis::gateway {
namespace {

constexpr Duration kPresenceWindow{20'000};
constexpr Duration kWholeListInterval{30'000};
constexpr std::size_t kHoldsMax = 128;

}  // namespace

RequestKey key_of(const Command& command) noexcept {
  RequestKey key{opcode(command)};
  std::visit(
      [&key](const auto& fields) {
        if constexpr (requires { fields.guild_id; }) key.guild_id = fields.guild_id;
        if constexpr (requires { fields.query; }) key.whole_list = fields.query && fields.query->empty();
      },
      command);
  return key;
}

Instant RequestBudget::ready_at(const RequestKey& key, Instant now) const noexcept {
  Instant ready = now;
  if (key.opcode == spec::Opcode::PresenceUpdate && presence_count_ == presences_at_.size())
    ready = std::max(ready, presences_at_[next_presence_] + kPresenceWindow);
  for (const Hold& hold : holds_) {
    const bool same_guild = hold.key.guild_id == key.guild_id || hold.key.guild_id == 0 || key.guild_id == 0;
    const bool same_kind = hold.key.opcode == key.opcode && (key.whole_list || !hold.key.whole_list);
    if (same_guild && same_kind) ready = std::max(ready, hold.until);
  }
  return ready;
}

void RequestBudget::note(const RequestKey& key, Instant now) noexcept {
  if (key.whole_list) hold({key, now + kWholeListInterval}, now);
  if (key.opcode != spec::Opcode::PresenceUpdate) return;
  presences_at_[next_presence_] = now;
  next_presence_ = static_cast<std::uint8_t>((next_presence_ + 1u) % presences_at_.size());
  presence_count_ = static_cast<std::uint8_t>(std::min<std::size_t>(presence_count_ + 1u, presences_at_.size()));
}

void RequestBudget::block_until(spec::Opcode opcode, std::uint64_t guild_id, Instant until, Instant now) noexcept {
  hold({{opcode, guild_id, false}, until}, now);
}

void RequestBudget::hold(Hold wanted, Instant now) noexcept {
  std::erase_if(holds_, [now](const Hold& hold) { return hold.until <= now; });
  const auto find = [&] {
    return std::find_if(holds_.begin(), holds_.end(), [&](const Hold& hold) { return hold.key == wanted.key; });
  };
  auto known = find();
  if (known == holds_.end() && holds_.size() >= kHoldsMax) {
    wanted.key = {wanted.key.opcode};
    known = find();
  }
  if (known == holds_.end()) known = holds_.insert(known, wanted);
  known->until = std::max(known->until, wanted.until);
}

}  // namespace portcullis::gateway
