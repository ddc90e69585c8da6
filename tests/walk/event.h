#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "portcullis/spec/table.h"

namespace portcullis::walk {

/// All that can happen to a client and its peer: one edge of the graph each.
enum class Event : std::uint8_t {
  // Its user, and the gate
  Connect,
  Send,
  SendWithoutRoom,
  Release,
  StopEnd,
  StopKeep,
  ReconnectNow,
  GrantSlot,
  // The link
  LinkOpens,
  LinkRefused,
  LinkFails,
  BreakDelivered,
  BreakLost,
  Read,
  ReadWithoutRoom,
  // Time
  HelloTimeout,
  ReadyTimeout,
  BackoffOver,
  CloseTimeout,
  BeatDue,
  // The peer reads
  ReadIdentifyBadToken,
  ReadIdentifyBadShard,
  ReadIdentifyTooManyGuilds,
  ReadIdentifyBadIntents,
  ReadIdentifyDisallowedIntents,
  ReadIdentifyBucketBusy,
  ReadIdentifyValid,
  ReadResume,
  ReadResumeTooOld,
  ReadCommand,
  ReadClose,
  ReadBeat,
  // The peer acts, as it should or as a script tells it
  MissBeat,
  RefuseVersion,
  SayHello,
  SayHeartbeat,
  SayReconnect,
  SayInvalid,
  SayInvalidResumable,
  SayDispatch,
  SayUnknown,
  SayUndecodable,
  SayReady,
  SayUnusableReady,
  SayResumed,
  SayOddDispatch,
  SayCloseResume,
  SayCloseNew,
  SayCloseFatal,
  DropTransport,
  Forget,
};

}  // namespace portcullis::walk

namespace portcullis::spec {

template <>
struct EnumNames<walk::Event> {
  static constexpr auto values = std::to_array<std::string_view>({
      "the user connects",
      "the user sends a command, and the window has room",
      "the user sends a command, and the window is full",
      "the window has room again",
      "the user ends the session",
      "the user stops and keeps the session",
      "the user wants a new link",
      "a turn to identify comes",
      "the link opens",
      "the link is refused",
      "the link is lost while it opens",
      "the link breaks, what the peer sent arrives",
      "the link breaks, what the peer sent is lost",
      "the client reads",
      "the client reads, and its commands have to wait on",
      "Hello is late",
      "READY or RESUMED is late",
      "the back-off is over",
      "the end of the link is late",
      "a beat is due",
      "the peer reads Identify: the token is bad",
      "the peer reads Identify: the shard is bad",
      "the peer reads Identify: too many guilds",
      "the peer reads Identify: the intents are bad",
      "the peer reads Identify: intents that are not allowed",
      "the peer reads Identify: the bucket is busy",
      "the peer reads Identify",
      "the peer reads Resume",
      "the peer reads Resume: its buffer does not reach back",
      "the peer reads a command",
      "the peer reads the Close",
      "the peer reads a beat and acknowledges it",
      "the peer misses beats",
      "the peer refuses the version",
      "the peer says Hello",
      "the peer asks for a beat",
      "the peer says op 7",
      "the peer says op 9 false",
      "the peer says op 9 true",
      "an event happens",
      "the peer says an unknown opcode",
      "the peer says what cannot be decoded",
      "the peer says READY of a session that it does not have",
      "the peer says READY that lacks what a Resume needs",
      "the peer says RESUMED",
      "the peer says an event without a sequence number",
      "the peer closes, to be resumed",
      "the peer closes, the session is over",
      "the peer closes with a fatal code",
      "the peer drops the link",
      "the peer forgets the session",
  });
};

}  // namespace portcullis::spec
