// The server's side against section 8.7 of the catalogue, stated here a second time.
#include "portcullis/spec/gateway_peer.h"

#include <catch2/catch.hpp>
#include <initializer_list>

#include "portcullis/spec/close_codes.h"

namespace portcullis::spec::gateway_peer {
namespace {

using S = State;
using I = Input;
using A = Action;

constexpr std::initializer_list<I> kIdentifies{
    I::IdentifyValid,         I::IdentifyBucketBusy, I::IdentifyBadToken,         I::IdentifyBadShard,
    I::IdentifyTooManyGuilds, I::IdentifyBadIntents, I::IdentifyDisallowedIntents};
constexpr std::initializer_list<I> kResumes{I::ResumeLive, I::ResumeAhead, I::ResumeTooOld, I::ResumeUnknown};

void check(S from, I input, S to, A action) {
  const Row& row = kRows.row(from, input);
  INFO(name(from) << " " << name(input) << ": " << name(row.to) << " " << name(row.act));
  CHECK(row.to == to);
  CHECK(row.act == action);
}

TEST_CASE("GW-HB-12: every heartbeat on an open connection is acknowledged", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Authenticated, S::Invalid})
    check(state, I::Heartbeat, state, A::Acknowledge);
}

TEST_CASE("GW-ID-16: a valid Identify gives a session wherever there is none", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Invalid})
    check(state, I::IdentifyValid, S::Authenticated, A::SendReady);
}

TEST_CASE("GW-ID-17: an Identify in a busy bucket is answered with op 9", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Invalid})
    check(state, I::IdentifyBucketBusy, S::Invalid, A::SendInvalid);
}

TEST_CASE("GW-CAUSE-6: what is wrong with an Identify has a code of its own", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Invalid}) {
    check(state, I::IdentifyBadToken, S::Closed, A::CloseAuthenticationFailed);
    check(state, I::IdentifyBadShard, S::Closed, A::CloseInvalidShard);
    check(state, I::IdentifyTooManyGuilds, S::Closed, A::CloseShardingRequired);
    check(state, I::IdentifyBadIntents, S::Closed, A::CloseInvalidIntents);
    check(state, I::IdentifyDisallowedIntents, S::Closed, A::CloseDisallowedIntents);
  }
}

TEST_CASE("GW-CAUSE-4: a second Identify, or a Resume, on a live session is refused with 4005", "[spec]") {
  for (const I input : kIdentifies) check(S::Authenticated, input, S::Closed, A::CloseAlreadyAuthenticated);
  for (const I input : kResumes) check(S::Authenticated, input, S::Closed, A::CloseAlreadyAuthenticated);
}

TEST_CASE("GW-RES-8: a Resume that is granted is replayed", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Invalid})
    check(state, I::ResumeLive, S::Authenticated, A::Replay);
}

TEST_CASE("GW-RES-11: a Resume of no session is answered with op 9", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Invalid})
    check(state, I::ResumeUnknown, S::Invalid, A::SendInvalid);
}

TEST_CASE("GW-RES-15: an impossible sequence earns 4007 or op 9", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Invalid}) {
    check(state, I::ResumeAhead, S::Closed, A::CloseInvalidSequence);
    check(state, I::ResumeTooOld, S::Invalid, A::SendInvalid);
  }
}

TEST_CASE("GW-CAUSE-3: a command is served only on a live session", "[spec]") {
  check(S::Authenticated, I::Command, S::Authenticated, A::Serve);
  for (const S state : {S::New, S::Unauthenticated, S::Invalid})
    check(state, I::Command, S::Closed, A::CloseNotAuthenticated);
}

TEST_CASE("GW-CAUSE-1: faults of the payload close in every open state", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Authenticated, S::Invalid}) {
    check(state, I::MalformedPayload, S::Closed, A::CloseUnknownOpcode);
    check(state, I::UnknownOpcode, S::Closed, A::CloseUnknownOpcode);
    check(state, I::Undecodable, S::Closed, A::CloseDecodeError);
    check(state, I::TooLarge, S::Closed, A::CloseDecodeError);
    check(state, I::TooManyMessages, S::Closed, A::CloseRateLimited);
  }
}

TEST_CASE("GW-HB-25: silence ends the connection once Hello was sent", "[spec]") {
  for (const S state : {S::Unauthenticated, S::Authenticated, S::Invalid})
    check(state, I::BeatMissed, S::Closed, A::CloseSilent);
}

TEST_CASE("GW-DISC-1: a client's 1000 or 1001 ends its session", "[spec]") {
  check(S::Authenticated, I::CloseForGood, S::Closed, A::EndSession);
}

TEST_CASE("GW-DISC-2: every other end keeps it", "[spec]") {
  check(S::Authenticated, I::CloseToResume, S::Closed, A::KeepSession);
  check(S::Authenticated, I::TransportEnd, S::Closed, A::KeepSession);
}

TEST_CASE("GW-HELLO-4: op 7 can come before Hello, and in every state after it", "[spec]") {
  for (const S state : {S::New, S::Unauthenticated, S::Authenticated, S::Invalid})
    check(state, I::SayReconnect, state, A::SendReconnect);
}

TEST_CASE("GW-RES-8: what happens while nobody listens is kept for the replay", "[spec]") {
  check(S::Authenticated, I::SayDispatch, S::Authenticated, A::SendDispatch);
  check(S::Invalid, I::SayDispatch, S::Invalid, A::KeepForReplay);
  check(S::Closed, I::SayDispatch, S::Closed, A::KeepForReplay);
}

TEST_CASE("WS-CL-8: nothing is sent after a Close, and nothing opens it again", "[spec]") {
  for (const Row& row : kTable) {
    if (row.from != S::Closed) continue;
    CHECK(row.to == S::Closed);
    CHECK((row.act == A::Ignore || row.act == A::Impossible || row.act == A::KeepForReplay));
  }
}

TEST_CASE("GW-ID-2: a live session begins with a valid Identify or a granted Resume, and with nothing else", "[spec]") {
  for (const Row& row : kTable)
    if (row.to == S::Authenticated && row.from != S::Authenticated)
      CHECK((row.act == A::SendReady || row.act == A::Replay));
}

TEST_CASE("GW-CAUSE-1: an action that closes leads to Closed, with a documented code", "[spec]") {
  for (const Row& row : kTable) {
    const std::uint16_t code = close_code_of(row.act);
    if (code == 0) continue;
    INFO(code);
    CHECK(row.to == S::Closed);
    CHECK(close_row(code).documented != Documented::NotListed);
  }
}

TEST_CASE("OP-3: a row that cites an open point is our own reading, or is defined with two answers", "[spec]") {
  for (const Row& row : kTable) {
    INFO(name(row.from) << " " << name(row.act) << " " << id(row.req));
    if (id(row.req).substr(0, 3) == "OP-") CHECK((row.basis == Basis::Undefined || row.req == req::OP_34));
  }
}

}  // namespace
}  // namespace portcullis::spec::gateway_peer
