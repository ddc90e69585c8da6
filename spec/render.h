#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// The tables and vocabularies as text, for people and for other languages. `core` does not link this.
namespace portcullis::spec::render {

/// A row of a machine without its types. `basis` is empty in a table that has no such column.
struct Transition {
  std::string from;
  std::vector<std::string> on;
  std::string to;
  std::string action;
  std::string requirement;
  std::string basis;
};

/// A machine without its types.
struct Machine {
  std::string name;
  std::string about;
  std::string first;
  std::vector<std::string> states;
  std::vector<std::string> inputs;
  std::vector<std::string> actions;
  std::vector<Transition> rows;
};

/// A list of words: the rows are objects that all have the same keys in the same order.
struct Vocabulary {
  std::string name;
  std::string about;
  std::vector<nlohmann::ordered_json> rows;
};

/// Gives the names of all values of an enum.
template <typename E>
std::vector<std::string> names() {
  return {EnumNames<E>::values.begin(), EnumNames<E>::values.end()};
}

/// Gives the names of the members of a set, in the order of the enum.
template <typename E>
std::vector<std::string> names(const Set<E>& set) {
  std::vector<std::string> members;
  for (std::size_t i = 0; i < kCount<E>; ++i)
    if (set.contains(static_cast<E>(i))) members.emplace_back(spec::name(static_cast<E>(i)));
  return members;
}

template <typename E>
std::vector<std::string> values_of(const Set<E>&) {
  return names<E>();
}

/// Takes the types off a table whose rows have `from`, `on`, `to`, `act`, `req` and perhaps `basis`.
template <typename State, typename Rows>
Machine machine(std::string name, std::string about, State first, const Rows& rows) {
  using Action = decltype(rows[0].act);
  Machine result{std::move(name),
                 std::move(about),
                 std::string(spec::name(first)),
                 names<State>(),
                 values_of(rows[0].on),
                 names<std::remove_cv_t<Action>>(),
                 {}};
  for (const auto& row : rows) {
    Transition line{std::string(spec::name(row.from)), names(row.on),
                    std::string(spec::name(row.to)),   std::string(spec::name(row.act)),
                    std::string(id(row.req)),          {}};
    if constexpr (requires { row.basis; }) line.basis = spec::name(row.basis);
    result.rows.push_back(std::move(line));
  }
  return result;
}

std::string json(const Machine& machine);
std::string markdown(const Machine& machine);

/// Draws a state diagram: one edge for all that leads from a state to another. Left out is what cannot happen, and what
/// is ignored and changes no state.
std::string mermaid(const Machine& machine);
std::string dot(const Machine& machine);

/// Writes the rows for the model checker Spin: constants for the words, and an inline that looks the row up and assigns
/// `state` and `action`. It blocks where there is no row.
std::string promela(const Machine& machine);

std::string json(const Vocabulary& vocabulary);
std::string markdown(const Vocabulary& vocabulary);

/// Sets the catalogue as one page. Each file is the content of one of spec/requirements/; `sources` that of
/// sources.json.
std::string markdown(const std::vector<nlohmann::ordered_json>& files, const nlohmann::ordered_json& sources);

}  // namespace portcullis::spec::render
