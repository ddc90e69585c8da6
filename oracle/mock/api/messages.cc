#include "portcullis/oracle/mock/api/messages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/objects.h"

namespace portcullis::mock::api {
namespace {

using nlohmann::json;

constexpr std::size_t kContentMax = 2'000;  // characters
constexpr std::size_t kEmbedsMax = 10;
constexpr std::size_t kComponentsMax = 40;
constexpr std::size_t kNonceMax = 25;

std::size_t characters_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

void check_content(const json& draft) {
  const auto content = draft.find("content");
  if (content == draft.end() || content->is_null()) return;
  if (!content->is_string()) throw bad_field("content", "STRING_TYPE_CONVERT", "Could not interpret value as string.");
  if (characters_of(content->get_ref<const std::string&>()) > kContentMax)
    throw bad_field("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.");
}

void check_list(const json& draft, const std::string& field, std::size_t count_max) {
  const auto list = draft.find(field);
  if (list == draft.end() || list->is_null()) return;
  if (!list->is_array()) throw bad_field(field, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
  if (list->size() > count_max)
    throw bad_field(field, "BASE_TYPE_MAX_LENGTH", "Must be " + std::to_string(count_max) + " or fewer in length.");
  for (std::size_t i = 0; i < list->size(); ++i)
    if (!(*list)[i].is_object())
      throw bad_field(field + "/" + std::to_string(i), "DICT_TYPE_CONVERT", "Only dictionaries may be used.");
}

bool holds(const json& draft, const char* field) {
  const auto found = draft.find(field);
  return found != draft.end() && !found->is_null() && !found->empty() && *found != "";
}

// ---- Mentions

/// Finds each `<` mark id `>`, such as <@1>, in a text.
std::vector<std::uint64_t> ids_behind(const std::string& content, const std::string& mark) {
  std::vector<std::uint64_t> out;
  for (std::size_t at = content.find(mark); at != content.npos; at = content.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    const auto id = id_of(std::string_view(content).substr(begin, content.find('>', begin) - begin));
    if (id && std::ranges::find(out, *id) == out.end()) out.push_back(*id);
  }
  return out;
}

void set_mentions(const State& state, const Place& place, json& message) {
  const auto& content = message["content"].get_ref<const std::string&>();
  json users = json::array();
  json roles = json::array();
  auto ids = ids_behind(content, "<@");
  for (const std::uint64_t id : ids_behind(content, "<@!")) ids.push_back(id);
  if (message.contains("referenced_message") && message["referenced_message"].is_object())
    ids.push_back(*id_of(message["referenced_message"]["author"]["id"].get_ref<const std::string&>()));
  for (const std::uint64_t id : ids) {
    const auto user = find_user(state.world(), id);
    const auto same = [&](const json& one) { return one["id"] == snowflake(id); };
    if (!user || std::ranges::any_of(users, same)) continue;
    users.push_back(user_object(*user));
  }
  for (const std::uint64_t id : ids_behind(content, "<@&"))
    if (place.guild && find_id(place.guild->roles, id) != nullptr) roles.push_back(snowflake(id));
  message["mentions"] = std::move(users);
  message["mention_roles"] = std::move(roles);
  message["mention_everyone"] =
      place.guild && (content.find("@everyone") != content.npos || content.find("@here") != content.npos);
}

// ---- Making

/// Gives a file that a message has already, or what a new one has on Discord: what was in it is gone, and its URL leads
/// nowhere.
json attachment_of(State& state, const Place& place, const json& given, const json& present) {
  const auto id = id_in(given.value("id", json()));
  const auto same = [&](const json& one) { return id && one["id"] == snowflake(*id); };
  const auto found = std::ranges::find_if(present, same);
  if (found != present.end()) return *found;
  const json name = given.value("filename", json());
  const std::string file_name = name.is_string() ? name.get<std::string>() : "file";
  const std::string made = snowflake(state.fresh_id());
  const std::string url = "https://files.invalid/" + snowflake(place.channel_id) + "/" + made + "/" + file_name;
  json out{
      {"id", made}, {"filename", file_name}, {"size", given.value("size", json(0))}, {"url", url}, {"proxy_url", url}};
  if (given.contains("description")) out["description"] = given["description"];
  return out;
}

json attachments_of(State& state, const Place& place, const json& draft, const json& present) {
  json out = json::array();
  if (!holds(draft, "attachments")) return out;
  for (const json& given : draft["attachments"]) out.push_back(attachment_of(state, place, given, present));
  return out;
}

json list_of(const json& draft, const char* field) { return holds(draft, field) ? draft[field] : json::array(); }

/// Takes over what a draft names; an edit leaves alone what it does not name.
void take_over(State& state, const Place& place, const json& draft, json& message) {
  if (draft.contains("content")) message["content"] = draft["content"].is_string() ? draft["content"] : json("");
  for (const char* const field : {"embeds", "components"})
    if (draft.contains(field)) message[field] = list_of(draft, field);
  if (draft.contains("attachments"))
    message["attachments"] = attachments_of(state, place, draft, message["attachments"]);
  for (json& embed : message["embeds"])
    if (!embed.contains("type")) embed["type"] = "rich";
}

/// Makes it an answer to another one, where the draft says so.
void refer(State& state, const Place& place, const json& draft, json& message) {
  const auto given = draft.find("message_reference");
  if (given == draft.end() || !given->is_object()) return;
  const auto id = id_in(given->value("message_id", json()));
  const Message* const to = id ? state.find_message(place.channel_id, *id) : nullptr;
  if (to == nullptr) {
    if (given->value("fail_if_not_exists", json(true)) == false) return;
    throw bad_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
  }
  json reference{{"type", 0}, {"message_id", snowflake(*id)}, {"channel_id", snowflake(place.channel_id)}};
  if (place.guild) reference["guild_id"] = snowflake(place.guild->id);
  message.update({{"type", 19}, {"message_reference", std::move(reference)}, {"referenced_message", to->object}});
}

json bare_message(State& state, const Place& place, const User& author) {
  return {{"id", snowflake(state.fresh_id())},
          {"channel_id", snowflake(place.channel_id)},
          {"author", user_object(author)},
          {"content", ""},
          {"timestamp", state.timestamp()},
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
          {"flags", 0}};
}

// ---- Telling

/// Says whether the bot may read a message of somebody else's without the intent.
bool is_open(const User& bot, const json& message) {
  if (message["author"]["id"] == snowflake(bot.id)) return true;
  return std::ranges::any_of(message["mentions"], [&](const json& one) { return one["id"] == snowflake(bot.id); });
}

void veil(const User& bot, json& message) {
  if (!is_open(bot, message)) {
    message["content"] = "";
    for (const char* const field : {"embeds", "attachments", "components"}) message[field] = json::array();
  }
  if (message.contains("referenced_message") && message["referenced_message"].is_object())
    veil(bot, message["referenced_message"]);
}

SayDispatch reaction_event(const char* event, const Place& place, const Message& message, const json& emoji,
                           const User& user) {
  json data{{"user_id", snowflake(user.id)},
            {"channel_id", snowflake(place.channel_id)},
            {"message_id", snowflake(message.id())},
            {"emoji", emoji},
            {"burst", false},
            {"type", 0}};
  if (place.guild) data["guild_id"] = snowflake(place.guild->id);
  const bool added = std::string_view(event) == "MESSAGE_REACTION_ADD";
  if (added) data.update({{"message_author_id", snowflake(message.author_id())}, {"burst_colors", json::array()}});
  const Member* const member = place.guild && added ? find_member(*place.guild, user.id) : nullptr;
  if (member != nullptr) data["member"] = member_object(*member);
  return {event, text_of(data)};
}

}  // namespace

void check_draft(const json& draft) {
  if (!draft.is_object()) throw bad_field("_", "DICT_TYPE_CONVERT", "Only dictionaries may be used.");
  check_content(draft);
  check_list(draft, "embeds", kEmbedsMax);
  check_list(draft, "components", kComponentsMax);
  check_list(draft, "attachments", kEmbedsMax);
  if (holds(draft, "flags") && !draft["flags"].is_number_unsigned())
    throw bad_field("flags", "NUMBER_TYPE_COERCE", "Value is not int.");
  if (holds(draft, "nonce") && draft["nonce"].is_string() &&
      characters_of(draft["nonce"].get<std::string>()) > kNonceMax)
    throw bad_field("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.");
}

void check_not_empty(const json& draft) {
  for (const char* const field : {"content", "embeds", "attachments", "components", "poll", "sticker_ids"})
    if (holds(draft, field)) return;
  throw Refusal{400, 50'006, "Cannot send an empty message"};
}

Message& write_message(State& state, const Tell& tell, const Place& place, const User& author, const json& draft,
                       const json& extra) {
  json made = bare_message(state, place, author);
  take_over(state, place, draft, made);
  if (draft.value("tts", json(false)) == true) made["tts"] = true;
  if (holds(draft, "flags")) made["flags"] = draft["flags"];
  if (holds(draft, "nonce")) made["nonce"] = draft["nonce"];
  refer(state, place, draft, made);
  if (extra.is_object()) made.update(extra);
  set_mentions(state, place, made);
  Message& message = state.add_message(place.channel_id, std::move(made));
  tell_message(state, tell, "MESSAGE_CREATE", place, message);
  return message;
}

void edit_message(State& state, const Tell& tell, const Place& place, Message& message, const json& draft) {
  take_over(state, place, draft, message.object);
  if (holds(draft, "flags")) message.object["flags"] = draft["flags"];
  message.object["edited_timestamp"] = state.timestamp();
  set_mentions(state, place, message.object);
  tell_message(state, tell, "MESSAGE_UPDATE", place, message);
}

std::size_t delete_message(State& state, const Tell& tell, const Place& place, std::uint64_t id) {
  const Message* const message = state.find_message(place.channel_id, id);
  const bool of_guild = place.guild && !message->is_ephemeral();
  json data{{"id", snowflake(id)}, {"channel_id", snowflake(place.channel_id)}};
  if (of_guild) data["guild_id"] = snowflake(place.guild->id);
  state.remove_message(place.channel_id, id);
  return tell({"MESSAGE_DELETE", text_of(data)});
}

std::size_t tell_message(const State& state, const Tell& tell, const char* event, const Place& place,
                         const Message& message) {
  json data = rendered(state, message);
  data["channel_type"] = static_cast<int>(place.guild ? place.channel().kind : ChannelKind::Direct);
  if (!place.guild || message.is_ephemeral()) return tell({event, text_of(data)});
  data["guild_id"] = snowflake(place.guild->id);
  if (const Member* const member = find_member(*place.guild, message.author_id()))
    data["member"] = bare_member_object(*member);
  SayDispatch say{event, text_of(data)};
  veil(state.bot(), data);
  say.veiled = text_of(data);
  return tell(say);
}

json rendered(const State& state, const Message& message) {
  json out = message.object;
  for (const auto& [emoji, user_ids] : message.reactions) {
    const bool me = std::ranges::find(user_ids, state.bot().id) != user_ids.end();
    out["reactions"].push_back({{"emoji", emoji},
                                {"count", user_ids.size()},
                                {"count_details", {{"normal", user_ids.size()}, {"burst", 0}}},
                                {"me", me},
                                {"me_burst", false},
                                {"burst_colors", json::array()}});
  }
  return out;
}

json emoji_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto id = colon == text.npos ? std::nullopt : id_of(std::string_view(text).substr(colon + 1));
  if (id && colon != 0) return {{"id", snowflake(*id)}, {"name", text.substr(0, colon)}};
  // What every character is called is not known here: whatever is not plain text will do.
  const bool plain = std::ranges::all_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  constexpr std::size_t kBytesMax = 64;
  if (plain || text.size() > kBytesMax) throw Refusal{400, 10'014, "Unknown Emoji"};
  return {{"id", nullptr}, {"name", text}};
}

std::size_t add_reaction(const Tell& tell, const Place& place, Message& message, const json& emoji, const User& user) {
  const auto same = [&](const auto& one) { return one.first == emoji; };
  auto found = std::ranges::find_if(message.reactions, same);
  if (found == message.reactions.end()) {
    if (message.reactions.size() >= kReactionsMax)
      throw Refusal{400, 30'010, "Maximum number of reactions reached (20)"};
    found = message.reactions.emplace(found, emoji, std::vector<std::uint64_t>());
  }
  if (std::ranges::find(found->second, user.id) != found->second.end()) return 0;
  found->second.push_back(user.id);
  return tell(reaction_event("MESSAGE_REACTION_ADD", place, message, emoji, user));
}

std::size_t remove_reaction(const Tell& tell, const Place& place, Message& message, const json& emoji,
                            const User& user) {
  const auto same = [&](const auto& one) { return one.first == emoji; };
  const auto found = std::ranges::find_if(message.reactions, same);
  if (found == message.reactions.end()) throw unknown(10'014, "Emoji");
  if (std::erase(found->second, user.id) == 0) return 0;
  if (found->second.empty()) message.reactions.erase(found);
  return tell(reaction_event("MESSAGE_REACTION_REMOVE", place, message, emoji, user));
}

}  // namespace portcullis::mock::api
