// GW-SEC-1: neither the token nor a session's id appears in anything that the program prints or records, at its most
// talkative, in success and in every failure.
#include <signal.h>

#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "portcullis/tests/cli/program.h"

namespace portcullis::tests {
namespace {

using Arguments = std::vector<std::string>;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.secret.0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const Program::Environment kWithToken{{"PORTCULLIS_TOKEN", kToken}};

/// Everything printed so far, and what must not stand in it.
struct Printed {
  std::string text;
  std::vector<std::string> secrets{kToken, "0f1e2d3c4b5a69788796a5b4c3d2e1f0"};

  void add(const Program& program) { text += program.out() + program.err(); }
  void keep_secret(const std::string& secret) {
    REQUIRE(secret.size() >= 16);
    secrets.push_back(secret);
  }
  void search() const {
    std::cout << "searched " << text.size() << " bytes for " << secrets.size() << " secrets\n";
    REQUIRE(text.size() > 100);
    for (const std::string& secret : secrets) CHECK(text.find(secret) == std::string::npos);
  }
};

/// The ids of a mock's sessions, as its control port tells them.
std::vector<std::string> session_ids(const Mock& mock) {
  const std::string answer = mock.control("GET", "/sessions");
  std::vector<std::string> ids;
  for (const auto& session : nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n") + 4)))
    ids.push_back(session.at("id"));
  return ids;
}

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// A session with all that can happen to it, and a second run that resumes it.
void play(const Arguments& mock_arguments, const Arguments& more) {
  Printed printed;
  const Scratch scratch;
  Mock mock(mock_arguments + Arguments{"--verbose", "--events-per-second", "20", "--heartbeat-ms", "500", "--record",
                                       scratch.path("mock")},
            kWithToken);
  Arguments arguments{"connect", "--api-url", mock.api_url(),   "--verbose",
                      "--data",  "--keep",    "--session-file", scratch.path("kept")};
  if (!mock.ca_file().empty()) arguments = arguments + Arguments{"--ca", mock.ca_file()};

  Program first(arguments + more + Arguments{"--record", scratch.path("first")}, kWithToken);
  REQUIRE(first.prints("\"READY\""));
  REQUIRE(!session_ids(mock).empty());
  const std::string id = session_ids(mock).front();
  printed.keep_secret(id);
  for (const char* const verb : {"/heartbeat", "/reconnect"}) {
    CHECK(mock.control("POST", verb, R"({"session": ")" + id + "\"}").find("reached") != std::string::npos);
    if (std::string(verb) == "/reconnect") REQUIRE(first.prints("\"RESUMED\""));
  }
  mock.control(
      "POST", "/dispatch",
      R"({"t": "VOICE_SERVER_UPDATE", "d": {"token": "voice-token-0123456789", "session_id": ")" + id + "\"}}");
  printed.keep_secret("voice-token-0123456789");
  REQUIRE(first.prints("VOICE_SERVER_UPDATE"));
  mock.control("POST", "/dispatch", R"({"session": "nonsense-)" + id + "\"}");
  first.signal(SIGINT);
  CHECK(first.wait() == 0);
  CHECK(content_of(scratch.path("kept")).find(id) != std::string::npos);

  Program second(arguments + more + Arguments{"--events", "30", "--record", scratch.path("second")}, kWithToken);
  CHECK(second.wait() == 0);
  mock.program().signal(SIGTERM);
  CHECK(mock.program().wait() == 0);
  for (const Program* program : {&first, &second, &mock.program()}) printed.add(*program);
  for (const char* const recorded : {"mock", "first", "second"}) printed.text += content_of(scratch.path(recorded));
  printed.search();
}

}  // namespace

TEST_CASE("GW-SEC-1: connect and mock print and record no secret over ws") { play({}, {}); }
TEST_CASE("GW-SEC-1: connect and mock print and record no secret over wss, as JSON") { play({"--tls"}, {"--json"}); }

TEST_CASE("GW-SEC-1: the demo prints no secret") {
  for (const Arguments& arguments : {Arguments{"demo", "--seconds-max", "90"}, Arguments{"demo", "--json"}}) {
    Printed printed;
    Program demo(arguments, kWithToken);
    CHECK(demo.wait() == 0);
    printed.add(demo);
    printed.keep_secret("MTAwMDAwMDAwMDAwMDAwMDAx");  // what the demo's own token begins with
    printed.search();
    // Its session ids are known to nobody but look as Discord's do.
    CHECK_FALSE(std::regex_search(printed.text, std::regex("[0-9a-f]{24}")));
  }
}

TEST_CASE("GW-SEC-1: no failure prints a secret") {
  const Scratch scratch;
  const std::string token_file = scratch.file("token", std::string(kToken) + "\n");
  const std::string two_tokens = scratch.file("two", std::string(kToken) + " " + kToken + "\n");
  const std::string broken = scratch.file("broken", std::string("{\"sessions\": \"") + kToken + "\"}");
  const DeadPort dead;
  Mock plain({}, {{"PORTCULLIS_TOKEN", "another"}});
  Mock tls({"--tls"}, kWithToken);
  Mock other({"--tls"}, kWithToken);
  const std::string port = plain.gateway_url().substr(plain.gateway_url().rfind(':') + 1);
  const std::string dead_url = "ws://127.0.0.1:" + dead.number();
  const Arguments connect{"connect", "--verbose", "--data"};
  const std::vector<Arguments> all{
      connect + Arguments{"--url", "http://nowhere"},
      connect + Arguments{"--url", dead_url, "--token", kToken},
      connect + Arguments{std::string("--token=") + kToken},
      connect + Arguments{kToken},
      {kToken},
      connect + Arguments{"--url", dead_url, "--token-file", scratch.path("absent")},
      connect + Arguments{"--url", dead_url, "--token-file", two_tokens},
      connect + Arguments{"--url", dead_url, "--ca", token_file},
      connect + Arguments{"--url", dead_url, "--session-file", broken},
      connect + Arguments{"--url", dead_url, "--token-file", token_file, "--seconds", "3"},
      connect + Arguments{"--api-url", "http://127.0.0.1:" + dead.number() + "/api", "--seconds", "3"},
      connect + Arguments{"--url", plain.gateway_url()},
      connect + Arguments{"--url", plain.gateway_url(), "--json"},
      connect + Arguments{"--api-url", plain.api_url()},
      connect + Arguments{"--url", tls.gateway_url()},
      connect + Arguments{"--url", tls.gateway_url(), "--ca", other.ca_file()},
      connect + Arguments{"--api-url", tls.api_url()},
      {"mock", "--verbose", "--port", port},
      {"mock", "--verbose", "--token-file", two_tokens},
      {"mock", "--verbose", "--tls", "--ca-out", scratch.path("absent") + "/no"},
      {"demo", "--seconds-max", "1"},
  };
  Printed printed;
  for (const Arguments& arguments : all) {
    Program program(arguments, kWithToken);
    const int status = program.wait();
    INFO(program.err());
    CHECK(status != 0);
    CHECK(status < 128);
    CHECK(!program.err().empty());
    printed.add(program);
  }
  for (Mock* const mock : {&plain, &tls, &other}) printed.add(mock->program());
  printed.search();
}

}  // namespace portcullis::tests
