#include "portcullis/oracle/mock/route.h"

#include <string>

#include "portcullis/core/encoding/value.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::mock {
namespace {

using spec::Intent;
using spec::Route;

// Of an event that happens in guilds and elsewhere, these let through what happens elsewhere.
constexpr std::uint64_t kDirect = spec::bits(
    {Intent::DirectMessages, Intent::DirectMessageReactions, Intent::DirectMessageTyping, Intent::DirectMessagePolls});

std::optional<std::uint64_t> guild_of(std::string_view name, std::string_view data) {
  const bool is_guild = name == "GUILD_CREATE" || name == "GUILD_UPDATE" || name == "GUILD_DELETE";
  const encoding::ValueView map{encoding::ValueKind::Map, data};
  return encoding::as_snowflake(encoding::find(map, is_guild ? "id" : "guild_id"));
}

/// Says whether an event of members is about the bot.
bool names_bot(std::string_view name, std::string_view data, std::uint64_t bot_id) {
  const auto member = [&](std::string_view field) { return encoding::find({encoding::ValueKind::Map, data}, field); };
  const std::string id = '"' + std::to_string(bot_id) + '"';
  if (name == "GUILD_MEMBER_UPDATE") return encoding::as_snowflake(encoding::find(member("user"), "id")) == bot_id;
  const auto holds = [&](std::string_view field) { return member(field).raw.find(id) != std::string_view::npos; };
  return name == "THREAD_MEMBERS_UPDATE" && (holds("added_members") || holds("removed_member_ids"));
}

}  // namespace

Address::Address(std::string_view name, std::string_view data, std::uint64_t bot_id)
    : row_(spec::find_dispatch(name)),
      guild_id_(data.starts_with('{') ? guild_of(name, data) : std::nullopt),
      of_own_(data.starts_with('{') && names_bot(name, data, bot_id)) {}

bool Address::passes_gate(std::uint64_t intents) const {
  if (row_ == nullptr) return true;
  std::uint64_t gate = spec::gate_bits(*row_);
  if (of_own_ && row_->name == "GUILD_MEMBER_UPDATE") return true;                                // GW-INT-6
  if (!of_own_ && row_->name == "THREAD_MEMBERS_UPDATE") gate = spec::bit(Intent::GuildMembers);  // GW-INT-7
  if ((gate & kDirect) == 0) return gate == 0 || (gate & intents) != 0;
  return ((guild_id_ ? gate & ~kDirect : gate & kDirect) & intents) != 0;
}

bool Address::is_on(const std::optional<ShardPair>& shard) const {
  if (row_ == nullptr || !shard || row_->route == Route::Asker) return true;
  if (guild_id_ && row_->route != Route::First) return spec::shard_of_guild(*guild_id_, shard->count) == shard->id;
  return row_->route == Route::Guild || shard->id == 0;
}

std::string_view text_for(std::uint64_t intents, const SayDispatch& say) {
  const bool reads = say.veiled.empty() || (intents & spec::bit(Intent::MessageContent)) != 0;
  return reads ? say.data : say.veiled;
}

}  // namespace portcullis::mock
