#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portcullis/oracle/mock/realm.h"
#include "portcullis/oracle/mock/say.h"
#include "portcullis/oracle/mock/world.h"

/// What a bot's REST requests and its guilds' people do to the world, without I/O.
namespace portcullis::mock::api {

/// The oldest are forgotten beyond these.
inline constexpr std::size_t kMessagesMax = 1'000;  ///< of a channel
inline constexpr std::size_t kInteractionsMax = 1'000;
inline constexpr std::size_t kCommandsMax = 100;  ///< of all guilds together, and of each
inline constexpr std::size_t kReactionsMax = 20;  ///< different ones of a message

/// Sends an event to each session that is to have it; gives how many have.
using Tell = std::function<std::size_t(const SayDispatch&)>;

struct Message {
  nlohmann::json object;  ///< as REST has it, but for its reactions
  std::vector<std::pair<nlohmann::json, std::vector<std::uint64_t>>> reactions{};  ///< by emoji, who

  std::uint64_t id() const;
  std::uint64_t author_id() const;
  bool is_ephemeral() const;
};

/// Where a message stands.
struct Place {
  std::uint64_t channel_id = 0;
  std::shared_ptr<const Guild> guild{};     ///< none: a direct message
  std::shared_ptr<const User> recipient{};  ///< of a direct message: who is not the bot

  const Channel& channel() const { return *find_id(guild->channels, channel_id); }
};

struct Interaction {
  enum class Answered : std::uint8_t { No, Deferred, Yes };

  std::uint64_t id = 0;
  std::string token{};
  std::int64_t made_ms = 0;
  nlohmann::json object{};  ///< as the bot was told
  Place place{};
  Answered answered = Answered::No;
  nlohmann::json answer{};  ///< the first, as the bot gave it
  std::optional<std::uint64_t> original_id{};
  std::vector<std::uint64_t> message_ids{};  ///< all of its answers
};

/// All that changes while the mock runs.
class State {
 public:
  /// The world is borrowed.
  explicit State(const World& world) : world_(world) {}

  const World& world() const { return world_; }
  User bot() const { return bot_of(world_); }

  // Time, in milliseconds since 1970, and ids, which tell it.
  void set_time(std::int64_t unix_ms) { now_ms_ = unix_ms; }
  std::int64_t now_ms() const { return now_ms_; }
  std::string timestamp() const;
  std::uint64_t fresh_id();

  // Places
  std::optional<Place> find_place(std::uint64_t channel_id) const;
  /// Gives the channel of the bot and a user, which is made the first time.
  Place direct_place(const User& user);

  // Messages, by channel; oldest first
  const std::deque<Message>& messages(std::uint64_t channel_id) { return messages_[channel_id]; }
  Message& add_message(std::uint64_t channel_id, nlohmann::json object);
  Message* find_message(std::uint64_t channel_id, std::uint64_t id);
  /// Looks in all channels.
  Message* find_message(std::uint64_t id);
  bool remove_message(std::uint64_t channel_id, std::uint64_t id);

  // Commands, by guild; 0 are those of all guilds
  std::vector<nlohmann::json>& commands(std::uint64_t guild_id) { return commands_[guild_id]; }

  // Interactions
  Interaction& add_interaction(const Place& place);
  Interaction* find_interaction(std::string_view token);
  const std::deque<Interaction>& interactions() const { return interactions_; }

 private:
  const World& world_;
  std::int64_t now_ms_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::shared_ptr<const User>> direct_;
  std::map<std::uint64_t, std::deque<Message>> messages_;
  std::map<std::uint64_t, std::vector<nlohmann::json>> commands_;
  std::deque<Interaction> interactions_;
};

/// Reads an id as the API writes it.
std::optional<std::uint64_t> id_of(std::string_view digits);
/// Reads an id as a client may write it: a number will do.
std::optional<std::uint64_t> id_in(const nlohmann::json& value);

}  // namespace portcullis::mock::api
