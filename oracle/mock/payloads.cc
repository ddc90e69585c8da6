#include "portcullis/oracle/mock/payloads.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/objects.h"
#include "portcullis/oracle/mock/realm.h"
#include "portcullis/oracle/mock/sessions.h"
#include "portcullis/spec/intents.h"

namespace portcullis::mock {
namespace {

using nlohmann::json;

constexpr std::uint64_t kTextChannel = 1'000'000;  // above the guild's id, where there is no realm
constexpr std::uint64_t kFirstMessage = 300'000'000'000'000'000;

std::string payload(int opcode, const json& data) {
  // A nonce of a client comes back, whatever it holds: what is not UTF-8 was refused before, and is replaced here.
  return R"({"t":null,"s":null,"op":)" + std::to_string(opcode) + R"(,"d":)" + text_of(data) + "}";
}

bool has(const Session& session, std::uint64_t guild_id) {
  return std::ranges::find(session.guild_ids, guild_id) != session.guild_ids.end();
}

bool may(const Session& session, spec::Intent intent) { return (session.intents & spec::bit(intent)) != 0; }

bool begins_with(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && http::same_ignoring_case(name.substr(0, prefix.size()), prefix);
}

std::vector<json> members_found(const World& world, const Members& asked, json& not_found) {
  const auto guild = find_guild(world, asked.guild_id);
  std::vector<json> found;
  if (asked.query) {
    for (const Member& one : guild->members)
      if (begins_with(one.user.name, *asked.query)) found.push_back(member_object(one));
    return found;
  }
  for (const std::uint64_t id : asked.user_ids) {
    if (const Member* const one = find_member(*guild, id))
      found.push_back(member_object(*one));
    else
      not_found.push_back(snowflake(id));
  }
  return found;
}

}  // namespace

std::string hello_payload(Duration heartbeat_interval) {
  return payload(10, {{"heartbeat_interval", heartbeat_interval.count()}});
}
std::string heartbeat_payload() { return payload(1, nullptr); }
std::string heartbeat_ack_payload() { return payload(11, nullptr); }
std::string reconnect_payload() { return payload(7, nullptr); }
std::string invalid_session_payload(bool resumable) { return payload(9, resumable); }

std::string dispatch_payload(std::string_view name, std::int64_t sequence, std::string_view data) {
  std::string out = R"({"t":)" + text_of(name) + R"(,"s":)" + std::to_string(sequence) + R"(,"op":0,"d":)";
  return out.append(data) + "}";
}

std::string ready_data(const World& world, const Session& session, std::int64_t version) {
  json guilds = json::array();
  for (const std::uint64_t id : session.guild_ids) guilds.push_back({{"id", snowflake(id)}, {"unavailable", true}});
  json data{{"v", version},
            {"user", own_user_object(bot_of(world))},
            {"guilds", std::move(guilds)},
            {"session_id", session.id},
            {"application", {{"id", snowflake(bot_of(world).id)}, {"flags", 0}}},
            {"private_channels", json::array()}};
  const std::string resume_url = world.resume_url.value_or(world.gateway_url);
  if (!resume_url.empty() || !world.resume_url) data["resume_gateway_url"] = resume_url;
  if (session.shard) data["shard"] = json::array({session.shard->id, session.shard->count});
  return text_of(data);
}

std::string resumed_data() { return R"({"_trace":[]})"; }

Event guild_create(const World& world, const Session& session, std::uint64_t guild_id) {
  const auto guild = find_guild(world, guild_id);
  // Without the intent nobody is told of but the bot and those who speak (GW-INT-11).
  const bool all = may(session, spec::Intent::GuildPresences);
  json members = json::array();
  for (const Member& one : guild->members)
    if (all || one.user.id == bot_of(world).id) members.push_back(member_object(one));
  return {"GUILD_CREATE", text_of(guild_create_object(*guild, std::move(members)))};
}

Event numbered_message(const World& world, const Session& session, std::uint64_t guild_id, std::int64_t number) {
  const std::string content = "message " + std::to_string(number) + ": Gr\u00fc\u00dfe, \u4e16\u754c \U0001f30d";
  const Member author = find_guild(world, guild_id)->members.back();
  // A message of somebody else's is empty for those without the intent (GW-INT-8).
  const bool readable = may(session, spec::Intent::MessageContent);
  return {"MESSAGE_CREATE", text_of({{"id", snowflake(kFirstMessage + static_cast<std::uint64_t>(number))},
                                     {"channel_id", snowflake(guild_id + kTextChannel)},
                                     {"guild_id", snowflake(guild_id)},
                                     {"author", user_object(author.user)},
                                     {"member", bare_member_object(author)},
                                     {"content", readable ? content : std::string()},
                                     {"nonce", std::to_string(number)},
                                     {"timestamp", kJoinedAt},
                                     {"edited_timestamp", nullptr},
                                     {"tts", false},
                                     {"mention_everyone", false},
                                     {"mentions", json::array()},
                                     {"mention_roles", json::array()},
                                     {"attachments", json::array()},
                                     {"embeds", json::array()},
                                     {"components", json::array()},
                                     {"pinned", false},
                                     {"type", 0},
                                     {"flags", 0}})};
}

std::vector<Event> voice_answer(const World& world, Session& session, const Voice& voice) {
  std::vector<Event> out;
  if (!has(session, voice.guild_id)) return out;
  const std::string move = std::to_string(++session.voice_moves);
  if (may(session, spec::Intent::GuildVoiceStates))
    out.push_back({"VOICE_STATE_UPDATE",
                   text_of({{"guild_id", snowflake(voice.guild_id)},
                            {"channel_id", voice.channel_id ? json(snowflake(*voice.channel_id)) : json(nullptr)},
                            {"user_id", snowflake(bot_of(world).id)},
                            {"member", member_object({bot_of(world)})},
                            {"session_id", "voice-session-" + move},
                            {"deaf", false},
                            {"mute", false},
                            {"self_deaf", voice.self_deaf},
                            {"self_mute", voice.self_mute},
                            {"self_video", false},
                            {"suppress", false},
                            {"request_to_speak_timestamp", nullptr}})});
  if (voice.channel_id)
    out.push_back({"VOICE_SERVER_UPDATE", text_of({{"token", "voice-token-" + move},
                                                   {"guild_id", snowflake(voice.guild_id)},
                                                   {"endpoint", "localhost:443"}})});
  return out;
}

std::vector<Event> members_answer(const World& world, const Session& session, const Members& asked, const Laws& laws) {
  // The whole list is for those with the intent (GW-RGM-4); what happens without is not known: nothing, here.
  if (!has(session, asked.guild_id) || (asked.whole_list() && !may(session, spec::Intent::GuildMembers))) return {};
  json not_found = json::array();
  auto found = members_found(world, asked, not_found);
  const std::size_t limit = asked.limit == 0 ? laws.prefix_members_max : static_cast<std::size_t>(asked.limit);
  if (asked.query && !asked.whole_list()) found.resize(std::min({found.size(), limit, laws.prefix_members_max}));
  std::vector<Event> out;
  const std::size_t chunks =
      std::max<std::size_t>((found.size() + laws.chunk_members_max - 1) / laws.chunk_members_max, 1);
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    const std::size_t from = chunk * laws.chunk_members_max;
    const std::size_t to = std::min(found.size(), from + laws.chunk_members_max);
    json members = json::array();
    for (std::size_t i = from; i < to; ++i) members.push_back(found[i]);
    json data{{"guild_id", snowflake(asked.guild_id)},
              {"members", std::move(members)},
              {"chunk_index", chunk},
              {"chunk_count", chunks}};
    if (!not_found.empty()) data["not_found"] = not_found;
    if (asked.presences && may(session, spec::Intent::GuildPresences)) data["presences"] = json::array();
    if (asked.nonce) data["nonce"] = *asked.nonce;
    out.push_back({"GUILD_MEMBERS_CHUNK", text_of(data)});
  }
  return out;
}

Event rate_limited(const Members& members, Duration retry_after) {
  json meta{{"guild_id", snowflake(members.guild_id)}};
  if (members.nonce) meta["nonce"] = *members.nonce;
  return {"RATE_LIMITED", text_of({{"opcode", 8},
                                   {"retry_after", static_cast<double>(retry_after.count()) / 1'000},
                                   {"meta", std::move(meta)}})};
}

std::vector<Event> sounds_answer(const Session& session, const Sounds& sounds) {
  std::vector<Event> out;
  for (const std::uint64_t id : sounds.guild_ids)
    if (has(session, id))
      out.push_back(
          {"SOUNDBOARD_SOUNDS", text_of({{"guild_id", snowflake(id)}, {"soundboard_sounds", json::array()}})});
  return out;
}

std::vector<Event> channel_info_answer(const World& world, const Session& session, const ChannelInfo& info) {
  if (!has(session, info.guild_id)) return {};
  json channels = json::array();
  const auto guild = find_guild(world, info.guild_id);
  for (const Channel& one : guild->channels) {
    if (one.kind != ChannelKind::Voice) continue;
    json& channel = channels.emplace_back(json{{"id", snowflake(one.id)}});
    if (info.status) channel["status"] = nullptr;
    if (info.voice_start_time) channel["voice_start_time"] = nullptr;
  }
  return {{"CHANNEL_INFO", text_of({{"guild_id", snowflake(info.guild_id)}, {"channels", std::move(channels)}})}};
}

bool is_json(std::string_view text) { return json::accept(text); }

std::string refusal_body(std::string_view parameter, std::string_view value) {
  return text_of(
      {{"code", 50'035},
       {"message", std::string(parameter) + "=" + std::string(value) + " is not offered by this mock gateway"}});
}

}  // namespace portcullis::mock
