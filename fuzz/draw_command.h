#pragma once

#include <algorithm>

#include "portcullis/core/gateway/command.h"
#include "portcullis/fuzz/input.h"

namespace portcullis::fuzz {

/// A field that is absent when its byte is even.
template <typename Draw>
auto draw_optional(Input& input, Draw draw) -> std::optional<decltype(draw())> {
  if (input.byte() % 2 == 0) return std::nullopt;
  return draw();
}

/// Most lists are short; half of the others are longer than a command can hold.
template <typename Draw>
auto draw_list(Input& input, Draw draw) -> std::vector<decltype(draw())> {
  const std::uint8_t byte = input.byte();
  std::vector<decltype(draw())> list(byte < 192 ? byte % 4 : byte - 128u);
  for (auto& element : list) element = draw();
  return list;
}

/// An id: a small number or any.
inline std::uint64_t draw_id(Input& input) {
  const std::uint8_t byte = input.byte();
  return byte < 128 ? std::uint64_t{byte} << 22 : input.eight();
}

template <typename Enum>
Enum draw_enum(Input& input) {
  return static_cast<Enum>(input.byte());
}

inline gateway::Activity draw_activity(Input& input) {
  gateway::Activity activity;
  activity.name = input.piece();
  activity.type = draw_enum<gateway::ActivityType>(input);
  activity.url = draw_optional(input, [&] { return input.piece(); });
  activity.state = draw_optional(input, [&] { return input.piece(); });
  return activity;
}

inline gateway::UpdatePresence draw_presence(Input& input) {
  gateway::UpdatePresence command;
  command.since_ms = draw_optional(input, [&] { return static_cast<std::int64_t>(input.eight()); });
  command.activities = draw_list(input, [&] { return draw_activity(input); });
  command.status = draw_enum<gateway::PresenceStatus>(input);
  command.afk = input.byte() % 2 != 0;
  return command;
}

inline gateway::UpdateVoiceState draw_voice_state(Input& input) {
  gateway::UpdateVoiceState command;
  command.guild_id = draw_id(input);
  command.channel_id = draw_optional(input, [&] { return draw_id(input); });
  command.self_mute = input.byte() % 2 != 0;
  command.self_deaf = input.byte() % 2 != 0;
  return command;
}

inline gateway::RequestGuildMembers draw_members(Input& input) {
  gateway::RequestGuildMembers command;
  command.guild_id = draw_id(input);
  command.query = draw_optional(input, [&] { return input.piece(); });
  command.limit = input.byte();
  command.user_ids = draw_list(input, [&] { return draw_id(input); });
  command.presences = input.byte() % 2 != 0;
  command.nonce = draw_optional(input, [&] { return input.piece(); });
  return command;
}

/// Any command, good or not. Enumerators may be out of range, as a caller's cast can make them.
inline gateway::Command draw_command(Input& input) {
  switch (input.byte() % 5) {
    case 0: return draw_presence(input);
    case 1: return draw_voice_state(input);
    case 2: return draw_members(input);
    case 3: return gateway::RequestSoundboardSounds{draw_list(input, [&] { return draw_id(input); })};
    default: {
      gateway::RequestChannelInfo command;
      command.guild_id = draw_id(input);
      command.fields = draw_list(input, [&] { return draw_enum<gateway::ChannelField>(input); });
      return command;
    }
  }
}

}  // namespace portcullis::fuzz
