#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "portcullis/oracle/mock/api/state.h"

namespace portcullis::mock::api {

/// Holds a bot's draft of a message, or of a change of one, to the rules: types, and 2,000 characters, 10 embeds.
///
/// Errors: Refusal with the field.
void check_draft(const nlohmann::json& draft);
/// Refuses a draft that has neither content, embed, file, poll nor sticker.
void check_not_empty(const nlohmann::json& draft);

/// Makes a message out of a checked draft, stores it, and tells of it.
Message& write_message(State& state, const Tell& tell, const Place& place, const User& author,
                       const nlohmann::json& draft, const nlohmann::json& extra = {});
/// Changes what the draft names, and tells of it.
void edit_message(State& state, const Tell& tell, const Place& place, Message& message, const nlohmann::json& draft);
/// Removes it, and tells of it; gives how many were told.
std::size_t delete_message(State& state, const Tell& tell, const Place& place, std::uint64_t id);
/// Sends an event about a message: in a guild with the member, and veiled for those who may not read it (GW-INT-8). An
/// ephemeral one comes as if it were a direct message (GW-INT-9).
std::size_t tell_message(const State& state, const Tell& tell, const char* event, const Place& place,
                         const Message& message);

/// Gives a message as REST has it, with its reactions.
nlohmann::json rendered(const State& state, const Message& message);

/// Reads an emoji as a path names it: a character, or `name:id`.
///
/// Errors: Refusal 10014.
nlohmann::json emoji_of(const std::string& text);
/// Both give how many were told; 0 where nothing changed.
std::size_t add_reaction(const Tell& tell, const Place& place, Message& message, const nlohmann::json& emoji,
                         const User& user);
std::size_t remove_reaction(const Tell& tell, const Place& place, Message& message, const nlohmann::json& emoji,
                            const User& user);

}  // namespace portcullis::mock::api
