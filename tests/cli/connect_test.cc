// `portcullis connect` against `portcullis mock`, each a process of its own.
#include <signal.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "portcullis/tests/cli/program.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.connect.not-to-be-printed";
const Program::Environment kWithToken{{"PORTCULLIS_TOKEN", kToken}};

using Arguments = std::vector<std::string>;

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

std::string last_line(const std::string& text) {
  const std::size_t begin = text.rfind('\n', text.size() - 2);
  return begin == std::string::npos ? text : text.substr(begin + 1);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// How a client finds a mock, and whom it trusts.
Arguments pointed_at(const Mock& mock) {
  Arguments arguments{"connect", "--api-url", mock.api_url()};
  if (!mock.ca_file().empty()) arguments = arguments + Arguments{"--ca", mock.ca_file()};
  return arguments;
}

/// Whether the events of two runs are those of one session, from READY on and with nothing lost.
void check_whole(const std::vector<json>& first, const std::vector<json>& second) {
  std::int64_t s = 0;
  for (const auto* run : {&first, &second})
    for (const json& event : *run) {
      INFO(event.dump());
      CHECK(event.at("s") == ++s);
      CHECK(event.at("shard") == 0);
      CHECK(event.at("size") > 0);
    }
}

void check_log_in_and_resume(const Arguments& mock_arguments) {
  Mock mock(mock_arguments + Arguments{"--events-per-second", "50"}, kWithToken);
  const Scratch scratch;
  const std::string file = scratch.path("session.json");
  const Arguments common = pointed_at(mock) + Arguments{"--session-file", file, "--keep"};

  Program first(common, kWithToken);
  REQUIRE(first.prints("\"s\":20,"));
  first.signal(SIGINT);
  CHECK(first.wait() == 0);
  INFO(first.out() << first.err());
  CHECK(has(first.err(), "the session is kept"));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  Program second(common + Arguments{"--events", "50"}, kWithToken);
  CHECK(second.wait() == 0);
  INFO(second.out() << second.err());
  CHECK(has(second.err(), "resumed"));
  CHECK_FALSE(has(second.out(), "\"READY\""));
  check_whole(lines_of(first.out()), lines_of(second.out()));

  // Without --keep the session ends, and its file goes.
  Program third(pointed_at(mock) + Arguments{"--session-file", file, "--events", "5"}, kWithToken);
  CHECK(third.wait() == 0);
  CHECK(has(third.err(), "resumed"));
  CHECK(has(third.err(), "the session is over"));
  CHECK_FALSE(std::filesystem::exists(file));

  mock.program().signal(SIGTERM);
  CHECK(mock.program().wait() == 0);
  CHECK(mock.program().err().empty());
}

}  // namespace

TEST_CASE("GW-RES-24: a session kept by one run is resumed by the next, over ws") { check_log_in_and_resume({}); }

TEST_CASE("GW-RES-24: a session kept by one run is resumed by the next, over wss") {
  check_log_in_and_resume({"--tls"});
}

TEST_CASE("GW-URL-2, GW-ID-12: events come over every compression that can be asked for") {
  Mock mock({"--events-per-second", "50", "--max-concurrency", "4"});
  for (const std::string compression : {"none", "zlib-stream", "zstd-stream", "payload"}) {
    Program client(pointed_at(mock) + Arguments{"--compression", compression, "--events", "20"}, kWithToken);
    INFO(compression);
    CHECK(client.wait() == 0);
    INFO(client.out() << client.err());
    CHECK(lines_of(client.out()).size() >= 20);
    check_whole(lines_of(client.out()), {});
  }
}

TEST_CASE("GW-ENC-1, GW-ETF-17: over ETF the events are those of JSON, and are printed as JSON") {
  Mock mock({"--tls"}, kWithToken);
  std::vector<std::vector<json>> runs;
  for (const std::string encoding : {"json", "etf"}) {
    Program client(pointed_at(mock) + Arguments{"--encoding", encoding, "--data", "--events", "2"}, kWithToken);
    CHECK(client.wait() == 0);
    INFO(client.out() << client.err());
    runs.push_back(lines_of(client.out()));
    CHECK(has(client.out(), "\"id\":\"100000000000000001\""));
    for (json& line : runs.back()) line.erase("size");
  }
  REQUIRE(runs[0].size() == 2);
  CHECK(runs[0] == runs[1]);
}

TEST_CASE("GW-RECON-1: what the control port does to a session is told, and the session survives it") {
  Mock mock({"--events-per-second", "20", "--verbose"});
  Program client(pointed_at(mock) + Arguments{"--json", "--verbose"}, kWithToken);
  REQUIRE(client.prints("\"READY\""));
  CHECK(has(mock.control("POST", "/reconnect", "{}"), "\"reached\""));
  REQUIRE(client.prints("asked_to_reconnect"));
  REQUIRE(client.prints("\"RESUMED\""));
  client.signal(SIGTERM);
  CHECK(client.wait() == 0);
  const std::vector<json> told = lines_of(client.err());
  REQUIRE(!told.empty());
  CHECK(told.back().at("event") == "summary");
  CHECK(told.back().at("reconnects").at("asked_to_reconnect") == 1);
  check_whole(lines_of(client.out()), {});
}

TEST_CASE("GW-SEC-1: --data shows what an event carries, but not the session's id") {
  Mock mock({});
  Program client(pointed_at(mock) + Arguments{"--data", "--events", "2"}, kWithToken);
  CHECK(client.wait() == 0);
  const std::vector<json> events = lines_of(client.out());
  REQUIRE(events.size() >= 2);
  CHECK(events[0].at("name") == "READY");
  const std::string id = events[0].at("d").at("session_id");
  CHECK(id.size() >= 16);
  CHECK(id == std::string(id.size(), '*'));
  CHECK(events[0].at("d").at("user").is_object());
  CHECK(events[1].at("name") == "GUILD_CREATE");
}

TEST_CASE("GW-SHARD-1: several shards log in side by side, each with its own guilds") {
  Mock mock({"--guilds", "4", "--max-concurrency", "2", "--events-per-second", "10"});
  Program client(pointed_at(mock) + Arguments{"--shards", "2", "--events", "60"}, kWithToken);
  CHECK(client.wait() == 0);
  std::map<int, std::int64_t> last;
  std::map<int, int> guilds;
  for (const json& event : lines_of(client.out())) {
    CHECK(event.at("s") == ++last[event.at("shard")]);
    if (event.at("name") == "GUILD_CREATE") ++guilds[event.at("shard")];
  }
  CHECK(guilds == std::map<int, int>{{0, 2}, {1, 2}});
}

TEST_CASE("GW-CLOSE-4004: a token that the gateway refuses ends it with status 1 and words") {
  Mock mock({}, {{"PORTCULLIS_TOKEN", "another-token"}});
  Program direct({"connect", "--url", mock.gateway_url()}, kWithToken);
  CHECK(direct.wait() == 1);
  CHECK(has(last_line(direct.err()), "4004 (Authentication failed"));
  CHECK(has(last_line(direct.err()), "token"));
  Program discovering(pointed_at(mock), kWithToken);
  CHECK(discovering.wait() == 1);
  CHECK(has(last_line(discovering.err()), "token"));
}

TEST_CASE("GW-CONN-1: a certificate that is not trusted ends it at once, with status 5 and a way out") {
  Mock mock({"--tls"}, kWithToken);
  Mock other({"--tls"}, kWithToken);
  for (const Arguments& arguments :
       {Arguments{"connect", "--url", mock.gateway_url()}, Arguments{"connect", "--api-url", mock.api_url()},
        Arguments{"connect", "--url", mock.gateway_url(), "--ca", other.ca_file()}}) {
    Program client(arguments, kWithToken);
    CHECK(client.wait() == 5);
    INFO(client.err());
    CHECK(has(last_line(client.err()), "--ca"));
    CHECK(client.out().empty());
  }
}

TEST_CASE("interop: a host that does not answer is tried until the time is up, and then the reason is told") {
  const DeadPort dead;
  for (const Arguments& arguments : {Arguments{"connect", "--url", "ws://127.0.0.1:" + dead.number()},
                                     Arguments{"connect", "--api-url", "http://127.0.0.1:" + dead.number() + "/api"},
                                     Arguments{"connect", "--url", "wss://nowhere.invalid"}}) {
    Program client(arguments + Arguments{"--seconds", "3"}, kWithToken);
    CHECK(client.wait() == 5);
    INFO(client.err());
    CHECK(has(last_line(client.err()), "no connection in 3.0 s"));
    CHECK((has(last_line(client.err()), "refused") || has(last_line(client.err()), "nowhere.invalid")));
  }
}

TEST_CASE("interop: a port in use is told in one line, with the way out") {
  Mock mock({});
  const std::string port = mock.gateway_url().substr(mock.gateway_url().rfind(':') + 1);
  Program second({"mock", "--port", port});
  CHECK(second.wait() == 3);
  INFO(second.err());
  CHECK(second.out().empty());
  CHECK(last_line(second.err()) == second.err());
  CHECK(has(second.err(), port));
  CHECK(has(second.err(), "--port"));
}

TEST_CASE("interop: a mock without a token says that any will do") {
  Mock mock({});
  CHECK(has(mock.program().out(), "any: set PORTCULLIS_TOKEN"));
  Mock strict({}, kWithToken);
  CHECK_FALSE(has(strict.program().out(), "any: "));
}

}  // namespace portcullis::tests
