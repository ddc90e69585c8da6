#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// The server's side of one gateway connection (catalogue section 8.7): what a good gateway answers, and what a script
/// may make it do. What a payload is worth (is the token good, is the bucket free, how far back does the buffer reach)
/// is decided before, and arrives as an input of its own.
namespace portcullis::spec::gateway_peer {

enum class State : std::uint8_t {
  New,              ///< upgraded, Hello not sent
  Unauthenticated,  ///< Hello sent
  Authenticated,    ///< READY sent, or the replay and RESUMED
  Invalid,          ///< op 9 sent, the connection kept
  Closed,           ///< a Close sent or read, or the transport gone
};

/// A client's payload is the first of these, down to Command, that describes it.
// clang-format off
enum class Input : std::uint8_t {
  TooManyMessages,            ///< the 121st in 60 s
  TooLarge,                   ///< more than 4096 bytes
  Undecodable,                ///< not JSON or ETF, or compressed
  UnknownOpcode,              ///< one that a client may not send, known or not
  MalformedPayload,           ///< a known opcode whose `d` does not fit
  Heartbeat,                  ///< op 1
  IdentifyBadToken,           ///< op 2 from here on
  IdentifyBadShard,
  IdentifyTooManyGuilds,      ///< for one shard
  IdentifyBadIntents,         ///< a bit that does not exist
  IdentifyDisallowedIntents,  ///< a privileged bit without leave
  IdentifyBucketBusy,         ///< the last Identify of this bucket is less than 5 s ago
  IdentifyValid,
  ResumeUnknown,              ///< op 6 from here on; no such session, timed out, or the token is another's
  ResumeAhead,                ///< a `seq` that was never sent
  ResumeTooOld,               ///< a `seq` whose successor has left the buffer
  ResumeLive,
  Command,                    ///< ops 3, 4, 8, 31, 43, well formed
  BeatMissed,                 ///< no op 1 for longer than the interval and its grace
  CloseForGood,               ///< the client's Close with 1000 or 1001
  CloseToResume,              ///< its Close with another code, or with none
  TransportEnd,               ///< no Close before it
  VersionUnsupported,         ///< `v` of the URL, known as soon as the connection is upgraded
  SayHello,                   ///< the script from here on
  SayHeartbeat,
  SayReconnect,
  SayInvalid,
  SayInvalidResumable,
  SayDispatch,                ///< an event happened in a guild, or to the bot
  SayAnything,                ///< a frame as the script gives it, right or wrong
  SayClose,
  DropTransport,
};

enum class Action : std::uint8_t {
  Impossible,
  Ignore,
  SendHello,
  SendHeartbeat,              ///< op 1: asks for a beat
  Acknowledge,                ///< op 11
  SendReady,                  ///< a new session; the bucket is taken
  Replay,                     ///< every dispatch after `seq`, then RESUMED
  Serve,                      ///< the answer of the command, if it has one
  SendDispatch,               ///< with the session's next `s`; kept for replay too
  KeepForReplay,              ///< in the session's buffer, if it still has a session
  SendReconnect,
  SendInvalid,                ///< op 9 false; the session, if any, is over
  SendInvalidResumable,       ///< op 9 true; the session is kept
  SendAnything,
  CloseUnknownOpcode,         ///< 4001
  CloseDecodeError,           ///< 4002
  CloseNotAuthenticated,      ///< 4003
  CloseAuthenticationFailed,  ///< 4004
  CloseAlreadyAuthenticated,  ///< 4005
  CloseInvalidSequence,       ///< 4007
  CloseRateLimited,           ///< 4008
  CloseInvalidShard,          ///< 4010
  CloseShardingRequired,      ///< 4011
  CloseInvalidVersion,        ///< 4012
  CloseInvalidIntents,        ///< 4013
  CloseDisallowedIntents,     ///< 4014
  CloseSilent,                ///< the documents name no code; the session is kept
  CloseAsTold,                ///< with the script's code
  Drop,                       ///< the transport, without a Close; the session is kept
  EndSession,                 ///< at once
  KeepSession,                ///< for some minutes
};
// clang-format on

/// Whether the documents define a row, it follows from them without doubt, or it is the catalogue's own reading.
enum class Basis : std::uint8_t { Documented, Derived, Undefined };

}  // namespace portcullis::spec::gateway_peer

namespace portcullis::spec {

template <>
struct EnumNames<gateway_peer::State> {
  static constexpr auto values = std::to_array<std::string_view>({
      "New",
      "Unauthenticated",
      "Authenticated",
      "Invalid",
      "Closed",
  });
};
template <>
struct EnumNames<gateway_peer::Input> {
  static constexpr auto values = std::to_array<std::string_view>({
      "TooManyMessages",
      "TooLarge",
      "Undecodable",
      "UnknownOpcode",
      "MalformedPayload",
      "Heartbeat",
      "IdentifyBadToken",
      "IdentifyBadShard",
      "IdentifyTooManyGuilds",
      "IdentifyBadIntents",
      "IdentifyDisallowedIntents",
      "IdentifyBucketBusy",
      "IdentifyValid",
      "ResumeUnknown",
      "ResumeAhead",
      "ResumeTooOld",
      "ResumeLive",
      "Command",
      "BeatMissed",
      "CloseForGood",
      "CloseToResume",
      "TransportEnd",
      "VersionUnsupported",
      "SayHello",
      "SayHeartbeat",
      "SayReconnect",
      "SayInvalid",
      "SayInvalidResumable",
      "SayDispatch",
      "SayAnything",
      "SayClose",
      "DropTransport",
  });
};
template <>
struct EnumNames<gateway_peer::Action> {
  static constexpr auto values = std::to_array<std::string_view>({
      "Impossible",
      "Ignore",
      "SendHello",
      "SendHeartbeat",
      "Acknowledge",
      "SendReady",
      "Replay",
      "Serve",
      "SendDispatch",
      "KeepForReplay",
      "SendReconnect",
      "SendInvalid",
      "SendInvalidResumable",
      "SendAnything",
      "CloseUnknownOpcode",
      "CloseDecodeError",
      "CloseNotAuthenticated",
      "CloseAuthenticationFailed",
      "CloseAlreadyAuthenticated",
      "CloseInvalidSequence",
      "CloseRateLimited",
      "CloseInvalidShard",
      "CloseShardingRequired",
      "CloseInvalidVersion",
      "CloseInvalidIntents",
      "CloseDisallowedIntents",
      "CloseSilent",
      "CloseAsTold",
      "Drop",
      "EndSession",
      "KeepSession",
  });
};
template <>
struct EnumNames<gateway_peer::Basis> {
  static constexpr auto values = std::to_array<std::string_view>({"Documented", "Derived", "Undefined"});
};

}  // namespace portcullis::spec

namespace portcullis::spec::gateway_peer {

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
  using S = State; using I = Input; using A = Action; using B = Basis;
  constexpr Set<Input> kPayloads{
    I::TooManyMessages, I::TooLarge, I::Undecodable, I::UnknownOpcode, I::MalformedPayload, I::Heartbeat,
    I::IdentifyBadToken, I::IdentifyBadShard, I::IdentifyTooManyGuilds, I::IdentifyBadIntents,
    I::IdentifyDisallowedIntents, I::IdentifyBucketBusy, I::IdentifyValid, I::ResumeUnknown, I::ResumeAhead,
    I::ResumeTooOld, I::ResumeLive, I::Command};
  return std::to_array<Row>({
  // from                on                                                                 to                  action                         requirement      basis
    // New: upgraded, no Hello sent. The documents do not say what a payload before Hello earns (OP-3): what it earns after.
    {S::New,             {I::SayHello},                                                     S::Unauthenticated, A::SendHello,                  req::GW_HELLO_1, B::Documented},
    {S::New,             {I::VersionUnsupported},                                           S::Closed,          A::CloseInvalidVersion,        req::GW_URL_5,   B::Documented},
    {S::New,             {I::Heartbeat},                                                    S::New,             A::Acknowledge,                req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyValid},                                                S::Authenticated,   A::SendReady,                  req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyBucketBusy},                                           S::Invalid,         A::SendInvalid,                req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyBadToken},                                             S::Closed,          A::CloseAuthenticationFailed,  req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyBadShard},                                             S::Closed,          A::CloseInvalidShard,          req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyTooManyGuilds},                                        S::Closed,          A::CloseShardingRequired,      req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyBadIntents},                                           S::Closed,          A::CloseInvalidIntents,        req::OP_3,       B::Undefined},
    {S::New,             {I::IdentifyDisallowedIntents},                                    S::Closed,          A::CloseDisallowedIntents,     req::OP_3,       B::Undefined},
    {S::New,             {I::ResumeLive},                                                   S::Authenticated,   A::Replay,                     req::OP_3,       B::Undefined},
    {S::New,             {I::ResumeAhead},                                                  S::Closed,          A::CloseInvalidSequence,       req::OP_3,       B::Undefined},
    {S::New,             {I::ResumeTooOld, I::ResumeUnknown},                               S::Invalid,         A::SendInvalid,                req::OP_3,       B::Undefined},
    {S::New,             {I::Command},                                                      S::Closed,          A::CloseNotAuthenticated,      req::GW_CAUSE_3, B::Derived},
    {S::New,             {I::MalformedPayload, I::UnknownOpcode},                           S::Closed,          A::CloseUnknownOpcode,         req::GW_CAUSE_1, B::Derived},
    {S::New,             {I::Undecodable},                                                  S::Closed,          A::CloseDecodeError,           req::GW_CAUSE_2, B::Derived},
    {S::New,             {I::TooLarge},                                                     S::Closed,          A::CloseDecodeError,           req::GW_SIZE_2,  B::Derived},
    {S::New,             {I::TooManyMessages},                                              S::Closed,          A::CloseRateLimited,           req::GW_RATE_3,  B::Derived},
    {S::New,             {I::BeatMissed},                                                   S::New,             A::Impossible,                 req::GW_HELLO_2, B::Derived},
    {S::New,             {I::CloseForGood, I::CloseToResume, I::TransportEnd},              S::Closed,          A::Ignore,                     req::GW_DISC_2,  B::Derived},
    {S::New,             {I::SayHeartbeat},                                                 S::New,             A::SendHeartbeat,              req::OP_35,      B::Undefined},
    {S::New,             {I::SayReconnect},                                                 S::New,             A::SendReconnect,              req::GW_HELLO_4, B::Documented},
    {S::New,             {I::SayInvalid},                                                   S::Invalid,         A::SendInvalid,                req::OP_35,      B::Undefined},
    {S::New,             {I::SayInvalidResumable},                                          S::Invalid,         A::SendInvalidResumable,       req::OP_35,      B::Undefined},
    {S::New,             {I::SayDispatch},                                                  S::New,             A::Ignore,                     req::GW_RES_8,   B::Derived},
    {S::New,             {I::SayAnything},                                                  S::New,             A::SendAnything,               req::OP_35,      B::Undefined},
    {S::New,             {I::SayClose},                                                     S::Closed,          A::CloseAsTold,                req::GW_CAUSE_8, B::Documented},
    {S::New,             {I::DropTransport},                                                S::Closed,          A::Drop,                       req::GW_CONN_12, B::Documented},

    // Unauthenticated: Hello sent
    {S::Unauthenticated, {I::Heartbeat},                                                    S::Unauthenticated, A::Acknowledge,                req::GW_HB_12,   B::Documented},
    {S::Unauthenticated, {I::IdentifyValid},                                                S::Authenticated,   A::SendReady,                  req::GW_ID_16,   B::Documented},
    {S::Unauthenticated, {I::IdentifyBucketBusy},                                           S::Invalid,         A::SendInvalid,                req::GW_ID_17,   B::Documented},
    {S::Unauthenticated, {I::IdentifyBadToken},                                             S::Closed,          A::CloseAuthenticationFailed,  req::GW_ID_15,   B::Documented},
    {S::Unauthenticated, {I::IdentifyBadShard},                                             S::Closed,          A::CloseInvalidShard,          req::GW_SHARD_6, B::Documented},
    {S::Unauthenticated, {I::IdentifyTooManyGuilds},                                        S::Closed,          A::CloseShardingRequired,      req::GW_SHARD_3, B::Documented},
    {S::Unauthenticated, {I::IdentifyBadIntents},                                           S::Closed,          A::CloseInvalidIntents,        req::GW_INT_2,   B::Documented},
    {S::Unauthenticated, {I::IdentifyDisallowedIntents},                                    S::Closed,          A::CloseDisallowedIntents,     req::GW_INT_3,   B::Documented},
    {S::Unauthenticated, {I::ResumeLive},                                                   S::Authenticated,   A::Replay,                     req::GW_RES_8,   B::Documented},
    {S::Unauthenticated, {I::ResumeAhead},                                                  S::Closed,          A::CloseInvalidSequence,       req::OP_34,      B::Documented},
    {S::Unauthenticated, {I::ResumeTooOld},                                                 S::Invalid,         A::SendInvalid,                req::GW_RES_15,  B::Documented},
    {S::Unauthenticated, {I::ResumeUnknown},                                                S::Invalid,         A::SendInvalid,                req::GW_RES_11,  B::Documented},
    {S::Unauthenticated, {I::Command},                                                      S::Closed,          A::CloseNotAuthenticated,      req::GW_CAUSE_3, B::Documented},
    {S::Unauthenticated, {I::MalformedPayload, I::UnknownOpcode},                           S::Closed,          A::CloseUnknownOpcode,         req::GW_CAUSE_1, B::Documented},
    {S::Unauthenticated, {I::Undecodable},                                                  S::Closed,          A::CloseDecodeError,           req::GW_CAUSE_2, B::Documented},
    {S::Unauthenticated, {I::TooLarge},                                                     S::Closed,          A::CloseDecodeError,           req::GW_SIZE_2,  B::Documented},
    {S::Unauthenticated, {I::TooManyMessages},                                              S::Closed,          A::CloseRateLimited,           req::GW_RATE_3,  B::Documented},
    {S::Unauthenticated, {I::BeatMissed},                                                   S::Closed,          A::CloseSilent,                req::GW_HB_25,   B::Documented},
    {S::Unauthenticated, {I::CloseForGood, I::CloseToResume, I::TransportEnd},              S::Closed,          A::Ignore,                     req::GW_DISC_2,  B::Derived},
    {S::Unauthenticated, {I::VersionUnsupported},                                           S::Unauthenticated, A::Impossible,                 req::GW_URL_5,   B::Derived},
    {S::Unauthenticated, {I::SayHello},                                                     S::Unauthenticated, A::SendHello,                  req::OP_35,      B::Undefined},
    {S::Unauthenticated, {I::SayHeartbeat},                                                 S::Unauthenticated, A::SendHeartbeat,              req::GW_HB_21,   B::Documented},
    {S::Unauthenticated, {I::SayReconnect},                                                 S::Unauthenticated, A::SendReconnect,              req::GW_RECON_5, B::Documented},
    {S::Unauthenticated, {I::SayInvalid},                                                   S::Invalid,         A::SendInvalid,                req::OP_35,      B::Undefined},
    {S::Unauthenticated, {I::SayInvalidResumable},                                          S::Invalid,         A::SendInvalidResumable,       req::OP_35,      B::Undefined},
    {S::Unauthenticated, {I::SayDispatch},                                                  S::Unauthenticated, A::Ignore,                     req::GW_RES_8,   B::Derived},
    {S::Unauthenticated, {I::SayAnything},                                                  S::Unauthenticated, A::SendAnything,               req::OP_35,      B::Undefined},
    {S::Unauthenticated, {I::SayClose},                                                     S::Closed,          A::CloseAsTold,                req::GW_CAUSE_8, B::Documented},
    {S::Unauthenticated, {I::DropTransport},                                                S::Closed,          A::Drop,                       req::GW_CONN_12, B::Documented},

    // Authenticated: READY sent, or the replay and RESUMED
    {S::Authenticated,   {I::Heartbeat},                                                    S::Authenticated,   A::Acknowledge,                req::GW_HB_12,   B::Documented},
    {S::Authenticated,   {I::IdentifyValid, I::IdentifyBucketBusy},                         S::Closed,          A::CloseAlreadyAuthenticated,  req::GW_CAUSE_4, B::Documented},
    {S::Authenticated,   {I::IdentifyBadToken, I::IdentifyBadShard, I::IdentifyTooManyGuilds, I::IdentifyBadIntents, I::IdentifyDisallowedIntents},
                                                                                            S::Closed,          A::CloseAlreadyAuthenticated,  req::GW_CAUSE_4, B::Derived},
    {S::Authenticated,   {I::ResumeLive, I::ResumeAhead, I::ResumeTooOld, I::ResumeUnknown}, S::Closed,          A::CloseAlreadyAuthenticated,  req::OP_35,      B::Undefined},
    {S::Authenticated,   {I::Command},                                                      S::Authenticated,   A::Serve,                      req::GW_ENV_4,   B::Documented},
    {S::Authenticated,   {I::MalformedPayload, I::UnknownOpcode},                           S::Closed,          A::CloseUnknownOpcode,         req::GW_CAUSE_1, B::Documented},
    {S::Authenticated,   {I::Undecodable},                                                  S::Closed,          A::CloseDecodeError,           req::GW_CAUSE_2, B::Documented},
    {S::Authenticated,   {I::TooLarge},                                                     S::Closed,          A::CloseDecodeError,           req::GW_SIZE_2,  B::Documented},
    {S::Authenticated,   {I::TooManyMessages},                                              S::Closed,          A::CloseRateLimited,           req::GW_RATE_3,  B::Documented},
    {S::Authenticated,   {I::BeatMissed},                                                   S::Closed,          A::CloseSilent,                req::GW_HB_25,   B::Documented},
    {S::Authenticated,   {I::CloseForGood},                                                 S::Closed,          A::EndSession,                 req::GW_DISC_1,  B::Documented},
    {S::Authenticated,   {I::CloseToResume, I::TransportEnd},                               S::Closed,          A::KeepSession,                req::GW_DISC_2,  B::Documented},
    {S::Authenticated,   {I::VersionUnsupported},                                           S::Authenticated,   A::Impossible,                 req::GW_URL_5,   B::Derived},
    {S::Authenticated,   {I::SayHello},                                                     S::Authenticated,   A::SendHello,                  req::OP_35,      B::Undefined},
    {S::Authenticated,   {I::SayHeartbeat},                                                 S::Authenticated,   A::SendHeartbeat,              req::GW_HB_21,   B::Documented},
    {S::Authenticated,   {I::SayReconnect},                                                 S::Authenticated,   A::SendReconnect,              req::GW_RECON_3, B::Documented},
    {S::Authenticated,   {I::SayInvalid},                                                   S::Invalid,         A::SendInvalid,                req::GW_INV_14,  B::Documented},
    {S::Authenticated,   {I::SayInvalidResumable},                                          S::Invalid,         A::SendInvalidResumable,       req::GW_INV_14,  B::Documented},
    {S::Authenticated,   {I::SayDispatch},                                                  S::Authenticated,   A::SendDispatch,               req::GW_ENV_2,   B::Documented},
    {S::Authenticated,   {I::SayAnything},                                                  S::Authenticated,   A::SendAnything,               req::GW_ENV_12,  B::Documented},
    {S::Authenticated,   {I::SayClose},                                                     S::Closed,          A::CloseAsTold,                req::GW_CAUSE_8, B::Documented},
    {S::Authenticated,   {I::DropTransport},                                                S::Closed,          A::Drop,                       req::GW_CONN_12, B::Documented},

    // Invalid: op 9 sent, the connection kept. A client that goes on here follows the older rule (OP-4).
    {S::Invalid,         {I::Heartbeat},                                                    S::Invalid,         A::Acknowledge,                req::GW_HB_12,   B::Derived},
    {S::Invalid,         {I::IdentifyValid},                                                S::Authenticated,   A::SendReady,                  req::OP_4,       B::Undefined},
    {S::Invalid,         {I::IdentifyBucketBusy},                                           S::Invalid,         A::SendInvalid,                req::GW_ID_17,   B::Derived},
    {S::Invalid,         {I::IdentifyBadToken},                                             S::Closed,          A::CloseAuthenticationFailed,  req::OP_4,       B::Undefined},
    {S::Invalid,         {I::IdentifyBadShard},                                             S::Closed,          A::CloseInvalidShard,          req::OP_4,       B::Undefined},
    {S::Invalid,         {I::IdentifyTooManyGuilds},                                        S::Closed,          A::CloseShardingRequired,      req::OP_4,       B::Undefined},
    {S::Invalid,         {I::IdentifyBadIntents},                                           S::Closed,          A::CloseInvalidIntents,        req::OP_4,       B::Undefined},
    {S::Invalid,         {I::IdentifyDisallowedIntents},                                    S::Closed,          A::CloseDisallowedIntents,     req::OP_4,       B::Undefined},
    {S::Invalid,         {I::ResumeLive},                                                   S::Authenticated,   A::Replay,                     req::OP_4,       B::Undefined},
    {S::Invalid,         {I::ResumeAhead},                                                  S::Closed,          A::CloseInvalidSequence,       req::OP_34,      B::Undefined},
    {S::Invalid,         {I::ResumeTooOld},                                                 S::Invalid,         A::SendInvalid,                req::OP_34,      B::Undefined},
    {S::Invalid,         {I::ResumeUnknown},                                                S::Invalid,         A::SendInvalid,                req::GW_RES_11,  B::Derived},
    {S::Invalid,         {I::Command},                                                      S::Closed,          A::CloseNotAuthenticated,      req::GW_INV_8,   B::Derived},
    {S::Invalid,         {I::MalformedPayload, I::UnknownOpcode},                           S::Closed,          A::CloseUnknownOpcode,         req::GW_CAUSE_1, B::Undefined},
    {S::Invalid,         {I::Undecodable},                                                  S::Closed,          A::CloseDecodeError,           req::GW_CAUSE_2, B::Derived},
    {S::Invalid,         {I::TooLarge},                                                     S::Closed,          A::CloseDecodeError,           req::GW_SIZE_2,  B::Derived},
    {S::Invalid,         {I::TooManyMessages},                                              S::Closed,          A::CloseRateLimited,           req::GW_RATE_3,  B::Derived},
    {S::Invalid,         {I::BeatMissed},                                                   S::Closed,          A::CloseSilent,                req::GW_HB_25,   B::Derived},
    {S::Invalid,         {I::CloseForGood},                                                 S::Closed,          A::EndSession,                 req::GW_INV_15,  B::Derived},
    {S::Invalid,         {I::CloseToResume, I::TransportEnd},                               S::Closed,          A::KeepSession,                req::GW_DISC_2,  B::Derived},
    {S::Invalid,         {I::VersionUnsupported},                                           S::Invalid,         A::Impossible,                 req::GW_URL_5,   B::Derived},
    {S::Invalid,         {I::SayHello},                                                     S::Invalid,         A::SendHello,                  req::OP_35,      B::Undefined},
    {S::Invalid,         {I::SayHeartbeat},                                                 S::Invalid,         A::SendHeartbeat,              req::OP_35,      B::Undefined},
    {S::Invalid,         {I::SayReconnect},                                                 S::Invalid,         A::SendReconnect,              req::OP_35,      B::Undefined},
    {S::Invalid,         {I::SayInvalid},                                                   S::Invalid,         A::SendInvalid,                req::OP_35,      B::Undefined},
    {S::Invalid,         {I::SayInvalidResumable},                                          S::Invalid,         A::SendInvalidResumable,       req::OP_35,      B::Undefined},
    {S::Invalid,         {I::SayDispatch},                                                  S::Invalid,         A::KeepForReplay,              req::GW_RES_8,   B::Derived},
    {S::Invalid,         {I::SayAnything},                                                  S::Invalid,         A::SendAnything,               req::OP_35,      B::Undefined},
    {S::Invalid,         {I::SayClose},                                                     S::Closed,          A::CloseAsTold,                req::GW_INV_12,  B::Documented},
    {S::Invalid,         {I::DropTransport},                                                S::Closed,          A::Drop,                       req::GW_CONN_12, B::Documented},

    // Closed: a Close is sent or read, or the transport is gone. What the client sends now has no answer.
    {S::Closed,          kPayloads,                                                         S::Closed,          A::Ignore,                     req::WS_CL_8,    B::Derived},
    {S::Closed,          {I::CloseForGood, I::CloseToResume, I::TransportEnd},              S::Closed,          A::Ignore,                     req::WS_CL_14,   B::Derived},
    {S::Closed,          {I::SayDispatch},                                                  S::Closed,          A::KeepForReplay,              req::GW_RES_8,   B::Documented},
    {S::Closed,          {I::SayHello, I::SayHeartbeat, I::SayReconnect, I::SayInvalid, I::SayInvalidResumable, I::SayAnything, I::SayClose, I::DropTransport},
                                                                                            S::Closed,          A::Ignore,                     req::WS_CL_8,    B::Derived},
    {S::Closed,          {I::VersionUnsupported, I::BeatMissed},                            S::Closed,          A::Impossible,                 req::GW_HB_27,   B::Derived},
  });
}();
// clang-format on
static_assert(rows_per_pair<State, Input>(kTable).missing == 0, "a (state, input) pair has no row");
static_assert(rows_per_pair<State, Input>(kTable).doubled == 0, "a (state, input) pair has two rows");
static_assert(every_state_reached_from(State::New, kTable,
                                       [](const Row& row) { return row.act != Action::Impossible; }));

/// Gives the close code that an action stands for; 0 when it closes nothing, or with a code that the table leaves open.
constexpr std::uint16_t close_code_of(Action action) noexcept {
  switch (action) {
    case Action::CloseUnknownOpcode:
      return 4001;
    case Action::CloseDecodeError:
      return 4002;
    case Action::CloseNotAuthenticated:
      return 4003;
    case Action::CloseAuthenticationFailed:
      return 4004;
    case Action::CloseAlreadyAuthenticated:
      return 4005;
    case Action::CloseInvalidSequence:
      return 4007;
    case Action::CloseRateLimited:
      return 4008;
    case Action::CloseInvalidShard:
      return 4010;
    case Action::CloseShardingRequired:
      return 4011;
    case Action::CloseInvalidVersion:
      return 4012;
    case Action::CloseInvalidIntents:
      return 4013;
    case Action::CloseDisallowedIntents:
      return 4014;
    default:
      return 0;
  }
}

using Rows = Table<State, Input, Row>;
inline constexpr Rows kRows{kTable};

}  // namespace portcullis::spec::gateway_peer
