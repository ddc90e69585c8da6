#pragma once

#include <cstdint>
#include <string>

#include "portcullis/spec/gateway_peer.h"
#include "portcullis/spec/gateway_session.h"
#include "portcullis/spec/heartbeat.h"

/// A client, its peer and the link between them, with all that does not matter taken out: numbers and times.
namespace portcullis::walk {

namespace beats = spec::heartbeat;
namespace peer = spec::gateway_peer;
namespace session = spec::gateway_session;

/// After so many links in a row that ended before RESUMED the session is given up. LOCAL-3 has five; the way there is
/// the same step again and again.
inline constexpr std::uint8_t kResumesMax = 5;
/// So many turns to identify may be owed to a client; more are as good as this many.
inline constexpr std::uint8_t kAsksMax = 2;

enum class Transport : std::uint8_t { None, Opening, Open };

/// On its way to the client. The odd ones are what a script may say: a session that the peer does not have, one that
/// lacks what a Resume needs, an event without a sequence number.
enum class Message : std::uint8_t {
  None,
  Hello,
  HeartbeatRequest,
  Ready,
  Resumed,
  Dispatch,
  Reconnect,
  InvalidResumable,
  InvalidSession,
  UnknownOpcode,
  Undecodable,
  OddReady,
  UnusableReady,
  OddDispatch,
};

/// What the client finds behind the last message.
enum class End : std::uint8_t { None, CloseResume, CloseNew, CloseFatal, Lost };

/// On its way to the peer.
enum class Handshake : std::uint8_t { None, Identify, Resume };
enum class Close : std::uint8_t { None, ForGood, ToResume };

/// Who has a session: nobody; the peer, whose READY is on its way; both the same one; the client alone; the client one
/// that the peer does not have, whose READY of another is on its way.
enum class Held : std::uint8_t { None, Coming, Shared, Forgotten, Replaced };

struct World {
  // The client: its state, and what core/gateway/machine.h keeps beside it.
  session::State state = session::State::Idle;
  beats::State beat = beats::State::Stopped;
  Held held = Held::None;
  std::uint8_t resumes = 0;  ///< attempts in a row that ended before RESUMED
  bool resuming = false;     ///< this link is to resume
  bool live = false;         ///< READY or RESUMED came on this link
  bool replayed = false;     ///< something new, by the Resume at hand
  bool queued = false;       ///< a command waits
  bool beat_armed = false;   ///< deadlines, from here on
  bool hello_armed = false;
  bool ready_armed = false;
  bool dial_armed = false;
  bool release_armed = false;

  // The link.
  Transport transport = Transport::None;
  Message first = Message::None;   ///< to the client
  Message second = Message::None;  ///< behind it
  End end = End::None;
  Handshake handshake = Handshake::None;  ///< to the peer
  bool command = false;                   ///< behind it
  Close close = Close::None;              ///< behind both
  bool beat_sent = false;                 ///< an op 1 that has no answer yet
  bool shaken = false;                    ///< op 2 or op 6 went out
  bool closing = false;                   ///< the client's Close went out

  // The peer, and the gate that spaces Identifies out.
  peer::State peer = peer::State::Closed;
  bool behind = false;  ///< the session has an event that the client has not counted
  std::uint8_t asks = 0;

  // What the client owes to those who watch it.
  bool wanted = false;      ///< it was told to connect, and neither to stop nor by a fatal code
  bool may_resume = false;  ///< READY gave it a session, and nothing has taken it away
  bool accepted = false;    ///< a command that has not been sent
  bool unacked = false;     ///< a periodic beat without an op 11 since
};

/// Calls `each(field, bits)` for every field, in one order.
template <typename AnyWorld, typename Each>
void for_each_field(AnyWorld& world, Each each) {
  each(world.state, 4u), each(world.beat, 2u), each(world.held, 3u), each(world.resumes, 3u);
  each(world.resuming, 1u), each(world.live, 1u), each(world.replayed, 1u), each(world.queued, 1u);
  each(world.beat_armed, 1u), each(world.hello_armed, 1u), each(world.ready_armed, 1u), each(world.dial_armed, 1u);
  each(world.release_armed, 1u);
  each(world.transport, 2u), each(world.first, 4u), each(world.second, 4u), each(world.end, 3u);
  each(world.handshake, 2u), each(world.command, 1u), each(world.close, 2u), each(world.beat_sent, 1u);
  each(world.shaken, 1u), each(world.closing, 1u), each(world.peer, 3u), each(world.behind, 1u), each(world.asks, 2u);
  each(world.wanted, 1u), each(world.may_resume, 1u), each(world.accepted, 1u), each(world.unacked, 1u);
}

/// One number for each world.
inline std::uint64_t packed(const World& world) {
  std::uint64_t key = 0;
  for_each_field(world, [&key](auto field, unsigned bits) { key = key << bits | static_cast<std::uint64_t>(field); });
  return key;
}

inline World unpacked(std::uint64_t key) {
  World world;
  unsigned shift = 0;
  for_each_field(world, [&shift](auto, unsigned bits) { shift += bits; });
  for_each_field(world, [&](auto& field, unsigned bits) {
    shift -= bits;
    field = static_cast<std::remove_reference_t<decltype(field)>>(key >> shift & ((1u << bits) - 1));
  });
  return world;
}

inline bool is_open(session::State state) {
  return state >= session::State::AwaitHello && state <= session::State::Ready;
}
inline bool is_closing(session::State state) {
  return state == session::State::ClosingToReconnect || state == session::State::ClosingToStop;
}
/// Whether the client has all that a Resume needs.
inline bool resumable(const World& world) { return world.held >= Held::Shared; }
/// Whether the peer has a session of this client.
inline bool has_session(const World& world) { return world.held != Held::None && world.held != Held::Forgotten; }

/// Says what matters of it in a line: `Resuming, link open, peer Authenticated, to client: Dispatch Resumed`.
std::string said(const World& world);

}  // namespace portcullis::walk

namespace portcullis::spec {

template <>
struct EnumNames<walk::Transport> {
  static constexpr auto values = std::to_array<std::string_view>({"no link", "link opening", "link open"});
};
template <>
struct EnumNames<walk::Message> {
  static constexpr auto values = std::to_array<std::string_view>(
      {"None", "Hello", "HeartbeatRequest", "Ready", "Resumed", "Dispatch", "Reconnect", "InvalidResumable",
       "InvalidSession", "UnknownOpcode", "Undecodable", "OddReady", "UnusableReady", "OddDispatch"});
};
template <>
struct EnumNames<walk::End> {
  static constexpr auto values =
      std::to_array<std::string_view>({"None", "CloseResume", "CloseNew", "CloseFatal", "Lost"});
};
template <>
struct EnumNames<walk::Handshake> {
  static constexpr auto values = std::to_array<std::string_view>({"None", "Identify", "Resume"});
};
template <>
struct EnumNames<walk::Close> {
  static constexpr auto values = std::to_array<std::string_view>({"None", "CloseForGood", "CloseToResume"});
};
template <>
struct EnumNames<walk::Held> {
  static constexpr auto values = std::to_array<std::string_view>(
      {"no session", "session coming", "session", "session forgotten", "session replaced"});
};

}  // namespace portcullis::spec
