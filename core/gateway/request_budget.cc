#include "portcullis/core/gateway/request_budget.h"

#include <algorithm>

#include "portcullis/core/gateway/command_write.h"

namespace portcullis::gateway {
namespace {

constexpr Duration kPresenceWindow{20'000};
constexpr Duration kWholeListInterval{30'000};

template <typename Fields>
std::uint64_t guild_of(const Fields& fields) noexcept {
  if constexpr (requires { fields.guild_id; }) return fields.guild_id;
  return 0;
}

}  // namespace

RequestKey key_of(const Command& command) noexcept {
  const auto* members = std::get_if<RequestGuildMembers>(&command);
  const bool whole_list = members != nullptr && members->query && members->query->empty();
  const auto guild_id = std::visit([](const auto& fields) { return guild_of(fields); }, command);
  return {opcode(command), guild_id, whole_list};
}

Instant RequestBudget::ready_at(const RequestKey& key, Instant now) const noexcept {
  Instant ready = now;
  if (key.opcode == spec::Opcode::PresenceUpdate) ready = std::max(ready, presences_end_at_[oldest_presence_]);
  for (const Entry& entry : entries_) {
    const bool same_guild = entry.key.guild_id == key.guild_id || entry.key.guild_id == 0 || key.guild_id == 0;
    if (entry.key.opcode == key.opcode && same_guild && (key.whole_list || !entry.key.whole_list))
      ready = std::max(ready, entry.until);
  }
  return ready;
}

void RequestBudget::note(const RequestKey& key, Instant now) noexcept {
  if (key.whole_list) hold({key, now + kWholeListInterval}, now);
  if (key.opcode != spec::Opcode::PresenceUpdate) return;
  presences_end_at_[oldest_presence_] = now + kPresenceWindow;
  oldest_presence_ = static_cast<std::uint8_t>((oldest_presence_ + 1u) % presences_end_at_.size());
}

void RequestBudget::block_until(spec::Opcode opcode, std::uint64_t guild_id, Instant until, Instant now) noexcept {
  hold({{opcode, guild_id, false}, until}, now);
}

void RequestBudget::hold(Entry wanted, Instant now) noexcept {
  std::erase_if(entries_, [now](const Entry& entry) { return entry.until <= now; });
  const auto find = [this, &key = wanted.key] {
    return std::find_if(entries_.begin(), entries_.end(), [&key](const Entry& entry) { return entry.key == key; });
  };
  auto known = find();
  if (known == entries_.end() && entries_.size() >= kEntriesMax) {
    wanted.key = {wanted.key.opcode, 0, false};
    known = find();
  }
  if (known == entries_.end())
    entries_.push_back(wanted);
  else
    known->until = std::max(known->until, wanted.until);
}

}  // namespace portcullis::gateway
