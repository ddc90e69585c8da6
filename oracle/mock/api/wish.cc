#include "portcullis/oracle/mock/api/wish.h"

#include <algorithm>

#include "portcullis/oracle/mock/objects.h"

namespace portcullis::mock::api {
namespace {

bool is_called(std::uint64_t id, const std::string& own_name, const std::string& name) {
  return own_name == name || snowflake(id) == name;
}

}  // namespace

void Wish::only(std::initializer_list<std::string_view> names) const {
  for (const auto& item : fields.items()) {
    if (std::ranges::find(names, item.key()) != names.end()) continue;
    std::string known;
    for (const std::string_view name : names) known.append(known.empty() ? "" : ", ").append(name);
    throw Objection{400, in_quotes(item.key()) + " is no field here; there are " + known};
  }
}

std::string Wish::text(const char* name) const {
  if (!has(name)) throw Objection{400, in_quotes(name) + " is missing"};
  if (!fields[name].is_string()) throw Objection{400, in_quotes(name) + " must be a string"};
  return fields[name].get<std::string>();
}

bool Wish::flag(const char* name) const {
  if (!has(name)) return false;
  if (!fields[name].is_boolean()) throw Objection{400, in_quotes(name) + " must be true or false"};
  return fields[name].get<bool>();
}

std::shared_ptr<const Guild> Wish::guild_named(const std::string& name) const {
  for (const auto& guild : all_guilds(state.world()))
    if (is_called(guild->id, guild->name, name)) return guild;
  throw Objection{404, "no guild is called " + in_quotes(name) + "; GET /world lists them"};
}

Place Wish::place() const {
  std::string name = text("channel");
  if (name.starts_with('#')) name.erase(0, 1);
  if (const auto id = id_of(name))
    if (auto found = state.find_place(*id)) return *std::move(found);
  std::vector<Place> found;
  const auto guilds = has("guild") ? std::vector{guild_named(text("guild"))} : all_guilds(state.world());
  for (const auto& guild : guilds)
    for (const Channel& channel : guild->channels)
      if (channel.name == name) found.push_back({channel.id, guild});
  if (found.empty()) throw Objection{404, "no channel is called " + in_quotes(name) + "; GET /world lists them"};
  if (found.size() > 1)
    throw Objection{400, "several guilds have a channel " + in_quotes(name) + ": name the \"guild\" too"};
  return found.front();
}

User Wish::person(const char* field, const Place& place) const {
  const std::string name = text(field);
  const auto guilds = place.guild ? std::vector{place.guild} : all_guilds(state.world());
  for (const auto& guild : guilds)
    for (const Member& member : guild->members)
      if (is_called(member.user.id, member.user.name, name)) return member.user;
  throw Objection{404, "nobody there is called " + in_quotes(name) + "; GET /world lists the members"};
}

Wish::Found Wish::message() const {
  const std::string text_of_id = text("message");
  const auto id = id_of(text_of_id);
  Message* const found = id ? state.find_message(*id) : nullptr;
  if (found == nullptr) throw Objection{404, "there is no message " + in_quotes(text_of_id)};
  auto place = state.find_place(*id_of(found->object["channel_id"].get_ref<const std::string&>()));
  return {*std::move(place), *found};
}

}  // namespace portcullis::mock::api
