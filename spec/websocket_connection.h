#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// A WebSocket connection's life over one transport, in either role (RFC 6455 sections 4 to 7).
namespace portcullis::spec::websocket_connection {

/// CloseReceived lasts only while one Close is being handled; WaitingForEnd is the client's alone.
enum class State : std::uint8_t { Connecting, Open, CloseSent, CloseReceived, WaitingForEnd, Closed, Failed };
enum class Event : std::uint8_t {
  Bytes,        ///< there is input to look at
  HeadOk,       ///< the client read a good 101, or the server queued one
  HeadRefused,  ///< either side found the other's head wanting, or said no
  MessageDone,
  Ping,
  Pong,
  Close,             ///< a well-formed Close was read
  BothDoneAsClient,  ///< a Close went each way, and the transport is for the peer to end
  BothDoneAsServer,  ///< a Close went each way, and the transport is for us to end
  Violation,         ///< a frame broke a rule
  LocalSend,
  LocalClose,
  EndOfInput,
  Timeout,  ///< the deadline that a row set has come
};
enum class Action : std::uint8_t {
  Ignore,
  Impossible,
  ReadHead,
  ReadFrames,
  Discard,
  StartFrames,
  GiveUpHandshake,
  Deliver,
  AnswerPing,
  DeliverPong,
  SendFrame,
  RejectNotOpen,
  RejectClosing,
  SendClose,
  AnswerClose,
  NoteClose,
  Linger,
  FailWithClose,
  FailWithoutClose,
  EndClean,
  EndLost,
  EndTimedOut,
};

}  // namespace portcullis::spec::websocket_connection

namespace portcullis::spec {

template <>
struct EnumNames<websocket_connection::State> {
  static constexpr std::array<std::string_view, 7> values{"Connecting",    "Open",   "CloseSent", "CloseReceived",
                                                          "WaitingForEnd", "Closed", "Failed"};
};
template <>
struct EnumNames<websocket_connection::Event> {
  static constexpr std::array<std::string_view, 14> values{
      "Bytes",     "HeadOk",     "HeadRefused",      "MessageDone",      "Ping",
      "Pong",      "Close",      "BothDoneAsClient", "BothDoneAsServer", "Violation",
      "LocalSend", "LocalClose", "EndOfInput",       "Timeout"};
};
template <>
struct EnumNames<websocket_connection::Action> {
  static constexpr std::array<std::string_view, 22> values{
      "Ignore",           "Impossible", "ReadHead",    "ReadFrames",  "Discard",   "StartFrames",
      "GiveUpHandshake",  "Deliver",    "AnswerPing",  "DeliverPong", "SendFrame", "RejectNotOpen",
      "RejectClosing",    "SendClose",  "AnswerClose", "NoteClose",   "Linger",    "FailWithClose",
      "FailWithoutClose", "EndClean",   "EndLost",     "EndTimedOut"};
};

}  // namespace portcullis::spec

namespace portcullis::spec::websocket_connection {

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
  // from               on                                                to                  action               requirement
    {S::Connecting,     {E::Bytes},                                       S::Connecting,      A::ReadHead,         req::WS_HS_27},
    {S::Connecting,     {E::HeadOk},                                      S::Open,            A::StartFrames,      req::WS_HS_27},
    {S::Connecting,     {E::HeadRefused},                                 S::Closed,          A::GiveUpHandshake,  req::WS_HT_16},
    {S::Connecting,     {E::EndOfInput},                                  S::Closed,          A::GiveUpHandshake,  req::WS_HT_23},
    {S::Connecting,     {E::LocalSend, E::LocalClose},                    S::Connecting,      A::RejectNotOpen,    req::WS_HS_5},
    {S::Connecting,     {E::Timeout},                                     S::Connecting,      A::Ignore,           req::WS_IO_5},
    {S::Connecting,     {E::MessageDone, E::Ping, E::Pong, E::Close, E::BothDoneAsClient, E::BothDoneAsServer, E::Violation},
                                                                          S::Connecting,      A::Impossible,       req::WS_HS_5},

    {S::Open,           {E::Bytes},                                       S::Open,            A::ReadFrames,       req::WS_FR_1},
    {S::Open,           {E::MessageDone},                                 S::Open,            A::Deliver,          req::WS_FG_1},
    {S::Open,           {E::Ping},                                        S::Open,            A::AnswerPing,       req::WS_CT_4},
    {S::Open,           {E::Pong},                                        S::Open,            A::DeliverPong,      req::WS_CT_6},
    {S::Open,           {E::Close},                                       S::CloseReceived,   A::AnswerClose,      req::WS_CL_2},
    {S::Open,           {E::Violation},                                   S::Failed,          A::FailWithClose,    req::WS_FA_1},
    {S::Open,           {E::LocalSend},                                   S::Open,            A::SendFrame,        req::WS_IO_4},
    {S::Open,           {E::LocalClose},                                  S::CloseSent,       A::SendClose,        req::WS_CL_1},
    // No Close is attempted on a transport that has ended.
    {S::Open,           {E::EndOfInput},                                  S::Closed,          A::EndLost,          req::WS_CL_16},
    {S::Open,           {E::Timeout},                                     S::Open,            A::Ignore,           req::WS_IO_5},
    {S::Open,           {E::HeadOk, E::HeadRefused, E::BothDoneAsClient, E::BothDoneAsServer},
                                                                          S::Open,            A::Impossible,       req::WS_HS_27},

    {S::CloseSent,      {E::Bytes},                                       S::CloseSent,       A::ReadFrames,       req::WS_CL_9},
    {S::CloseSent,      {E::MessageDone},                                 S::CloseSent,       A::Deliver,          req::WS_CL_9},
    {S::CloseSent,      {E::Ping},                                        S::CloseSent,       A::AnswerPing,       req::WS_CT_8},
    {S::CloseSent,      {E::Pong},                                        S::CloseSent,       A::DeliverPong,      req::WS_CT_6},
    {S::CloseSent,      {E::Close},                                       S::CloseReceived,   A::NoteClose,        req::WS_CL_14},
    // Two Closes on one connection would be a violation of our own.
    {S::CloseSent,      {E::Violation},                                   S::Failed,          A::FailWithoutClose, req::WS_FA_2},
    {S::CloseSent,      {E::LocalSend},                                   S::CloseSent,       A::RejectClosing,    req::WS_CL_8},
    {S::CloseSent,      {E::LocalClose},                                  S::CloseSent,       A::Ignore,           req::WS_CL_1},
    {S::CloseSent,      {E::EndOfInput},                                  S::Closed,          A::EndLost,          req::WS_CL_12},
    {S::CloseSent,      {E::Timeout},                                     S::Closed,          A::EndTimedOut,      req::WS_CL_15},
    {S::CloseSent,      {E::HeadOk, E::HeadRefused, E::BothDoneAsClient, E::BothDoneAsServer},
                                                                          S::CloseSent,       A::Impossible,       req::WS_HS_27},

    {S::CloseReceived,  {E::BothDoneAsClient},                            S::WaitingForEnd,   A::Linger,           req::WS_CL_11},
    {S::CloseReceived,  {E::BothDoneAsServer},                            S::Closed,          A::EndClean,         req::WS_CL_10},
    {S::CloseReceived,  {E::Bytes, E::HeadOk, E::HeadRefused, E::MessageDone, E::Ping, E::Pong, E::Close, E::Violation,
                         E::LocalSend, E::LocalClose, E::EndOfInput, E::Timeout},
                                                                          S::CloseReceived,   A::Impossible,       req::WS_CL_7},

    {S::WaitingForEnd,  {E::Bytes},                                       S::WaitingForEnd,   A::Discard,          req::WS_CL_7},
    {S::WaitingForEnd,  {E::LocalSend},                                   S::WaitingForEnd,   A::RejectClosing,    req::WS_CL_8},
    {S::WaitingForEnd,  {E::LocalClose},                                  S::WaitingForEnd,   A::Ignore,           req::WS_CL_1},
    {S::WaitingForEnd,  {E::EndOfInput},                                  S::Closed,          A::EndClean,         req::WS_CL_12},
    {S::WaitingForEnd,  {E::Timeout},                                     S::Closed,          A::EndClean,         req::WS_CL_11},
    {S::WaitingForEnd,  {E::HeadOk, E::HeadRefused, E::MessageDone, E::Ping, E::Pong, E::Close, E::BothDoneAsClient,
                         E::BothDoneAsServer, E::Violation},
                                                                          S::WaitingForEnd,   A::Impossible,       req::WS_CL_7},

    {S::Closed,         {E::Bytes},                                       S::Closed,          A::Discard,          req::WS_IO_3},
    {S::Closed,         {E::LocalSend},                                   S::Closed,          A::RejectNotOpen,    req::WS_CL_8},
    {S::Closed,         {E::LocalClose, E::EndOfInput, E::Timeout},       S::Closed,          A::Ignore,           req::WS_IO_3},
    {S::Closed,         {E::HeadOk, E::HeadRefused, E::MessageDone, E::Ping, E::Pong, E::Close, E::BothDoneAsClient,
                         E::BothDoneAsServer, E::Violation},
                                                                          S::Closed,          A::Impossible,       req::WS_IO_7},

    {S::Failed,         {E::Bytes},                                       S::Failed,          A::Discard,          req::WS_FA_1},
    {S::Failed,         {E::LocalSend},                                   S::Failed,          A::RejectNotOpen,    req::WS_CL_8},
    {S::Failed,         {E::LocalClose, E::EndOfInput, E::Timeout},       S::Failed,          A::Ignore,           req::WS_FA_2},
    {S::Failed,         {E::HeadOk, E::HeadRefused, E::MessageDone, E::Ping, E::Pong, E::Close, E::BothDoneAsClient,
                         E::BothDoneAsServer, E::Violation},
                                                                          S::Failed,          A::Impossible,       req::WS_FA_1},
  });
}();
// clang-format on
static_assert(rows_per_pair<State, Event>(kTable).missing == 0, "a (state, event) pair has no row");
static_assert(rows_per_pair<State, Event>(kTable).doubled == 0, "a (state, event) pair has two rows");
static_assert(every_state_reached_from(State::Connecting, kTable,
                                       [](const Row& row) { return row.act != Action::Impossible; }));

using Rows = Table<State, Event, Row>;
inline constexpr Rows kRows{kTable};

}  // namespace portcullis::spec::websocket_connection
