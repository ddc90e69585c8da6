#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "portcullis/oracle/mock/api/state.h"
#include "portcullis/oracle/mock/http.h"

namespace portcullis::mock::api {

/// What is wrong with a request to the control port; thrown, and caught by `answer_people`.
struct Objection {
  int status;
  std::string text;
};

inline std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

/// A request to the control port: the fields of its body, or of its query.
struct Wish {
  State& state;
  const nlohmann::json& fields;
  const Tell& tell;

  /// Refuses every other field.
  void only(std::initializer_list<std::string_view> names) const;
  bool has(const char* name) const { return fields.contains(name); }
  std::string text(const char* name) const;
  bool flag(const char* name) const;

  // What the fields `guild`, `channel`, `author` or `user`, and `message` name.
  std::shared_ptr<const Guild> guild_named(const std::string& name) const;
  Place place() const;
  /// A member of the place's guild, or, of a direct message, anybody.
  User person(const char* field, const Place& place) const;
  struct Found {
    Place place;
    Message& message;
  };
  Found message() const;
};

}  // namespace portcullis::mock::api
