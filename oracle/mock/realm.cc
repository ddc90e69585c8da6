#include "portcullis/oracle/mock/realm.h"

#include <algorithm>

#include "portcullis/oracle/mock/world.h"

namespace portcullis::mock {
namespace {

constexpr std::uint64_t kTextChannel = 1'000'000;  // above the guild's id; all of one shard
constexpr std::uint64_t kVoiceChannel = 2'000'000;
constexpr std::uint64_t kPermissions = 1'071'698'660'929;  // what everybody may do in a guild that was just made

User somebody(const World& world) { return {world.bot_id + 1, "Zo\u00eb"}; }

/// What every guild is where nobody described any.
Guild plain_guild(const World& world, std::uint64_t id) {
  return {id,
          "Guild " + std::to_string(id),
          somebody(world).id,
          {{id, "@everyone", kPermissions}},
          {{id + kTextChannel, ChannelKind::Text, "general"}, {id + kVoiceChannel, ChannelKind::Voice, "voice"}},
          {{bot_of(world)}, {somebody(world)}}};
}

bool is_in(const World& world, std::uint64_t guild_id) {
  return std::ranges::find(world.guild_ids, guild_id) != world.guild_ids.end();
}

/// Gives the first guild of the realm that is as wanted, kept alive by the realm.
template <typename Wanted>
std::shared_ptr<const Guild> first_guild(const World& world, const Wanted& wanted) {
  const auto found = std::ranges::find_if(world.realm->guilds, wanted);
  if (found == world.realm->guilds.end()) return nullptr;
  return {world.realm, &*found};
}

}  // namespace

User bot_of(const World& world) { return world.realm ? world.realm->bot : User{world.bot_id, "portcullis", true}; }

std::shared_ptr<const Guild> find_guild(const World& world, std::uint64_t guild_id) {
  if (world.realm) return first_guild(world, [&](const Guild& guild) { return guild.id == guild_id; });
  return is_in(world, guild_id) ? std::make_shared<const Guild>(plain_guild(world, guild_id)) : nullptr;
}

std::vector<std::shared_ptr<const Guild>> all_guilds(const World& world) {
  std::vector<std::shared_ptr<const Guild>> out;
  if (world.realm)
    for (const Guild& guild : world.realm->guilds) out.emplace_back(world.realm, &guild);
  else
    for (const std::uint64_t id : world.guild_ids) out.push_back(std::make_shared<const Guild>(plain_guild(world, id)));
  return out;
}

std::shared_ptr<const Guild> find_guild_of_channel(const World& world, std::uint64_t channel_id) {
  if (world.realm)
    return first_guild(world, [&](const Guild& guild) { return find_id(guild.channels, channel_id) != nullptr; });
  for (const std::uint64_t above : {kTextChannel, kVoiceChannel})
    if (channel_id >= above && is_in(world, channel_id - above)) return find_guild(world, channel_id - above);
  return nullptr;
}

std::shared_ptr<const User> find_user(const World& world, std::uint64_t user_id) {
  if (!world.realm) {
    for (const User& one : {bot_of(world), somebody(world)})
      if (one.id == user_id) return std::make_shared<const User>(one);
    return nullptr;
  }
  if (world.realm->bot.id == user_id) return {world.realm, &world.realm->bot};
  const auto guild = first_guild(world, [&](const Guild& one) { return find_member(one, user_id) != nullptr; });
  return guild ? std::shared_ptr<const User>(guild, &find_member(*guild, user_id)->user) : nullptr;
}

const Member* find_member(const Guild& guild, std::uint64_t user_id) {
  const auto found = std::ranges::find_if(guild.members, [&](const Member& one) { return one.user.id == user_id; });
  return found == guild.members.end() ? nullptr : &*found;
}

}  // namespace portcullis::mock
