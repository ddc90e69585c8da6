#include "portcullis/tests/walk/walk.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>

namespace portcullis::walk {
namespace {

const Found& found() {
  static const Found once = walk();
  return once;
}

TEST_CASE("INV-1 to INV-4, INV-6, INV-7, INV-9, INV-10, INV-17, INV-18: hold in every world that can be reached",
          "[walk]") {
  const auto begun = std::chrono::steady_clock::now();
  CHECK(found().broken == "");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cout << found().worlds << " states, " << found().transitions << " transitions, " << took.count() << " s\n";
  CHECK(found().worlds > 100'000);
}

TEST_CASE("walker: every row of the session and the heartbeat that can occur is taken, and none that cannot",
          "[walk]") {
  const auto left = rows_not_taken({}, found().taken);
  for (const auto& row : left) {
    INFO(row);
    CHECK(row.starts_with("peer "));
  }
  for (std::size_t i = 0; i < session::kTable.size(); ++i)
    if (session::kTable[i].act == session::Action::Impossible) CHECK(found().taken.client[i] == 0);
}

// What is left of the peer's rows answers a client that breaks the rules.
TEST_CASE("walker: every row of the peer is taken that a client earns who keeps the rules", "[walk]") {
  const auto taken = [](peer::State state, peer::Input input) {
    return found().taken.server[peer::kRows.index_of(peer::kRows.row(state, input))] > 0;
  };
  using S = peer::State;
  using I = peer::Input;
  for (const auto input : {I::Heartbeat, I::IdentifyBadToken, I::IdentifyBadShard, I::IdentifyTooManyGuilds,
                           I::IdentifyBadIntents, I::IdentifyDisallowedIntents, I::IdentifyBucketBusy, I::IdentifyValid,
                           I::ResumeUnknown, I::ResumeTooOld, I::ResumeLive})
    CHECK(taken(S::Unauthenticated, input));
  for (const auto input : {I::Heartbeat, I::Command, I::BeatMissed, I::CloseToResume, I::CloseForGood, I::TransportEnd,
                           I::SayDispatch, I::SayInvalid, I::SayReconnect})
    CHECK(taken(S::Authenticated, input));
  CHECK(taken(S::Invalid, I::Command));
  CHECK(taken(S::Closed, I::SayDispatch));
}

TEST_CASE("walker: a world is the same after it was packed", "[walk]") {
  World world;
  world.state = session::State::Stopped;
  world.held = Held::Replaced;
  world.resumes = kResumesMax;
  world.first = Message::OddDispatch;
  world.second = Message::Resumed;
  world.end = End::Lost;
  world.peer = peer::State::Invalid;
  world.asks = kAsksMax;
  world.unacked = true;
  CHECK(packed(unpacked(packed(world))) == packed(world));
  CHECK(said(unpacked(packed(world))) == said(world));
  CHECK(unpacked(packed(world)).second == Message::Resumed);
  CHECK(unpacked(packed(world)).unacked);
}

}  // namespace
}  // namespace portcullis::walk
