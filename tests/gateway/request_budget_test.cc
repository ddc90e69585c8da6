#include "portcullis/core/gateway/request_budget.h"

#include <catch2/catch.hpp>

namespace portcullis::tests {
namespace {

using namespace gateway;
using spec::Opcode;

Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }
constexpr RequestKey kPresence{Opcode::PresenceUpdate};
constexpr RequestKey whole_list(std::uint64_t guild_id) { return {Opcode::RequestGuildMembers, guild_id, true}; }
constexpr RequestKey by_prefix(std::uint64_t guild_id) { return {Opcode::RequestGuildMembers, guild_id, false}; }

TEST_CASE("GW-RGM-10: a command's key says what it is counted as", "[gw]") {
  CHECK(key_of(UpdatePresence{}) == RequestKey{Opcode::PresenceUpdate, 0, false});
  CHECK(key_of(UpdateVoiceState{.guild_id = 7}) == RequestKey{Opcode::VoiceStateUpdate, 7, false});
  CHECK(key_of(RequestGuildMembers{.guild_id = 7, .query = ""}) == whole_list(7));
  CHECK(key_of(RequestGuildMembers{.guild_id = 7, .query = "a"}) == by_prefix(7));
  CHECK(key_of(RequestGuildMembers{.guild_id = 7, .user_ids = {1}}) == by_prefix(7));
  CHECK(key_of(RequestSoundboardSounds{{7, 8}}) == RequestKey{Opcode::RequestSoundboardSounds, 0, false});
  CHECK(key_of(RequestChannelInfo{7, {}}) == RequestKey{Opcode::RequestChannelInfo, 7, false});
}

TEST_CASE("GW-PRES-6: five presence updates in 20 s", "[gw]") {
  RequestBudget budget;
  for (const std::int64_t ms : {0, 1'000, 2'000, 3'000, 4'000}) {
    CHECK(budget.ready_at(kPresence, at(ms)) == at(ms));
    budget.note(kPresence, at(ms));
  }
  CHECK(budget.ready_at(kPresence, at(4'000)) == at(20'000));
  CHECK(budget.ready_at(kPresence, at(20'000)) == at(20'000));
  budget.note(kPresence, at(20'500));
  CHECK(budget.ready_at(kPresence, at(20'500)) == at(21'000));
  CHECK(budget.ready_at(by_prefix(7), at(20'500)) == at(20'500));
}

TEST_CASE("GW-PRES-6: the first update may go out at any time of the caller's clock", "[gw]") {
  CHECK(RequestBudget().ready_at(kPresence, at(-5'000)) == at(-5'000));
}

TEST_CASE("GW-RGM-10: a whole list once in 30 s for each guild", "[gw]") {
  RequestBudget budget;
  budget.note(whole_list(7), at(100));
  CHECK(budget.ready_at(whole_list(7), at(200)) == at(30'100));
  CHECK(budget.ready_at(whole_list(8), at(200)) == at(200));
  CHECK(budget.ready_at(by_prefix(7), at(200)) == at(200));
  CHECK(budget.ready_at(whole_list(7), at(30'100)) == at(30'100));
}

TEST_CASE("GW-RGM-10: other requests for members are not counted", "[gw]") {
  RequestBudget budget;
  budget.note(by_prefix(7), at(0));
  CHECK(budget.ready_at(whole_list(7), at(0)) == at(0));
}

TEST_CASE("GW-RL-3: RATE_LIMITED holds the opcode back for its guild alone", "[gw]") {
  RequestBudget budget;
  budget.block_until(Opcode::RequestGuildMembers, 7, at(29'457), at(0));
  CHECK(budget.ready_at(by_prefix(7), at(1)) == at(29'457));
  CHECK(budget.ready_at(whole_list(7), at(1)) == at(29'457));
  CHECK(budget.ready_at(by_prefix(8), at(1)) == at(1));
  CHECK(budget.ready_at({Opcode::RequestChannelInfo, 7}, at(1)) == at(1));
  CHECK(budget.ready_at(by_prefix(7), at(29'457)) == at(29'457));
}

TEST_CASE("GW-RL-3: a shorter wait does not cut a longer one short", "[gw]") {
  RequestBudget budget;
  budget.block_until(Opcode::RequestGuildMembers, 7, at(30'000), at(0));
  budget.block_until(Opcode::RequestGuildMembers, 7, at(10'000), at(0));
  CHECK(budget.ready_at(by_prefix(7), at(1)) == at(30'000));
}

TEST_CASE("GW-RL-5: a limit that names no guild holds for all, and a command for several obeys each", "[gw]") {
  RequestBudget budget;
  budget.block_until(Opcode::RequestGuildMembers, 0, at(5'000), at(0));
  CHECK(budget.ready_at(by_prefix(7), at(1)) == at(5'000));
  budget.block_until(Opcode::RequestSoundboardSounds, 9, at(6'000), at(0));
  CHECK(budget.ready_at({Opcode::RequestSoundboardSounds}, at(1)) == at(6'000));
  budget.block_until(Opcode::PresenceUpdate, 0, at(7'000), at(0));
  CHECK(budget.ready_at(kPresence, at(1)) == at(7'000));
}

TEST_CASE("GW-RL-3: a flood of limits is remembered within bounds, and none is lost", "[gw]") {
  RequestBudget budget;
  for (std::uint64_t guild_id = 1; guild_id <= 100'000; ++guild_id)
    budget.block_until(Opcode::RequestGuildMembers, guild_id, at(9'000), at(0));
  for (const std::uint64_t guild_id : {1u, 128u, 129u, 100'000u})
    CHECK(budget.ready_at(by_prefix(guild_id), at(1)) == at(9'000));
  CHECK(budget.held() <= 129);
  budget.note(whole_list(5), at(9'000));
  CHECK(budget.held() == 1);
}

}  // namespace
}  // namespace portcullis::tests
