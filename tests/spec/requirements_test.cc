// Holds the catalogue itself to its form: counts, ids, words, sources, and that each id it cites exists.
#include "portcullis/spec/requirements.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "portcullis/tests/json_schema.h"

namespace portcullis::tests {
namespace {

using nlohmann::json;

const std::vector<std::string> kFiles{"gateway", "websocket", "open_points", "invariants", "voice", "local"};

json read(const std::string& path) {
  std::ifstream in(path);
  INFO("cannot read " << path);
  REQUIRE(in);
  return json::parse(in);
}

const json& file(const std::string& name) {
  static std::map<std::string, json> read_before;
  json& content = read_before[name];
  if (content.is_null()) content = read("spec/requirements/" + name + ".json");
  return content;
}

const json& requirements(const std::string& name) { return file(name).at("requirements"); }

std::set<std::string> all_ids() {
  std::set<std::string> ids;
  for (const auto& name : kFiles)
    for (const auto& one : requirements(name)) ids.insert(one["id"]);
  return ids;
}

/// Compiling a pattern costs far more than using it.
const std::regex& compiled(const std::string& pattern) {
  static std::map<std::string, std::regex> all;
  return all.try_emplace(pattern, pattern).first->second;
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex& regex = compiled(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) found.push_back(at->str(1));
  return found;
}

/// The keys of sources.json that a `source` text uses. A key opens a clause: it stands at the start, after `;` or after
/// `,`, and is a word of one to three capitals, an issue or pull request, or the number of an RFC. What stands in
/// quotation marks is the title of a section.
std::set<std::string> keys_of(const std::string& source) {
  const std::string bare = std::regex_replace(source, compiled("\"[^\"]*\""), "");
  std::set<std::string> keys;
  for (const auto& key : matches(bare, R"((?:^|[;,(] ?)([A-Z]{1,3})(?=[ ;,)]|$))")) keys.insert(key);
  for (const auto& kind : matches(bare, R"(\b([IP]-)\d+)")) keys.insert(kind + "n");
  for (const auto& rfc : matches(bare, R"((?:RFC |^|; )(\d{4})(?=[ ;]|$))")) keys.insert(rfc);
  for (const char* other : {"RFC", "ETF", "JDA"}) keys.erase(other);  // capitals, but not a key of ours
  return keys;
}

/// The ids that a text cites. A family (`GW-IDL-*`, `GW-HB`) is none; of a range (`GW-INT-6..8`) both ends are.
std::set<std::string> cited(const std::string& text) {
  std::set<std::string> ids;
  for (const auto& id :
       matches(text, R"(\b((?:GW-[A-Z]+|WS-[A-Z][A-Z0-9]|OP|INV|VG-[A-Z]+|LOCAL)-(?:\d[0-9A-Z]*|[A-Z]{3,}))\b)"))
    ids.insert(id);
  for (const auto& end : matches(text, R"(\b(GW-[A-Z]+-\d+\.\.\d+))")) {
    const auto family = end.substr(0, end.rfind('-') + 1);
    ids.insert(family + end.substr(end.rfind('.') + 1));
  }
  return ids;
}

TEST_CASE("LOCAL-25: the catalogue is whole", "[spec]") {
  const std::map<std::string, std::size_t> expected{
      {"gateway", 392}, {"websocket", 136}, {"open_points", 46}, {"invariants", 20}, {"voice", 21}};
  for (const auto& [name, count] : expected) {
    INFO(name);
    CHECK(requirements(name).size() == count);
  }
}

TEST_CASE("LOCAL-25: every file of requirements fits its schema", "[spec]") {
  const json schema = read("corpus/schema/requirements.schema.json");
  for (const auto& name : kFiles) {
    INFO(name);
    CHECK(schema_faults(schema, file(name)) == std::vector<std::string>{});
  }
}

TEST_CASE("LOCAL-25: each file holds its own families, levels and sides", "[spec]") {
  const std::map<std::string, std::string> form{
      {"gateway", "GW-[A-Z]+-[0-9A-Z]+ (MUST|SHOULD|MAY|observed) (client|server|both)"},
      {"websocket", "WS-[A-Z][A-Z0-9]-[0-9]+ (MUST|SHOULD|MAY|FIX) (client|server|both)"},
      {"open_points", "OP-[0-9]+ open both"},
      {"invariants", "INV-[0-9]+ MUST client"},
      {"voice", "VG-[A-Z]+-[0-9]+ (MUST|SHOULD|MAY) (client|server|both)"},
      {"local", "LOCAL-[0-9]+ MUST (client|server|both)"}};
  for (const auto& [name, pattern] : form)
    for (const auto& one : requirements(name)) {
      const auto line =
          one["id"].get<std::string>() + " " + one["level"].get<std::string>() + " " + one["side"].get<std::string>();
      INFO(line);
      CHECK(std::regex_match(line, compiled(pattern)));
    }
}

TEST_CASE("LOCAL-25: no id occurs twice, and each is a constant", "[spec]") {
  std::size_t count = 0;
  for (const auto& name : kFiles) count += requirements(name).size();
  const auto ids = all_ids();
  CHECK(ids.size() == count);
  CHECK(std::set<std::string>(req::kIds.begin(), req::kIds.end()) == ids);
}

TEST_CASE("LOCAL-25: our own choices are numbered without a gap", "[spec]") {
  int number = 0;
  for (const auto& one : requirements("local")) CHECK(one["id"] == "LOCAL-" + std::to_string(++number));
}

TEST_CASE("LOCAL-25: every source key is explained", "[spec]") {
  const json& sources = file("sources").at("sources");
  std::set<std::string> used;
  for (const auto& name : kFiles)
    for (const auto& one : requirements(name)) {
      if (!one.contains("source")) continue;
      for (const auto& key : keys_of(one["source"])) {
        INFO(one["id"] << " cites " << key);
        CHECK(sources.contains(key));
        used.insert(key);
      }
    }
  CHECK(used.size() > 20);
}

TEST_CASE("LOCAL-25: what is no open point says where it comes from and how it is checked", "[spec]") {
  for (const auto& name : {"gateway", "websocket", "voice"})
    for (const auto& one : requirements(name)) {
      INFO(one["id"]);
      CHECK(one.contains("source"));
      CHECK(one.contains("check"));
    }
}

TEST_CASE("LOCAL-25: every open point says how this project reads it", "[spec]") {
  for (const auto& one : requirements("open_points")) {
    INFO(one["id"]);
    CHECK(one.contains("discussion"));
    CHECK(one.contains("reading"));
  }
}

TEST_CASE("LOCAL-25: every id that the catalogue cites exists", "[spec]") {
  const auto ids = all_ids();
  std::size_t citations = 0;
  for (const auto& name : kFiles)
    for (const auto& one : requirements(name))
      for (const auto& [key, text] : one.items())
        for (const auto& id : cited(text)) {
          INFO(one["id"] << " cites " << id << " in its " << key);
          CHECK(ids.count(id) == 1);
          if (key != "id") ++citations;
        }
  CHECK(citations > 100);
}

TEST_CASE("LOCAL-25: the laws fit their schema, and cite what exists", "[spec]") {
  const json laws = read("spec/laws.json");
  CHECK(schema_faults(read("corpus/schema/laws.schema.json"), laws) == std::vector<std::string>{});
  const auto ids = all_ids();
  const json& sources = file("sources").at("sources");
  std::set<std::string> seen;
  for (const auto& law : laws["laws"]) {
    INFO(law["id"]);
    CHECK(seen.insert(law["id"]).second);
    for (const auto& id : law["requirements"]) CHECK(ids.count(id) == 1);
    for (const auto& id : cited(law["source"])) CHECK(ids.count(id) == 1);
    for (const auto& key : keys_of(law["source"])) CHECK(sources.contains(key));
  }
}

TEST_CASE("LOCAL-25: the lint itself finds keys, ids and faults", "[spec]") {
  CHECK(keys_of("G \"A; B\"; I-12, P-3; 6455 §3; LIB x, U") ==
        std::set<std::string>{"G", "I-n", "P-n", "6455", "LIB", "U"});
  CHECK(keys_of("docs silent; see OP-3") == std::set<std::string>{});
  CHECK(cited("GW-INT-6..8, GW-IDL-* and (GW-CLOSE-1XXX)") ==
        std::set<std::string>{"GW-INT-6", "GW-INT-8", "GW-CLOSE-1XXX"});
  const json schema = read("corpus/schema/requirements.schema.json");
  json broken = file("local");
  broken["requirements"][0]["level"] = "MIGHT";
  broken["requirements"][1].erase("side");
  broken["requirements"][2]["id"] = "LOCAL-three";
  broken["requirements"][3]["colour"] = "red";
  CHECK(schema_faults(schema, broken).size() == 4);
}

}  // namespace
}  // namespace portcullis::tests
