// What must hold, seen from outside: by what the client was told, not by what its table made of it.
#include "portcullis/tests/walk/step.h"

namespace portcullis::walk {

using State = session::State;

// clang-format off
void Step::note(Input input) {
  const bool asked = world_.state == State::Identifying || world_.state == State::Resuming ||
                     world_.state == State::Ready;
  switch (input) {
    case Input::Connect: world_.wanted = true; break;
    case Input::ReconnectNow: if (world_.state != State::Idle && world_.state != State::Stopped) world_.wanted = true; break;
    case Input::StopKeep: world_.wanted = false; break;
    case Input::StopEnd: case Input::CloseFatal:
      world_.wanted = false; world_.may_resume = false; world_.accepted = false; break;
    case Input::CloseNew: case Input::InvalidSession: case Input::InvalidResumableNoSession:
      world_.may_resume = false; break;
    case Input::Ready: if (asked) world_.may_resume = message_ != Message::UnusableReady; break;
    case Input::HeartbeatAck: world_.unacked = false; break;
    case Input::Send: world_.accepted = true; break;
    default: break;
  }
}
// clang-format on

void Step::check(Input input, State from) {
  const bool stopped = world_.state == State::Stopped;
  if (input == Input::CloseFatal) must(stopped, "GW-CLOSE-FATAL: a fatal code stops");
  if (from == State::Stopped) must(stopped || input == Input::Connect, "INV-9: only the user leads out of Stopped");
  if (from != State::Stopped) must(!stopped || input == Input::CloseFatal, "GW-CLOSE-FATAL: nothing else stops");
  if (input == Input::Send)
    must((outputs_.refusals > 0) == (from == State::Idle || from == State::Stopped),
         "LOCAL-17: a command waits unless nothing is wanted");
  must(!granted_, "GW-IDL-4: a turn is lost");
  if (input == Input::ReadyTimeout) must(!is_open(world_.state), "OP-24: a late READY ends the connection");
  if (input == Input::CloseTimeout) must(world_.transport == Transport::None, "WS-CL-15: a late end is not waited for");
  check_outputs(input, from);
}

void Step::check_outputs(Input input, State from) {
  const bool beat = input == Input::HeartbeatRequest || input == Input::BeatDue;
  const bool hello = input == Input::HelloFresh || input == Input::HelloResume;
  const bool event = input == Input::Ready || input == Input::Resumed || input == Input::Dispatch;
  must(outputs_.beats == (beat && is_open(from) ? 1 : 0), "INV-6, INV-7: one beat for each that is due or asked for");
  must(started_beats_ == (hello && is_open(from)), "GW-HB-4: beats start with Hello");
  must((outputs_.turns_asked > 0) == (from == State::AwaitHello && world_.state == State::AwaitSlot),
       "GW-IDL-1: one turn is asked for each Identify");
  must(outputs_.events == (event ? 1 : 0), "LOCAL-9: what comes goes to the user");
  must((outputs_.unknowns > 0) == (input == Input::UnknownOpcode && is_open(from)),
       "GW-ENV-11: an unknown opcode is reported");
}

void Step::check_world() {
  const World& w = world_;
  const bool at_rest = w.state == State::Idle || w.state == State::Stopped;
  const auto transport = at_rest || w.state == State::Backoff ? Transport::None
                         : w.state == State::Connecting       ? Transport::Opening
                                                              : Transport::Open;
  must(w.transport == transport, "INV-1, INV-2: the state says other than the link");
  must(w.closing == is_closing(w.state), "INV-2: a Close is out exactly in the states that wait for its answer");
  must(w.wanted == !(at_rest || w.state == State::ClosingToStop), "INV-17: the client does what it was told to");
  must(w.may_resume == resumable(w), "GW-RES-3, GW-RES-13: a session is held exactly as long as it may be resumed");
  must(w.accepted == w.queued, "LOCAL-17: a command is lost or left over");
  must(at_rest || w.beat_armed || w.hello_armed || w.ready_armed || w.dial_armed || w.closing,
       "INV-17: nothing will happen any more");
  must(w.state != State::AwaitSlot || w.asks > 0, "GW-IDL-1: no turn to identify is asked for");
  must(w.transport != Transport::Open || w.peer != peer::State::Closed || w.end != End::None,
       "walker: a peer that is gone leaves an end");
  if (w.state == State::Ready && w.peer == peer::State::Authenticated && w.held == Held::Shared)
    must(w.behind == (w.first == Message::Dispatch || w.second == Message::Dispatch), "INV-18: an event is lost");
}

}  // namespace portcullis::walk
