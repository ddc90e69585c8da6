#include "portcullis/bench/session.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>

namespace portcullis::bench {
namespace {

using Json = nlohmann::ordered_json;

class Maker {
 public:
  std::string ready(std::size_t guilds) {
    Json unavailable = Json::array();
    for (std::size_t i = 0; i < guilds; ++i) unavailable.push_back({{"unavailable", true}, {"id", id()}});
    return wrap("READY", {{"v", 10},
                          {"user", user()},
                          {"shard", {0, 1}},
                          {"session_type", "normal"},
                          {"session_id", hash()},
                          {"resume_gateway_url", "ws://resume.example"},
                          {"private_channels", Json::array()},
                          {"guilds", unavailable},
                          {"application", {{"id", id()}, {"flags", 8'953'856}}}});
  }
  /// A guild of 20 to 500 KB, small ones more often.
  std::string guild_create() {
    return wrap("GUILD_CREATE", guild(static_cast<std::size_t>(20'000 * std::pow(25.0, share()))));
  }
  std::string dispatch() {
    const auto dice = pick(100);
    if (dice < 30) return wrap("MESSAGE_CREATE", message());
    if (dice < 75) return wrap("PRESENCE_UPDATE", presence());
    if (dice < 85) return wrap("TYPING_START", typing());
    if (dice < 90) return wrap("VOICE_STATE_UPDATE", voice_state());
    if (dice < 95) return wrap("MESSAGE_REACTION_ADD", reaction());
    return wrap("GUILD_MEMBER_UPDATE", member_update());
  }

 private:
  double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  std::string id() { return std::to_string(175'928'847'299'117'063 + random_() % 1'000'000'000'000'000'000); }
  std::string hash() {
    std::string text;
    for (int i = 0; i < 32; ++i) text += "0123456789abcdef"[pick(16)];
    return text;
  }
  Json maybe(const Json& value) { return pick(3) == 0 ? value : Json(nullptr); }

  std::string words(std::uint32_t most) {
    static constexpr std::array<std::string_view, 24> kWords{"the",
                                                             "server",
                                                             "is",
                                                             "down",
                                                             "again",
                                                             "anyone",
                                                             "seen",
                                                             "that",
                                                             "update?",
                                                             "lol",
                                                             "\"quoted\"",
                                                             "line\nbreak",
                                                             "yes",
                                                             "no",
                                                             "maybe",
                                                             "https://example.com/a/b?c=d",
                                                             "brb",
                                                             "ok",
                                                             "tonight",
                                                             "grüße",
                                                             "привет",
                                                             "🎉",
                                                             "<@80351110224678912>",
                                                             "what's"};
    std::string text;
    for (std::uint32_t n = pick(most) + 1; n != 0; --n) {
      if (!text.empty()) text += ' ';
      text += kWords[pick(kWords.size())];
    }
    return text;
  }

  Json user() {
    return {{"username", "user" + std::to_string(pick(100'000))},
            {"public_flags", pick(3) * 64},
            {"primary_guild", nullptr},
            {"id", id()},
            {"global_name", maybe(words(2))},
            {"display_name_styles", nullptr},
            {"discriminator", "0"},
            {"collectibles", nullptr},
            {"clan", nullptr},
            {"avatar_decoration_data", nullptr},
            {"avatar", hash()}};
  }
  Json member() {
    Json roles = Json::array();
    for (auto n = pick(6); n != 0; --n) roles.push_back(id());
    return {{"roles", roles},
            {"premium_since", nullptr},
            {"pending", false},
            {"nick", maybe(words(2))},
            {"mute", false},
            {"joined_at", "2021-03-04T18:22:41.123000+00:00"},
            {"flags", 0},
            {"deaf", false},
            {"communication_disabled_until", nullptr},
            {"banner", nullptr},
            {"avatar", nullptr}};
  }
  Json embed() {
    return {{"type", "rich"},
            {"title", words(6)},
            {"description", words(40)},
            {"color", pick(0xFFFFFF)},
            {"footer", {{"text", words(4)}}},
            {"fields", {{{"name", words(2)}, {"value", words(8)}, {"inline", true}}}}};
  }
  Json message() {
    return {{"type", 0},
            {"tts", false},
            {"timestamp", "2024-05-23T10:11:12.345000+00:00"},
            {"pinned", false},
            {"nonce", id()},
            {"mentions", Json::array()},
            {"mention_roles", Json::array()},
            {"mention_everyone", false},
            {"member", member()},
            {"id", id()},
            {"flags", 0},
            {"embeds", pick(5) == 0 ? Json::array({embed()}) : Json::array()},
            {"edited_timestamp", nullptr},
            {"content", words(30)},
            {"components", Json::array()},
            {"channel_type", 0},
            {"channel_id", id()},
            {"author", user()},
            {"attachments", Json::array()},
            {"guild_id", id()}};
  }
  Json presence() {
    Json activities = Json::array();
    if (pick(2) == 0)
      activities.push_back({{"type", 0},
                            {"timestamps", {{"start", 1'716'459'072'345 + pick(1'000'000)}}},
                            {"name", words(3)},
                            {"id", hash().substr(16)},
                            {"created_at", 1'716'459'072'345 + pick(1'000'000)},
                            {"state", maybe(words(4))},
                            {"details", words(5)},
                            {"application_id", id()}});
    return {{"user", {{"id", id()}}},  {"status", pick(2) == 0 ? "online" : "idle"}, {"processed_at_timestamp", 0},
            {"guild_id", id()},        {"client_status", {{"desktop", "online"}}},   {"broadcast", nullptr},
            {"activities", activities}};
  }
  Json typing() {
    return {{"user_id", id()},
            {"timestamp", 1'716'459'072 + pick(10'000)},
            {"member", member()},
            {"channel_id", id()},
            {"guild_id", id()}};
  }
  Json voice_state() {
    return {{"user_id", id()},     {"suppress", false},         {"session_id", hash()},
            {"self_video", false}, {"self_mute", false},        {"self_deaf", false},
            {"mute", false},       {"member", member_update()}, {"guild_id", id()},
            {"deaf", false},       {"channel_id", id()},        {"request_to_speak_timestamp", nullptr}};
  }
  Json reaction() {
    return {{"user_id", id()},    {"type", 0},        {"message_id", id()},
            {"member", member()}, {"guild_id", id()}, {"emoji", {{"name", "🎉"}, {"id", nullptr}}},
            {"channel_id", id()}, {"burst", false}};
  }
  Json member_update() {
    Json made = member();
    made["user"] = user();
    made["guild_id"] = id();
    return made;
  }
  Json role() {
    return {{"version", 1'716'459'072'345},
            {"unicode_emoji", nullptr},
            {"tags", Json::object()},
            {"position", pick(50)},
            {"permissions", std::to_string(random_() % 2'000'000'000)},
            {"name", words(2)},
            {"mentionable", false},
            {"managed", false},
            {"id", id()},
            {"icon", nullptr},
            {"hoist", true},
            {"flags", 0},
            {"color", pick(0xFFFFFF)}};
  }
  Json channel() {
    return {{"version", 1'716'459'072'345},
            {"type", 0},
            {"topic", maybe(words(12))},
            {"rate_limit_per_user", 0},
            {"position", pick(50)},
            {"permission_overwrites", {{{"type", 0}, {"id", id()}, {"deny", "1024"}, {"allow", "0"}}}},
            {"parent_id", id()},
            {"name", words(2)},
            {"last_message_id", id()},
            {"id", id()},
            {"flags", 0}};
  }
  Json guild(std::size_t bytes) {
    Json made{{"id", id()},          {"name", words(3)},       {"icon", hash()},
              {"owner_id", id()},    {"region", "deprecated"}, {"large", bytes > 100'000},
              {"unavailable", false}};
    for (const char* list : {"roles", "channels", "members", "presences", "emojis"}) made[list] = Json::array();
    std::size_t size = made.dump().size();
    const auto add = [&](const char* list, Json one) {
      size += one.dump().size() + 1;
      made[list].push_back(std::move(one));
    };
    for (auto n = 5 + pick(20); n != 0; --n) add("roles", role());
    for (auto n = 10 + pick(20); n != 0; --n) add("channels", channel());
    while (size < bytes) {
      Json one = member();
      one["user"] = user();
      add("members", std::move(one));
      if (pick(3) != 0) add("presences", presence());
    }
    return made;
  }

  std::string wrap(const char* name, const Json& data) {
    return Json{{"t", name}, {"s", ++sequence_}, {"op", 0}, {"d", data}}.dump();
  }

  std::mt19937_64 random_{20'260'806};
  std::int64_t sequence_ = 0;
};

}  // namespace

std::vector<std::string> session(std::size_t bytes_min, std::size_t guilds) {
  Maker maker;
  std::vector<std::string> all{R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250}})", maker.ready(guilds)};
  for (std::size_t i = 0; i < guilds; ++i) all.push_back(maker.guild_create());
  std::size_t bytes = 0;
  for (const std::string& payload : all) bytes += payload.size();
  for (; bytes < bytes_min; bytes += all.back().size()) all.push_back(maker.dispatch());
  return all;
}

}  // namespace portcullis::bench
