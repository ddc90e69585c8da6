// The net is tested: one row of a table is another, and the walk has to notice.
#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "portcullis/tests/walk/mutant.h"

namespace portcullis::walk {
namespace {

using A = session::Action;
using I = session::Input;
using S = session::State;

std::size_t index_of(S state, I input) { return session::kRows.index_of(session::kRows.row(state, input)); }

std::string broken_by(std::size_t index, S to, A act) {
  session::Row row = session::kTable[index];
  row.to = to;
  row.act = act;
  const ClientMutant mutant(session::kRows, index, row);
  Tables tables;
  tables.client = mutant.table();
  return walk(tables).broken;
}

std::string broken_by_beat(std::size_t index, beats::State to, beats::Action act) {
  beats::Row row = beats::kTable[index];
  row.to = to;
  row.act = act;
  const BeatMutant mutant(beats::kRows, index, row);
  Tables tables;
  tables.beat = mutant.table();
  return walk(tables).broken;
}

struct Planted {
  S from;
  I on;
  S to;
  A act;
  std::string rule;
};

TEST_CASE("mutants: the walk notices what clients got wrong, and says which rule it broke", "[walk]") {
  const std::vector<Planted> all{
      {S::Connecting, I::Connect, S::Connecting, A::Dial, "INV-1"},
      {S::Ready, I::CloseFatal, S::Backoff, A::LoseLink, "GW-CLOSE-FATAL"},
      {S::Stopped, I::ReconnectNow, S::Connecting, A::Dial, "INV-9"},
      {S::AwaitHello, I::HelloResume, S::AwaitSlot, A::BeatAndAskSlot, "GW-RES-3"},
      {S::AwaitHello, I::Send, S::AwaitHello, A::SendCommand, "GW-ID-3"},
      {S::Identifying, I::SlotGranted, S::Identifying, A::Identify, "INV-3"},
      {S::Identifying, I::SlotGranted, S::Identifying, A::Ignore, "GW-IDL-4"},
      {S::Resuming, I::InvalidSession, S::ClosingToReconnect, A::CloseInvalidResumable, "GW-RES-3, GW-RES-13"},
      {S::Ready, I::CloseNew, S::Backoff, A::LoseLink, "GW-RES-3, GW-RES-13"},
      {S::Ready, I::Reconnect, S::ClosingToReconnect, A::CloseInvalid, "GW-RES-3, GW-RES-13"},
      {S::Resuming, I::Dispatch, S::Resuming, A::Ignore, "LOCAL-9"},
      {S::Ready, I::HeartbeatRequest, S::Ready, A::Ignore, "INV-6, INV-7"},
      {S::Ready, I::BeatDue, S::Ready, A::Ignore, "INV-6, INV-7"},
      {S::Ready, I::Zombie, S::Ready, A::Ignore, "GW-HB-14"},
      {S::ClosingToReconnect, I::StopEnd, S::ClosingToStop, A::StopAfterClosing, "LOCAL-17"},
      {S::Backoff, I::Send, S::Backoff, A::Ignore, "LOCAL-17"},
      {S::Ready, I::StopKeep, S::ClosingToReconnect, A::CloseToReconnect, "INV-17"},
      {S::ClosingToStop, I::CloseTimeout, S::ClosingToStop, A::Ignore, "WS-CL-15"},
      {S::Identifying, I::ReadyTimeout, S::Identifying, A::Ignore, "OP-24"},
      {S::Ready, I::Send, S::Ready, A::QueueCommand, "GW-DISC-8, LOCAL-17"},
      {S::Identifying, I::InvalidSession, S::Identifying, A::Ignore, "GW-DISC-8, LOCAL-17"},
  };
  for (const auto& [from, on, to, act, rule] : all) {
    const auto broken = broken_by(index_of(from, on), to, act);
    INFO(spec::name(from) << " " << spec::name(on) << ": " << broken);
    CHECK(broken.starts_with(rule + ": "));
  }
}

TEST_CASE("mutants: the way to a broken rule is the shortest one, a step a line", "[walk]") {
  CHECK(broken_by(index_of(S::Connecting, I::Connect), S::Connecting, A::Dial) ==
        "INV-1: a second transport is opened\n"
        "  1. the user connects  [Connecting, no session, link opening]\n"
        "  2. the user connects  [Connecting, no session, link opening]\n");
}

TEST_CASE("mutants: a peer that never says Hello brings nobody to Ready, and the walk shows the round", "[walk]") {
  const std::size_t index = peer::kRows.index_of(peer::kRows.row(peer::State::New, peer::Input::SayHello));
  peer::Row row = peer::kTable[index];
  row.to = peer::State::New;
  row.act = peer::Action::Ignore;
  const Mutant<peer::Row, peer::Rows> mutant(peer::kRows, index, row);
  Tables tables;
  tables.server = mutant.table();
  const auto broken = walk(tables).broken;
  INFO(broken);
  CHECK(broken.starts_with("GW-DISC-8, LOCAL-17: "));
  CHECK(broken.find("  from here on the peer and the link are good\n") != std::string::npos);
  CHECK(broken.ends_with("  and so on, or no further\n"));
}

TEST_CASE("mutants: a row of the session that leads to another state is noticed", "[walk]") {
  for (std::size_t i = 0; i < session::kTable.size(); ++i)
    for (std::size_t to = 0; session::is_live(session::kTable[i]) && to < spec::kCount<S>; ++to) {
      const session::Row& row = session::kTable[i];
      if (static_cast<S>(to) == row.to) continue;
      INFO(spec::name(row.from) << " / " << spec::name(row.act) << ", not to " << spec::name(row.to) << " but to "
                                << spec::name(static_cast<S>(to)));
      CHECK(broken_by(i, static_cast<S>(to), row.act) != "");
    }
}

// What these do is told to the user, or changes a time, or is done already.
bool leaves_nothing_to_see(const session::Row& row) {
  return row.act == A::Ignore || row.act == A::ExpectHello || row.act == A::ReconnectAfterClosing ||
         row.act == A::StopAfterClosing || (row.act == A::NoteAck && row.from == S::AwaitHello) ||
         (row.act == A::ForgetSession && row.from == S::Stopped);
}

TEST_CASE("mutants: an action of the session that is left out is noticed", "[walk]") {
  for (std::size_t i = 0; i < session::kTable.size(); ++i) {
    const session::Row& row = session::kTable[i];
    if (!session::is_live(row) || leaves_nothing_to_see(row)) continue;
    INFO(spec::name(row.from) << " / " << spec::name(row.act));
    CHECK(broken_by(i, row.to, A::Ignore) != "");
  }
}

// A heartbeat is made anew for each link, so that it matters neither how it was left nor what came before Hello.
bool goes_on(const beats::Row& row) {
  return row.act != beats::Action::DropAsZombie &&
         (row.from != beats::State::Stopped || row.act == beats::Action::Schedule);
}

TEST_CASE("mutants: a row of the heartbeat that leads to another state is noticed", "[walk]") {
  for (std::size_t i = 0; i < beats::kTable.size(); ++i)
    for (std::size_t to = 0; goes_on(beats::kTable[i]) && to < spec::kCount<beats::State>; ++to) {
      const beats::Row& row = beats::kTable[i];
      if (static_cast<beats::State>(to) == row.to) continue;
      INFO(spec::name(row.from) << " / " << spec::name(row.act) << " to " << spec::name(static_cast<beats::State>(to)));
      CHECK(broken_by_beat(i, static_cast<beats::State>(to), row.act) != "");
    }
}

TEST_CASE("mutants: a beat that is left out, and a zombie that is kept, is noticed", "[walk]") {
  using B = beats::Action;
  for (std::size_t i = 0; i < beats::kTable.size(); ++i) {
    const beats::Row& row = beats::kTable[i];
    if (row.act != B::SendHeartbeat && row.act != B::AnswerHeartbeat && row.act != B::DropAsZombie) continue;
    INFO(spec::name(row.from) << " / " << spec::name(row.act));
    CHECK(broken_by_beat(i, row.to, B::Ignore) != "");
  }
}

}  // namespace
}  // namespace portcullis::walk
