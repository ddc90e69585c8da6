#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "portcullis/oracle/mock/api/state.h"
#include "portcullis/oracle/mock/http.h"

namespace portcullis::mock::api {

/// A verb of the control port that lets a guild's people do something, or shows the world.
struct Deed {
  std::string_view method;
  std::string_view path;
  std::string_view does;
  std::string_view example;  ///< a body; empty for a GET
  HttpAnswer (*answer)(struct Wish&);
};
inline constexpr std::size_t kDeeds = 9;
extern const std::array<Deed, kDeeds> kPeople;

/// Does what people are asked to do, and tells the bot of it. None for a path that is not one of `kPeople`.
///
/// Shape:   channels, users, guilds and roles are named by id or by name.
/// Errors:  400 with {"error": ...} for a body or a query that will not do, 404 for what is not there, 405.
std::optional<HttpAnswer> answer_people(const HttpRequest& request, State& state, const Tell& tell);

}  // namespace portcullis::mock::api
