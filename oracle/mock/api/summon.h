#pragma once

#include "portcullis/oracle/mock/api/wish.h"

namespace portcullis::mock::api {

/// Makes somebody use a command of the bot's, or a component of one of its messages, and tells of the interaction.
///
/// Shape:   `name`, with the names of groups in front, parted by blanks; `options` by name; users, channels and roles
///          among them by name or id. Or `component`, its custom_id, and `message`; `values` of a select menu.
/// Errors:  Objection: no such command or option, a required one that is missing, a value of the wrong type.
HttpAnswer post_interaction(Wish& wish);

}  // namespace portcullis::mock::api
