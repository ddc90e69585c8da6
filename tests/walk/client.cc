// What the actions of the session mean.
#include <algorithm>

#include "portcullis/tests/walk/step.h"

namespace portcullis::walk {

void Step::client(Input input) {
  const auto from = world_.state;
  input_ = input;
  note(input);
  const session::Row& row = tables_.client.row(from, input);
  ++taken_.client[tables_.client.index_of(row)];
  world_.state = row.to;
  perform(row.act);
  check(input, from);
}

beats::Action Step::beat(beats::Event event) {
  const beats::Row& row = tables_.beat.row(world_.beat, event);
  ++taken_.beat[tables_.beat.index_of(row)];
  world_.beat = row.to;
  return row.act;
}

// clang-format off
void Step::perform(Action action) {
  switch (action) {
    case Action::Impossible: must(false, "walker: a cell that cannot occur was reached"); break;
    case Action::Ignore: break;
    case Action::Dial: dial(); break;
    case Action::ExpectHello: break;
    case Action::BeatAndAskSlot: beat_and_ask_slot(); break;
    case Action::BeatAndResume: beat_and_resume(); break;
    case Action::Identify: identify(); break;
    case Action::AdoptSession: adopt_session(); break;
    case Action::AdoptUnexpectedSession: adopt_session(); break;
    case Action::FinishResume: finish_resume(); break;
    case Action::Deliver: deliver(); break;
    case Action::DeliverOutOfPlace: deliver_out_of_place(); break;
    case Action::AnswerBeat: answer_beat(); break;
    case Action::NoteAck: beat(beats::Event::Ack); break;
    case Action::SendBeat: send_beat(); break;
    case Action::RearmBeat: start_beats(); break;
    case Action::ReportUnknown: ++outputs_.unknowns; break;
    case Action::CloseToReconnect: close(Close::ToResume); break;
    case Action::CloseInvalidResumable: close(Close::ToResume); break;
    case Action::CloseInvalid: close_invalid(); break;
    case Action::CloseUndecodable: close(Close::ToResume); break;
    case Action::CloseTimedOut: close(Close::ToResume); break;
    case Action::CloseForGood: close_for_good(); break;
    case Action::CloseKeeping: close(Close::ToResume); break;
    case Action::DropZombie: drop_zombie(); break;
    case Action::LoseLink: retry(); break;
    case Action::LoseSession: drop_session(); retry(); break;
    case Action::StopFatal: forget_session(); stop(); break;
    case Action::RetryDial: hangup(); retry(); break;
    case Action::AbortDial: stop(); break;
    case Action::AbortAndForget: forget_session(); stop(); break;
    case Action::FinishAndRetry: hangup(); retry(); break;
    case Action::FinishAndStop: stop(); break;
    case Action::DropAndRetry: drop_session(); hangup(); retry(); break;
    case Action::DropAndStop: drop_session(); stop(); break;
    case Action::DropSession: drop_session(); break;
    case Action::ForgetSession: forget_session(); world_.dial_armed = false; break;
    case Action::ReconnectAfterClosing: break;
    case Action::StopAfterClosing: break;
    case Action::ForgetAndStopAfterClosing: forget_session(); break;
    case Action::CancelBackoff: world_.dial_armed = false; break;
    case Action::HandBackSlot: hand_back_slot(); break;
    case Action::QueueCommand: world_.queued = true; break;
    case Action::SendCommand: send_command(); break;
    case Action::RefuseCommand: ++outputs_.refusals; world_.accepted = false; break;
  }
}
// clang-format on

void Step::dial() {
  must(world_.transport == Transport::None, "INV-1: a second transport is opened");
  ++outputs_.dials;
  world_.resuming = resumable(world_);
  if (!world_.resuming) drop_session();
  world_.transport = Transport::Opening;
  world_.hello_armed = true;
  world_.dial_armed = false;
}

void Step::start_beats() {
  beat(beats::Event::Hello);
  started_beats_ = true;
  world_.beat_armed = true;
  world_.hello_armed = false;
}

void Step::beat_and_ask_slot() {
  start_beats();
  ++outputs_.turns_asked;
  world_.asks = std::min<std::uint8_t>(world_.asks + 1, kAsksMax);
}

void Step::beat_and_resume() {
  start_beats();
  must(world_.may_resume, "INV-4, GW-RES-13: a session that is over is resumed");
  ++outputs_.resumes;
  shake(Handshake::Resume);
}

void Step::identify() {
  must(!world_.may_resume, "GW-RES-3: Identify while a session could be resumed");
  must(granted_, "GW-IDL-4: Identify without a turn");
  granted_ = false;
  ++outputs_.identifies;
  shake(Handshake::Identify);
}

void Step::shake(Handshake handshake) {
  must(!world_.shaken, "INV-3: a second handshake on one connection");
  transmit();
  world_.shaken = true;
  world_.ready_armed = true;
  if (is_heard()) world_.handshake = handshake;
}

void Step::adopt_session() {
  ++outputs_.events;
  world_.held = held_after_ready();
  world_.behind = world_.behind && has_session(world_);
  become_live();
}

Held Step::held_after_ready() const {
  const bool coming = world_.held == Held::Coming || world_.held == Held::Replaced;
  switch (message_) {
    case Message::UnusableReady: return coming ? Held::Coming : Held::None;
    case Message::OddReady: return coming ? Held::Replaced : Held::Forgotten;
    default: return has_session(world_) ? Held::Shared : Held::Forgotten;
  }
}

void Step::become_live() {
  world_.live = true;
  world_.resumes = 0;
  world_.ready_armed = false;
  release_command();
}

void Step::finish_resume() {
  ++outputs_.events;
  become_live();
}

void Step::deliver() {
  ++outputs_.events;
  const bool news = message_ == Message::Dispatch && has_session(world_);
  count_sequence();
  if (news && world_.resuming && !world_.live) world_.replayed = true;
}

void Step::deliver_out_of_place() {
  ++outputs_.events;
  count_sequence();
}

void Step::count_sequence() {
  if (message_ != Message::Dispatch || !has_session(world_)) return;
  must(world_.behind, "INV-18: an event comes twice");
  world_.behind = false;
}

void Step::answer_beat() {
  if (beat(beats::Event::Asked) == beats::Action::AnswerHeartbeat) send_beat();
}

void Step::send_beat() {
  transmit();
  ++outputs_.beats;
  if (is_heard()) world_.beat_sent = true;
}

void Step::close(Close code) {
  transmit();
  must(code != Close::ForGood || !resumable(world_), "INV-10: 1000 for a session that is kept");
  outputs_.close = code;
  world_.closing = true;
  world_.release_armed = false;
  world_.hello_armed = false;
  world_.ready_armed = false;
  if (is_heard()) world_.close = code;
}

void Step::close_invalid() {
  drop_session();
  close(Close::ForGood);
}

void Step::close_for_good() {
  forget_session();
  close(Close::ForGood);
}

void Step::drop_zombie() {
  outputs_.close = Close::ToResume;
  hangup();
  retry();
}

void Step::retry() {
  if (world_.resuming && !world_.live) world_.resumes = world_.replayed ? 0 : world_.resumes + 1;
  if (world_.resumes == kResumesMax) {
    drop_session();
    world_.may_resume = false;
  }
  end_link();
  world_.dial_armed = true;
}

void Step::stop() {
  hangup();
  end_link();
}

void Step::end_link() {
  world_.beat = beats::State::Stopped;
  world_.resuming = false;
  world_.live = false;
  world_.replayed = false;
  world_.beat_armed = false;
  world_.hello_armed = false;
  world_.ready_armed = false;
  world_.release_armed = false;
  world_.unacked = false;
}

void Step::drop_session() {
  world_.held = Held::None;
  world_.behind = false;
  world_.resumes = 0;
}

void Step::forget_session() {
  drop_session();
  world_.queued = false;
}

void Step::hand_back_slot() {
  must(granted_, "GW-IDL-4: a turn is handed back that was not given");
  granted_ = false;
  ++outputs_.turns_returned;
}

void Step::send_command() {
  world_.queued = true;
  release_command();
}

void Step::release_command() {
  world_.release_armed = world_.queued && !room_;
  if (!world_.queued || !room_) return;
  must(world_.accepted, "LOCAL-17: a command is sent twice");
  must(world_.shaken && world_.live, "GW-ID-3: a command before READY or RESUMED");
  transmit();
  ++outputs_.commands;
  world_.queued = false;
  world_.accepted = false;
  if (is_heard()) world_.command = true;
}

void Step::transmit() {
  must(world_.transport == Transport::Open && !world_.closing, "INV-2: a message without a connection to take it");
}

// Bytes that nobody will read are not kept.
bool Step::is_heard() const { return world_.transport == Transport::Open && world_.peer != peer::State::Closed; }

}  // namespace portcullis::walk
