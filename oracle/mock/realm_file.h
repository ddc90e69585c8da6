#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "portcullis/oracle/mock/realm.h"

namespace portcullis::mock {

/// What is wrong with a world file.
struct RealmFault {
  std::string where;  ///< line and column of what is not JSON, or the path of a value: guilds[0].channels[1].type
  std::string what;   ///< and what it should be
};

/// Reads a world file; corpus/schema/world.schema.json describes it. Ids that are left out are made up, the same ones
/// each time. Whoever is named by two guilds is one user.
///
/// Shape:  any text.
/// Errors: no JSON, an unknown field, a value of the wrong type or out of range, a name or id that is used twice, a
/// name
///         that nobody bears.
std::variant<Realm, RealmFault> read_realm(std::string_view text);

}  // namespace portcullis::mock
