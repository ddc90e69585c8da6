#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// The gateway session: one shard's life over as many connections as it takes.
///
/// This is the matrix of section 8.4 of the catalogue, all 280 cells of it. What depended on data there is an input or
/// a state of its own here: Closing is two states by what comes after it, Hello two inputs by whether a session is to
/// be resumed, "invalid, may be resumed" two by whether there is one, and the due heartbeat two by what the heartbeat
/// machine made of it. A cell that cannot occur is marked Impossible; reaching one is our own bug.
namespace portcullis::spec::gateway_session {

// clang-format off
/// Section 8.2 of the catalogue.
enum class State : std::uint8_t {
  Idle, Backoff, Connecting, AwaitHello, AwaitSlot, Identifying, Resuming, Ready, ClosingToReconnect, ClosingToStop,
  Stopped,
};

/// Section 8.3 of the catalogue: frames, ends of the transport, deadlines, local commands.
enum class Input : std::uint8_t {
  Opened, OpenFailed, HelloFresh, HelloResume, HeartbeatRequest, HeartbeatAck, Ready, Resumed, Dispatch, Reconnect,
  InvalidResumable, InvalidResumableNoSession, InvalidSession, UnknownOpcode, Undecodable, CloseResume, CloseNew,
  CloseFatal, Lost, BeatDue, Zombie, HelloTimeout, ReadyTimeout, SlotGranted, BackoffOver, CloseTimeout, Connect,
  Send, StopEnd, StopKeep, ReconnectNow,
};

/// Section 8.5 of the catalogue; `core/gateway/machine.cc` performs each in a function of the same name.
enum class Action : std::uint8_t {
  Impossible, Ignore, Dial, ExpectHello, BeatAndAskSlot, BeatAndResume, Identify, AdoptSession,
  AdoptUnexpectedSession, FinishResume, Deliver, DeliverOutOfPlace, AnswerBeat, NoteAck, SendBeat, RearmBeat,
  ReportUnknown, CloseToReconnect, CloseInvalidResumable, CloseInvalid, CloseUndecodable, CloseTimedOut,
  CloseForGood, CloseKeeping, DropZombie, LoseLink, LoseSession, StopFatal, RetryDial, AbortDial, AbortAndForget,
  FinishAndRetry, FinishAndStop, DropAndRetry, DropAndStop, DropSession, ForgetSession, ReconnectAfterClosing,
  StopAfterClosing, ForgetAndStopAfterClosing, CancelBackoff, HandBackSlot, QueueCommand, SendCommand,
  RefuseCommand,
};

/// Whether the documents define a row, it follows from them without doubt, or it is the catalogue's own reading.
enum class Basis : std::uint8_t {
  Documented, Derived, Undefined,
};
// clang-format on

}  // namespace portcullis::spec::gateway_session

namespace portcullis::spec {

template <>
struct EnumNames<gateway_session::State> {
  static constexpr auto values = std::to_array<std::string_view>({
      "Idle",
      "Backoff",
      "Connecting",
      "AwaitHello",
      "AwaitSlot",
      "Identifying",
      "Resuming",
      "Ready",
      "ClosingToReconnect",
      "ClosingToStop",
      "Stopped",
  });
};

template <>
struct EnumNames<gateway_session::Input> {
  static constexpr auto values = std::to_array<std::string_view>({
      "Opened",         "OpenFailed",    "HelloFresh",  "HelloResume",  "HeartbeatRequest", "HeartbeatAck",
      "Ready",          "Resumed",       "Dispatch",    "Reconnect",    "InvalidResumable", "InvalidResumableNoSession",
      "InvalidSession", "UnknownOpcode", "Undecodable", "CloseResume",  "CloseNew",         "CloseFatal",
      "Lost",           "BeatDue",       "Zombie",      "HelloTimeout", "ReadyTimeout",     "SlotGranted",
      "BackoffOver",    "CloseTimeout",  "Connect",     "Send",         "StopEnd",          "StopKeep",
      "ReconnectNow",
  });
};

template <>
struct EnumNames<gateway_session::Action> {
  static constexpr auto values = std::to_array<std::string_view>({
      "Impossible",
      "Ignore",
      "Dial",
      "ExpectHello",
      "BeatAndAskSlot",
      "BeatAndResume",
      "Identify",
      "AdoptSession",
      "AdoptUnexpectedSession",
      "FinishResume",
      "Deliver",
      "DeliverOutOfPlace",
      "AnswerBeat",
      "NoteAck",
      "SendBeat",
      "RearmBeat",
      "ReportUnknown",
      "CloseToReconnect",
      "CloseInvalidResumable",
      "CloseInvalid",
      "CloseUndecodable",
      "CloseTimedOut",
      "CloseForGood",
      "CloseKeeping",
      "DropZombie",
      "LoseLink",
      "LoseSession",
      "StopFatal",
      "RetryDial",
      "AbortDial",
      "AbortAndForget",
      "FinishAndRetry",
      "FinishAndStop",
      "DropAndRetry",
      "DropAndStop",
      "DropSession",
      "ForgetSession",
      "ReconnectAfterClosing",
      "StopAfterClosing",
      "ForgetAndStopAfterClosing",
      "CancelBackoff",
      "HandBackSlot",
      "QueueCommand",
      "SendCommand",
      "RefuseCommand",
  });
};

template <>
struct EnumNames<gateway_session::Basis> {
  static constexpr auto values = std::to_array<std::string_view>({
      "Documented",
      "Derived",
      "Undefined",
  });
};

}  // namespace portcullis::spec

namespace portcullis::spec::gateway_session {

struct Row {
  State from;
  Set<Input> on;
  State to;
  Action act;
  Requirement req;
  Basis basis;
};

// clang-format off
inline constexpr auto kTable = [] {
  using S = State; using I = Input; using A = Action; using B = Basis; using Set = spec::Set<Input>;
  constexpr Set kOpening{I::Opened, I::OpenFailed};
  constexpr Set kFrames{I::HelloFresh, I::HelloResume, I::HeartbeatRequest, I::HeartbeatAck, I::Ready, I::Resumed,
                        I::Dispatch, I::Reconnect, I::InvalidResumable, I::InvalidResumableNoSession,
                        I::InvalidSession, I::UnknownOpcode, I::Undecodable};
  constexpr Set kVerdicts{I::CloseResume, I::CloseNew, I::CloseFatal};
  constexpr Set kBeats{I::BeatDue, I::Zombie};
  constexpr Set kOfALink = kOpening | kFrames | kVerdicts | kBeats |
                           Set{I::Lost, I::HelloTimeout, I::ReadyTimeout, I::CloseTimeout};
  return std::to_array<Row>({
  // from                   on                                             to                      action                         requirement            basis
    // Idle: nothing is wanted
    {S::Idle,               kOfALink | Set{I::BackoffOver},                S::Idle,               A::Impossible,                req::INV_1,           B::Derived},
    {S::Idle,               {I::Connect},                                  S::Connecting,         A::Dial,                      req::GW_URL_1,        B::Documented},
    {S::Idle,               {I::Send},                                     S::Idle,               A::RefuseCommand,             req::LOCAL_17,        B::Derived},
    {S::Idle,               {I::StopEnd},                                  S::Idle,               A::ForgetSession,             req::GW_RES_5,        B::Derived},
    {S::Idle,               {I::StopKeep},                                 S::Idle,               A::Ignore,                    req::GW_RES_24,       B::Derived},
    {S::Idle,               {I::ReconnectNow},                             S::Idle,               A::Ignore,                    req::INV_1,           B::Derived},
    {S::Idle,               {I::SlotGranted},                              S::Idle,               A::HandBackSlot,              req::GW_IDL_4,        B::Derived},

    // Backoff: the next attempt is armed
    {S::Backoff,            kOfALink,                                      S::Backoff,            A::Impossible,                req::INV_1,           B::Derived},
    {S::Backoff,            {I::BackoffOver},                              S::Connecting,         A::Dial,                      req::GW_DISC_8,       B::Documented},
    {S::Backoff,            {I::ReconnectNow},                             S::Connecting,         A::Dial,                      req::GW_DISC_8,       B::Derived},
    {S::Backoff,            {I::Connect},                                  S::Backoff,            A::Ignore,                    req::INV_1,           B::Derived},
    {S::Backoff,            {I::Send},                                     S::Backoff,            A::QueueCommand,              req::GW_RATE_6,       B::Derived},
    {S::Backoff,            {I::StopEnd},                                  S::Idle,               A::ForgetSession,             req::GW_RES_5,        B::Derived},
    {S::Backoff,            {I::StopKeep},                                 S::Idle,               A::CancelBackoff,             req::GW_RES_24,       B::Derived},
    {S::Backoff,            {I::SlotGranted},                              S::Backoff,            A::HandBackSlot,              req::GW_IDL_4,        B::Derived},

    // Connecting: TCP, TLS and the upgrade are under way
    {S::Connecting,         kFrames | kVerdicts | kBeats | Set{I::ReadyTimeout, I::BackoffOver, I::CloseTimeout}, S::Connecting,         A::Impossible,                req::INV_2,           B::Derived},
    {S::Connecting,         {I::Opened},                                   S::AwaitHello,         A::ExpectHello,               req::GW_HELLO_1,      B::Documented},
    {S::Connecting,         {I::OpenFailed},                               S::Backoff,            A::RetryDial,                 req::GW_CONN_8,       B::Documented},
    {S::Connecting,         {I::Lost},                                     S::Backoff,            A::RetryDial,                 req::GW_CONN_8,       B::Documented},
    {S::Connecting,         {I::HelloTimeout},                             S::Backoff,            A::RetryDial,                 req::GW_CONN_10,      B::Derived},
    {S::Connecting,         {I::Connect, I::ReconnectNow},                 S::Connecting,         A::Ignore,                    req::INV_1,           B::Derived},
    {S::Connecting,         {I::Send},                                     S::Connecting,         A::QueueCommand,              req::GW_RATE_6,       B::Derived},
    {S::Connecting,         {I::StopEnd},                                  S::Idle,               A::AbortAndForget,            req::GW_RES_5,        B::Derived},
    {S::Connecting,         {I::StopKeep},                                 S::Idle,               A::AbortDial,                 req::GW_RES_24,       B::Derived},
    {S::Connecting,         {I::SlotGranted},                              S::Connecting,         A::HandBackSlot,              req::GW_IDL_4,        B::Derived},

    // AwaitHello: the connection is open, no Hello yet
    {S::AwaitHello,         kOpening | kBeats | Set{I::ReadyTimeout, I::BackoffOver, I::CloseTimeout}, S::AwaitHello,         A::Impossible,                req::GW_HELLO_2,      B::Derived},
    {S::AwaitHello,         {I::HelloFresh},                               S::AwaitSlot,          A::BeatAndAskSlot,            req::GW_ID_4,         B::Documented},
    {S::AwaitHello,         {I::HelloResume},                              S::Resuming,           A::BeatAndResume,             req::GW_RES_7,        B::Documented},
    {S::AwaitHello,         {I::HeartbeatRequest},                         S::AwaitHello,         A::AnswerBeat,                req::GW_HB_18,        B::Documented},
    {S::AwaitHello,         {I::HeartbeatAck},                             S::AwaitHello,         A::NoteAck,                   req::OP_35,           B::Undefined},
    {S::AwaitHello,         {I::Ready, I::Resumed, I::Dispatch},           S::AwaitHello,         A::DeliverOutOfPlace,         req::OP_35,           B::Undefined},
    {S::AwaitHello,         {I::Reconnect},                                S::ClosingToReconnect, A::CloseToReconnect,          req::GW_HELLO_4,      B::Documented},
    {S::AwaitHello,         {I::InvalidResumable},                         S::ClosingToReconnect, A::CloseInvalidResumable,     req::OP_35,           B::Undefined},
    {S::AwaitHello,         {I::InvalidResumableNoSession, I::InvalidSession}, S::ClosingToReconnect, A::CloseInvalid,              req::OP_35,           B::Undefined},
    {S::AwaitHello,         {I::UnknownOpcode},                            S::AwaitHello,         A::ReportUnknown,             req::OP_27,           B::Undefined},
    {S::AwaitHello,         {I::Undecodable},                              S::ClosingToReconnect, A::CloseUndecodable,          req::OP_28,           B::Undefined},
    {S::AwaitHello,         {I::CloseResume},                              S::Backoff,            A::LoseLink,                  req::GW_DISC_5,       B::Documented},
    {S::AwaitHello,         {I::CloseNew},                                 S::Backoff,            A::LoseSession,               req::GW_CLOSE_FATAL,  B::Derived},
    {S::AwaitHello,         {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Documented},
    {S::AwaitHello,         {I::Lost},                                     S::Backoff,            A::LoseLink,                  req::GW_CLOSE_NONE,   B::Documented},
    {S::AwaitHello,         {I::HelloTimeout},                             S::ClosingToReconnect, A::CloseTimedOut,             req::GW_CONN_10,      B::Undefined},
    {S::AwaitHello,         {I::SlotGranted},                              S::AwaitHello,         A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
    {S::AwaitHello,         {I::Connect},                                  S::AwaitHello,         A::Ignore,                    req::INV_1,           B::Derived},
    {S::AwaitHello,         {I::Send},                                     S::AwaitHello,         A::QueueCommand,              req::GW_ID_3,         B::Documented},
    {S::AwaitHello,         {I::StopEnd},                                  S::ClosingToStop,      A::CloseForGood,              req::GW_DISC_4,       B::Documented},
    {S::AwaitHello,         {I::StopKeep},                                 S::ClosingToStop,      A::CloseKeeping,              req::GW_DISC_3,       B::Documented},
    {S::AwaitHello,         {I::ReconnectNow},                             S::ClosingToReconnect, A::CloseToReconnect,          req::GW_DISC_3,       B::Derived},

    // AwaitSlot: Hello seen, beats running, waiting for the turn to identify
    {S::AwaitSlot,          kOpening | Set{I::HelloResume, I::InvalidResumable, I::HelloTimeout, I::ReadyTimeout, I::BackoffOver, I::CloseTimeout}, S::AwaitSlot,          A::Impossible,                req::GW_RES_4,        B::Derived},
    {S::AwaitSlot,          {I::SlotGranted},                              S::Identifying,        A::Identify,                  req::GW_ID_1,         B::Documented},
    {S::AwaitSlot,          {I::HelloFresh},                               S::AwaitSlot,          A::RearmBeat,                 req::OP_35,           B::Undefined},
    {S::AwaitSlot,          {I::HeartbeatRequest},                         S::AwaitSlot,          A::AnswerBeat,                req::GW_HB_18,        B::Documented},
    {S::AwaitSlot,          {I::HeartbeatAck},                             S::AwaitSlot,          A::NoteAck,                   req::GW_HB_14,        B::Documented},
    {S::AwaitSlot,          {I::BeatDue},                                  S::AwaitSlot,          A::SendBeat,                  req::GW_HB_4,         B::Documented},
    {S::AwaitSlot,          {I::Zombie},                                   S::Backoff,            A::DropZombie,                req::GW_HB_14,        B::Documented},
    {S::AwaitSlot,          {I::Ready, I::Resumed, I::Dispatch},           S::AwaitSlot,          A::DeliverOutOfPlace,         req::OP_35,           B::Undefined},
    {S::AwaitSlot,          {I::Reconnect},                                S::ClosingToReconnect, A::CloseToReconnect,          req::GW_RECON_5,      B::Documented},
    {S::AwaitSlot,          {I::InvalidResumableNoSession, I::InvalidSession}, S::ClosingToReconnect, A::CloseInvalid,              req::OP_35,           B::Undefined},
    {S::AwaitSlot,          {I::UnknownOpcode},                            S::AwaitSlot,          A::ReportUnknown,             req::OP_27,           B::Undefined},
    {S::AwaitSlot,          {I::Undecodable},                              S::ClosingToReconnect, A::CloseUndecodable,          req::OP_28,           B::Undefined},
    {S::AwaitSlot,          {I::CloseResume},                              S::Backoff,            A::LoseLink,                  req::GW_DISC_5,       B::Documented},
    {S::AwaitSlot,          {I::CloseNew},                                 S::Backoff,            A::LoseSession,               req::GW_CLOSE_FATAL,  B::Derived},
    {S::AwaitSlot,          {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Documented},
    {S::AwaitSlot,          {I::Lost},                                     S::Backoff,            A::LoseLink,                  req::GW_CLOSE_NONE,   B::Documented},
    {S::AwaitSlot,          {I::Connect},                                  S::AwaitSlot,          A::Ignore,                    req::INV_1,           B::Derived},
    {S::AwaitSlot,          {I::Send},                                     S::AwaitSlot,          A::QueueCommand,              req::GW_ID_3,         B::Documented},
    {S::AwaitSlot,          {I::StopEnd},                                  S::ClosingToStop,      A::CloseForGood,              req::GW_DISC_4,       B::Documented},
    {S::AwaitSlot,          {I::StopKeep},                                 S::ClosingToStop,      A::CloseKeeping,              req::GW_DISC_3,       B::Documented},
    {S::AwaitSlot,          {I::ReconnectNow},                             S::ClosingToReconnect, A::CloseToReconnect,          req::GW_DISC_3,       B::Derived},

    // Identifying: op 2 is sent
    {S::Identifying,        kOpening | Set{I::HelloResume, I::InvalidResumable, I::HelloTimeout, I::BackoffOver, I::CloseTimeout}, S::Identifying,        A::Impossible,                req::GW_RES_4,        B::Derived},
    {S::Identifying,        {I::Ready},                                    S::Ready,              A::AdoptSession,              req::GW_READY_2,      B::Documented},
    {S::Identifying,        {I::HelloFresh},                               S::Identifying,        A::RearmBeat,                 req::OP_35,           B::Undefined},
    {S::Identifying,        {I::HeartbeatRequest},                         S::Identifying,        A::AnswerBeat,                req::GW_HB_18,        B::Documented},
    {S::Identifying,        {I::HeartbeatAck},                             S::Identifying,        A::NoteAck,                   req::GW_HB_14,        B::Documented},
    {S::Identifying,        {I::BeatDue},                                  S::Identifying,        A::SendBeat,                  req::OP_1,            B::Documented},
    {S::Identifying,        {I::Zombie},                                   S::Backoff,            A::DropZombie,                req::OP_1,            B::Documented},
    {S::Identifying,        {I::Resumed, I::Dispatch},                     S::Identifying,        A::DeliverOutOfPlace,         req::OP_35,           B::Undefined},
    {S::Identifying,        {I::Reconnect},                                S::ClosingToReconnect, A::CloseToReconnect,          req::GW_RECON_5,      B::Documented},
    {S::Identifying,        {I::InvalidResumableNoSession},                S::ClosingToReconnect, A::CloseInvalid,              req::OP_40,           B::Undefined},
    {S::Identifying,        {I::InvalidSession},                           S::ClosingToReconnect, A::CloseInvalid,              req::OP_4,            B::Derived},
    {S::Identifying,        {I::UnknownOpcode},                            S::Identifying,        A::ReportUnknown,             req::OP_27,           B::Undefined},
    {S::Identifying,        {I::Undecodable},                              S::ClosingToReconnect, A::CloseUndecodable,          req::OP_28,           B::Undefined},
    {S::Identifying,        {I::CloseResume},                              S::Backoff,            A::LoseLink,                  req::GW_DISC_5,       B::Derived},
    {S::Identifying,        {I::CloseNew},                                 S::Backoff,            A::LoseSession,               req::OP_11,           B::Documented},
    {S::Identifying,        {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Documented},
    {S::Identifying,        {I::Lost},                                     S::Backoff,            A::LoseLink,                  req::GW_CLOSE_NONE,   B::Derived},
    {S::Identifying,        {I::ReadyTimeout},                             S::ClosingToReconnect, A::CloseTimedOut,             req::OP_24,           B::Undefined},
    {S::Identifying,        {I::SlotGranted},                              S::Identifying,        A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
    {S::Identifying,        {I::Connect},                                  S::Identifying,        A::Ignore,                    req::INV_1,           B::Derived},
    {S::Identifying,        {I::Send},                                     S::Identifying,        A::QueueCommand,              req::OP_25,           B::Undefined},
    {S::Identifying,        {I::StopEnd},                                  S::ClosingToStop,      A::CloseForGood,              req::GW_DISC_4,       B::Documented},
    {S::Identifying,        {I::StopKeep},                                 S::ClosingToStop,      A::CloseKeeping,              req::GW_DISC_3,       B::Documented},
    {S::Identifying,        {I::ReconnectNow},                             S::ClosingToReconnect, A::CloseToReconnect,          req::GW_DISC_3,       B::Derived},

    // Resuming: op 6 is sent, missed events may be flowing
    {S::Resuming,           kOpening | Set{I::HelloFresh, I::InvalidResumableNoSession, I::HelloTimeout, I::BackoffOver, I::CloseTimeout}, S::Resuming,           A::Impossible,                req::GW_RES_4,        B::Derived},
    {S::Resuming,           {I::Resumed},                                  S::Ready,              A::FinishResume,              req::GW_RES_8,        B::Documented},
    {S::Resuming,           {I::Dispatch},                                 S::Resuming,           A::Deliver,                   req::GW_RES_9,        B::Documented},
    {S::Resuming,           {I::Ready},                                    S::Ready,              A::AdoptUnexpectedSession,    req::OP_35,           B::Undefined},
    {S::Resuming,           {I::HelloResume},                              S::Resuming,           A::RearmBeat,                 req::OP_35,           B::Undefined},
    {S::Resuming,           {I::HeartbeatRequest},                         S::Resuming,           A::AnswerBeat,                req::GW_HB_18,        B::Documented},
    {S::Resuming,           {I::HeartbeatAck},                             S::Resuming,           A::NoteAck,                   req::GW_HB_14,        B::Documented},
    {S::Resuming,           {I::BeatDue},                                  S::Resuming,           A::SendBeat,                  req::OP_1,            B::Documented},
    {S::Resuming,           {I::Zombie},                                   S::Backoff,            A::DropZombie,                req::OP_1,            B::Documented},
    {S::Resuming,           {I::Reconnect},                                S::ClosingToReconnect, A::CloseToReconnect,          req::GW_RECON_3,      B::Documented},
    {S::Resuming,           {I::InvalidResumable},                         S::ClosingToReconnect, A::CloseInvalidResumable,     req::OP_4,            B::Documented},
    {S::Resuming,           {I::InvalidSession},                           S::ClosingToReconnect, A::CloseInvalid,              req::GW_RES_12,       B::Documented},
    {S::Resuming,           {I::UnknownOpcode},                            S::Resuming,           A::ReportUnknown,             req::OP_27,           B::Undefined},
    {S::Resuming,           {I::Undecodable},                              S::ClosingToReconnect, A::CloseUndecodable,          req::OP_28,           B::Undefined},
    {S::Resuming,           {I::CloseResume},                              S::Backoff,            A::LoseLink,                  req::GW_DISC_5,       B::Documented},
    {S::Resuming,           {I::CloseNew},                                 S::Backoff,            A::LoseSession,               req::OP_11,           B::Documented},
    {S::Resuming,           {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Documented},
    {S::Resuming,           {I::Lost},                                     S::Backoff,            A::LoseLink,                  req::GW_CLOSE_NONE,   B::Documented},
    {S::Resuming,           {I::ReadyTimeout},                             S::ClosingToReconnect, A::CloseTimedOut,             req::OP_24,           B::Undefined},
    {S::Resuming,           {I::SlotGranted},                              S::Resuming,           A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
    {S::Resuming,           {I::Connect},                                  S::Resuming,           A::Ignore,                    req::INV_1,           B::Derived},
    {S::Resuming,           {I::Send},                                     S::Resuming,           A::QueueCommand,              req::OP_25,           B::Undefined},
    {S::Resuming,           {I::StopEnd},                                  S::ClosingToStop,      A::CloseForGood,              req::GW_DISC_4,       B::Documented},
    {S::Resuming,           {I::StopKeep},                                 S::ClosingToStop,      A::CloseKeeping,              req::GW_DISC_3,       B::Documented},
    {S::Resuming,           {I::ReconnectNow},                             S::ClosingToReconnect, A::CloseToReconnect,          req::GW_DISC_3,       B::Derived},

    // Ready: the session is live
    {S::Ready,              kOpening | Set{I::HelloTimeout, I::ReadyTimeout, I::BackoffOver, I::CloseTimeout}, S::Ready,              A::Impossible,                req::INV_17,          B::Derived},
    {S::Ready,              {I::Dispatch},                                 S::Ready,              A::Deliver,                   req::GW_DISP_9,       B::Documented},
    {S::Ready,              {I::Ready},                                    S::Ready,              A::AdoptUnexpectedSession,    req::OP_35,           B::Undefined},
    {S::Ready,              {I::Resumed},                                  S::Ready,              A::DeliverOutOfPlace,         req::OP_35,           B::Undefined},
    {S::Ready,              {I::HelloFresh, I::HelloResume},               S::Ready,              A::RearmBeat,                 req::OP_35,           B::Undefined},
    {S::Ready,              {I::HeartbeatRequest},                         S::Ready,              A::AnswerBeat,                req::GW_HB_18,        B::Documented},
    {S::Ready,              {I::HeartbeatAck},                             S::Ready,              A::NoteAck,                   req::GW_HB_14,        B::Documented},
    {S::Ready,              {I::BeatDue},                                  S::Ready,              A::SendBeat,                  req::GW_HB_2,         B::Documented},
    {S::Ready,              {I::Zombie},                                   S::Backoff,            A::DropZombie,                req::GW_HB_14,        B::Documented},
    {S::Ready,              {I::Reconnect},                                S::ClosingToReconnect, A::CloseToReconnect,          req::GW_RECON_1,      B::Documented},
    {S::Ready,              {I::InvalidResumable},                         S::ClosingToReconnect, A::CloseInvalidResumable,     req::OP_4,            B::Documented},
    {S::Ready,              {I::InvalidResumableNoSession},                S::ClosingToReconnect, A::CloseInvalid,              req::GW_INV_11,       B::Derived},
    {S::Ready,              {I::InvalidSession},                           S::ClosingToReconnect, A::CloseInvalid,              req::OP_4,            B::Documented},
    {S::Ready,              {I::UnknownOpcode},                            S::Ready,              A::ReportUnknown,             req::OP_27,           B::Undefined},
    {S::Ready,              {I::Undecodable},                              S::ClosingToReconnect, A::CloseUndecodable,          req::OP_28,           B::Undefined},
    {S::Ready,              {I::CloseResume},                              S::Backoff,            A::LoseLink,                  req::GW_DISC_5,       B::Documented},
    {S::Ready,              {I::CloseNew},                                 S::Backoff,            A::LoseSession,               req::OP_11,           B::Documented},
    {S::Ready,              {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Documented},
    {S::Ready,              {I::Lost},                                     S::Backoff,            A::LoseLink,                  req::GW_CLOSE_NONE,   B::Documented},
    {S::Ready,              {I::SlotGranted},                              S::Ready,              A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
    {S::Ready,              {I::Connect},                                  S::Ready,              A::Ignore,                    req::INV_1,           B::Derived},
    {S::Ready,              {I::Send},                                     S::Ready,              A::SendCommand,               req::GW_RATE_1,       B::Documented},
    {S::Ready,              {I::StopEnd},                                  S::ClosingToStop,      A::CloseForGood,              req::GW_DISC_4,       B::Documented},
    {S::Ready,              {I::StopKeep},                                 S::ClosingToStop,      A::CloseKeeping,              req::GW_DISC_3,       B::Documented},
    {S::Ready,              {I::ReconnectNow},                             S::ClosingToReconnect, A::CloseToReconnect,          req::GW_DISC_3,       B::Derived},

    // ClosingToReconnect: our Close is out; when the transport ends the client will reconnect
    {S::ClosingToReconnect, kOpening | Set{I::HelloTimeout, I::ReadyTimeout, I::BackoffOver}, S::ClosingToReconnect, A::Impossible,                req::INV_17,          B::Derived},
    {S::ClosingToReconnect, {I::HelloFresh, I::HelloResume, I::HeartbeatRequest, I::HeartbeatAck, I::Reconnect, I::UnknownOpcode, I::Undecodable}, S::ClosingToReconnect, A::Ignore,                    req::INV_2,           B::Derived},
    {S::ClosingToReconnect, {I::Ready, I::Resumed},                        S::ClosingToReconnect, A::DeliverOutOfPlace,         req::LOCAL_9,         B::Derived},
    {S::ClosingToReconnect, {I::Dispatch},                                 S::ClosingToReconnect, A::Deliver,                   req::LOCAL_9,         B::Derived},
    {S::ClosingToReconnect, {I::InvalidResumable, I::InvalidResumableNoSession}, S::ClosingToReconnect, A::Ignore,                    req::GW_INV_3,        B::Derived},
    {S::ClosingToReconnect, {I::InvalidSession},                           S::ClosingToReconnect, A::DropSession,               req::GW_INV_4,        B::Derived},
    {S::ClosingToReconnect, {I::CloseResume, I::Lost},                     S::Backoff,            A::FinishAndRetry,            req::GW_RECON_4,      B::Derived},
    {S::ClosingToReconnect, {I::CloseNew},                                 S::Backoff,            A::DropAndRetry,              req::OP_11,           B::Derived},
    {S::ClosingToReconnect, {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Derived},
    {S::ClosingToReconnect, {I::CloseTimeout},                             S::Backoff,            A::FinishAndRetry,            req::WS_CL_15,        B::Derived},
    {S::ClosingToReconnect, {I::BeatDue, I::Zombie},                       S::ClosingToReconnect, A::Ignore,                    req::GW_HB_27,        B::Derived},
    {S::ClosingToReconnect, {I::SlotGranted},                              S::ClosingToReconnect, A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
    {S::ClosingToReconnect, {I::Send},                                     S::ClosingToReconnect, A::QueueCommand,              req::GW_RATE_6,       B::Derived},
    {S::ClosingToReconnect, {I::Connect, I::ReconnectNow},                 S::ClosingToReconnect, A::ReconnectAfterClosing,     req::GW_DISC_3,       B::Derived},
    {S::ClosingToReconnect, {I::StopEnd},                                  S::ClosingToStop,      A::ForgetAndStopAfterClosing, req::GW_RES_5,        B::Derived},
    {S::ClosingToReconnect, {I::StopKeep},                                 S::ClosingToStop,      A::StopAfterClosing,          req::GW_RES_24,       B::Derived},

    // ClosingToStop: our Close is out; when the transport ends the client will stop
    {S::ClosingToStop,      kOpening | Set{I::HelloTimeout, I::ReadyTimeout, I::BackoffOver}, S::ClosingToStop,      A::Impossible,                req::INV_17,          B::Derived},
    {S::ClosingToStop,      {I::HelloFresh, I::HelloResume, I::HeartbeatRequest, I::HeartbeatAck, I::Reconnect, I::UnknownOpcode, I::Undecodable}, S::ClosingToStop,      A::Ignore,                    req::INV_2,           B::Derived},
    {S::ClosingToStop,      {I::Ready, I::Resumed},                        S::ClosingToStop,      A::DeliverOutOfPlace,         req::LOCAL_9,         B::Derived},
    {S::ClosingToStop,      {I::Dispatch},                                 S::ClosingToStop,      A::Deliver,                   req::LOCAL_9,         B::Derived},
    {S::ClosingToStop,      {I::InvalidResumable, I::InvalidResumableNoSession}, S::ClosingToStop,      A::Ignore,                    req::GW_INV_3,        B::Derived},
    {S::ClosingToStop,      {I::InvalidSession},                           S::ClosingToStop,      A::DropSession,               req::GW_INV_4,        B::Derived},
    {S::ClosingToStop,      {I::CloseResume, I::Lost},                     S::Idle,               A::FinishAndStop,             req::GW_RECON_4,      B::Derived},
    {S::ClosingToStop,      {I::CloseNew},                                 S::Idle,               A::DropAndStop,               req::OP_11,           B::Derived},
    {S::ClosingToStop,      {I::CloseFatal},                               S::Stopped,            A::StopFatal,                 req::GW_CLOSE_FATAL,  B::Derived},
    {S::ClosingToStop,      {I::CloseTimeout},                             S::Idle,               A::FinishAndStop,             req::WS_CL_15,        B::Derived},
    {S::ClosingToStop,      {I::BeatDue, I::Zombie},                       S::ClosingToStop,      A::Ignore,                    req::GW_HB_27,        B::Derived},
    {S::ClosingToStop,      {I::SlotGranted},                              S::ClosingToStop,      A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
    {S::ClosingToStop,      {I::Send},                                     S::ClosingToStop,      A::QueueCommand,              req::GW_RATE_6,       B::Derived},
    {S::ClosingToStop,      {I::Connect, I::ReconnectNow},                 S::ClosingToReconnect, A::ReconnectAfterClosing,     req::GW_DISC_3,       B::Derived},
    {S::ClosingToStop,      {I::StopEnd},                                  S::ClosingToStop,      A::ForgetAndStopAfterClosing, req::GW_RES_5,        B::Derived},
    {S::ClosingToStop,      {I::StopKeep},                                 S::ClosingToStop,      A::Ignore,                    req::GW_RES_24,       B::Derived},

    // Stopped: a fatal close code; only a local command leads out
    {S::Stopped,            kOfALink | Set{I::BackoffOver},                S::Stopped,            A::Impossible,                req::INV_9,           B::Derived},
    {S::Stopped,            {I::Connect},                                  S::Connecting,         A::Dial,                      req::INV_9,           B::Derived},
    {S::Stopped,            {I::Send},                                     S::Stopped,            A::RefuseCommand,             req::LOCAL_17,        B::Derived},
    {S::Stopped,            {I::StopEnd},                                  S::Stopped,            A::ForgetSession,             req::GW_RES_5,        B::Derived},
    {S::Stopped,            {I::StopKeep, I::ReconnectNow},                S::Stopped,            A::Ignore,                    req::INV_9,           B::Derived},
    {S::Stopped,            {I::SlotGranted},                              S::Stopped,            A::HandBackSlot,              req::GW_IDL_4,        B::Derived},
  });
}();
// clang-format on

constexpr bool is_live(const Row& row) noexcept { return row.act != Action::Impossible; }

static_assert(rows_per_pair<State, Input>(kTable).missing == 0, "a (state, input) pair has no row");
static_assert(rows_per_pair<State, Input>(kTable).doubled == 0, "a (state, input) pair has two rows");
static_assert(every_state_reached_from(State::Idle, kTable, is_live));

using Rows = Table<State, Input, Row>;
inline constexpr Rows kRows{kTable};

}  // namespace portcullis::spec::gateway_session
