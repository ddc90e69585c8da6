#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/intents.h"
#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// The events that a dispatch may name (catalogue section 4.5).
namespace portcullis::spec {

/// On which shard an event arrives (GW-SHARD-1, GW-SHARD-2, OP-32).
enum class Route : std::uint8_t {
  Guild,         ///< the guild's: it carries `guild_id`, or is a guild
  GuildOrFirst,  ///< the guild's when it happened in one, else shard 0
  First,         ///< shard 0
  Asker,         ///< the connection that asked
};

template <>
struct EnumNames<Route> {
  static constexpr std::array<std::string_view, 4> values{"Guild", "GuildOrFirst", "First", "Asker"};
};

struct DispatchRow {
  std::string_view name;
  Set<Intent> gate;  ///< one of these is needed; none: always sent (GW-INT-5)
  Route route;
  Requirement req;
  std::string_view data;  ///< what `d` holds: its keys, or the object that it is; `?` marks a key that may be absent
};

// clang-format off
inline constexpr auto kDispatchEvents = [] {
  using I = Intent; using R = Route;
  return std::to_array<DispatchRow>({
    {"APPLICATION_COMMAND_PERMISSIONS_UPDATE", {}, R::Guild, req::GW_INT_5,
     "command permissions object"},
    {"AUTO_MODERATION_ACTION_EXECUTION", {I::AutoModerationExecution}, R::Guild, req::GW_DISP_6,
     "guild_id, action, rule_id, rule_trigger_type, user_id, channel_id?, message_id?, "
     "alert_system_message_id?, content and matched_content (MESSAGE_CONTENT), matched_keyword; needs "
     "MANAGE_GUILD"},
    {"AUTO_MODERATION_RULE_CREATE", {I::AutoModerationConfiguration}, R::Guild, req::GW_DISP_6,
     "rule object; needs MANAGE_GUILD"},
    {"AUTO_MODERATION_RULE_DELETE", {I::AutoModerationConfiguration}, R::Guild, req::GW_DISP_6,
     "rule object; needs MANAGE_GUILD"},
    {"AUTO_MODERATION_RULE_UPDATE", {I::AutoModerationConfiguration}, R::Guild, req::GW_DISP_6,
     "rule object; needs MANAGE_GUILD"},
    {"CHANNEL_CREATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "channel (guild channels only since v8)"},
    {"CHANNEL_DELETE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "channel"},
    {"CHANNEL_INFO", {}, R::Guild, req::GW_CI_2,
     "guild_id, channels; answer to op 43"},
    {"CHANNEL_PINS_UPDATE", {I::Guilds, I::DirectMessages}, R::GuildOrFirst, req::GW_INT_4,
     "guild_id?, channel_id, last_pin_timestamp? nullable"},
    {"CHANNEL_UPDATE", {I::Guilds}, R::Guild, req::GW_DISP_5,
     "channel; not for last_message_id"},
    {"ENTITLEMENT_CREATE", {}, R::First, req::GW_SHARD_2,
     "entitlement"},
    {"ENTITLEMENT_DELETE", {}, R::First, req::GW_SHARD_2,
     "entitlement"},
    {"ENTITLEMENT_UPDATE", {}, R::First, req::GW_SHARD_2,
     "entitlement"},
    {"GUILD_AUDIT_LOG_ENTRY_CREATE", {I::GuildModeration}, R::Guild, req::GW_DISP_6,
     "audit log entry + guild_id; needs VIEW_AUDIT_LOG"},
    {"GUILD_BAN_ADD", {I::GuildModeration}, R::Guild, req::GW_DISP_6,
     "guild_id, user; needs BAN_MEMBERS or VIEW_AUDIT_LOG"},
    {"GUILD_BAN_REMOVE", {I::GuildModeration}, R::Guild, req::GW_DISP_6,
     "guild_id, user; needs BAN_MEMBERS or VIEW_AUDIT_LOG"},
    {"GUILD_CREATE", {I::Guilds}, R::Guild, req::GW_READY_12,
     "guild + joined_at, large, unavailable?, member_count, voice_states, members, channels, threads, "
     "presences, stage_instances, guild_scheduled_events, soundboard_sounds; or unavailable guild"},
    {"GUILD_DELETE", {I::Guilds}, R::Guild, req::GW_READY_13,
     "unavailable guild; no unavailable key = removed"},
    {"GUILD_EMOJIS_UPDATE", {I::GuildExpressions}, R::Guild, req::GW_INT_4,
     "guild_id, emojis"},
    {"GUILD_INTEGRATIONS_UPDATE", {I::GuildIntegrations}, R::Guild, req::GW_INT_4,
     "guild_id"},
    {"GUILD_MEMBERS_CHUNK", {}, R::Guild, req::GW_RGM_9,
     "guild_id, members (1000 at most), chunk_index, chunk_count, not_found?, presences?, nonce?; answer "
     "to op 8"},
    {"GUILD_MEMBER_ADD", {I::GuildMembers}, R::Guild, req::GW_DISP_4,
     "member + guild_id"},
    {"GUILD_MEMBER_REMOVE", {I::GuildMembers}, R::Guild, req::GW_INT_4,
     "guild_id, user"},
    {"GUILD_MEMBER_UPDATE", {I::GuildMembers}, R::Guild, req::GW_INT_6,
     "guild_id, roles, user, nick?, avatar, banner, joined_at nullable, premium_since?, deaf?, mute?, "
     "pending?, communication_disabled_until?, avatar_decoration_data?, collectibles?; of the bot itself "
     "always sent"},
    {"GUILD_ROLE_CREATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "guild_id, role"},
    {"GUILD_ROLE_DELETE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "guild_id, role_id"},
    {"GUILD_ROLE_UPDATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "guild_id, role"},
    {"GUILD_SCHEDULED_EVENT_CREATE", {I::GuildScheduledEvents}, R::Guild, req::GW_INT_4,
     "scheduled event"},
    {"GUILD_SCHEDULED_EVENT_DELETE", {I::GuildScheduledEvents}, R::Guild, req::GW_INT_4,
     "scheduled event"},
    {"GUILD_SCHEDULED_EVENT_UPDATE", {I::GuildScheduledEvents}, R::Guild, req::GW_INT_4,
     "scheduled event"},
    {"GUILD_SCHEDULED_EVENT_USER_ADD", {I::GuildScheduledEvents}, R::Guild, req::GW_INT_4,
     "guild_scheduled_event_id, user_id, guild_id"},
    {"GUILD_SCHEDULED_EVENT_USER_REMOVE", {I::GuildScheduledEvents}, R::Guild, req::GW_INT_4,
     "guild_scheduled_event_id, user_id, guild_id"},
    {"GUILD_SOUNDBOARD_SOUNDS_UPDATE", {I::GuildExpressions}, R::Guild, req::GW_INT_4,
     "soundboard_sounds, guild_id"},
    {"GUILD_SOUNDBOARD_SOUND_CREATE", {I::GuildExpressions}, R::Guild, req::GW_INT_4,
     "soundboard sound"},
    {"GUILD_SOUNDBOARD_SOUND_DELETE", {I::GuildExpressions}, R::Guild, req::GW_INT_4,
     "sound_id, guild_id"},
    {"GUILD_SOUNDBOARD_SOUND_UPDATE", {I::GuildExpressions}, R::Guild, req::GW_INT_4,
     "soundboard sound"},
    {"GUILD_STICKERS_UPDATE", {I::GuildExpressions}, R::Guild, req::GW_INT_4,
     "guild_id, stickers"},
    {"GUILD_UPDATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "guild"},
    {"INTEGRATION_CREATE", {I::GuildIntegrations}, R::Guild, req::GW_INT_4,
     "integration without user + guild_id"},
    {"INTEGRATION_DELETE", {I::GuildIntegrations}, R::Guild, req::GW_INT_4,
     "id, guild_id, application_id?"},
    {"INTEGRATION_UPDATE", {I::GuildIntegrations}, R::Guild, req::GW_INT_4,
     "integration without user + guild_id"},
    {"INTERACTION_CREATE", {}, R::GuildOrFirst, req::GW_INT_5,
     "interaction; shard 0 if not in a guild"},
    {"INVITE_CREATE", {I::GuildInvites}, R::GuildOrFirst, req::GW_DISP_6,
     "channel_id, code, created_at, guild_id?, inviter?, max_age, max_uses, target_type?, target_user?, "
     "target_application?, temporary, uses, expires_at nullable, role_ids?; needs MANAGE_CHANNELS"},
    {"INVITE_DELETE", {I::GuildInvites}, R::GuildOrFirst, req::GW_DISP_6,
     "channel_id, guild_id?, code; needs MANAGE_CHANNELS"},
    {"MESSAGE_CREATE", {I::GuildMessages, I::DirectMessages}, R::GuildOrFirst, req::GW_INT_8,
     "message + guild_id?, member?, mentions, channel_type?"},
    {"MESSAGE_DELETE", {I::GuildMessages, I::DirectMessages}, R::GuildOrFirst, req::GW_INT_4,
     "id, channel_id, guild_id?"},
    {"MESSAGE_DELETE_BULK", {I::GuildMessages}, R::GuildOrFirst, req::GW_INT_4,
     "ids, channel_id, guild_id?"},
    {"MESSAGE_POLL_VOTE_ADD", {I::GuildMessagePolls, I::DirectMessagePolls}, R::GuildOrFirst, req::GW_INT_4,
     "user_id, channel_id, message_id, guild_id?, answer_id; one event per answer"},
    {"MESSAGE_POLL_VOTE_REMOVE", {I::GuildMessagePolls, I::DirectMessagePolls}, R::GuildOrFirst, req::GW_INT_4,
     "user_id, channel_id, message_id, guild_id?, answer_id; one event per answer"},
    {"MESSAGE_REACTION_ADD", {I::GuildMessageReactions, I::DirectMessageReactions}, R::GuildOrFirst, req::GW_INT_4,
     "user_id, channel_id, message_id, guild_id?, member?, emoji, message_author_id?, burst, "
     "burst_colors?, type"},
    {"MESSAGE_REACTION_REMOVE", {I::GuildMessageReactions, I::DirectMessageReactions}, R::GuildOrFirst, req::GW_INT_4,
     "user_id, channel_id, message_id, guild_id?, emoji, burst, type"},
    {"MESSAGE_REACTION_REMOVE_ALL", {I::GuildMessageReactions, I::DirectMessageReactions}, R::GuildOrFirst, req::GW_INT_4,
     "channel_id, message_id, guild_id?"},
    {"MESSAGE_REACTION_REMOVE_EMOJI", {I::GuildMessageReactions, I::DirectMessageReactions}, R::GuildOrFirst, req::GW_INT_4,
     "channel_id, guild_id?, message_id, emoji"},
    {"MESSAGE_UPDATE", {I::GuildMessages, I::DirectMessages}, R::GuildOrFirst, req::GW_INT_8,
     "message + guild_id?, member?, mentions, channel_type?; tts always false"},
    {"PRESENCE_UPDATE", {I::GuildPresences}, R::Guild, req::GW_DISP_2,
     "user (only id is sure), guild_id, status, activities, client_status; not validated by the server"},
    {"RATE_LIMITED", {}, R::Asker, req::GW_RL_1,
     "opcode, retry_after (s, with fraction), meta"},
    {"READY", {}, R::Asker, req::GW_READY_1,
     "v, user, guilds, session_id, resume_gateway_url, shard?, application; answer to Identify"},
    {"RESUMED", {}, R::Asker, req::GW_RES_10,
     "no documented fields; end of replay"},
    {"SOUNDBOARD_SOUNDS", {}, R::Guild, req::GW_SB_2,
     "guild_id, soundboard_sounds; answer to op 31"},
    {"STAGE_INSTANCE_CREATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "stage instance"},
    {"STAGE_INSTANCE_DELETE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "stage instance"},
    {"STAGE_INSTANCE_UPDATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "stage instance"},
    {"SUBSCRIPTION_CREATE", {}, R::First, req::GW_SHARD_2,
     "subscription; status may be inactive or active"},
    {"SUBSCRIPTION_DELETE", {}, R::First, req::GW_SHARD_2,
     "subscription"},
    {"SUBSCRIPTION_UPDATE", {}, R::First, req::GW_SHARD_2,
     "subscription"},
    {"THREAD_CREATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "channel (+ newly_created when new, or thread member when the bot was added to a private thread)"},
    {"THREAD_DELETE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "id, guild_id, parent_id, type"},
    {"THREAD_LIST_SYNC", {I::Guilds}, R::Guild, req::GW_INT_4,
     "guild_id, channel_ids?, threads, members"},
    {"THREAD_MEMBERS_UPDATE", {I::Guilds, I::GuildMembers}, R::Guild, req::GW_INT_7,
     "id, guild_id, member_count (<= 50), added_members?, removed_member_ids?; without GUILD_MEMBERS only "
     "for the bot itself"},
    {"THREAD_MEMBER_UPDATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "thread member + guild_id"},
    {"THREAD_UPDATE", {I::Guilds}, R::Guild, req::GW_INT_4,
     "channel"},
    {"TYPING_START", {I::GuildMessageTyping, I::DirectMessageTyping}, R::GuildOrFirst, req::GW_INT_4,
     "channel_id, guild_id?, user_id, timestamp (s), member?"},
    {"USER_UPDATE", {}, R::First, req::GW_INT_5,
     "user (the bot)"},
    {"VOICE_CHANNEL_EFFECT_SEND", {I::GuildVoiceStates}, R::Guild, req::GW_INT_4,
     "channel_id, guild_id, user_id, emoji?, animation_type? (0 premium, 1 basic), animation_id?, "
     "sound_id? (snowflake or integer), sound_volume? 0..1; only for the channel the bot is in"},
    {"VOICE_CHANNEL_START_TIME_UPDATE", {I::Guilds}, R::Guild, req::GW_CI_4,
     "id, guild_id, voice_start_time? (s, nullable)"},
    {"VOICE_CHANNEL_STATUS_UPDATE", {I::Guilds}, R::Guild, req::GW_CI_4,
     "id, guild_id, status nullable"},
    {"VOICE_SERVER_UPDATE", {}, R::Guild, req::GW_VSU_5,
     "token, guild_id, endpoint nullable"},
    {"VOICE_STATE_UPDATE", {I::GuildVoiceStates}, R::GuildOrFirst, req::GW_VSU_5,
     "voice state"},
    {"WEBHOOKS_UPDATE", {I::GuildWebhooks}, R::Guild, req::GW_INT_4,
     "guild_id, channel_id"},
  });
}();
// clang-format on

/// Gives the row of an event, or null for a name that is not documented, which is no error (GW-ENV-12).
constexpr const DispatchRow* find_dispatch(std::string_view name) noexcept {
  const auto* at = std::lower_bound(kDispatchEvents.begin(), kDispatchEvents.end(), name,
                                    [](const DispatchRow& row, std::string_view key) { return row.name < key; });
  return at != kDispatchEvents.end() && at->name == name ? at : nullptr;
}

/// Gives the bit field of the intents of which an event needs one; 0 when it is always sent.
constexpr std::uint64_t gate_bits(const DispatchRow& row) noexcept {
  std::uint64_t sum = 0;
  for (const IntentRow& intent : kIntents)
    if (row.gate.contains(intent.intent)) sum |= bit(intent.intent);
  return sum;
}

/// Says whether a session with these intents is sent the event (GW-INT-4, GW-INT-5). Two events name the bot itself and
/// come all the same: GW-INT-6, GW-INT-7.
constexpr bool is_sent_with(const DispatchRow& row, std::uint64_t intents) noexcept {
  const std::uint64_t gate = gate_bits(row);
  return gate == 0 || (gate & intents) != 0;
}

static_assert(
    [] {
      for (std::size_t i = 1; i < kDispatchEvents.size(); ++i)
        if (kDispatchEvents[i - 1].name >= kDispatchEvents[i].name) return false;
      return true;
    }(),
    "sorted by name, and no name occurs twice");
static_assert(kDispatchEvents.size() == 79);
static_assert(
    [] {
      for (const DispatchRow& row : kDispatchEvents)
        if ((gate_bits(row) & ~kAllIntents) != 0) return false;
      return true;
    }(),
    "only intents for bots let an event through");

}  // namespace portcullis::spec
