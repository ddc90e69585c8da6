#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// The heartbeat of one connection (catalogue sections 3.6 and 8.4): when to beat, and when silence means a dead peer.
namespace portcullis::spec::heartbeat {

enum class State : std::uint8_t { Stopped, Beating, AwaitingAck };
enum class Event : std::uint8_t { Hello, Due, Asked, Ack };
enum class Action : std::uint8_t { Ignore, Schedule, SendHeartbeat, AnswerHeartbeat, NoteLatency, DropAsZombie };

}  // namespace portcullis::spec::heartbeat

namespace portcullis::spec {

template <>
struct EnumNames<heartbeat::State> {
  static constexpr std::array<std::string_view, 3> values{"Stopped", "Beating", "AwaitingAck"};
};
template <>
struct EnumNames<heartbeat::Event> {
  static constexpr std::array<std::string_view, 4> values{"Hello", "Due", "Asked", "Ack"};
};
template <>
struct EnumNames<heartbeat::Action> {
  static constexpr std::array<std::string_view, 6> values{"Ignore",          "Schedule",    "SendHeartbeat",
                                                          "AnswerHeartbeat", "NoteLatency", "DropAsZombie"};
};

}  // namespace portcullis::spec

namespace portcullis::spec::heartbeat {

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
  // from             on                    to               action               requirement
    {S::Stopped,     {E::Hello},           S::Beating,      A::Schedule,         req::GW_HB_1},
    {S::Stopped,     {E::Asked},           S::Stopped,      A::AnswerHeartbeat,  req::GW_HB_18},
    {S::Stopped,     {E::Due, E::Ack},     S::Stopped,      A::Ignore,           req::GW_HB_28},
    {S::Beating,     {E::Due},             S::AwaitingAck,  A::SendHeartbeat,    req::GW_HB_2},
    // A requested beat owes no ack of its own: counting it would call a healthy connection a zombie.
    {S::Beating,     {E::Asked},           S::Beating,      A::AnswerHeartbeat,  req::GW_HB_24},
    {S::Beating,     {E::Ack},             S::Beating,      A::Ignore,           req::GW_HB_28},
    {S::Beating,     {E::Hello},           S::Beating,      A::Schedule,         req::OP_35},
    {S::AwaitingAck, {E::Ack},             S::Beating,      A::NoteLatency,      req::GW_HB_14},
    {S::AwaitingAck, {E::Asked},           S::AwaitingAck,  A::AnswerHeartbeat,  req::GW_HB_24},
    {S::AwaitingAck, {E::Due},             S::Stopped,      A::DropAsZombie,     req::GW_HB_14},
    {S::AwaitingAck, {E::Hello},           S::AwaitingAck,  A::Schedule,         req::OP_35},
  });
}();
// clang-format on
static_assert(rows_per_pair<State, Event>(kTable).missing == 0, "a (state, event) pair has no row");
static_assert(rows_per_pair<State, Event>(kTable).doubled == 0, "a (state, event) pair has two rows");
static_assert(every_state_reached_from(State::Stopped, kTable));

using Rows = Table<State, Event, Row>;
inline constexpr Rows kRows{kTable};

}  // namespace portcullis::spec::heartbeat
