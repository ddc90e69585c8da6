#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "portcullis/oracle/mock/api/body.h"
#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/refusal.h"
#include "portcullis/oracle/mock/objects.h"

/// The routes at which a bot registers its commands.
namespace portcullis::mock::api {
namespace {

using nlohmann::json;

constexpr std::size_t kNameBytesMax = 128;  // 32 characters
constexpr std::size_t kOptionsMax = 25;
constexpr int kLevelsMax = 3;  // a group, a command in it, its options
constexpr unsigned kOptionTypes = 11;

/// Gives the id of the guild whose commands are meant, or 0.
std::uint64_t scope_of(const Call& call) {
  if (call.id("application_id") != call.state.bot().id)
    throw Refusal{403, 20'012, "You are not authorized to perform this action on this application"};
  return call.slots.contains("guild_id") ? call.guild()->id : 0;
}

std::string need_text(const json& of, const std::string& path, const char* field) {
  const auto found = of.find(field);
  const std::string where = path + field;
  if (found == of.end() || found->is_null()) throw bad_field(where, "BASE_TYPE_REQUIRED", "This field is required");
  if (!found->is_string()) throw bad_field(where, "STRING_TYPE_CONVERT", "Could not interpret value as string.");
  return found->get<std::string>();
}

void check_name(const std::string& name, const std::string& where, bool of_chat_input) {
  const bool plain = std::ranges::none_of(
      name, [](char c) { return c == ' ' || (c >= 'A' && c <= 'Z') || c == '/' || c == '.' || c == '!'; });
  if (name.empty() || name.size() > kNameBytesMax)
    throw bad_field(where, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.");
  if (of_chat_input && !plain) throw bad_field(where, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
}

unsigned type_of(const json& of, const std::string& path, unsigned preset, unsigned max) {
  const auto type = of.find("type");
  if (type == of.end()) {
    if (preset != 0) return preset;
    throw bad_field(path + "type", "BASE_TYPE_REQUIRED", "This field is required");
  }
  if (!type->is_number_unsigned() || type->get<unsigned>() < 1 || type->get<unsigned>() > max)
    throw bad_field(path + "type", "BASE_TYPE_CHOICES", "Value must be one of 1 to " + std::to_string(max) + ".");
  return type->get<unsigned>();
}

void check_options(const json& of, const std::string& path, int level) {
  const auto options = of.find("options");
  if (options == of.end() || options->is_null()) return;
  const std::string where = path + "options";
  if (!options->is_array()) throw bad_field(where, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
  if (options->size() > kOptionsMax || level > kLevelsMax)
    throw bad_field(where, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.");
  std::set<std::string> names;
  for (std::size_t i = 0; i < options->size(); ++i) {
    const json& option = (*options)[i];
    const std::string below = where + "/" + std::to_string(i) + "/";
    if (!option.is_object())
      throw bad_field(where + "/" + std::to_string(i), "DICT_TYPE_CONVERT", "Only dictionaries may be used.");
    const std::string name = need_text(option, below, "name");
    check_name(name, below + "name", true);
    need_text(option, below, "description");
    type_of(option, below, 0, kOptionTypes);
    if (!names.insert(name).second)
      throw bad_field(where, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique");
    check_options(option, below, level + 1);
  }
}

/// Makes a whole command of what a bot gave; `path` is where it stands in the body.
json made(const Call& call, std::uint64_t guild_id, const json& given, const std::string& path) {
  if (!given.is_object())
    throw bad_field(path.empty() ? "_" : path, "DICT_TYPE_CONVERT", "Only dictionaries may be used.");
  constexpr unsigned kTypes = 4;
  const unsigned type = type_of(given, path, 1, kTypes);
  check_name(need_text(given, path, "name"), path + "name", type == 1);
  if (type == 1) need_text(given, path, "description");
  check_options(given, path, 1);
  const std::string id = snowflake(call.state.fresh_id());
  json out{{"id", id},
           {"application_id", snowflake(call.state.bot().id)},
           {"version", id},
           {"type", type},
           {"name_localizations", nullptr},
           {"description", ""},
           {"description_localizations", nullptr},
           {"default_member_permissions", nullptr},
           {"dm_permission", true},
           {"contexts", nullptr},
           {"integration_types", json::array({0})},
           {"nsfw", false}};
  if (guild_id != 0) out["guild_id"] = snowflake(guild_id);
  for (const auto& [field, value] : given.items())
    if (field != "id" && field != "application_id" && field != "version" && field != "guild_id") out[field] = value;
  return out;
}

bool same_command(const json& one, const json& other) {
  return one["name"] == other["name"] && one["type"] == other["type"];
}

json& find_command(Call& call) {
  auto& commands = call.state.commands(scope_of(call));
  const std::string id = snowflake(call.id("command_id"));
  const auto found = std::ranges::find_if(commands, [&](const json& one) { return one["id"] == id; });
  if (found == commands.end()) throw unknown(10'063, "application command");
  return *found;
}

}  // namespace

HttpAnswer get_commands(Call& call) {
  json out = json::array();
  for (const json& one : call.state.commands(scope_of(call))) out.push_back(one);
  return json_answer(out);
}

HttpAnswer post_command(Call& call) {
  const std::uint64_t guild_id = scope_of(call);
  auto& commands = call.state.commands(guild_id);
  json command = made(call, guild_id, read_body(call.request), "");
  const auto old = std::ranges::find_if(commands, [&](const json& one) { return same_command(one, command); });
  if (old != commands.end()) {
    command["id"] = (*old)["id"];
    return json_answer(*old = std::move(command));
  }
  if (commands.size() >= kCommandsMax)
    throw Refusal{400, 30'032, "Maximum number of application commands reached (100)"};
  return json_answer(commands.emplace_back(std::move(command)), 201);
}

HttpAnswer put_commands(Call& call) {
  const std::uint64_t guild_id = scope_of(call);
  auto& commands = call.state.commands(guild_id);
  const json body = read_body(call.request);
  if (!body.is_array()) throw bad_field("_", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
  if (body.size() > kCommandsMax) throw Refusal{400, 30'032, "Maximum number of application commands reached (100)"};
  std::vector<json> fresh;
  for (std::size_t i = 0; i < body.size(); ++i) {
    json command = made(call, guild_id, body[i], std::to_string(i) + "/");
    const auto same = [&](const json& one) { return same_command(one, command); };
    if (std::ranges::any_of(fresh, same))
      throw bad_field(std::to_string(i) + "/name", "APPLICATION_COMMANDS_DUPLICATE_NAME",
                      "Application command names must be unique");
    if (const auto old = std::ranges::find_if(commands, same); old != commands.end()) command["id"] = (*old)["id"];
    fresh.push_back(std::move(command));
  }
  commands = std::move(fresh);
  return json_answer(commands);
}

HttpAnswer get_command(Call& call) { return json_answer(find_command(call)); }

HttpAnswer patch_command(Call& call) {
  json& command = find_command(call);
  json changed = command;
  const json given = read_body(call.request);
  if (given.is_object()) changed.update(given);
  json whole = made(call, call.slots.contains("guild_id") ? call.id("guild_id") : 0, changed, "");
  whole["id"] = command["id"];
  return json_answer(command = std::move(whole));
}

HttpAnswer remove_command(Call& call) {
  const json id = find_command(call)["id"];
  std::erase_if(call.state.commands(scope_of(call)), [&](const json& one) { return one["id"] == id; });
  return no_content();
}

}  // namespace portcullis::mock::api
