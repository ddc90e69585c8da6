#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "portcullis/spec/requirements.h"

namespace portcullis::spec {

/// The names of an enum's values in their order; specialised beside every enum that a table uses.
///
///   template <> struct EnumNames<State> { static constexpr std::array<std::string_view, 2> values{"Open", "Closed"}; };
template <typename E>
struct EnumNames;

template <typename E>
inline constexpr std::size_t kCount = EnumNames<E>::values.size();

/// Names a value as its enumerator is spelled.
template <typename E>
constexpr std::string_view name(E value) noexcept {
  return EnumNames<E>::values[static_cast<std::size_t>(value)];
}

/// A set of the values of an enum with at most 64 of them.
template <typename E>
class Set {
 public:
  constexpr Set(std::initializer_list<E> values) noexcept {
    for (const E value : values) bits_ |= bit(value);
  }
  constexpr bool contains(E value) const noexcept { return (bits_ & bit(value)) != 0; }
  friend constexpr Set operator|(Set left, Set right) noexcept {
    left.bits_ |= right.bits_;
    return left;
  }

 private:
  static_assert(kCount<E> <= 64);
  static constexpr std::uint64_t bit(E value) noexcept { return std::uint64_t{1} << static_cast<unsigned>(value); }
  std::uint64_t bits_ = 0;
};

/// How many (state, event) pairs of a table have no row, and how many have more than one.
struct RowsPerPair {
  std::size_t missing = 0;
  std::size_t doubled = 0;
};

template <typename State, typename Event, typename Rows>
constexpr RowsPerPair rows_per_pair(const Rows& rows) noexcept {
  std::array<std::uint8_t, kCount<State> * kCount<Event>> counts{};
  for (const auto& row : rows)
    for (std::size_t event = 0; event < kCount<Event>; ++event)
      if (row.on.contains(static_cast<Event>(event))) ++counts[static_cast<std::size_t>(row.from) * kCount<Event> + event];
  RowsPerPair result;
  for (const auto count : counts) {
    if (count == 0) ++result.missing;
    if (count > 1) ++result.doubled;
  }
  return result;
}

/// True when every state is reached from `first` over the rows for which `live(row)` holds.
template <typename State, typename Rows, typename Live>
constexpr bool every_state_reached_from(State first, const Rows& rows, Live live) noexcept {
  std::array<bool, kCount<State>> reached{};
  reached[static_cast<std::size_t>(first)] = true;
  for (std::size_t round = 0; round < kCount<State>; ++round)
    for (const auto& row : rows)
      if (live(row) && reached[static_cast<std::size_t>(row.from)]) reached[static_cast<std::size_t>(row.to)] = true;
  for (const bool one : reached)
    if (!one) return false;
  return true;
}

template <typename State, typename Rows>
constexpr bool every_state_reached_from(State first, const Rows& rows) noexcept {
  return every_state_reached_from(first, rows, [](const auto&) { return true; });
}

/// A table made ready for look-up: which row stands for a state and an event. Machines take one as an argument, so that
/// a test can hand in a mutant. The rows are borrowed and must outlive it.
template <typename State, typename Event, typename Row>
class Table {
 public:
  constexpr explicit Table(std::span<const Row> rows) noexcept : rows_(rows) {
    for (std::size_t index = 0; index < rows.size(); ++index)
      for (std::size_t event = 0; event < kCount<Event>; ++event)
        if (rows[index].on.contains(static_cast<Event>(event)))
          index_[static_cast<std::size_t>(rows[index].from)][event] = static_cast<std::uint8_t>(index);
  }
  constexpr const Row& row(State state, Event event) const noexcept {
    return rows_[index_[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)]];
  }
  constexpr std::size_t index_of(const Row& row) const noexcept { return static_cast<std::size_t>(&row - rows_.data()); }
  constexpr std::span<const Row> rows() const noexcept { return rows_; }

 private:
  std::span<const Row> rows_;
  std::array<std::array<std::uint8_t, kCount<Event>>, kCount<State>> index_{};
};

}  // namespace portcullis::spec
