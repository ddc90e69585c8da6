#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portcullis/core/result.h"

namespace portcullis::gateway {

struct Shard {
  std::uint32_t id = 0;
  std::uint32_t count = 1;
};

enum class PresenceStatus : std::uint8_t { Online, Dnd, Idle, Invisible, Offline };
enum class ActivityType : std::uint8_t { Playing, Streaming, Listening, Watching, Custom, Competing };
enum class ChannelField : std::uint8_t { Status, VoiceStartTime };

struct Activity {
  std::string name{};
  ActivityType type = ActivityType::Playing;
  std::optional<std::string> url{};    ///< with Streaming only: on Twitch or YouTube
  std::optional<std::string> state{};  ///< what Custom shows, and has to have
};

/// Op 3.
struct UpdatePresence {
  std::optional<std::int64_t> since_ms{};  ///< Unix time from which on the bot is idle
  std::vector<Activity> activities{};
  PresenceStatus status = PresenceStatus::Online;
  bool afk = false;
};

/// Op 4: joins or moves to a voice channel, or leaves voice when there is none.
struct UpdateVoiceState {
  std::uint64_t guild_id = 0;
  std::optional<std::uint64_t> channel_id{};
  bool self_mute = false;
  bool self_deaf = false;
};

/// Op 8: asks for the members whose names begin with `query`, or for those of `user_ids`.
struct RequestGuildMembers {
  std::uint64_t guild_id = 0;
  std::optional<std::string> query{};  ///< an empty one: all members
  std::uint32_t limit = 0;             ///< goes with a query; 0 with an empty one: all members
  std::vector<std::uint64_t> user_ids{};
  bool presences = false;
  std::optional<std::string> nonce{};  ///< comes back in the answers
};

/// Op 31.
struct RequestSoundboardSounds {
  std::vector<std::uint64_t> guild_ids{};
};

/// Op 43.
struct RequestChannelInfo {
  std::uint64_t guild_id = 0;
  std::vector<ChannelField> fields{};
};

/// What a bot may send of its own accord while its session is live.
using Command =
    std::variant<UpdatePresence, UpdateVoiceState, RequestGuildMembers, RequestSoundboardSounds, RequestChannelInfo>;

struct Properties {
  std::string os = "linux";
  std::string browser = "portcullis";
  std::string device = "portcullis";
};

/// Op 2, but for `compress`, which follows from the compression that is configured.
struct IdentifyData {
  std::string token{};  ///< bare, without "Bot "
  Properties properties{};
  std::uint64_t intents = 0;
  std::optional<Shard> shard{};
  std::optional<std::uint32_t> large_threshold{};
  std::optional<UpdatePresence> presence{};
};

/// Op 2 as it goes out. `compress` asks for payload compression, and only then is it sent (GW-ID-12, GW-ID-13).
struct IdentifyView {
  const IdentifyData& data;
  bool compress = false;
};

/// Op 6, borrowed from the session.
struct ResumeView {
  std::string_view token{};
  std::string_view session_id{};
  std::int64_t sequence = 0;
};

/// Op 1: the last sequence, if there was one.
struct HeartbeatData {
  std::optional<std::int64_t> sequence{};
};

/// What decides, of the session, which commands it may send.
struct CommandRules {
  std::uint64_t intents = 0;
  std::optional<Shard> shard{};  ///< none: the session has every guild (GW-SHARD-11)
};

/// Checks all that a single command can get wrong, but for its encoded size, which the writer finds.
///
/// Errors: Blame::Caller with CommandField, CommandIntent or CommandWrongShard, and the requirement broken.
/// Source: requirements GW-PRES, GW-VSU, GW-RGM, GW-SB, GW-CI, GW-SHARD-10.
Status check(const Command& command, const CommandRules& rules) noexcept;

/// Checks what the user has configured for Identify.
///
/// Errors: Blame::Caller with ConfigToken, ConfigIntents, ConfigShard, ConfigThreshold, or as for UpdatePresence.
/// Source: requirements GW-ID-8, GW-ID-10, GW-ID-11, GW-INT-14, GW-RES-20.
Status check(const IdentifyData& identify) noexcept;

/// True for one visible ASCII character or more, and nothing else: what a token consists of.
bool is_visible(std::string_view text) noexcept;

}  // namespace portcullis::gateway
