#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// The gateway's intents (catalogue section 4.4).
namespace portcullis::spec {

/// An intent; the value is the number of its bit. Some bits are not for bots (`IntentRow::for_bots`).
enum class Intent : std::uint8_t {
  Guilds,
  GuildMembers,
  GuildModeration,
  GuildExpressions,
  GuildIntegrations,
  GuildWebhooks,
  GuildInvites,
  GuildVoiceStates,
  GuildPresences,
  GuildMessages,
  GuildMessageReactions,
  GuildMessageTyping,
  DirectMessages,
  DirectMessageReactions,
  DirectMessageTyping,
  MessageContent,
  GuildScheduledEvents,
  GuildEmbeddedActivities,
  PrivateChannels,
  Calls,
  AutoModerationConfiguration,
  AutoModerationExecution,
  UserRelationships,
  UserPresence,
  GuildMessagePolls,
  DirectMessagePolls,
  DirectEmbeddedActivities,
  Lobbies,
  LobbyDelete,
};

template <>
struct EnumNames<Intent> {
  static constexpr std::array<std::string_view, 29> values{
      "Guilds",
      "GuildMembers",
      "GuildModeration",
      "GuildExpressions",
      "GuildIntegrations",
      "GuildWebhooks",
      "GuildInvites",
      "GuildVoiceStates",
      "GuildPresences",
      "GuildMessages",
      "GuildMessageReactions",
      "GuildMessageTyping",
      "DirectMessages",
      "DirectMessageReactions",
      "DirectMessageTyping",
      "MessageContent",
      "GuildScheduledEvents",
      "GuildEmbeddedActivities",
      "PrivateChannels",
      "Calls",
      "AutoModerationConfiguration",
      "AutoModerationExecution",
      "UserRelationships",
      "UserPresence",
      "GuildMessagePolls",
      "DirectMessagePolls",
      "DirectEmbeddedActivities",
      "Lobbies",
      "LobbyDelete",
  };
};

struct IntentRow {
  Intent intent;
  std::string_view name;  ///< as the documentation writes it
  bool privileged;
  bool for_bots;
  std::string_view old_name;  ///< empty when it always had this one
  Requirement req;
};

// clang-format off
inline constexpr auto kIntents = [] {
  using I = Intent;
  return std::to_array<IntentRow>({
  // intent                           name                            privileged for bots  old name                     requirement
    {I::Guilds,                      "GUILDS",                        false, true,  "",                                req::GW_INT_1},
    {I::GuildMembers,                "GUILD_MEMBERS",                 true,  true,  "",                                req::GW_INT_10},
    {I::GuildModeration,             "GUILD_MODERATION",              false, true,  "GUILD_BANS",                      req::GW_INT_1},
    {I::GuildExpressions,            "GUILD_EXPRESSIONS",             false, true,  "GUILD_EMOJIS_AND_STICKERS",       req::GW_INT_1},
    {I::GuildIntegrations,           "GUILD_INTEGRATIONS",            false, true,  "",                                req::GW_INT_1},
    {I::GuildWebhooks,               "GUILD_WEBHOOKS",                false, true,  "",                                req::GW_INT_1},
    {I::GuildInvites,                "GUILD_INVITES",                 false, true,  "",                                req::GW_INT_1},
    {I::GuildVoiceStates,            "GUILD_VOICE_STATES",            false, true,  "",                                req::GW_INT_1},
    {I::GuildPresences,              "GUILD_PRESENCES",               true,  true,  "",                                req::GW_INT_10},
    {I::GuildMessages,               "GUILD_MESSAGES",                false, true,  "",                                req::GW_INT_1},
    {I::GuildMessageReactions,       "GUILD_MESSAGE_REACTIONS",       false, true,  "",                                req::GW_INT_1},
    {I::GuildMessageTyping,          "GUILD_MESSAGE_TYPING",          false, true,  "",                                req::GW_INT_1},
    {I::DirectMessages,              "DIRECT_MESSAGES",               false, true,  "",                                req::GW_INT_1},
    {I::DirectMessageReactions,      "DIRECT_MESSAGE_REACTIONS",      false, true,  "",                                req::GW_INT_1},
    {I::DirectMessageTyping,         "DIRECT_MESSAGE_TYPING",         false, true,  "",                                req::GW_INT_1},
    {I::MessageContent,              "MESSAGE_CONTENT",               true,  true,  "",                                req::GW_INT_10},
    {I::GuildScheduledEvents,        "GUILD_SCHEDULED_EVENTS",        false, true,  "",                                req::GW_INT_1},
    {I::GuildEmbeddedActivities,     "GUILD_EMBEDDED_ACTIVITIES",     false, false, "",                                req::GW_INT_14},
    {I::PrivateChannels,             "PRIVATE_CHANNELS",              false, false, "",                                req::GW_INT_14},
    {I::Calls,                       "CALLS",                         false, false, "",                                req::GW_INT_14},
    {I::AutoModerationConfiguration, "AUTO_MODERATION_CONFIGURATION", false, true,  "",                                req::GW_INT_1},
    {I::AutoModerationExecution,     "AUTO_MODERATION_EXECUTION",     false, true,  "",                                req::GW_INT_1},
    {I::UserRelationships,           "USER_RELATIONSHIPS",            false, false, "",                                req::GW_INT_14},
    {I::UserPresence,                "USER_PRESENCE",                 false, false, "",                                req::GW_INT_14},
    {I::GuildMessagePolls,           "GUILD_MESSAGE_POLLS",           false, true,  "",                                req::GW_INT_1},
    {I::DirectMessagePolls,          "DIRECT_MESSAGE_POLLS",          false, true,  "",                                req::GW_INT_1},
    {I::DirectEmbeddedActivities,    "DIRECT_EMBEDDED_ACTIVITIES",    false, false, "",                                req::GW_INT_14},
    {I::Lobbies,                     "LOBBIES",                       false, false, "",                                req::GW_INT_14},
    {I::LobbyDelete,                 "LOBBY_DELETE",                  false, false, "",                                req::GW_INT_14},
  });
}();
// clang-format on

/// Gives the value of one intent in the bit field of Identify.
constexpr std::uint64_t bit(Intent intent) noexcept { return std::uint64_t{1} << static_cast<unsigned>(intent); }

/// Gives the bit field of several intents.
constexpr std::uint64_t bits(std::initializer_list<Intent> intents) noexcept {
  std::uint64_t sum = 0;
  for (const Intent intent : intents) sum |= bit(intent);
  return sum;
}

/// Every intent that a bot may ask for; another bit leads to close 4013 (GW-INT-2, GW-INT-14).
inline constexpr std::uint64_t kAllIntents = [] {
  std::uint64_t sum = 0;
  for (const IntentRow& row : kIntents)
    if (row.for_bots) sum |= bit(row.intent);
  return sum;
}();

/// Those that need no leave from the portal; one of the others without it leads to close 4014 (GW-INT-3, GW-INT-10).
inline constexpr std::uint64_t kUnprivilegedIntents = [] {
  std::uint64_t sum = 0;
  for (const IntentRow& row : kIntents)
    if (row.for_bots && !row.privileged) sum |= bit(row.intent);
  return sum;
}();

static_assert(
    [] {
      for (std::size_t i = 0; i < kIntents.size(); ++i)
        if (static_cast<std::size_t>(kIntents[i].intent) != i) return false;
      return kIntents.size() == kCount<Intent>;
    }(),
    "kIntents[n] is the intent of bit n");
static_assert(kAllIntents == 53'608'447);
static_assert(kUnprivilegedIntents == 53'575'421);

}  // namespace portcullis::spec
