#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "portcullis/oracle/mock/api/state.h"
#include "portcullis/oracle/mock/http.h"

namespace portcullis::mock::api {

/// A request on its way to a route.
struct Call {
  State& state;
  const HttpRequest& request;
  const Tell& tell;
  std::map<std::string_view, std::string> slots{};  ///< what the path has where its pattern has a name

  const std::string& text(std::string_view slot) const { return slots.at(slot); }
  /// Shape: a slot whose name ends in `_id`.
  std::uint64_t id(std::string_view slot) const { return *id_of(slots.at(slot)); }
  /// Gives a number of the query, held to its bounds.
  ///
  /// Errors: Refusal.
  std::uint64_t number(std::string_view name, std::uint64_t preset, std::uint64_t max) const;
  std::optional<std::string> query(std::string_view name) const;

  /// The channel, guild and message that the path names.
  ///
  /// Errors: Refusal.
  Place place() const;
  std::shared_ptr<const Guild> guild() const;
  Message& message(const Place& place) const;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< names in braces; what ends in `_id` takes an id
  bool needs_token;
  HttpAnswer (*answer)(Call&);
};

HttpAnswer json_answer(const nlohmann::json& body, int status = 200);
inline HttpAnswer no_content() { return {.status = 204}; }

// Channels and their messages
HttpAnswer get_channel(Call& call);
HttpAnswer get_messages(Call& call);
HttpAnswer post_message(Call& call);
HttpAnswer get_message(Call& call);
HttpAnswer patch_message(Call& call);
HttpAnswer remove_message(Call& call);
HttpAnswer remove_messages(Call& call);
HttpAnswer post_typing(Call& call);
HttpAnswer put_own_reaction(Call& call);
HttpAnswer remove_own_reaction(Call& call);
HttpAnswer remove_reaction_of(Call& call);
HttpAnswer get_reactions(Call& call);
HttpAnswer remove_reactions(Call& call);
HttpAnswer remove_reactions_of_emoji(Call& call);

// Guilds and people
HttpAnswer get_own_guilds(Call& call);
HttpAnswer post_own_channel(Call& call);
HttpAnswer get_user(Call& call);
HttpAnswer get_guild(Call& call);
HttpAnswer get_guild_channels(Call& call);
HttpAnswer get_guild_roles(Call& call);
HttpAnswer get_guild_members(Call& call);
HttpAnswer search_guild_members(Call& call);
HttpAnswer get_guild_member(Call& call);

// Commands
HttpAnswer get_commands(Call& call);
HttpAnswer post_command(Call& call);
HttpAnswer put_commands(Call& call);
HttpAnswer get_command(Call& call);
HttpAnswer patch_command(Call& call);
HttpAnswer remove_command(Call& call);

// Interactions
HttpAnswer post_callback(Call& call);
HttpAnswer post_followup(Call& call);
HttpAnswer get_answer(Call& call);
HttpAnswer patch_answer(Call& call);
HttpAnswer remove_answer(Call& call);

}  // namespace portcullis::mock::api
