#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portcullis::mock {

struct World;

struct User {
  std::uint64_t id = 0;
  std::string name{};
  bool bot = false;
};

struct Role {
  std::uint64_t id = 0;
  std::string name{};
  std::uint64_t permissions = 0;
  std::uint32_t colour = 0;
  bool hoisted = false, mentionable = false;
};

/// What a channel is; the value is the API's number.
enum class ChannelKind : std::uint8_t { Text = 0, Direct = 1, Voice = 2, Category = 4, Announcement = 5, Stage = 13 };

struct Channel {
  std::uint64_t id = 0;
  ChannelKind kind = ChannelKind::Text;
  std::string name{};
  std::optional<std::string> topic{};
  std::optional<std::uint64_t> parent_id{};  ///< its category
  bool nsfw = false;
};

struct Member {
  User user;
  std::optional<std::string> nick{};
  std::vector<std::uint64_t> role_ids{};
};

struct Guild {
  std::uint64_t id = 0;
  std::string name{};
  std::uint64_t owner_id = 0;
  std::vector<Role> roles{};        ///< the first is everybody's, whose id is the guild's
  std::vector<Channel> channels{};  ///< in their order
  std::vector<Member> members{};    ///< the first is the bot
};

/// The guilds that a world file describes; what does not change while the mock runs.
struct Realm {
  User bot;
  std::vector<Guild> guilds;
};

/// Gives a guild of the world: its realm's, or the one that every guild is where it has none; null for one that is not
/// there.
std::shared_ptr<const Guild> find_guild(const World& world, std::uint64_t guild_id);
/// Gives all of them, in their order.
std::vector<std::shared_ptr<const Guild>> all_guilds(const World& world);
/// Gives the guild that holds a channel, or null.
std::shared_ptr<const Guild> find_guild_of_channel(const World& world, std::uint64_t channel_id);
/// Gives a user that is a member somewhere, or null.
std::shared_ptr<const User> find_user(const World& world, std::uint64_t user_id);

/// Gives the bot's account.
User bot_of(const World& world);

/// Gives the one of that id, or null.
template <typename Things>
auto find_id(const Things& things, std::uint64_t id) -> decltype(things.data()) {
  for (const auto& one : things)
    if (one.id == id) return &one;
  return nullptr;
}
const Member* find_member(const Guild& guild, std::uint64_t user_id);

}  // namespace portcullis::mock
