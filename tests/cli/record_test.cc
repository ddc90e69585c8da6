// `--record`: both ends of a link write down the same conversation.
#include "portcullis/oracle/timeline/record.h"

#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "portcullis/tests/cli/program.h"

namespace portcullis::tests {
namespace {

using timeline::Record;
using timeline::Timeline;
using Arguments = std::vector<std::string>;

const Program::Environment kWithToken{{"PORTCULLIS_TOKEN", "MTAwMDAwMDAwMDAwMDAwMDAx.record.not-to-be-written"}};

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Timeline read_file(const std::string& path) {
  std::istringstream in(content_of(path));
  auto read = timeline::read(in);
  if (const auto* malformed = std::get_if<timeline::Malformed>(&read)) FAIL(malformed->text);
  return std::get<Timeline>(std::move(read));
}

/// What one end said on a link, without what hangs on the recording: its time and its pseudonyms.
std::vector<std::string> said_by(const std::string& end, const Timeline& timeline) {
  std::vector<std::string> lines;
  for (const Record& record : timeline.records) {
    if (record.with.value("from", "client") != end || record.link == 0 || record.is == "input") continue;
    timeline::Json with = record.with;
    if (with.contains("payload") && with["payload"]["d"].is_object())
      for (const char* secret : {"token", "session_id"}) with["payload"]["d"].erase(secret);
    lines.push_back(std::to_string(record.link) + " " + record.is + " " + with.dump());
  }
  return lines;
}

std::vector<std::string> kinds_of(const Timeline& timeline) {
  std::vector<std::string> kinds;
  for (const Record& record : timeline.records)
    if (record.is != "input") kinds.push_back(record.is);
  return kinds;
}

void check_both_ends(const Arguments& mock_arguments, const Arguments& connect_arguments) {
  const Scratch scratch;
  Mock mock(mock_arguments +
                Arguments{"--events-per-second", "20", "--heartbeat-ms", "300", "--record", scratch.path("mock")},
            kWithToken);
  Arguments arguments{"connect", "--api-url", mock.api_url(), "--record", scratch.path("connect")};
  if (!mock.ca_file().empty()) arguments = arguments + Arguments{"--ca", mock.ca_file()};
  Program client(arguments + connect_arguments, kWithToken);
  REQUIRE(client.prints("\"READY\""));
  mock.control("POST", "/reconnect");
  REQUIRE(client.prints("\"RESUMED\""));
  client.signal(SIGINT);
  CHECK(client.wait() == 0);
  mock.program().signal(SIGINT);
  CHECK(mock.program().wait() == 0);

  const Timeline there = read_file(scratch.path("mock"));
  const Timeline here = read_file(scratch.path("connect"));
  for (const std::string end : {"client", "server"}) {
    CHECK(said_by(end, here).size() > 5);
    CHECK(said_by(end, here) == said_by(end, there));
  }
  const auto kinds = kinds_of(here);
  REQUIRE(kinds.size() > 2);
  CHECK(kinds[0] == "local");
  CHECK(kinds[1] == "open");
  CHECK(std::ranges::count(kinds, "end") == 2);
  CHECK(std::ranges::count(kinds_of(there), "rest") == 1);
  CHECK(there.records[0].with["authorization"] == "Bot");
  CHECK(there.records[0].with["body"]["url"] == mock.gateway_url());
}

}  // namespace

TEST_CASE("timeline: both ends of a link record the same, over ws") { check_both_ends({}, {}); }

TEST_CASE("timeline: both ends of a link record the same, over wss, in ETF and zstd") {
  check_both_ends({"--tls"}, {"--encoding", "etf", "--compression", "zstd-stream"});
}

TEST_CASE("timeline: who never asks for the upgrade is recorded as a link that ended") {
  const Scratch scratch;
  Mock mock({"--record", scratch.path("mock")});
  const std::string gateway_as_rest = "http" + mock.gateway_url().substr(2) + "/api";
  Program client({"connect", "--api-url", gateway_as_rest, "--seconds", "1"}, kWithToken);
  CHECK(client.wait() != 0);
  mock.program().signal(SIGTERM);
  CHECK(mock.program().wait() == 0);
  const Timeline there = read_file(scratch.path("mock"));
  REQUIRE(there.records.size() >= 3);
  CHECK(there.records[0].is == "open");
  CHECK(there.records[1].is == "refused");
  CHECK(there.records[2].is == "end");
}

}  // namespace portcullis::tests
