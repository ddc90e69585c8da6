// When an event can happen, and which inputs it is.
#include <utility>

#include "portcullis/tests/walk/step.h"

namespace portcullis::walk {
namespace {

bool peer_reads(const World& world) { return world.peer != peer::State::Closed; }
bool has_room(const World& world) { return world.second == Message::None; }
bool is_quiet(const World& world) { return peer_reads(world) && world.first == Message::None; }
bool odd_fits(const World& world, Breadth breadth) {
  return breadth == Breadth::Narrow ? is_quiet(world) : peer_reads(world) && has_room(world);
}
bool hello_fits(const World& world, Breadth breadth) {
  return world.peer == peer::State::New ? has_room(world) : odd_fits(world, breadth);
}

bool reads_identify(const World& world) {
  return peer_reads(world) && world.handshake == Handshake::Identify && has_room(world);
}
bool reads_resume(const World& world) { return is_quiet(world) && world.handshake == Handshake::Resume; }
bool reads_command(const World& world) {
  return peer_reads(world) && world.handshake == Handshake::None && world.command;
}
bool reads_close(const World& world) {
  return peer_reads(world) && world.handshake == Handshake::None && !world.command && world.close != Close::None;
}

bool dispatch_fits(const World& world) {
  if (world.behind) return false;
  return peer_reads(world) ? has_room(world) : has_session(world);
}

bool brings_ready(Message message) {
  return message == Message::Ready || message == Message::OddReady || message == Message::UnusableReady ||
         message == Message::Resumed;
}

bool can_send(const World& world) { return !world.queued && !world.command; }

bool can_forget(const World& world) { return world.held == Held::Shared && world.peer != peer::State::Authenticated; }

}  // namespace

// clang-format off
bool can_happen(Event event, const World& world, Breadth breadth) {
  using E = Event;
  switch (event) {
    case E::Connect: case E::StopEnd: case E::StopKeep: case E::ReconnectNow: return true;
    case E::Send: return can_send(world);
    case E::SendWithoutRoom: return can_send(world) && world.state == session::State::Ready;
    case E::Release: return world.release_armed;
    case E::GrantSlot: return world.asks > 0;
    case E::LinkOpens: case E::LinkRefused: case E::LinkFails: return world.transport == Transport::Opening;
    case E::BreakDelivered: return world.transport == Transport::Open && world.end == End::None;
    case E::BreakLost: return world.transport == Transport::Open && world.end != End::Lost;
    case E::ReadWithoutRoom: return world.queued && brings_ready(world.first);
    case E::Read: return world.first != Message::None || world.end != End::None;
    case E::HelloTimeout: return world.hello_armed;
    case E::ReadyTimeout: return world.ready_armed;
    case E::BackoffOver: return world.dial_armed;
    case E::CloseTimeout: return world.closing;
    case E::BeatDue: return world.beat_armed;
    case E::ReadIdentifyBadToken: case E::ReadIdentifyBadShard: case E::ReadIdentifyTooManyGuilds:
    case E::ReadIdentifyBadIntents: case E::ReadIdentifyDisallowedIntents: case E::ReadIdentifyBucketBusy:
    case E::ReadIdentifyValid: return reads_identify(world);
    case E::ReadResume: return reads_resume(world);
    case E::ReadResumeTooOld: return reads_resume(world) && world.held == Held::Shared && world.behind;
    case E::ReadCommand: return reads_command(world);
    case E::ReadClose: return reads_close(world);
    case E::ReadBeat: return peer_reads(world) && world.beat_sent;
    case E::MissBeat: return peer_reads(world) && world.peer != peer::State::New;
    case E::RefuseVersion: return world.peer == peer::State::New && is_quiet(world);
    case E::SayHello: return hello_fits(world, breadth);
    case E::SayHeartbeat: case E::SayReconnect: case E::SayInvalid: case E::SayInvalidResumable: case E::SayUnknown:
    case E::SayUndecodable: case E::SayReady: case E::SayUnusableReady: case E::SayResumed: case E::SayOddDispatch:
      return odd_fits(world, breadth);
    case E::SayDispatch: return dispatch_fits(world);
    case E::SayCloseResume: case E::SayCloseNew: case E::SayCloseFatal: case E::DropTransport: return peer_reads(world);
    case E::Forget: return can_forget(world);
  }
  return false;
}

void Step::happen(Event event) {
  using E = Event; using P = peer::Input;
  switch (event) {
    case E::Connect: return client(Input::Connect);
    case E::Send: return client(Input::Send);
    case E::SendWithoutRoom: room_ = false; return client(Input::Send);
    case E::Release: return release_command();
    case E::StopEnd: return client(Input::StopEnd);
    case E::StopKeep: return client(Input::StopKeep);
    case E::ReconnectNow: return client(Input::ReconnectNow);
    case E::GrantSlot: --world_.asks; granted_ = true; return client(Input::SlotGranted);
    case E::LinkOpens: return open_link();
    case E::LinkRefused: return client(Input::OpenFailed);
    case E::LinkFails: return client(Input::Lost);
    case E::BreakDelivered: return break_link(true);
    case E::BreakLost: return break_link(false);
    case E::ReadWithoutRoom: room_ = false; return read();
    case E::Read: return read();
    case E::HelloTimeout: world_.hello_armed = false; return client(Input::HelloTimeout);
    case E::ReadyTimeout: world_.ready_armed = false; return client(Input::ReadyTimeout);
    case E::BackoffOver: return client(Input::BackoffOver);
    case E::CloseTimeout: return client(Input::CloseTimeout);
    case E::BeatDue: return beat_due();
    case E::ReadIdentifyBadToken: return read_handshake(P::IdentifyBadToken);
    case E::ReadIdentifyBadShard: return read_handshake(P::IdentifyBadShard);
    case E::ReadIdentifyTooManyGuilds: return read_handshake(P::IdentifyTooManyGuilds);
    case E::ReadIdentifyBadIntents: return read_handshake(P::IdentifyBadIntents);
    case E::ReadIdentifyDisallowedIntents: return read_handshake(P::IdentifyDisallowedIntents);
    case E::ReadIdentifyBucketBusy: return read_handshake(P::IdentifyBucketBusy);
    case E::ReadIdentifyValid: return read_handshake(P::IdentifyValid);
    case E::ReadResume: return read_handshake(world_.held == Held::Shared ? P::ResumeLive : P::ResumeUnknown);
    case E::ReadResumeTooOld: return read_handshake(P::ResumeTooOld);
    case E::ReadCommand: world_.command = false; return server(P::Command);
    case E::ReadClose: return read_close();
    case E::ReadBeat: return server(P::Heartbeat);
    case E::MissBeat: return server(P::BeatMissed);
    case E::RefuseVersion: return server(P::VersionUnsupported);
    case E::SayHello: return server(P::SayHello);
    case E::SayHeartbeat: return server(P::SayHeartbeat);
    case E::SayReconnect: return server(P::SayReconnect);
    case E::SayInvalid: return server(P::SayInvalid);
    case E::SayInvalidResumable: return server(P::SayInvalidResumable);
    case E::SayDispatch: return server(P::SayDispatch);
    case E::SayUnknown: message_ = Message::UnknownOpcode; return server(P::SayAnything);
    case E::SayUndecodable: message_ = Message::Undecodable; return server(P::SayAnything);
    case E::SayReady: message_ = Message::OddReady; return server(P::SayAnything);
    case E::SayUnusableReady: message_ = Message::UnusableReady; return server(P::SayAnything);
    case E::SayResumed: message_ = Message::Resumed; return server(P::SayAnything);
    case E::SayOddDispatch: message_ = Message::OddDispatch; return server(P::SayAnything);
    case E::SayCloseResume: told_ = End::CloseResume; return server(P::SayClose);
    case E::SayCloseNew: told_ = End::CloseNew; return server(P::SayClose);
    case E::SayCloseFatal: told_ = End::CloseFatal; return server(P::SayClose);
    case E::DropTransport: return server(P::DropTransport);
    case E::Forget: return end_session();
  }
}
// clang-format on

std::string_view Step::take(Event event) {
  happen(event);
  check_world();
  return broken_;
}

void Step::open_link() {
  world_.transport = Transport::Open;
  world_.peer = peer::State::New;
  client(Input::Opened);
}

void Step::read_handshake(peer::Input input) {
  world_.handshake = Handshake::None;
  server(input);
}

void Step::read_close() {
  server(world_.close == Close::ForGood ? peer::Input::CloseForGood : peer::Input::CloseToResume);
  world_.end = End::CloseResume;  // its echo, which says nothing about the session
}

void Step::read() {
  if (world_.first == Message::None) return read_end();
  message_ = std::exchange(world_.first, world_.second);
  world_.second = Message::None;
  read_message();
}

// clang-format off
void Step::read_message() {
  switch (message_) {
    case Message::None: return;
    case Message::Hello: return client(world_.resuming ? Input::HelloResume : Input::HelloFresh);
    case Message::HeartbeatRequest: return client(Input::HeartbeatRequest);
    case Message::Ready: case Message::OddReady: case Message::UnusableReady: return client(Input::Ready);
    case Message::Resumed: return client(Input::Resumed);
    case Message::Dispatch: case Message::OddDispatch: return client(Input::Dispatch);
    case Message::Reconnect: return client(Input::Reconnect);
    case Message::InvalidResumable:
      return client(resumable(world_) ? Input::InvalidResumable : Input::InvalidResumableNoSession);
    case Message::InvalidSession: return client(Input::InvalidSession);
    case Message::UnknownOpcode: return client(Input::UnknownOpcode);
    case Message::Undecodable: return client(Input::Undecodable);
  }
}

void Step::read_end() {
  const End end = world_.end;
  hangup();
  switch (end) {
    case End::None: return;
    case End::CloseResume: return client(Input::CloseResume);
    case End::CloseNew: return client(Input::CloseNew);
    case End::CloseFatal: return client(Input::CloseFatal);
    case End::Lost: return client(Input::Lost);
  }
}
// clang-format on

void Step::beat_due() {
  const bool open = is_open(world_.state);
  const bool silent = world_.unacked;
  const beats::Action action = beat(beats::Event::Due);
  if (action == beats::Action::SendHeartbeat) {
    world_.unacked = true;
    client(Input::BeatDue);
  } else if (action == beats::Action::DropAsZombie) {
    world_.beat_armed = false;
    client(Input::Zombie);
  }
  if (!open) return;
  const bool dropped = world_.transport == Transport::None;
  must(dropped == silent, "GW-HB-14: the link ends exactly when a beat was not acknowledged before the next");
  must(dropped || outputs_.beats == 1, "INV-6: a beat that is due is sent");
}

}  // namespace portcullis::walk
