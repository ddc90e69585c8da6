// The vector files themselves: a wrong one would be a wrong specification for everybody who uses them.
#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>

#include "portcullis/spec/requirements.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kFiles{"corpus/vectors/close_codes/server.json", "corpus/vectors/commands/payloads.json",
                                      "corpus/vectors/url_join/join.json"};

TEST_CASE("GW-ENV-4: vector files keep their schema, order, ids and counts", "[gw][vectors]") {
  for (const std::string& path : kFiles) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
    CHECK_FALSE(cases_of(path).empty());
  }
}

// Every requirement of these groups that a vector of its file can show has one.
TEST_CASE("GW-CLOSE-FATAL: no requirement is without a vector that could have one", "[gw][vectors]") {
  const std::map<std::string, std::regex> shown_in{
      {kFiles[0], std::regex("GW-CLOSE-.*")},
      {kFiles[1],
       std::regex("GW-(PRES-([1-57]|10|11)|VSU-1|RGM-([1-68]|16|19)|SB-1|CI-1|SHARD-10|SIZE-[1367]|RES-(1|20)|"
                  "ID-([167]|8|1[01234])|INT-14|HB-5)")},
      {kFiles[2], std::regex("GW-URL-([1-36-9]|10)|GW-SEC-2|LOCAL-19|GW-REST-10")},
  };
  for (const auto& [path, ids] : shown_in) {
    std::set<std::string> cited;
    for (const Json& one : cases_of(path))
      for (const Json& id : one["req"]) cited.insert(id);
    std::vector<std::string> lacking;
    for (const std::string_view id : req::kIds)
      if (std::regex_match(std::string(id), ids) && cited.count(std::string(id)) == 0) lacking.emplace_back(id);
    CAPTURE(path);
    CHECK(lacking == std::vector<std::string>{});
  }
}

TEST_CASE("GW-ENV-4: the lint sees each kind of damage", "[gw][vectors]") {
  const Json schema = read_vectors("corpus/schema/close_codes.schema.json");
  const Json sound = read_vectors(kFiles[0]);
  REQUIRE(breaches(sound, schema).empty());

  Json damaged = sound;
  damaged["cases"][0].erase("code");
  CHECK(breaches(damaged, schema) == std::vector<std::string>{"/cases/0: lacks code"});
  damaged = sound;
  damaged["cases"][0]["accepted"] = Json::array();
  CHECK(breaches(damaged, schema).size() == 1);
  damaged = sound;
  damaged["cases"][0]["accepted"][0] = "wait";
  CHECK(breaches(damaged, schema).size() == 1);
  damaged = sound;
  damaged["cases"][0]["extra"] = 1;
  CHECK(breaches(damaged, schema).size() == 1);
  damaged = sound;
  damaged["cases"][0]["code"] = "4000";
  CHECK(breaches(damaged, schema).size() == 1);
  damaged = sound;
  damaged["count"] = 0;
  CHECK(breaches(damaged, schema).size() == 1);
  damaged = sound;
  damaged["suite"] = "Close Codes";
  CHECK(breaches(damaged, schema).size() == 1);
  damaged = Json::parse(R"({"suite": "a/b", "schema": "close_codes.schema.json"})");
  CHECK(breaches(damaged, schema).front() == "/suite: does not fit the pattern");
  damaged = sound;
  damaged["cases"][0].erase("id");
  damaged["cases"][0]["id"] = "close_codes/server/1";
  CHECK(breaches(damaged, schema).front() == "/cases/0/id: stands out of order");
  CHECK(breaches(Json(1), Json{{"multipleOf", 1}}).size() == 1);
}

}  // namespace
}  // namespace portcullis::tests
