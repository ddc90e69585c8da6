#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "portcullis/spec/close_codes.h"
#include "portcullis/spec/dispatch_events.h"
#include "portcullis/spec/intents.h"
#include "portcullis/spec/opcodes.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::spec {
namespace {

nlohmann::json law(const std::string& id) {
  std::ifstream in("spec/laws.json");
  REQUIRE(in);
  const auto file = nlohmann::json::parse(in);
  for (const auto& one : file["laws"])
    if (one["id"] == id) return one["values"];
  FAIL("no law " << id);
  return {};
}

TEST_CASE("GW-ENV-4: a client sends exactly opcodes 1, 2, 3, 4, 6, 8, 31 and 43", "[spec]") {
  std::set<std::int64_t> sent;
  for (std::int64_t number = -1; number < 300; ++number)
    if (const auto opcode = opcode_of(number); opcode && is_sent(*opcode)) sent.insert(number);
  CHECK(sent == std::set<std::int64_t>{1, 2, 3, 4, 6, 8, 31, 43});
  CHECK(law("send/counted")["counted_opcodes"].get<std::set<std::int64_t>>() == sent);
}

TEST_CASE("GW-ENV-11: a client receives exactly opcodes 0, 1, 7, 9, 10 and 11", "[spec]") {
  std::set<std::int64_t> received;
  for (std::int64_t number = -1; number < 300; ++number)
    if (const auto opcode = opcode_of(number); opcode && is_received(*opcode)) received.insert(number);
  CHECK(received == std::set<std::int64_t>{0, 1, 7, 9, 10, 11});
}

TEST_CASE("GW-ENV-11: a number is never taken for another by its low bits", "[spec]") {
  CHECK_FALSE(opcode_of(256));
  CHECK_FALSE(opcode_of(INT64_MIN));
  CHECK_FALSE(opcode_of(INT64_MAX));
  CHECK_FALSE(opcode_of(5));
  CHECK(opcode_of(43) == Opcode::RequestChannelInfo);
  CHECK(name(Opcode::HeartbeatAck) == "Heartbeat ACK");
}

TEST_CASE("GW-CLOSE-FATAL: of all numbers exactly 4004 and 4010 to 4014 are fatal", "[spec]") {
  for (std::uint32_t code = 0; code <= 65535; ++code) {
    const bool fatal = code == 4004 || (code >= 4010 && code <= 4014);
    if ((classify_close(static_cast<std::uint16_t>(code)) == CloseClass::Fatal) != fatal) FAIL_CHECK(code);
  }
}

TEST_CASE("GW-CLOSE-UNK: of all numbers exactly 4001, 4003, 4005, 4006, 4007 and 4009 need a new session", "[spec]") {
  const std::set<std::uint32_t> fresh{4001, 4003, 4005, 4006, 4007, 4009};
  for (std::uint32_t code = 0; code <= 65535; ++code)
    if ((classify_close(static_cast<std::uint16_t>(code)) == CloseClass::NewSession) != (fresh.count(code) == 1))
      FAIL_CHECK(code);
}

TEST_CASE("GW-CLOSE-NONE: a lost connection is resumed", "[spec]") {
  for (const std::uint16_t code : {std::uint16_t{1005}, std::uint16_t{1006}}) {
    CHECK(classify_close(code) == CloseClass::Resume);
    CHECK(close_row(code).req == req::GW_CLOSE_NONE);
    CHECK_FALSE(close_row(code).required.contains(AfterClose::Identify));
  }
}

TEST_CASE("GW-CLOSE-4000: a code with a requirement of its own stands in the row of that requirement", "[spec]") {
  for (const CloseRow& row : kCloseCodes) {
    const std::string text(id(row.req));
    const std::string last = text.substr(text.rfind('-') + 1);
    if (last.find_first_not_of("0123456789") == std::string::npos) CHECK(std::to_string(row.first) == last);
  }
}

TEST_CASE("OP-11: both acts pass where the documents and staff disagree, and only there among 4001 to 4009", "[spec]") {
  std::set<std::uint16_t> either;
  for (std::uint16_t code = 4001; code <= 4009; ++code) {
    const auto& required = close_row(code).required;
    if (required.contains(AfterClose::Resume) && required.contains(AfterClose::Identify)) either.insert(code);
  }
  CHECK(either == std::set<std::uint16_t>{4001, 4002, 4003, 4005});
  CHECK_FALSE(close_row(4007).required.contains(AfterClose::Resume));
}

TEST_CASE("GW-CLOSE-FATAL: the law on what a close leaves of a session agrees with the codes", "[spec]") {
  const auto values = law("session/after-server-close");
  for (const std::uint16_t code : values["ended_codes"]) {
    INFO(code);
    CHECK_FALSE(close_row(code).required.contains(AfterClose::Resume));
  }
  for (const std::uint16_t code : values["either_codes"]) {
    INFO(code);
    CHECK(close_row(code).open_point == req::OP_11);
    CHECK(classify_close(code) == CloseClass::NewSession);
  }
}

TEST_CASE("GW-INT-1: sums of intents", "[spec]") {
  using I = Intent;
  CHECK(bits({I::Guilds, I::GuildMessages}) == 513);
  CHECK(bits({I::Guilds, I::GuildModeration}) == 5);
  CHECK(kAllIntents == 0x0331FFFF);
  CHECK(kUnprivilegedIntents == 0x03317EFD);
  CHECK(law("intents/unknown")["allowed_bits"] == kAllIntents);
}

TEST_CASE("GW-INT-10: the privileged intents are members, presences and message content", "[spec]") {
  using I = Intent;
  CHECK((kAllIntents & ~kUnprivilegedIntents) == bits({I::GuildMembers, I::GuildPresences, I::MessageContent}));
  CHECK(law("intents/disallowed")["privileged_bits"] == (kAllIntents & ~kUnprivilegedIntents));
}

TEST_CASE("GW-INT-14: bits 17 to 19, 22, 23 and 26 to 28 are not for bots", "[spec]") {
  std::set<int> foreign;
  for (const IntentRow& row : kIntents)
    if (!row.for_bots) foreign.insert(static_cast<int>(row.intent));
  CHECK(foreign == std::set<int>{17, 18, 19, 22, 23, 26, 27, 28});
}

TEST_CASE("GW-DISP-1: every event is found by its name, and no other name is", "[spec]") {
  for (const DispatchRow& row : kDispatchEvents) CHECK(find_dispatch(row.name) == &row);
  for (const char* name : {"", "READ", "READY_", "ready", "XYZ_NEW", "ZZZ", "AAA"})
    CHECK(find_dispatch(name) == nullptr);
}

TEST_CASE("GW-ENV-13: event names are upper case words joined by underscores", "[spec]") {
  for (const DispatchRow& row : kDispatchEvents) {
    INFO(row.name);
    CHECK(row.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos);
    CHECK(row.name.front() != '_');
    CHECK(row.name.back() != '_');
    CHECK(row.name.find("__") == std::string_view::npos);
  }
}

TEST_CASE("GW-INT-4: an event comes only with one of its intents", "[spec]") {
  const DispatchRow& message = *find_dispatch("MESSAGE_CREATE");
  CHECK(is_sent_with(message, bits({Intent::DirectMessages})));
  CHECK(is_sent_with(message, bits({Intent::GuildMessages})));
  CHECK_FALSE(is_sent_with(message, kAllIntents & ~bits({Intent::GuildMessages, Intent::DirectMessages})));
}

TEST_CASE("GW-INT-5: with intents 0 exactly the events without an intent come", "[spec]") {
  std::set<std::string_view> always;
  for (const DispatchRow& row : kDispatchEvents)
    if (is_sent_with(row, 0)) always.insert(row.name);
  CHECK(always == std::set<std::string_view>{
                      "APPLICATION_COMMAND_PERMISSIONS_UPDATE", "CHANNEL_INFO", "ENTITLEMENT_CREATE",
                      "ENTITLEMENT_DELETE", "ENTITLEMENT_UPDATE", "GUILD_MEMBERS_CHUNK", "INTERACTION_CREATE",
                      "RATE_LIMITED", "READY", "RESUMED", "SOUNDBOARD_SOUNDS", "SUBSCRIPTION_CREATE",
                      "SUBSCRIPTION_DELETE", "SUBSCRIPTION_UPDATE", "USER_UPDATE", "VOICE_SERVER_UPDATE"});
}

TEST_CASE("GW-INT-1: every intent but MESSAGE_CONTENT lets some event through", "[spec]") {
  std::uint64_t used = 0;
  for (const DispatchRow& row : kDispatchEvents) used |= gate_bits(row);
  CHECK(used == (kAllIntents & ~bit(Intent::MessageContent)));
}

TEST_CASE("GW-SHARD-1: the shard of a guild", "[spec]") {
  struct Vector {
    std::uint64_t guild;
    std::uint32_t of2, of3, of9, of16;
  };
  for (const Vector& v : {Vector{41771983423143937, 0, 0, 3, 6}, Vector{41771983444115456, 1, 2, 8, 11},
                          Vector{308994132968210433, 1, 2, 8, 5}, Vector{613425648685547541, 0, 2, 5, 8},
                          Vector{81384788765712384, 0, 1, 1, 2}}) {
    INFO(v.guild);
    CHECK(shard_of_guild(v.guild, 2) == v.of2);
    CHECK(shard_of_guild(v.guild, 3) == v.of3);
    CHECK(shard_of_guild(v.guild, 9) == v.of9);
    CHECK(shard_of_guild(v.guild, 16) == v.of16);
    CHECK(shard_of_guild(v.guild, 1) == 0);
  }
}

TEST_CASE("GW-SHARD-8: the formula takes the id as unsigned 64-bit integer", "[spec]") {
  CHECK(shard_of_guild(UINT64_MAX, 1000) == ((std::uint64_t{1} << 42) - 1) % 1000);
}

TEST_CASE("GW-IDL-1: the bucket of a shard", "[spec]") {
  CHECK(identify_bucket(0, 16) == 0);
  CHECK(identify_bucket(15, 16) == 15);
  CHECK(identify_bucket(16, 16) == 0);
  CHECK(identify_bucket(31, 16) == 15);
  CHECK(identify_bucket(77, 1) == 0);
}

TEST_CASE("GW-IDL-6: the daily limit of large bots", "[spec]") {
  CHECK(identifies_a_day(150'000) == 2000);
  CHECK(identifies_a_day(400'000) == 2000);
  CHECK(identifies_a_day(1'000'000) == 5000);
}

}  // namespace
}  // namespace portcullis::spec
