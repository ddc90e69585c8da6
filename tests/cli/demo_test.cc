// `portcullis demo`: the whole story, on loopback over TLS.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "portcullis/tests/cli/program.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("interop: the demo ends by itself, with nothing lost and everything checked") {
  Program demo({"demo", "--json", "--seconds-max", "90"});
  CHECK(demo.wait() == 0);
  INFO(demo.out() << demo.err());
  CHECK(demo.err().empty());
  const std::vector<json> lines = lines_of(demo.out());
  REQUIRE(lines.size() > 30);
  const json& summary = lines.back();
  CHECK(summary.at("ok") == true);
  const json& counts = summary.at("counts");
  CHECK(counts.at("lost") == 0);
  CHECK(counts.at("out_of_order") == 0);
  CHECK(counts.at("events_sent") == counts.at("events_received"));
  CHECK(counts.at("events_sent") > 100);
  CHECK(counts.at("resumes") == 2);
  CHECK(counts.at("identifies") == 2);
  CHECK(counts.at("replayed") >= 5);
  CHECK(counts.at("heartbeats") >= 2);
  CHECK(summary.at("checks").size() >= 6);
  for (const json& check : summary.at("checks")) CHECK(check.at("ok") == true);
}

TEST_CASE("interop: the demo that may not take its time says so and fails") {
  Program demo({"demo", "--seconds-max", "1"});
  CHECK(demo.wait() == 1);
  INFO(demo.out() << demo.err());
  CHECK(demo.out().find("FAILED") != std::string::npos);
  CHECK(demo.err().find("--seconds-max") != std::string::npos);
  CHECK(demo.out().find('\x1b') == std::string::npos);  // no colours but on a terminal
}

TEST_CASE("interop: the demo can be interrupted") {
  Program demo({"demo"});
  REQUIRE(demo.prints("READY"));
  demo.signal(SIGINT);
  CHECK(demo.wait() == 1);
  CHECK(demo.err().find("interrupted") != std::string::npos);
}

}  // namespace portcullis::tests
