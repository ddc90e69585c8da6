#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "portcullis/oracle/mock/realm.h"

/// The API's objects as JSON, with every key that a library was seen to need.
namespace portcullis::mock {

inline constexpr std::string_view kJoinedAt = "2026-01-01T00:00:00.000000+00:00";

std::string snowflake(std::uint64_t id);
/// Writes JSON; what is not UTF-8 is replaced.
std::string text_of(const nlohmann::json& value);

nlohmann::json user_object(const User& user);
/// The bot's own account, as only itself sees it.
nlohmann::json own_user_object(const User& bot);
nlohmann::json application_object(const User& bot);
/// A member as messages hold it: without the user, who stands beside it.
nlohmann::json bare_member_object(const Member& member);
nlohmann::json member_object(const Member& member);
nlohmann::json role_object(const Role& role, std::size_t position);
nlohmann::json channel_object(const Guild& guild, const Channel& channel);
nlohmann::json direct_channel_object(std::uint64_t channel_id, const User& recipient);
/// A guild as REST has it.
nlohmann::json guild_object(const Guild& guild);
/// The data of GUILD_CREATE, with those members only that stand in `members`.
nlohmann::json guild_create_object(const Guild& guild, nlohmann::json members);

}  // namespace portcullis::mock
