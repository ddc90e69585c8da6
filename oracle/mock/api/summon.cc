#include "portcullis/oracle/mock/api/summon.h"

#include <algorithm>
#include <sstream>

#include "portcullis/oracle/mock/api/call.h"
#include "portcullis/oracle/mock/api/messages.h"
#include "portcullis/oracle/mock/objects.h"

namespace portcullis::mock::api {
namespace {

using nlohmann::json;

enum class Type : unsigned {
  Subcommand = 1,
  Group = 2,
  String = 3,
  Integer = 4,
  Boolean = 5,
  User = 6,
  Channel = 7,
  Role = 8,
  Mentionable = 9,
  Number = 10,
};

json list_in(const json& of, const char* field) {
  const json list = of.value(field, json());
  return list.is_array() ? list : json::array();
}

const json* named(const json& list, const std::string& name) {
  const auto found = std::ranges::find_if(list, [&](const json& one) { return one.value("name", json()) == name; });
  return found == list.end() ? nullptr : &*found;
}

Type type_of(const json& option) { return static_cast<Type>(option["type"].get<unsigned>()); }

/// Turns what somebody typed into the options that the bot is given.
class Options {
 public:
  Options(const Wish& wish, const Place& place) : wish_(wish), place_(place) {}

  json read(const json& declared, const json& given) {
    for (const auto& item : given.items())
      if (named(declared, item.key()) == nullptr)
        throw Objection{400, "the command has no option " + in_quotes(item.key()) + "; it has " + names_of(declared)};
    json out = json::array();
    for (const json& option : declared) {
      const auto& name = option["name"].get_ref<const std::string&>();
      if (!given.contains(name)) {
        if (option.value("required", json(false)) != true) continue;
        throw Objection{400, "the option " + in_quotes(name) + " is required"};
      }
      out.push_back({{"name", name}, {"type", option["type"]}, {"value", value(option, name, given[name])}});
    }
    return out;
  }
  const json& resolved() const { return resolved_; }

 private:
  static std::string names_of(const json& declared) {
    std::string names;
    for (const json& one : declared) names += (names.empty() ? "" : ", ") + one["name"].get<std::string>();
    return names.empty() ? "none" : names;
  }

  json value(const json& option, const std::string& name, const json& given) {
    const auto must_be = [&](bool holds, const char* what) {
      if (!holds) throw Objection{400, "the option " + in_quotes(name) + " must be " + what};
    };
    switch (type_of(option)) {
      case Type::Integer: must_be(given.is_number_integer(), "a whole number"); break;
      case Type::Number: must_be(given.is_number(), "a number"); break;
      case Type::Boolean: must_be(given.is_boolean(), "true or false"); break;
      case Type::User:
      case Type::Channel:
      case Type::Role:
      case Type::Mentionable:
        must_be(given.is_string(), "a name or an id");
        return resolve(type_of(option), name, given.get<std::string>());
      default: must_be(given.is_string(), "a string");
    }
    const json choices = list_in(option, "choices");
    const auto same = [&](const json& one) { return one.value("value", json()) == given; };
    must_be(choices.empty() || std::ranges::any_of(choices, same), "one of its choices");
    return given;
  }

  /// Gives the id of what is called so, and says in `resolved` what it is.
  json resolve(Type type, const std::string& option, const std::string& name) {
    json fields{{"it", name}, {"channel", name}};
    if (place_.guild) fields["guild"] = snowflake(place_.guild->id);
    const Wish asked{wish_.state, fields, wish_.tell};
    if (type == Type::Channel) {
      const Place found = asked.place();
      resolved_["channels"][snowflake(found.channel_id)] = partial_channel(found);
      return snowflake(found.channel_id);
    }
    const bool may_be_role = type != Type::User && place_.guild;
    if (may_be_role)
      for (const Role& role : place_.guild->roles)
        if (role.name == name || snowflake(role.id) == name) {
          resolved_["roles"][snowflake(role.id)] =
              role_object(role, static_cast<std::size_t>(&role - place_.guild->roles.data()));
          return snowflake(role.id);
        }
    if (type == Type::Role)
      throw Objection{404, "the option " + in_quotes(option) + ": no role is called " + in_quotes(name)};
    const User user = asked.person("it", place_);
    const std::string id = snowflake(user.id);
    resolved_["users"][id] = user_object(user);
    if (place_.guild) {
      resolved_["members"][id] = bare_member_object(*find_member(*place_.guild, user.id));
      resolved_["members"][id]["permissions"] = std::to_string(place_.guild->roles.front().permissions);
    }
    return id;
  }

 public:
  static json partial_channel(const Place& place) {
    json out = place.guild ? channel_object(*place.guild, place.channel())
                           : direct_channel_object(place.channel_id, *place.recipient);
    out["permissions"] = std::to_string(place.guild ? place.guild->roles.front().permissions : 0);
    return out;
  }

 private:
  const Wish& wish_;
  const Place& place_;
  json resolved_ = json::object();
};

/// Gives a registered command: the guild's own before those of all guilds.
const json& command_named(State& state, const Place& place, const std::string& name) {
  std::string known;
  for (const std::uint64_t scope : {place.guild ? place.guild->id : 0, std::uint64_t{0}})
    for (const json& one : state.commands(scope)) {
      if (one["type"] != 1) continue;
      if (one["name"] == name) return one;
      known += (known.empty() ? "" : ", ") + one["name"].get<std::string>();
    }
  throw Objection{404,
                  "no command " + in_quotes(name) + " is registered; there are " + (known.empty() ? "none" : known)};
}

/// Gives the `data` of a command's interaction.
json command_data(const Wish& wish, const Place& place) {
  std::istringstream words(wish.text("name"));
  std::string word;
  words >> word;
  if (word.starts_with('/')) word.erase(0, 1);
  const json& command = command_named(wish.state, place, word);
  json data{{"id", command["id"]}, {"name", command["name"]}, {"type", 1}};
  if (command.contains("guild_id")) data["guild_id"] = command["guild_id"];
  const json given = wish.has("options") ? wish.fields["options"] : json::object();
  if (!given.is_object()) throw Objection{400, "\"options\" must be an object of the options' names and values"};

  json* into = &data;
  json declared = list_in(command, "options");
  while (words >> word) {
    const json* const below = named(declared, word);
    if (below == nullptr || type_of(*below) > Type::Group)
      throw Objection{404, "the command has no subcommand " + in_quotes(word)};
    (*into)["options"] = json::array({{{"name", word}, {"type", (*below)["type"]}}});
    into = &(*into)["options"][0];
    declared = json(list_in(*below, "options"));
  }
  const bool goes_on = std::ranges::any_of(declared, [](const json& one) { return type_of(one) <= Type::Group; });
  if (goes_on) throw Objection{400, "the command has subcommands: add one of them to \"name\""};
  Options options(wish, place);
  json read = options.read(declared, given);
  if (!read.empty()) (*into)["options"] = std::move(read);
  if (!options.resolved().empty()) data["resolved"] = options.resolved();
  return data;
}

/// Finds the component of that custom_id, however deep.
const json* component_named(const json& components, const std::string& custom_id) {
  if (!components.is_array()) return nullptr;
  for (const json& one : components) {
    if (!one.is_object()) continue;
    if (one.value("custom_id", json()) == custom_id) return &one;
    const auto below = one.find("components");
    if (below == one.end()) continue;
    if (const json* const found = component_named(*below, custom_id)) return found;
  }
  return nullptr;
}

json component_data(const Wish& wish, const Message& message) {
  const std::string custom_id = wish.text("component");
  const json* const component = component_named(message.object["components"], custom_id);
  if (component == nullptr) throw Objection{404, "the message has no component " + in_quotes(custom_id)};
  json data{{"custom_id", custom_id}, {"component_type", component->value("type", json(2))}};
  if (!wish.has("values")) return data;
  const json& values = wish.fields["values"];
  if (!values.is_array() || !std::ranges::all_of(values, [](const json& one) { return one.is_string(); }))
    throw Objection{400, "\"values\" must be an array of strings"};
  data["values"] = values;
  return data;
}

/// Fills in who, where and on whose behalf.
void set_scene(const State& state, const Place& place, const User& user, json& object) {
  object.update(
      {{"application_id", snowflake(state.bot().id)},
       {"version", 1},
       {"channel_id", snowflake(place.channel_id)},
       {"channel", Options::partial_channel(place)},
       {"locale", "en-US"},
       {"entitlements", json::array()},
       {"attachment_size_limit", 10 * 1024 * 1024},
       {"context", place.guild ? 0 : 1},
       {"app_permissions", std::to_string(place.guild ? place.guild->roles.front().permissions : 0)},
       {"authorizing_integration_owners", {{"0", place.guild ? snowflake(place.guild->id) : std::string("0")}}}});
  if (!place.guild) {
    object["user"] = user_object(user);
    return;
  }
  json member = member_object(*find_member(*place.guild, user.id));
  member["permissions"] = std::to_string(place.guild->roles.front().permissions);
  object.update({{"guild_id", snowflake(place.guild->id)},
                 {"guild_locale", "en-US"},
                 {"guild", {{"id", snowflake(place.guild->id)}, {"features", json::array()}, {"locale", "en-US"}}},
                 {"member", std::move(member)}});
}

HttpAnswer begin(Wish& wish, const Place& place, const User& user, json object) {
  set_scene(wish.state, place, user, object);
  Interaction& made = wish.state.add_interaction(place);
  object.update({{"id", snowflake(made.id)}, {"token", made.token}});
  made.object = std::move(object);
  const std::string id = snowflake(made.id);
  const std::size_t reached = wish.tell({"INTERACTION_CREATE", text_of(made.object)});
  return json_answer({{"id", id}, {"reached", reached}});
}

}  // namespace

HttpAnswer post_interaction(Wish& wish) {
  wish.only({"name", "options", "channel", "guild", "user", "component", "message", "values"});
  if (wish.has("component")) {
    const auto [place, message] = wish.message();
    const User user = wish.person("user", place);
    return begin(wish, place, user,
                 {{"type", 3}, {"data", component_data(wish, message)}, {"message", rendered(wish.state, message)}});
  }
  wish.text("name");
  const bool direct = !wish.has("channel");
  const User user = wish.person("user", direct ? Place{} : wish.place());
  const Place place = direct ? wish.state.direct_place(user) : wish.place();
  return begin(wish, place, user, {{"type", 2}, {"data", command_data(wish, place)}});
}

}  // namespace portcullis::mock::api
