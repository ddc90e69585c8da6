#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// How the frames of a message, told apart by the first byte of each, become a message (RFC 6455 section 5.4).
namespace portcullis::spec::message_assembly {

enum class State : std::uint8_t { Idle, InText, InBinary };
/// `Whole` has FIN, `First` has not; `Final` is a continuation with FIN.
enum class Event : std::uint8_t { TextWhole, TextFirst, BinaryWhole, BinaryFirst, Continuation, Final, Control };
enum class Action : std::uint8_t {
  GatherText,
  DeliverText,
  GatherBinary,
  DeliverBinary,
  HandleControl,
  FailNothingToContinue,
  FailUnfinished,
};

}  // namespace portcullis::spec::message_assembly

namespace portcullis::spec {

template <>
struct EnumNames<message_assembly::State> {
  static constexpr std::array<std::string_view, 3> values{"Idle", "InText", "InBinary"};
};
template <>
struct EnumNames<message_assembly::Event> {
  static constexpr std::array<std::string_view, 7> values{"TextWhole",    "TextFirst", "BinaryWhole", "BinaryFirst",
                                                          "Continuation", "Final",     "Control"};
};
template <>
struct EnumNames<message_assembly::Action> {
  static constexpr std::array<std::string_view, 7> values{"GatherText",    "DeliverText",   "GatherBinary",
                                                          "DeliverBinary", "HandleControl", "FailNothingToContinue",
                                                          "FailUnfinished"};
};

}  // namespace portcullis::spec

namespace portcullis::spec::message_assembly {

struct Row {
  State from;
  Set<Event> on;
  State to;
  Action act;
  Requirement req;
};

// clang-format off
inline constexpr auto kTable = [] {
  using S = State; using E = Event; using A = Action;
  return std::to_array<Row>({
  // from          on                                                              to            action                      requirement
    {S::Idle,      {E::TextWhole},                                                 S::Idle,      A::DeliverText,             req::WS_FR_1},
    {S::Idle,      {E::TextFirst},                                                 S::InText,    A::GatherText,              req::WS_FG_1},
    {S::Idle,      {E::BinaryWhole},                                               S::Idle,      A::DeliverBinary,           req::WS_FR_1},
    {S::Idle,      {E::BinaryFirst},                                               S::InBinary,  A::GatherBinary,            req::WS_FG_1},
    {S::Idle,      {E::Continuation, E::Final},                                    S::Idle,      A::FailNothingToContinue,   req::WS_FG_3},
    {S::Idle,      {E::Control},                                                   S::Idle,      A::HandleControl,           req::WS_FG_2},
    {S::InText,    {E::Continuation},                                              S::InText,    A::GatherText,              req::WS_FG_1},
    {S::InText,    {E::Final},                                                     S::Idle,      A::DeliverText,             req::WS_FG_1},
    {S::InText,    {E::TextWhole, E::TextFirst, E::BinaryWhole, E::BinaryFirst},   S::InText,    A::FailUnfinished,          req::WS_FG_4},
    {S::InText,    {E::Control},                                                   S::InText,    A::HandleControl,           req::WS_FG_2},
    {S::InBinary,  {E::Continuation},                                              S::InBinary,  A::GatherBinary,            req::WS_FG_1},
    {S::InBinary,  {E::Final},                                                     S::Idle,      A::DeliverBinary,           req::WS_FG_1},
    {S::InBinary,  {E::TextWhole, E::TextFirst, E::BinaryWhole, E::BinaryFirst},   S::InBinary,  A::FailUnfinished,          req::WS_FG_4},
    {S::InBinary,  {E::Control},                                                   S::InBinary,  A::HandleControl,           req::WS_FG_2},
  });
}();
// clang-format on
static_assert(rows_per_pair<State, Event>(kTable).missing == 0, "a (state, event) pair has no row");
static_assert(rows_per_pair<State, Event>(kTable).doubled == 0, "a (state, event) pair has two rows");
static_assert(every_state_reached_from(State::Idle, kTable));

using Rows = Table<State, Event, Row>;
inline constexpr Rows kRows{kTable};

}  // namespace portcullis::spec::message_assembly
