#include "portcullis/oracle/mock/realm_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <utility>

namespace portcullis::mock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFirstGuild = 200'000'000'000'000'001;
constexpr std::uint64_t kGuildStep = std::uint64_t{1} << 22;  // so that they spread evenly over shards (GW-SHARD-1)
constexpr std::uint64_t kChannels = 1'000'000;                // above the guild's id
constexpr std::uint64_t kRoles = 2'000'000;
constexpr std::uint64_t kBot = 100'000'000'000'000'001;
constexpr std::uint64_t kEverybodyMay = 1'071'698'660'929;
constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kTopicBytesMax = 4'096;
constexpr std::size_t kGuildsMax = 2'500;  // of one shard (GW-SHARD-3)
constexpr std::size_t kChannelsMax = 500;
constexpr std::size_t kRolesMax = 250;

struct Kind {
  std::string_view name;
  ChannelKind kind;
};
constexpr std::array kKinds{Kind{"text", ChannelKind::Text}, Kind{"voice", ChannelKind::Voice},
                            Kind{"category", ChannelKind::Category}, Kind{"announcement", ChannelKind::Announcement},
                            Kind{"stage", ChannelKind::Stage}};

/// One value of the file, and where it stands. What is wrong with it is thrown, and caught by `read_realm`.
class Value {
 public:
  Value(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  [[noreturn]] void fail(std::string what) const {
    throw RealmFault{path_.empty() ? "the file" : path_, std::move(what)};
  }

  /// Holds an object to the fields that it may have.
  void only(std::span<const std::string_view> fields) const {
    if (!json_.is_object()) fail("must be an object");
    for (const auto& item : json_.items()) {
      if (std::ranges::find(fields, item.key()) != fields.end()) continue;
      std::string known;
      for (const std::string_view field : fields) known.append(known.empty() ? "" : ", ").append(field);
      in(item.key()).fail("is no field here; there are " + known);
    }
  }
  std::optional<Value> get(const std::string& field) const {
    return json_.contains(field) ? std::optional(in(field)) : std::nullopt;
  }
  Value need(const std::string& field) const {
    if (!json_.contains(field)) in(field).fail("is missing");
    return in(field);
  }
  std::vector<Value> list(const std::string& field, std::size_t count_max) const {
    std::vector<Value> out;
    const auto found = get(field);
    if (!found) return out;
    if (!found->json_.is_array()) found->fail("must be an array");
    if (found->json_.size() > count_max) found->fail("must have " + std::to_string(count_max) + " at most");
    for (std::size_t i = 0; i < found->json_.size(); ++i)
      out.emplace_back(found->json_[i], found->path_ + "[" + std::to_string(i) + "]");
    return out;
  }
  std::string text(std::size_t bytes_max) const {
    if (!json_.is_string()) fail("must be a string");
    const auto& value = json_.get_ref<const std::string&>();
    if (value.empty() || value.size() > bytes_max) fail("must have 1 to " + std::to_string(bytes_max) + " bytes");
    return value;
  }
  bool flag() const {
    if (!json_.is_boolean()) fail("must be true or false");
    return json_.get<bool>();
  }
  std::uint64_t number(std::uint64_t max, std::string_view what) const {
    const std::string digits = json_.is_string() ? json_.get<std::string>() : std::string();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || value > max)
      fail("must be " + std::string(what) + ", as a string of digits");
    return value;
  }
  std::uint32_t colour() const {
    constexpr std::uint64_t kMax = 0xff'ff'ff;
    if (!json_.is_number_unsigned() || json_.get<std::uint64_t>() > kMax) fail("must be a whole number to 16777215");
    return json_.get<std::uint32_t>();
  }
  bool is_text() const { return json_.is_string(); }

 private:
  Value in(const std::string& field) const {
    static const Json kNothing;
    const auto found = json_.find(field);
    return {found == json_.end() ? kNothing : *found, path_.empty() ? field : path_ + "." + field};
  }

  const Json& json_;
  std::string path_;
};

std::string name_of(const Value& value) { return value.need("name").text(kNameBytesMax); }

class Reader {
 public:
  Realm realm(const Value& file) {
    file.only(std::array<std::string_view, 2>{"bot", "guilds"});
    read_bot(file);
    for (const Value& one : file.list("guilds", kGuildsMax)) read_guild(one);
    return std::move(realm_);
  }

 private:
  /// Gives the id that a value has, or the made-up one; no two may be the same.
  std::uint64_t id_of(const Value& value, std::uint64_t made_up) {
    const auto given = value.get("id");
    const std::uint64_t id = given ? given->number(INT64_MAX, "an id") : made_up;
    if (id == 0) given->fail("must not be 0");
    if (!ids_.insert(id).second) (given ? *given : value).fail("has the id " + std::to_string(id) + ", which is taken");
    return id;
  }

  void read_bot(const Value& file) {
    realm_.bot = {kBot, "portcullis", true};
    const auto bot = file.get("bot");
    if (bot) bot->only(std::array<std::string_view, 2>{"name", "id"});
    if (bot && bot->get("name")) realm_.bot.name = name_of(*bot);
    realm_.bot.id = bot ? id_of(*bot, kBot) : kBot;
    ids_.insert(realm_.bot.id);
    users_[realm_.bot.name] = realm_.bot;
  }

  void read_guild(const Value& value) {
    value.only(std::array<std::string_view, 6>{"name", "id", "owner", "roles", "channels", "members"});
    Guild guild;
    guild.name = name_of(value);
    guild.id = id_of(value, kFirstGuild + realm_.guilds.size() * kGuildStep);
    guild.roles.push_back({guild.id, "@everyone", kEverybodyMay});
    for (const Value& one : value.list("roles", kRolesMax)) read_role(one, guild);
    for (const Value& one : value.list("channels", kChannelsMax)) read_channel(one, guild);
    guild.members.push_back({realm_.bot});
    for (const Value& one : value.list("members", SIZE_MAX)) read_member(one, guild);
    guild.owner_id = owner_of(value, guild);
    realm_.guilds.push_back(std::move(guild));
  }

  void read_role(const Value& value, Guild& guild) {
    value.only(std::array<std::string_view, 6>{"name", "id", "permissions", "colour", "hoisted", "mentionable"});
    Role role{.name = name_of(value)};
    if (role.name == "@everyone") {
      if (const auto may = value.get("permissions"))
        guild.roles[0].permissions = may->number(UINT64_MAX, "a bit field");
      return;
    }
    refuse_twin(value, guild.roles, role.name);
    role.id = id_of(value, guild.id + kRoles + guild.roles.size());
    if (const auto may = value.get("permissions")) role.permissions = may->number(UINT64_MAX, "a bit field");
    if (const auto colour = value.get("colour")) role.colour = colour->colour();
    if (const auto flag = value.get("hoisted")) role.hoisted = flag->flag();
    if (const auto flag = value.get("mentionable")) role.mentionable = flag->flag();
    guild.roles.push_back(std::move(role));
  }

  void read_channel(const Value& value, Guild& guild) {
    value.only(std::array<std::string_view, 6>{"name", "id", "type", "topic", "category", "nsfw"});
    Channel channel{.name = name_of(value)};
    refuse_twin(value, guild.channels, channel.name);
    channel.id = id_of(value, guild.id + kChannels + guild.channels.size());
    if (const auto type = value.get("type")) channel.kind = kind_of(*type);
    if (const auto topic = value.get("topic")) channel.topic = topic->text(kTopicBytesMax);
    if (const auto flag = value.get("nsfw")) channel.nsfw = flag->flag();
    if (const auto category = value.get("category")) channel.parent_id = category_of(*category, guild);
    guild.channels.push_back(std::move(channel));
  }

  void read_member(const Value& value, Guild& guild) {
    if (value.is_text()) return add_member(value, {user_of(value, value.text(kNameBytesMax))}, guild);
    value.only(std::array<std::string_view, 5>{"name", "id", "nick", "roles", "bot"});
    Member member{user_of(value, name_of(value))};
    if (const auto nick = value.get("nick")) member.nick = nick->text(kNameBytesMax);
    for (const Value& one : value.list("roles", kRolesMax)) {
      const std::string name = one.text(kNameBytesMax);
      const auto role = std::ranges::find(guild.roles, name, &Role::name);
      if (role == guild.roles.end() || role == guild.roles.begin()) one.fail("must be the name of a role of the guild");
      member.role_ids.push_back(role->id);
    }
    add_member(value, std::move(member), guild);
  }

  /// Adds a member; the bot, who is one anyhow, may be named for the sake of its nick and roles.
  void add_member(const Value& value, Member member, Guild& guild) {
    if (!named_.emplace(guild.id, member.user.id).second) value.fail("is named twice");
    if (member.user.id == realm_.bot.id)
      guild.members[0] = std::move(member);
    else
      guild.members.push_back(std::move(member));
  }

  User user_of(const Value& value, const std::string& name) {
    const bool known = users_.contains(name);
    User& user = users_[name];
    const auto id = value.is_text() ? std::nullopt : value.get("id");
    const auto bot = value.is_text() ? std::nullopt : value.get("bot");
    if (!known) {
      const std::uint64_t made_up = kBot + users_.size() - 1;
      user = {value.is_text() ? unused(value, made_up) : id_of(value, made_up), name, bot && bot->flag()};
    }
    if (id && id->number(INT64_MAX, "an id") != user.id) id->fail("must be the one that " + name + " has elsewhere");
    if (bot && bot->flag() != user.bot) bot->fail("must be as it is elsewhere for " + name);
    return user;
  }

  std::uint64_t unused(const Value& value, std::uint64_t id) {
    if (!ids_.insert(id).second) value.fail("has the id " + std::to_string(id) + ", which is taken");
    return id;
  }

  std::uint64_t owner_of(const Value& value, const Guild& guild) const {
    const auto owner = value.get("owner");
    if (!owner) return guild.members.size() > 1 ? guild.members[1].user.id : guild.members[0].user.id;
    const std::string name = owner->text(kNameBytesMax);
    const auto found = std::ranges::find_if(guild.members, [&](const Member& one) { return one.user.name == name; });
    if (found == guild.members.end()) owner->fail("must be the name of a member of the guild");
    return found->user.id;
  }

  static ChannelKind kind_of(const Value& type) {
    const std::string name = type.text(kNameBytesMax);
    const auto* const found = std::ranges::find(kKinds, std::string_view(name), &Kind::name);
    if (found == kKinds.end()) type.fail("must be text, voice, category, announcement or stage");
    return found->kind;
  }

  static std::uint64_t category_of(const Value& category, const Guild& guild) {
    const std::string name = category.text(kNameBytesMax);
    const auto found = std::ranges::find(guild.channels, name, &Channel::name);
    if (found == guild.channels.end() || found->kind != ChannelKind::Category)
      category.fail("must be the name of a channel above it, of the type category");
    return found->id;
  }

  template <typename Things>
  static void refuse_twin(const Value& value, const Things& things, const std::string& name) {
    for (const auto& one : things)
      if (one.name == name) value.need("name").fail("is used twice in the guild: " + name);
  }

  Realm realm_;
  std::set<std::uint64_t> ids_;
  std::map<std::string, User> users_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> named_;  ///< by a guild, and which user
};

std::string place_in(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - begin + 1);
}

}  // namespace

std::variant<Realm, RealmFault> read_realm(std::string_view text) {
  try {
    const Json tree = Json::parse(text);
    return Reader().realm(Value(tree, ""));
  } catch (const Json::parse_error& error) {
    return RealmFault{place_in(text, error.byte), "is not JSON"};
  } catch (const Json::exception&) {
    return RealmFault{"the file", "is not JSON that can be held: a number in it is out of range"};
  } catch (const RealmFault& fault) {
    return fault;
  }
}

}  // namespace portcullis::mock
