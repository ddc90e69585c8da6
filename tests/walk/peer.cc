// What the actions of the peer mean, and what becomes of a link that ends.
#include <utility>

#include "portcullis/spec/close_codes.h"
#include "portcullis/tests/walk/step.h"

namespace portcullis::walk {

void Step::server(peer::Input input) {
  const peer::Row& row = tables_.server.row(world_.peer, input);
  ++taken_.server[tables_.server.index_of(row)];
  world_.peer = row.to;
  perform(row.act);
}

// clang-format off
void Step::perform(peer::Action action) {
  using A = peer::Action;
  switch (action) {
    case A::Impossible: must(false, "walker: a cell of the peer that cannot occur was reached"); break;
    case A::Ignore: break;
    case A::SendHello: send(Message::Hello); break;
    case A::SendHeartbeat: send(Message::HeartbeatRequest); break;
    case A::Acknowledge: acknowledge(); break;
    case A::SendReady: send_ready(); break;
    case A::Replay: replay(); break;
    case A::Serve: break;
    case A::SendDispatch: send_dispatch(); break;
    case A::KeepForReplay: keep_for_replay(); break;
    case A::SendReconnect: send(Message::Reconnect); break;
    case A::SendInvalid: end_session(); send(Message::InvalidSession); break;
    case A::SendInvalidResumable: send(Message::InvalidResumable); break;
    case A::SendAnything: send(message_); break;
    case A::CloseUnknownOpcode:
    case A::CloseDecodeError:
    case A::CloseNotAuthenticated:
    case A::CloseAuthenticationFailed:
    case A::CloseAlreadyAuthenticated:
    case A::CloseInvalidSequence:
    case A::CloseRateLimited:
    case A::CloseInvalidShard:
    case A::CloseShardingRequired:
    case A::CloseInvalidVersion:
    case A::CloseInvalidIntents:
    case A::CloseDisallowedIntents: close_with(peer::close_code_of(action)); break;
    case A::CloseSilent: close_by_peer(End::CloseResume); break;
    case A::CloseAsTold: close_by_peer(told_); break;
    case A::Drop: close_by_peer(End::Lost); break;
    case A::EndSession: end_session(); break;
    case A::KeepSession: break;
  }
  if (world_.peer == peer::State::Closed) read_no_more();
}
// clang-format on

void Step::send(Message message) {
  if (world_.first == Message::None)
    world_.first = message;
  else
    world_.second = message;
}

// Where it lies between the other messages makes no difference, so it takes no room there.
void Step::acknowledge() {
  world_.beat_sent = false;
  client(Input::HeartbeatAck);
}

void Step::send_ready() {
  world_.held = resumable(world_) ? Held::Replaced : Held::Coming;
  world_.behind = false;
  send(Message::Ready);
}

void Step::replay() {
  if (world_.behind) send(Message::Dispatch);
  send(Message::Resumed);
}

void Step::send_dispatch() {
  keep_for_replay();
  send(Message::Dispatch);
}

void Step::keep_for_replay() { world_.behind = has_session(world_); }

void Step::close_with(std::uint16_t code) {
  switch (spec::classify_close(code)) {
    case spec::CloseClass::Resume: return close_by_peer(End::CloseResume);
    case spec::CloseClass::NewSession: return close_by_peer(End::CloseNew);
    case spec::CloseClass::Fatal: return close_by_peer(End::CloseFatal);
  }
}

void Step::close_by_peer(End end) {
  world_.end = end;
  if (end == End::CloseNew || end == End::CloseFatal) end_session();
}

void Step::end_session() {
  world_.held = resumable(world_) ? Held::Forgotten : Held::None;
  world_.behind = false;
}

void Step::read_no_more() {
  world_.handshake = Handshake::None;
  world_.command = false;
  world_.close = Close::None;
  world_.beat_sent = false;
}

// The client lets go of the transport, or has read its end.
void Step::hangup() {
  if (world_.transport == Transport::Open && world_.peer != peer::State::Closed) server(peer::Input::TransportEnd);
  world_.transport = Transport::None;
  world_.peer = peer::State::Closed;
  world_.first = Message::None;
  world_.second = Message::None;
  world_.end = End::None;
  world_.shaken = false;
  world_.closing = false;
  if (world_.held == Held::Coming || world_.held == Held::Replaced) end_session();  // its READY never came
}

void Step::break_link(bool delivered) {
  if (world_.peer != peer::State::Closed) server(peer::Input::TransportEnd);
  world_.end = End::Lost;
  if (delivered) return;
  world_.first = Message::None;
  world_.second = Message::None;
}

}  // namespace portcullis::walk
