// The parts of the command line that need no gateway.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "portcullis/cli/intents.h"
#include "portcullis/cli/redact.h"
#include "portcullis/cli/session_file.h"
#include "portcullis/cli/tally.h"
#include "portcullis/cli/verb.h"
#include "portcullis/spec/intents.h"

namespace portcullis::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string scratch_file(const std::string& name) {
  const char* const folder = std::getenv("TEST_TMPDIR");
  return std::string(folder == nullptr ? "/tmp" : folder) + "/" + name;
}

Json redacted(const char* text) {
  Json data = Json::parse(text);
  redact(data);
  return data;
}

Tally tally_of(std::int64_t sent, const std::vector<std::int64_t>& received) {
  Tally tally;
  tally.begun_there();
  tally.sent(sent);
  tally.begun_here();
  for (const std::int64_t s : received) tally.received(s);
  return tally;
}

}  // namespace

TEST_CASE("GW-SEC-1: session ids and tokens are blotted out wherever they lie, and nothing else is") {
  CHECK(redacted(R"({"session_id": "0123456789abcdef", "v": 10})") ==
        Json::parse(R"({"session_id": "****************", "v": 10})"));
  CHECK(redacted(R"({"members": [{"voice": {"session_id": "abc"}}]})") ==
        Json::parse(R"({"members": [{"voice": {"session_id": "***"}}]})"));
  CHECK(redacted(R"({"token": "xyz", "token_kind": "bot", "session_id": null})") ==
        Json::parse(R"({"token": "***", "token_kind": "bot", "session_id": null})"));
  CHECK(redacted(R"(["session_id", "token", 1])") == Json::parse(R"(["session_id", "token", 1])"));
  CHECK(redacted("7") == Json(7));
}

TEST_CASE("GW-INT-1: intents are read as a number or by their documented names") {
  using spec::bits;
  using spec::Intent;
  CHECK(read_intents("513") == 513);
  CHECK(read_intents("0x201") == 513);
  CHECK(read_intents("GUILDS,GUILD_MESSAGES") == bits({Intent::Guilds, Intent::GuildMessages}));
  CHECK(read_intents("guilds") == bits({Intent::Guilds}));
  CHECK(read_intents("GUILD_BANS") == bits({Intent::GuildModeration}));
  CHECK(read_intents("all") == spec::kAllIntents);
  CHECK(read_intents("unprivileged") == spec::kUnprivilegedIntents);
  CHECK(read_intents("none") == 0);
  for (const char* const bad : {"", "GUILD", "GUILDS,", ",GUILDS", "1,2", "-1", "0x", "99999999999999999999"})
    CHECK_THROWS_AS(read_intents(bad), Failure);
}

TEST_CASE("GW-SEC-1: a kept session is written for its owner only, and read back whole") {
  const std::string path = scratch_file("sessions.json");
  ::unlink(path.c_str());
  CHECK_FALSE(read_sessions(path).has_value());
  const Session first{"0123456789abcdef", "wss://resume.invalid", 42};
  const Session third{"fedcba9876543210", "wss://resume.invalid:444", 9'007'199'254'740'993};
  write_sessions(path, {4, {{0, first}, {2, third}}});
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto kept = read_sessions(path);
  REQUIRE(kept.has_value());
  CHECK(kept->shard_count == 4);
  CHECK(kept->by_shard == std::map<std::uint32_t, Session>{{0, first}, {2, third}});
}

TEST_CASE("GW-SEC-1: a session file that cannot be read says so without quoting from it") {
  const std::string path = scratch_file("broken.json");
  for (const char* const content : {"", "{", "[]", R"({"shard_count": "0123456789abcdef", "sessions": []})",
                                    R"({"shard_count": 1, "sessions": [{"session_id": "0123456789abcdef"}]})"}) {
    std::ofstream(path) << content;
    try {
      read_sessions(path);
      FAIL("taken: " << content);
    } catch (const Failure& failure) {
      CHECK(std::string(failure.what()).find("0123456789abcdef") == std::string::npos);
      CHECK(std::string(failure.what()).find(path) != std::string::npos);
      CHECK(failure.status() == Exit::Usage);
    }
  }
}

TEST_CASE("GW-DISP-9: the demo's count finds what is lost, repeated or out of order") {
  const Tally good = tally_of(3, {1, 2, 3});
  CHECK(good.lost() == 0);
  CHECK(good.out_of_order() == 0);

  const Tally lost_at_the_end = tally_of(3, {1, 2});
  CHECK(lost_at_the_end.lost() == 1);

  const Tally lost_in_between = tally_of(3, {1, 3});
  CHECK(lost_in_between.lost() == 1);
  CHECK(lost_in_between.out_of_order() == 1);

  const Tally repeated = tally_of(3, {1, 2, 2, 3});
  CHECK(repeated.lost() == 0);
  CHECK(repeated.out_of_order() == 1);

  const Tally swapped = tally_of(3, {1, 3, 2});
  CHECK(swapped.out_of_order() == 2);
}

TEST_CASE("GW-ENV-8: the demo's count begins anew with each session") {
  Tally tally = tally_of(3, {1, 2, 3});
  tally.begun_there();
  tally.begun_here();
  tally.received(1);
  CHECK(tally.sessions() == 2);
  CHECK(tally.sent() == 4);
  CHECK(tally.lost() == 0);
  tally.sent(2);
  CHECK(tally.lost() == 1);
  tally.received(2);
  CHECK(tally.received() == 5);
  CHECK(tally.lost() == 0);
  CHECK(tally.last() == 2);
}

}  // namespace portcullis::cli
