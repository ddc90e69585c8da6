// Recordings: made by `proxy` and `connect`, judged, replayed, shrunk; and files that are none.
#include <signal.h>

#include <algorithm>
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
using Arguments = std::vector<std::string>;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.record.not-to-be-written";
const Program::Environment kWithToken{{"PORTCULLIS_TOKEN", kToken}};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t lines_in(const std::string& path) {
  const std::string text = content_of(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// A run of `portcullis proxy` before a mock, once it listens.
struct Proxy {
  Proxy(const Mock& mock, const Scratch& scratch, const Arguments& more) : program(arguments(mock, scratch, more)) {
    if (!program.prints("upstream")) FAIL(program.err());
    urls = json::parse(content_of(scratch.path("ready")));
  }
  static Arguments arguments(const Mock& mock, const Scratch& scratch, const Arguments& more) {
    Arguments all{"proxy",    "--upstream",         mock.gateway_url(), "--upstream-api",     mock.api_url(),
                  "--record", scratch.path("seen"), "--ready-file",     scratch.path("ready")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Program program;
  json urls;
};

TEST_CASE(
    "interop: a client that finds the proxy by its door for REST is recorded and judged, and the report is last") {
  const Scratch scratch;
  Mock mock({"--events-per-second", "50"}, kWithToken);
  Proxy proxy(mock, scratch, {"--html", scratch.path("page.html")});
  Program client({"connect", "--api-url", proxy.urls["api_url"], "--events", "20"}, kWithToken);
  CHECK(client.wait() == 0);
  proxy.program.signal(SIGINT);
  CHECK(proxy.program.wait() == 0);
  INFO(proxy.program.out());
  CHECK(has(proxy.program.out(), "link 1: a client has connected"));
  CHECK(has(proxy.program.out(), "rules kept"));
  CHECK(has(content_of(scratch.path("page.html")), "portcullis proxy"));
  const std::string seen = content_of(scratch.path("seen"));
  CHECK(has(seen, "\"is\":\"rest\""));
  CHECK(has(seen, "\"t\":\"READY\""));
  CHECK(has(seen, proxy.urls["gateway_url"].get<std::string>()));
  CHECK_FALSE(has(seen, kToken));
  Program check({"check", scratch.path("seen")});
  CHECK(check.wait() == 0);
}

TEST_CASE("interop: the proxy tells of faults and of what is found while it happens, as JSON lines") {
  const Scratch scratch;
  Mock mock({"--events-per-second", "50", "--heartbeat-ms", "500"}, kWithToken);
  Program program(Proxy::arguments(mock, scratch, {"--json", "--fault", "close after=2000 code=4004"}));
  REQUIRE(program.prints("\"listening\""));
  const json urls = json::parse(content_of(scratch.path("ready")));
  Program client({"connect", "--url", urls["gateway_url"], "--events", "200"}, kWithToken);
  CHECK(client.wait() == 1);  // 4004 is for good
  REQUIRE(program.prints("\"fault\":\"close after=2000"));
  program.signal(SIGINT);
  CHECK(program.wait() == 0);
  std::istringstream lines(program.out());
  json last;
  for (std::string line; std::getline(lines, line);) last = json::parse(line);
  CHECK(last["outcome"] == "passed");
  CHECK(has(content_of(scratch.path("seen")), "\"is\":\"script\",\"did\":\"close after=2000 dir=down code=4004\""));
  CHECK(has(content_of(scratch.path("seen")), "\"is\":\"close\",\"from\":\"server\",\"code\":4004"));
}

TEST_CASE("timeline: what connect has recorded is replayed the same, and a change is shown where it is") {
  const Scratch scratch;
  Mock mock({"--events-per-second", "50", "--heartbeat-ms", "300"}, kWithToken);
  Program client({"connect", "--api-url", mock.api_url(), "--events", "60", "--record", scratch.path("own")},
                 kWithToken);
  CHECK(client.wait() == 0);
  const std::string own = content_of(scratch.path("own"));
  CHECK_FALSE(has(own, kToken));
  Program replay({"replay", scratch.path("own")});
  CHECK(replay.wait() == 0);
  INFO(replay.out());
  CHECK(has(replay.out(), ": the same: "));

  std::string changed = own;
  const std::size_t at = changed.find("\"op\":1}");
  REQUIRE(at != std::string::npos);
  changed.insert(at, "\"x\":1,");
  Program differs({"replay", scratch.file("changed", changed), "--json"});
  CHECK(differs.wait() == 1);
  const json line = json::parse(differs.out());
  CHECK_FALSE(line["same"]);
  CHECK(has(line["difference"]["recorded"], "\"op\":1"));
  CHECK(line["difference"]["recorded"] != line["difference"]["replayed"]);
}

TEST_CASE("judge: minimise writes a small recording that breaks the same rule") {
  const Scratch scratch;
  std::string text = R"({"timeline":1,"clock":"wall","about":"a test"})"
                     "\n"
                     R"({"at":0,"link":1,"is":"open","url":"ws://a:1/?v=10&encoding=json"})"
                     "\n";
  const std::string event = R"("link":1,"is":"message","from":"server","kind":"text","bytes":9,"payload":{"op":11}})";
  for (int i = 1; i <= 2'000; ++i) text += "{\"at\":" + std::to_string(i) + "," + event + "\n";
  text +=
      R"({"at":2001,"link":1,"is":"message","from":"client","kind":"text","bytes":9,"payload":{"op":99,"d":{"x":1}}})"
      "\n";
  Program program({"minimise", scratch.file("long", text), "--out", scratch.path("small")});
  CHECK(program.wait() == 0);
  INFO(program.out() << program.err());
  CHECK(has(program.out(), "of 2002 records are left"));
  CHECK(lines_in(scratch.path("small")) <= 4);
  Program check({"check", scratch.path("small")});
  CHECK(check.wait() == 1);
}

TEST_CASE("timeline: a file that is no recording is refused with its line and member, and nothing is left behind") {
  const Scratch scratch;
  const std::string header = R"({"timeline":1,"clock":"wall","about":"a test"})"
                             "\n";
  const std::string open = R"({"at":0,"link":1,"is":"open","url":"ws://a:1/?v=10&encoding=json"})"
                           "\n";
  struct Vain {
    std::string text, says;
  };
  const std::vector<Vain> all{{header + open.substr(0, 20), "line 2: it is cut off"},
                              {header + open + "{]\n", "line 3: "},
                              {header + R"({"at":0,"link":1,"is":"open","url":"x","colour":1})"
                                        "\n",
                               "\"colour\" is not"},
                              {header + R"({"at":0,"is":"tea"})"
                                        "\n",
                               "line 2: \"is\" may not be \"tea\""},
                              {"", "line 1: the header is missing"}};
  for (const Vain& one : all) {
    const std::string file = scratch.file("bad", one.text);
    for (const Arguments& arguments : {Arguments{"check", file}, Arguments{"replay", file},
                                       Arguments{"minimise", file, "--out", scratch.path("small")}}) {
      Program program(arguments);
      CHECK(program.wait() == 3);
      INFO(arguments[0] << ": " << program.err());
      CHECK(has(program.err(), file + ": " + one.says.substr(0, 5)) == one.says.starts_with("line"));
      CHECK(has(program.err(), one.says));
    }
  }
  CHECK_FALSE(std::filesystem::exists(scratch.path("small")));
  const std::string good = scratch.file("good", header + open);
  Program replay({"replay", good}), minimise({"minimise", good, "--out", scratch.path("small")}),
      unknown({"minimise", good, "--rule", "tea/cup", "--out", scratch.path("small")});
  CHECK(replay.wait() == 3);
  CHECK(has(replay.err(), "no inputs"));
  CHECK(minimise.wait() == 3);
  CHECK(has(minimise.err(), "breaks no rule"));
  CHECK(unknown.wait() == 3);
  CHECK(has(unknown.err(), "there is no rule tea/cup"));
  CHECK_FALSE(std::filesystem::exists(scratch.path("small")));
}

}  // namespace
}  // namespace portcullis::tests
