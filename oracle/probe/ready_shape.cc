#include "portcullis/oracle/probe/ready_shape.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "portcullis/spec/sharding.h"

namespace portcullis::probe {
namespace {

using timeline::Json;

const Json& member(const Json& object, const char* name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

bool has_fields(const Json& data) {
  return member(data, "v").is_number_integer() && member(data, "user").is_object() &&
         member(data, "guilds").is_array() && member(data, "session_id").is_string() &&
         member(data, "resume_gateway_url").is_string() && member(data, "application").is_object();
}

bool is_unavailable(const Json& guild) {
  return !member(guild, "id").is_null() && member(guild, "unavailable") == true;
}

bool is_here(const Json& guild, const Asked& asked) {
  const auto id = snowflake_of(member(guild, "id"));
  return !id || asked.count() == 0 || spec::shard_of_guild(*id, asked.count()) == asked.id();
}

}  // namespace

std::optional<std::uint64_t> snowflake_of(const Json& id) {
  if (!id.is_string()) return std::nullopt;
  const auto& text = id.get_ref<const std::string&>();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Json broken_in_ready(const Json& data, const Asked& asked) {
  Json broken = Json::array();
  const auto check = [&](const char* requirement, bool kept) {
    if (!kept) broken.push_back(requirement);
  };
  const Json &guilds = member(data, "guilds"), &application = member(data, "application"), &user = member(data, "user");
  const auto each_guild = [&](const auto& good) { return !guilds.is_array() || std::ranges::all_of(guilds, good); };
  const auto is_id = [](const Json& owner) { return snowflake_of(member(owner, "id")).has_value(); };
  check("GW-READY-1", has_fields(data));
  check("GW-READY-3", each_guild(is_unavailable));
  check("GW-READY-4", asked.shard.is_null() || member(data, "shard") == asked.shard);
  check("GW-READY-5", !member(application, "id").is_null() && member(application, "flags").is_number_integer());
  check("GW-READY-6", !asked.version || member(data, "v") == *asked.version);
  check("GW-READY-11", each_guild([&](const Json& guild) { return is_here(guild, asked); }));
  if (asked.json) check("GW-ENC-3", is_id(user) && is_id(application) && each_guild(is_id));
  return broken;
}

}  // namespace portcullis::probe
