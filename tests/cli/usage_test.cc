// What the command line says of itself, and of what it is asked in vain. No gateway is needed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "portcullis/tests/cli/program.h"

namespace portcullis::tests {
namespace {

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.usage0.not-to-be-printed";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Whether a text is one line, and more than its end.
bool is_one_line(const std::string& text) {
  return text.size() > 1 && std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

std::string shown(const Program& program) { return "out: " + program.out() + "\nerr: " + program.err(); }

struct InVain {
  std::vector<std::string> arguments;
  Program::Environment environment;
  int status;
  std::vector<std::string> says;  // each stands in the one line on standard error
};

void check(const InVain& one) {
  Program program(one.arguments, one.environment);
  const int status = program.wait();
  INFO(shown(program));
  CHECK(status == one.status);
  CHECK(program.out().empty());
  CHECK(is_one_line(program.err()));
  for (const std::string& part : one.says) {
    INFO("should say: " << part);
    CHECK(has(program.err(), part));
  }
  CHECK_FALSE(has(program.err(), kToken));
}

const Program::Environment kWithToken{{"PORTCULLIS_TOKEN", kToken}};

}  // namespace

TEST_CASE("interop: each verb has a help with an example that a person can learn from") {
  const std::map<std::string, std::vector<std::string>> options{
      {"demo", {"--seconds-max", "--no-color", "--json"}},
      {"connect",
       {"--url", "--api-url", "--shards", "--shard", "--intents", "--compression", "--encoding", "--check", "--ca",
        "--token-file", "--session-file", "--keep", "--events", "--seconds", "--data", "--json", "--verbose"}},
      {"mock",
       {"--address", "--port", "--api-port", "--control-port", "--tls", "--ca-out", "--token-file", "--world",
        "--guilds", "--shards", "--max-concurrency", "--heartbeat-ms", "--session-lifetime-ms", "--events-per-second",
        "--ready-file", "--json", "--quiet", "--verbose", "--public-url"}},
      {"run",
       {"--exec", "--shim", "--name", "--select", "--level", "--scenarios", "--slow", "-j", "--timeout", "--tls",
        "--expected", "--json", "--junit", "--html", "--record"}},
      {"list", {"--select", "--level", "--scenarios", "--json"}},
      {"explain", {"ID", "--scenarios"}},
      {"vectors", {"DIR", "--exec", "--layer", "--timeout", "--json"}},
      {"step", {"-h,--help"}},
      {"replay", {"FILE", "--json"}},
      {"minimise", {"FILE", "--rule", "--out", "--budget", "--json"}},
      {"proxy",
       {"--upstream", "--upstream-api", "--ca", "--address", "--port", "--api-port", "--tls", "--ca-out", "--fault",
        "--record", "--html", "--ready-file", "--json", "--quiet", "drop", "stall", "delay", "close", "corrupt"}},
      {"spec", {"TABLE", "--format"}}};
  for (const auto& [verb, names] : options) {
    Program help({verb, "--help"});
    CHECK(help.wait() == 0);
    CHECK(help.err().empty());
    CHECK(has(help.out(), "Example"));
    CHECK(has(help.out(), "portcullis " + verb));
    for (const std::string& name : names) {
      INFO(verb << " " << name << "\n" << help.out());
      CHECK(has(help.out(), "  " + name));
    }
  }
}

TEST_CASE("interop: the help of the program names its verbs, and where the token comes from") {
  Program help({"--help"});
  CHECK(help.wait() == 0);
  for (const char* const part : {"demo", "connect", "mock", "spec", "PORTCULLIS_TOKEN", "NO_COLOR", "Example"})
    CHECK(has(help.out(), part));
}

TEST_CASE("interop: a scenario, a rule and a requirement are explained, with what they have to do with each other") {
  struct Asked {
    std::string id;
    std::vector<std::string> says;
  };
  const std::vector<Asked> all{
      {"close/4000/after-ready",
       {"SHOULD scenario", "Connection 1:", "- step 1: waits for READY", "closes with 4000",
        "Connection 2:", "GW-CLOSE-4000, ", "Source: ", "Rules that check it", "Such a failure was reported of",
        "discord.js", "told to stop"}},
      {"rate/send-flood", {"(130 times in all)", "--shim", "a heartbeat every 5.0 s"}},
      {"heartbeat/zombie", {"SHOULD rule", "GW-HB-14, ", "Scenarios that cite it", "heartbeat/"}},
      {"GW-HB-14", {"requirement, side: client", "Source: ", "heartbeat/zombie, SHOULD", "Scenarios that cite it"}},
      {"OP-1", {"open requirement", "Reading: "}},
  };
  for (const Asked& one : all) {
    Program program({"explain", one.id});
    CHECK(program.wait() == 0);
    INFO(shown(program));
    CHECK(program.out().starts_with(one.id));
    for (const std::string& part : one.says) {
      INFO("should say: " << part);
      CHECK(has(program.out(), part));
    }
  }
}

TEST_CASE("interop: each scenario is listed, in words and as JSON, and each can be explained") {
  Program words({"list"}), lines({"list", "--json"});
  REQUIRE(words.wait() == 0);
  REQUIRE(lines.wait() == 0);
  std::istringstream in(lines.out());
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    const auto one = nlohmann::json::parse(line);
    const std::string id = one["id"];
    INFO(id);
    CHECK(has(words.out(), id + " "));
    CHECK_FALSE(one["requirements"].empty());
    if (count % 10 != 0) continue;
    Program explained({"explain", id});
    CHECK(explained.wait() == 0);
    CHECK(has(explained.out(), one["requirements"][0].get<std::string>() + ", "));
  }
  CHECK(count >= 150);
  CHECK(has(words.out(), std::to_string(count) + " scenarios"));
}

TEST_CASE("interop: the version is that of MODULE.bazel, and the day that of the requirements' sources") {
  const std::string module = content_of("MODULE.bazel");
  std::smatch version;
  REQUIRE(std::regex_search(module, version, std::regex("version = \"([0-9.]+)\"")));
  const auto sources = nlohmann::json::parse(content_of("spec/requirements/sources.json"));
  Program program({"--version"});
  CHECK(program.wait() == 0);
  CHECK(program.out() ==
        "portcullis " + version[1].str() + ", requirements of " + sources["snapshot"].get<std::string>() + "\n");
}

TEST_CASE("interop: a command line that cannot be meant is answered with one line and status 3") {
  const std::vector<InVain> all{
      {{}, {}, 3, {"which verb"}},
      {{"play"},
       {},
       3,
       {"no such verb",
        "demo, connect, mock, list, explain, run, check, report, replay, minimise, proxy, vectors, step, spec"}},
      {{"demo", "--loud"}, {}, 3, {"--loud", "portcullis demo --help"}},
      {{"demo", "--seconds-max", "soon"}, {}, 3, {"--seconds-max"}},
      {{"demo", "--seconds-max", "-1"}, {}, 3, {"--seconds-max"}},
      {{"demo", "twice"}, {}, 3, {"a word too many"}},
      {{"mock", "--port", "70000"}, {}, 3, {"--port"}},
      {{"mock", "--quiet", "--verbose"}, {}, 3, {"--quiet", "--verbose"}},
      {{"mock", "--ca-out", "ca.pem"}, {}, 3, {"--tls"}},
      {{"connect", "--keep"}, kWithToken, 3, {"--session-file"}},
      {{"connect", "--shard", "0"}, kWithToken, 3, {"--shards"}},
      {{"connect", "--shards", "2", "--shard", "2"}, kWithToken, 3, {"--shard 2"}},
      {{"connect", "--compression", "lzma"}, kWithToken, 3, {"--compression"}},
      {{"connect", "--encoding", "xml"}, kWithToken, 3, {"--encoding"}},
      {{"connect", "--intents", "GUILD"}, kWithToken, 3, {"'GUILD'", "spec intents"}},
      {{"proxy"}, {}, 3, {"--upstream"}},
      {{"proxy", "--upstream", "http://a"}, {}, 3, {"--upstream", "wss://gateway.discord.gg"}},
      {{"proxy", "--upstream", "ws://a/?v=10"}, {}, 3, {"path and query"}},
      {{"proxy", "--upstream", "ws://a", "--upstream-api", "ftp://a"}, {}, 3, {"--upstream-api", "https://"}},
      {{"proxy", "--upstream", "ws://a", "--fault", "drop code=1"}, {}, 3, {"--fault", "drop has no \"code\""}},
      {{"proxy", "--upstream", "wss://a", "--ca", "/no/such.pem"}, {}, 3, {"/no/such.pem"}},
      {{"mock", "--public-url", "http://a"}, {}, 3, {"--public-url"}},
      {{"replay", "/no/such.jsonl"}, {}, 3, {"/no/such.jsonl"}},
      {{"minimise", "/no/such.jsonl", "--out", "small.jsonl"}, {}, 3, {"/no/such.jsonl"}},
      {{"run"}, {}, 3, {"--exec COMMAND", "--shim COMMAND"}},
      {{"run", "--exec", "true", "--shim", "true"}, {}, 3, {"--shim", "--exec"}},
      {{"run", "--exec", "true", "--html", "/no/such/report.html"}, {}, 3, {"--html", "/no/such"}},
      {{"run", "--exec", "true", "--json", "/"}, {}, 3, {"--json", "directory"}},
      {{"run", "--exec", "true", "--select", "tea/*"}, {}, 3, {"tea/*", "portcullis list"}},
      {{"list", "--select", "tea/*"}, {}, 3, {"tea/*", "portcullis list"}},
      {{"explain"}, {}, 3, {"ID"}},
      {{"explain", "teapot/short"}, {}, 3, {"teapot/short", "portcullis list"}},
      {{"vectors", "--layer", "tea"}, {}, 3, {"--layer", "etf"}},
      {{"vectors", "no/such/folder"}, {}, 3, {"no/such/folder"}},
      {{"step", "further"}, {}, 3, {"a word too many"}},
      {{"spec", "weather"}, {}, 3, {"weather", "heartbeat"}},
      {{"spec", "--format", "dot"}, {}, 3, {"--format", "TABLE"}},
      {{"connect", "--events", "0"}, kWithToken, 3, {"--events", "range 1 to"}},
      {{"spec", "opcodes", "--format", "dot"}, {}, 3, {"no format dot", "json, markdown"}},
  };
  for (const InVain& one : all) check(one);
}

TEST_CASE("interop: what cannot be printed, or written to a device, is told; the device stays one") {
  const Scratch scratch;
  const auto prints = [&](const std::string& verb) {
    return WEXITSTATUS(std::system(("cli/portcullis " + verb + " >/dev/full 2>" + scratch.path("told")).c_str()));
  };
  CHECK(prints("list") == 4);
  CHECK(has(content_of(scratch.path("told")), "disk full"));
  CHECK(prints("explain GW-HB-14") == 4);
  CHECK(WEXITSTATUS(std::system("cli/portcullis list | head -1 >/dev/null")) == 0);
  Program report({"run", "--exec", "true", "--select", "close/1000/*", "--json", "/dev/full"});
  CHECK(report.wait() == 3);
  CHECK(has(report.err(), "No space left"));
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("GW-SEC-1: a token among the arguments is refused, and not repeated") {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"connect", "--token", kToken}, {"connect", std::string("--token=") + kToken}, {"mock", "--token", kToken}})
    check({arguments, {}, 3, {"never an argument", "PORTCULLIS_TOKEN", "--token-file"}});
  check({{"connect", kToken}, {}, 3, {"a word too many"}});
  check({{kToken}, {}, 3, {"no such verb"}});
}

TEST_CASE("interop: a bad URL, token or file is told in one line that says what to do") {
  const Scratch scratch;
  const std::string empty = scratch.file("empty", "");
  const std::string words = scratch.file("words", "two words\n");
  const std::string absent = scratch.path("absent");
  const std::string broken = scratch.file("broken.json", "{\n \"guilds\": [,]\n}");
  const std::string odd = scratch.file("odd.json", R"({"guilds": [{"name": "a", "chanels": []}]})");
  const std::string url = "ws://127.0.0.1:9";
  const std::vector<InVain> all{
      {{"connect", "--url", "http://127.0.0.1"}, kWithToken, 3, {"--url", "neither ws nor wss", "wss://"}},
      {{"connect", "--url", "wss://"}, kWithToken, 3, {"--url", "host"}},
      {{"connect", "--url", "wss://a:0"}, kWithToken, 3, {"--url", "port"}},
      {{"connect", "--api-url", "ftp://a"}, kWithToken, 3, {"--api-url", "https://"}},
      {{"connect", "--url", url}, {}, 3, {"no token", "PORTCULLIS_TOKEN", "--token-file"}},
      {{"connect", "--url", url}, {{"PORTCULLIS_TOKEN", "two words"}}, 3, {"PORTCULLIS_TOKEN"}},
      {{"connect", "--url", url, "--token-file", absent}, {}, 3, {"--token-file", absent, "No such file"}},
      {{"connect", "--url", url, "--token-file", empty}, {}, 3, {"--token-file", "no token"}},
      {{"connect", "--url", url, "--token-file", words}, {}, 3, {"--token-file", "no token"}},
      {{"connect", "--url", url, "--token-file", "/"}, {}, 3, {"--token-file", "directory"}},
      {{"connect", "--url", url, "--ca", absent}, kWithToken, 3, {absent}},
      {{"connect", "--url", url, "--ca", empty}, kWithToken, 3, {empty}},
      {{"connect", "--url", url, "--session-file", words}, kWithToken, 3, {"--session-file", words}},
      {{"connect", "--url", url, "--session-file", absent + "/no"}, kWithToken, 3, {"--session-file", absent}},
      {{"connect", "--url", url, "--record", absent + "/no"}, kWithToken, 3, {"--record", absent, "no such file"}},
      {{"connect", "--url", url, "--record", "/dev/full"}, kWithToken, 3, {"--record", "/dev/full", "no space"}},
      {{"mock", "--record", absent + "/no"}, {}, 3, {"--record", absent, "no such file"}},
      {{"minimise", words, "--out", words}, {}, 3, {"--out", "another file"}},
      {{"mock", "--token-file", absent}, {}, 3, {"--token-file", absent}},
      {{"mock", "--ready-file", absent + "/no"}, {}, 3, {"--ready-file", absent}},
      {{"mock", "--tls", "--ca-out", absent + "/no"}, {}, 3, {absent}},
      {{"mock", "--address", "nowhere"}, {}, 3, {"nowhere"}},
      {{"mock", "--world", absent}, {}, 3, {"--world", absent, "No such file"}},
      {{"mock", "--world", empty}, {}, 3, {"--world", empty, "line 1, column 1", "is not JSON"}},
      {{"mock", "--world", broken}, {}, 3, {"--world", broken, "line 2, column 13", "is not JSON"}},
      {{"mock", "--world", odd}, {}, 3, {"--world", odd, "guilds[0].chanels", "is no field here", "channels"}},
      {{"mock", "--world", odd, "--guilds", "2"}, {}, 3, {"--world", "--guilds"}},
  };
  for (const InVain& one : all) check(one);
}

TEST_CASE("spec: the tables are printed as they are checked in") {
  const std::map<std::string, std::string> endings{
      {"json", "json"}, {"markdown", "md"}, {"dot", "dot"}, {"promela", "pml"}};
  for (const auto& [format, ending] : endings) {
    Program program({"spec", "gateway_session", "--format", format});
    CHECK(program.wait() == 0);
    CHECK(program.out() == content_of("spec/generated/gateway_session." + ending));
  }
  Program list({"spec"});
  CHECK(list.wait() == 0);
  for (const char* const name : {"gateway_session", "gateway_peer", "heartbeat", "close_codes", "intents", "mermaid"})
    CHECK(has(list.out(), name));
}

}  // namespace portcullis::tests
