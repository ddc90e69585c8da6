#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "portcullis/tests/probe/duel.h"

namespace portcullis::probe {
namespace {

using spec::gateway_peer::Action;
using spec::gateway_peer::Input;
using spec::gateway_peer::kTable;
using spec::gateway_peer::Row;
using spec::gateway_peer::Rows;
using spec::gateway_peer::State;
using Names = std::vector<std::string>;

/// Rows whose change no client of one bot can notice, or must not complain of.
const Names kUnnoticed{
    "Unauthenticated IdentifyTooManyGuilds",  // takes a bot in 2,500 guilds
    "Unauthenticated ResumeAhead",            // observed (GW-RES-15)
    "Unauthenticated ResumeTooOld",           // takes more events than the buffer holds
    "Authenticated ResumeLive",               // observed (OP-35)
    "Authenticated TransportEnd",             // the session stays all the same, and for good
};

std::string name_of(const Row& row, Input input) {
  return std::string(spec::EnumNames<State>::values.at(static_cast<std::size_t>(row.from))) + " " +
         std::string(spec::EnumNames<Input>::values.at(static_cast<std::size_t>(input)));
}

/// The last input that a row is for.
Input input_of(const Row& row) {
  Input last{};
  for (std::size_t i = 0; i < spec::EnumNames<Input>::values.size(); ++i)
    if (row.on.contains(static_cast<Input>(i))) last = static_cast<Input>(i);
  return last;
}

bool is_of_the_script(const Row& row) { return row.on.contains(Input::SayClose) || input_of(row) >= Input::SayHello; }

/// What a client can bring about at a server that is right.
bool is_of_interest(const Row& row) {
  const bool live = row.from == State::Unauthenticated || row.from == State::Authenticated;
  return live && row.act != Action::Ignore && row.act != Action::Impossible && !is_of_the_script(row);
}

mock::World strict_world() {
  mock::World world = duel_world();
  world.intents_allowed = ~std::uint64_t{1 << 8 | 1 << 15};  // neither presences nor contents, but members
  return world;
}

/// Gives the first scenario that a server with these rows fails.
std::string caught_by(const Rows& rows, const mock::World& world) {
  for (const Scenario& scenario : embedded_scenarios())
    if (duel(scenario, world, rows).outcome == report::Outcome::Failed) return scenario.id();
  return "";
}

}  // namespace

TEST_CASE("probe: a server that ignores what it has to answer fails a scenario, row by row") {
  Names unnoticed;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (!is_of_interest(kTable[i])) continue;
    auto table = kTable;
    table[i].act = Action::Ignore;
    table[i].to = table[i].from;
    ++tried;
    if (caught_by(Rows{table}, strict_world()).empty()) unnoticed.push_back(name_of(kTable[i], input_of(kTable[i])));
  }
  CHECK(unnoticed == kUnnoticed);
  CHECK(tried > 25);
}

TEST_CASE("probe: a server that closes with another code fails a scenario, row by row") {
  Names unnoticed;
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (!is_of_interest(kTable[i]) || spec::gateway_peer::close_code_of(kTable[i].act) == 0) continue;
    auto table = kTable;
    table[i].act = table[i].act == Action::CloseInvalidVersion ? Action::CloseRateLimited : Action::CloseInvalidVersion;
    if (caught_by(Rows{table}, strict_world()).empty()) unnoticed.push_back(name_of(kTable[i], input_of(kTable[i])));
  }
  CHECK(unnoticed ==
        Names{"Unauthenticated IdentifyTooManyGuilds", "Unauthenticated ResumeAhead", "Authenticated ResumeLive"});
}

}  // namespace portcullis::probe
