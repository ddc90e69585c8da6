#include "portcullis/oracle/play/scenario.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "portcullis/spec/requirements.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::play {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json parsed_file(const fs::path& path) {
  std::ifstream in(path);
  return json::parse(in);
}

const json& schema() {
  static const json read = parsed_file("corpus/schema/scenarios.schema.json");
  return read;
}

/// A file of one scenario with these scripts, on a line of its own, and members beside them.
std::string file_of(const std::string& links, const std::string& more = "", const std::string& id = "a/b") {
  return "{\"schema\": \"scenarios.schema.json\", \"area\": \"a\", \"about\": \"-\", \"scenarios\": [\n{\"id\": \"" +
         id + R"(", "level": "MUST", "requirements": ["GW-CONN-1"], "about": "-", "budget_ms": 9, "links": )" + links +
         more + "}\n]}";
}

std::string complaint(const std::string& text) {
  const auto read = read_scenarios(text, "a.json");
  const auto* const malformed = std::get_if<Malformed>(&read);
  return malformed == nullptr ? "" : malformed->text;
}

Scenario one(const std::string& text) {
  const auto read = read_scenarios(text, "a.json");
  if (const auto* const malformed = std::get_if<Malformed>(&read)) FAIL(malformed->text);
  return std::get<0>(read).front();
}

bool conforms(const std::string& text) { return tests::schema_faults(schema(), json::parse(text)).empty(); }

/// Every verb once.
const std::vector<std::string> kGood{
    R"([[{"wait": "request"}, {"refuse": 503, "fields": {"A": "b"}, "body": "x"}]])",
    R"([[{"wait": "request"}, {"answer": "HTTP/1.1 520 \r\n\r\n"}, {"frames_hex": "00"}, {"eof": true}]])",
    R"([[{"wait": "request"}, {"accept_key": "wrong"}, {"wait": "end"}]])",
    R"([[{"wait": "request"}, {"stall": true}, {"wait": "end"}]])",
    R"([[{"wait": "request"}, {"drop": true}]])",
    R"([[{"hold": ["hello", "close"]}, {"heartbeat_ms": 5}, {"pieces": 0, "pings": true}, {"wait_ms": 0}, {"release": ["hello"]}]])",
    R"([[{"wait": "upgraded", "count": 1}, {"dispatch": "A", "d": null}, {"large_event": 0}, {"say": [1]}, {"say_text": ""}, {"say_hex": ""},
         {"ping": "00"}, {"reconnect": true}, {"invalid": false}, {"ask_beat": true}, {"hello": true}, {"silent": true},
         {"close": 4000, "reason": "r"}, {"forget": true}]])",
    R"([[{"wait": "live"}, {"repeat": 2, "steps": [{"close": 0}]}], []])",
};

struct Bad {
  std::string links;
  std::string says;
  bool by_schema = true;  ///< the schema forbids it too
};
const std::vector<Bad> kBad{
    {R"({})", R"("links" must be a list)"},
    {R"([])", R"("links" must be 1 to 1000 scripts)", false},
    {R"([5])", R"("links" must be a list)"},
    {R"([[5]])", "must be an object"},
    {R"([[{}]])", "/scenarios/0/links/0/0: has no verb; verbs are: wait, wait_ms, "},
    {R"([[{"walk": 1}]])", "has no verb"},
    {R"([[{"wait": "upgraded"}, {"close": 4000, "drop": true}]])", R"("close" is not known here; known are: drop)"},
    {R"([[{"wait": "lunch"}]])", R"("wait" must be one of: request, upgraded, )"},
    {R"([[{"wait": "end", "count": 0}]])", R"("count" must be a whole number from 1 to 10000)"},
    {R"([[{"wait_ms": -1}]])", R"("wait_ms" must be a whole number from 0)"},
    {R"([[{"wait_ms": 1.5}]])", R"("wait_ms" must be a whole number)"},
    {R"([[{"wait_ms": 86400001}]])", R"("wait_ms" must be a whole number)"},
    {R"([[{"wait": "request"}, {"refuse": 101}]])", R"("refuse" must be a whole number from 200 to 599)"},
    {R"([[{"wait": "request"}, {"refuse": 500, "fields": {"A": 1}}]])", R"("A" must be a text)"},
    {R"([[{"wait": "request"}, {"accept_key": "right"}]])", R"("accept_key" must be one of: wrong)"},
    {R"([[{"wait": "request"}, {"stall": false}]])", "only true makes sense here"},
    {R"([[{"wait": "upgraded"}, {"dispatch": "A"}]])", R"("d" is missing)"},
    {R"([[{"wait": "upgraded"}, {"dispatch": "", "d": 1}]])", R"("dispatch" must be the name of an event)"},
    {R"([[{"wait": "upgraded"}, {"large_event": 16777217}]])", R"("large_event" must be a whole number from 0)"},
    {R"([[{"pieces": 65537}]])", R"("pieces" must be a whole number from 0 to 65536)"},
    {R"([[{"wait": "upgraded"}, {"say_hex": "0"}]])", R"("say_hex" must be lowercase hex)"},
    {R"([[{"wait": "upgraded"}, {"say_hex": "0G"}]])", R"("say_hex" must be lowercase hex)"},
    {R"([[{"wait": "upgraded"}, {"ping": ")" + std::string(252, '0') + R"("}]])",
     R"("ping" must have 125 bytes at most)"},
    {R"([[{"wait": "upgraded"}, {"close": 5000}]])", R"("close" must be a whole number)"},
    {R"([[{"wait": "upgraded"}, {"close": 1005}]])", R"("close" must be a code that a server may send)", false},
    {R"([[{"wait": "upgraded"}, {"close": 1010}]])", R"("close" must be a code that a server may send)", false},
    {R"([[{"wait": "upgraded"}, {"close": 0, "reason": "r"}]])", R"("reason" must have 123 bytes at most, and none)",
     false},
    {R"([[{"wait": "upgraded"}, {"invalid": 1}]])", R"("invalid" must be true or false)"},
    {R"([[{"hold": []}]])", R"(must name an answer)"},
    {R"([[{"hold": ["hello", "hello"]}]])", R"("hello" occurs twice)"},
    {R"([[{"hold": ["tea"]}]])", R"("hold" must be one of: hello, ready, ack, resumed, close)"},
    {R"([[{"repeat": 0, "steps": [{"wait_ms": 1}]}]])", R"("repeat" must be a whole number from 1)"},
    {R"([[{"repeat": 2, "steps": []}]])", R"("steps" must not be empty)", false},
    {R"([[{"repeat": 9999, "steps": [{"wait_ms": 1}, {"wait_ms": 1}]}]])", "the script has more than 10000 steps",
     false},
    {R"([[{"order": "dance"}]])", R"("order" must be one of: send, close, start)"},
    {R"([[{"order": "send"}]])", R"("payload")"},
    {R"([[{"order": "close", "payload": 1}]])", R"(only "send" has a payload and a shard)"},
    {R"([[{"order": "send", "payload": 1}]])", R"("needs" must name "send", which is ordered)", false},
    // What comes too early, or too late.
    {R"([[{"large_event": 1}]])", R"("large_event" must come behind a wait)", false},
    {R"([[{"close": 4000}]])", R"("close" must come behind a wait for something that is later)", false},
    {R"([[{"wait": "request"}, {"say": 1}]])", R"("say" must come behind a wait)", false},
    {R"([[{"refuse": 500}]])", R"("refuse" must come behind {"wait": "request"})", false},
    {R"([[{"wait": "request"}, {"refuse": 500}, {"refuse": 500}]])", R"("refuse" must come behind {"wait": "request"})",
     false},
    {R"([[{"wait": "ready"}, {"stall": true}]])", R"("stall" must come behind {"wait": "request"})", false},
    {R"([[{"wait": "ready"}, {"wait": "request"}]])", R"("request" can only be waited for once)", false},
    {R"([[{"drop": true}]])", R"("drop" must come behind a wait)", false},
};

struct BadMember {
  std::string more;
  std::string says;
  bool by_schema = true;
};
const std::vector<BadMember> kBadMembers{
    {R"(, "colour": 1)", R"("colour" is not known here)"},
    {R"(, "clock": "slow")", R"("clock" must be one of: any, virtual, wall)"},
    {R"(, "slow": "yes")", R"("slow" must be true or false)"},
    {R"(, "needs": ["tea"])", R"("needs" must be one of: send, close, start)"},
    {R"(, "sources": ["a", "a"])", R"("a" occurs twice)"},
    {R"(, "then": "go")", R"("then" must be one of: stop, leave)"},
    {R"(, "further_links": "bad")", R"("further_links" must be one of: good, last)"},
    {R"(, "clock": "wall", "world": {"gateway_bot": [200]})", "400"},
    {R"(, "world": {"moons": 2})", R"(/scenarios/0/world: "moons" is not known here)"},
    {R"(, "world": {"shards": 0})", R"("shards" must be a whole number from 1 to 1000)"},
    {R"(, "world": {"resume_url": "here"})", R"("resume_url" must be one of: same, dead, )"},
    {R"(, "about": "again")", R"("about" occurs twice)", false},
};

}  // namespace

TEST_CASE("play: a scenario is read with all it says, and with what it leaves out", "[play]") {
  const Scenario least = one(file_of("[[]]"));
  CHECK(least.id == "a/b");
  CHECK(least.area == "a");
  CHECK(least.pace == Pace::Any);
  CHECK(least.then == Then::Stop);
  CHECK(least.world.heartbeat_interval == Duration{45'000});
  const Scenario full = one(
      file_of(R"([[{"wait": "ready", "count": 2}, {"close": 4000}], [{"wait_ms": 7}]])",
              R"(, "sources": ["s"], "seen_in": ["x"], "clock": "wall", "slow": true, "needs": ["send"], "watch_ms": 3,
         "then": "leave", "further_links": "last", "world": {"shards": 4, "guilds": 0, "remaining": 2,
         "max_concurrency": 16, "heartbeat_ms": 10, "resume_url": "query"})"));
  CHECK(full.pace == Pace::Wall);
  CHECK(full.slow);
  CHECK(full.needs == std::vector<std::string>{"send"});
  CHECK(full.watch == Duration{3});
  CHECK(full.then == Then::Leave);
  CHECK(full.further_links == FurtherLinks::Last);
  CHECK(full.world.shards == 4);
  CHECK(full.world.remaining == 2);
  CHECK(full.world.resume_url == ResumeUrl::Query);
  REQUIRE(full.links.size() == 2);
  CHECK(std::get<WaitFor>(full.links[0][0].verb).count == 2);
  CHECK(std::get<mock::SayClose>(std::get<mock::Say>(full.links[0][1].verb)).code == 4'000);
  CHECK(full.links[0][1].place == "step 2");
  CHECK(full.links[0][1].text == R"({"close":4000})");
  CHECK(std::get<WaitTime>(full.links[1][0].verb).time == Duration{7});
}

TEST_CASE("play: every verb can be written, and the schema knows it", "[play]") {
  for (const std::string& links : kGood) {
    INFO(links);
    CHECK(complaint(file_of(links)) == "");
    CHECK(conforms(file_of(links)));
  }
}

TEST_CASE("play: a wrong step is told with file, line, place and member, and the schema forbids it where it can",
          "[play]") {
  for (const auto& [links, says, by_schema] : kBad) {
    const std::string told = complaint(file_of(links));
    INFO(links << "\n" << told);
    CHECK(told.starts_with("a.json:2: /scenarios/0"));
    CHECK(told.find(says) != std::string::npos);
    CHECK(conforms(file_of(links)) == !by_schema);
  }
}

TEST_CASE("play: a wrong member of a scenario is told, and the schema forbids it", "[play]") {
  for (const auto& [more, says, by_schema] : kBadMembers) {
    const std::string told = complaint(file_of("[[]]", more));
    INFO(more << "\n" << told);
    CHECK(told.starts_with("a.json:2: "));
    CHECK(told.find(says) != std::string::npos);
    CHECK(conforms(file_of("[[]]", more)) == !by_schema);
  }
}

TEST_CASE("play: the line of a complaint is that on which the object begins", "[play]") {
  const std::string text = file_of("[[\n{\"wait\": \"ready\"},\n\n{\"close\": 77}\n]]");
  CHECK(complaint(text).starts_with("a.json:5: /scenarios/0/links/0/1: \"close\" must be a code"));
}

TEST_CASE("play: an id belongs to its area and occurs once", "[play]") {
  for (const std::string id : {"b/c", "a", "a/", "a//b", "a/B", "a/-b", "a/b c"}) {
    INFO(id);
    CHECK(complaint(file_of("[[]]", "", id)).find("\"id\" must be a/NAME") != std::string::npos);
  }
  for (const std::string id : {"a/b", "a/b/c", "a/4000/after-ready", "a/1.x_y"}) {
    INFO(id);
    CHECK(complaint(file_of("[[]]", "", id)).empty());
  }
  std::string twice = file_of("[[]]");
  const std::size_t from = twice.find("{\"id\""), to = twice.rfind("\n]}");
  twice.insert(to, ",\n" + twice.substr(from, to - from));
  CHECK(complaint(twice) == "a.json:3: /scenarios/1: \"id\" occurs twice: a/b");
}

TEST_CASE("play: what is no file of scenarios is told", "[play]") {
  CHECK(complaint("") == "a.json:1: is not JSON");
  CHECK(complaint("{\n\"schema\": }") == "a.json:2: is not JSON");
  CHECK(complaint("{\"a\\nb\": 1}").starts_with("a.json:1: \"a?b\" is not known here"));
  CHECK(complaint("[]") == "a.json:1: must be an object");
  CHECK(complaint("{}") == "a.json:1: \"schema\" is missing");
  CHECK(complaint(std::string(101, '[')) == "a.json:1: nested more than 100 deep");
  CHECK(complaint(R"({"schema": "other", "area": "a", "about": "-", "scenarios": []})").find("\"schema\" must be") !=
        std::string::npos);
}

TEST_CASE("play: what came with the program is what lies in the folder", "[play]") {
  const auto read = read_scenario_folder("corpus/scenarios");
  if (const auto* const malformed = std::get_if<Malformed>(&read)) FAIL(malformed->text);
  const auto ids = [](const std::vector<Scenario>& scenarios) {
    std::set<std::string> out;
    for (const Scenario& scenario : scenarios) out.insert(scenario.id);
    return out;
  };
  CHECK(ids(std::get<0>(read)) == ids(embedded_scenarios()));
  CHECK(ids(embedded_scenarios()).size() == embedded_scenarios().size());
  CHECK(std::get<Malformed>(read_scenario_folder("corpus/nowhere")).text.starts_with("corpus/nowhere: "));
}

TEST_CASE("play: each file of scenarios keeps the schema, is named for its area, and cites what there is", "[play]") {
  for (const auto& entry : fs::directory_iterator("corpus/scenarios")) {
    INFO(entry.path());
    const json file = parsed_file(entry.path());
    CHECK(tests::schema_faults(schema(), file) == std::vector<std::string>{});
    CHECK(file["area"] == entry.path().stem().string());
  }
  for (const Scenario& scenario : embedded_scenarios())
    for (const std::string& id : scenario.requirements) {
      INFO(scenario.id << ": " << id);
      CHECK(std::ranges::find(req::kIds, id) != req::kIds.end());
    }
}

}  // namespace portcullis::play
