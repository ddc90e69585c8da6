// `portcullis run --server` against `portcullis mock`, each a process of its own, and against what is no gateway.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "portcullis/net/listener.h"
#include "portcullis/tests/cli/program.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.server.not-to-be-printed";
const Program::Environment kWithToken{{"PORTCULLIS_TOKEN", kToken}};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Arguments against(const std::string& url, const Arguments& more) {
  Arguments arguments{"run", "--server", url};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

json read(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return json::parse(file);
}

/// One that accepts and says nothing.
net::Listener deaf_server() { return std::get<net::Listener>(net::Listener::open("127.0.0.1", 0)); }

}  // namespace

TEST_CASE("probe: a run against the mock passes, and writes its reports without the token") {
  const Scratch scratch;
  Mock mock({}, kWithToken);
  Program run(against(mock.gateway_url(), {"--select", "hello/*", "--select", "frames/*", "--select", "identify/valid",
                                           "--json", scratch.path("report.json"), "--html", scratch.path("report.html"),
                                           "--junit", scratch.path("report.xml"), "--record", scratch.path("records")}),
              kWithToken);
  CHECK(run.wait() == 0);
  INFO(run.out() << run.err());
  CHECK(has(run.out(), " 17 passed of 17 scenarios"));
  CHECK(has(run.out(), "Observed, and never failed:\n"));
  CHECK(has(run.out(), "frames/long-form  seen: the server closed with 1002"));
  CHECK(has(run.err(), "identify/valid: passed"));
  const json report = read(scratch.path("report.json"));
  CHECK(schema_faults(read("corpus/schema/report.schema.json"), report) == std::vector<std::string>{});
  CHECK(report["results"].size() == 17);
  for (const json& result : report["results"]) CHECK(result["timeline"].size() > 3);
  for (const std::string file : {"report.json", "report.html", "report.xml", "records/identify.valid.jsonl"}) {
    const std::string text = content_of(scratch.path(file));
    INFO(file);
    CHECK(has(text, "identify"));
    CHECK_FALSE(has(text, kToken));
  }
}

TEST_CASE("probe: the token may be an argument or stand in a file, and a server may have a certificate of its own") {
  const Scratch scratch;
  Mock mock({"--tls"}, kWithToken);
  Program trusting(against(mock.gateway_url(), {"--token", kToken, "--ca", mock.ca_file(), "--select", "hello/first"}));
  CHECK(trusting.wait() == 0);
  Program of_file(against(mock.gateway_url(), {"--token-file", scratch.file("token", kToken), "--ca", mock.ca_file(),
                                               "--select", "hello/first", "--identify-every", "0"}));
  CHECK(of_file.wait() == 0);
  Program distrustful(against(mock.gateway_url(), {"--token", kToken, "--select", "hello/first"}));
  CHECK(distrustful.wait() == 5);
  CHECK(has(distrustful.err(), "certificate"));
}

TEST_CASE("probe: a wrong token is told of before all else, and what needs a session fails") {
  Mock mock({}, kWithToken);
  Program run(
      against(mock.gateway_url(), {"--token", "another", "--select", "heartbeat/ack", "--select", "hello/first"}));
  CHECK(run.wait() == 1);
  CHECK(has(run.err(), "could not log in: the server closed with 4004"));
  CHECK(has(run.out(), "heartbeat/ack  failed"));
  CHECK(has(run.out(), "1 passed, 1 failed of 2"));
}

TEST_CASE("probe: where no server answers that is told in one line") {
  const DeadPort dead;
  Program refused(against("ws://127.0.0.1:" + dead.number(), {"--token", "x"}));
  CHECK(refused.wait() == 5);
  CHECK(has(refused.err(), "portcullis run: "));
  CHECK(has(refused.err(), "refused"));
  Mock mock({}, kWithToken);
  const std::string port = mock.api_url().substr(mock.api_url().rfind(':') + 1);
  Program no_gateway(against("ws://127.0.0.1:" + port.substr(0, port.find('/')), {"--token", "x"}));
  CHECK(no_gateway.wait() == 5);
  CHECK(has(no_gateway.err(), "does not upgrade"));
}

TEST_CASE("probe: a server that accepts and says nothing is given up, and a run can be interrupted") {
  const net::Listener deaf = deaf_server();
  const std::string url = "ws://127.0.0.1:" + std::to_string(deaf.port());
  Program patient(against(url, {"--token", "x"})), interrupted(against(url, {"--token", "x"}));
  ::usleep(300'000);
  interrupted.signal(SIGINT);
  CHECK(interrupted.wait() != 0);
  CHECK(patient.wait() == 5);
  CHECK(has(patient.err(), "does not upgrade: GW-ID-16: could not log in: no Hello came"));
}

TEST_CASE("probe: a command line that cannot be meant is refused with what would do") {
  struct Case {
    Arguments arguments;
    std::string says;
  };
  const std::vector<Case> cases{
      {{"run", "--server", "http://127.0.0.1:1", "--token", "x"}, "ws://127.0.0.1:3001"},
      {{"run", "--server", "ws://127.0.0.1:1"}, "PORTCULLIS_TOKEN"},
      {{"run", "--server", "wss://gateway.discord.gg", "--token", "x"}, "not to Discord"},
      {{"run", "--server", "ws://127.0.0.1:1", "--token", "x", "--exec", "true"}, "--exec"},
      {{"run", "--server", "ws://127.0.0.1:1", "--token", "x", "--select", "tea/*"}, "portcullis list --server"},
      {{"run", "--exec", "true", "--token", "x"}, "--server"}};
  for (const Case& one : cases) {
    Program program(one.arguments);
    CHECK(program.wait() == 3);
    INFO(one.says << "\n" << program.err());
    CHECK(has(program.err(), one.says));
  }
}

TEST_CASE("probe: each scenario is listed, and can be explained with its script") {
  Program lines({"list", "--server", "--json"});
  REQUIRE(lines.wait() == 0);
  std::set<std::string> ids;
  std::string line;
  for (std::istringstream in(lines.out()); std::getline(in, line);) ids.insert(json::parse(line).at("id"));
  CHECK(ids.size() > 100);
  CHECK(ids.contains("rate/too-much"));
  Program explained({"explain", "rate/too-much"});
  CHECK(explained.wait() == 0);
  CHECK(has(explained.out(), "{\"send\":{\"op\":1,\"d\":\"$seq\"}}, 130 times"));
  CHECK(has(explained.out(), "GW-RATE-3"));
  Program rule({"explain", "server/heartbeat/ack"});
  CHECK(rule.wait() == 0);
  CHECK(has(rule.out(), "Every heartbeat is answered with op 11."));
  CHECK(has(rule.out(), "heartbeat/each, for servers, MUST"));
  Program requirement({"explain", "GW-RATE-3"});
  CHECK(requirement.wait() == 0);
  CHECK(has(requirement.out(), "rate/too-much, for servers, MUST"));
}

}  // namespace portcullis::tests
