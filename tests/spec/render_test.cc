// What other languages read is what the tables say.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/spec/close_codes.h"
#include "portcullis/spec/dispatch_events.h"
#include "portcullis/spec/gateway_peer.h"
#include "portcullis/spec/gateway_session.h"
#include "portcullis/spec/heartbeat.h"
#include "portcullis/spec/intents.h"
#include "portcullis/spec/message_assembly.h"
#include "portcullis/spec/opcodes.h"
#include "portcullis/spec/pages.h"
#include "portcullis/spec/websocket_connection.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::spec::render {
namespace {

using Json = nlohmann::json;

Json file(const std::string& path) {
  std::ifstream in(path);
  INFO("cannot read " << path);
  REQUIRE(in);
  return Json::parse(in);
}

Json generated(const std::string& table) { return file("spec/generated/" + table + ".json"); }

Json rows_of(const std::string& table) { return generated(table)["rows"]; }

/// Walks every pair of a state and an input through both, the table by its own look-up, the JSON by name.
template <typename State, typename Input, typename Row>
void agrees(const std::string& table, const Table<State, Input, Row>& rows) {
  const Json page = generated(table);
  std::map<std::pair<std::string, std::string>, Json> by_pair;
  for (const auto& row : page["rows"])
    for (const auto& input : row["on"]) {
      INFO(table << ": " << row["from"] << " " << input << " has two rows");
      CHECK(by_pair.emplace(std::pair<std::string, std::string>{row["from"], input}, row).second);
    }
  CHECK(by_pair.size() == kCount<State> * kCount<Input>);
  for (std::size_t s = 0; s < kCount<State>; ++s)
    for (std::size_t i = 0; i < kCount<Input>; ++i) {
      const auto state = static_cast<State>(s);
      const auto input = static_cast<Input>(i);
      const Row& row = rows.row(state, input);
      const Json& line = by_pair[{std::string(spec::name(state)), std::string(spec::name(input))}];
      INFO(table << ": " << spec::name(state) << " " << spec::name(input));
      CHECK(line["to"] == spec::name(row.to));
      CHECK(line["action"] == spec::name(row.act));
      CHECK(line["requirement"] == id(row.req));
      if constexpr (requires { row.basis; }) CHECK(line["basis"] == spec::name(row.basis));
    }
}

TEST_CASE("LOCAL-26: the machines in JSON agree with the tables, pair by pair", "[spec]") {
  agrees("websocket_connection", websocket_connection::kRows);
  agrees("message_assembly", message_assembly::kRows);
  agrees("gateway_session", gateway_session::kRows);
  agrees("heartbeat", heartbeat::kRows);
  agrees("gateway_peer", gateway_peer::kRows);
}

TEST_CASE("LOCAL-26: the machines in JSON fit their schema and name no state, input or action that is not listed",
          "[spec]") {
  const Json schema = file("corpus/schema/machine.schema.json");
  for (const Machine& one : machines()) {
    INFO(one.name);
    const Json page = generated(one.name);
    CHECK(tests::schema_faults(schema, page) == std::vector<std::string>{});
    const auto states = page["states"].get<std::set<std::string>>();
    const auto inputs = page["inputs"].get<std::set<std::string>>();
    const auto actions = page["actions"].get<std::set<std::string>>();
    CHECK(states.count(page["first"]) == 1);
    std::set<std::string> used;
    for (const auto& row : page["rows"]) {
      CHECK(states.count(row["from"]) + states.count(row["to"]) == 2);
      for (const auto& input : row["on"]) CHECK(inputs.count(input) == 1);
      CHECK(actions.count(row["action"]) == 1);
      used.insert(row["action"]);
    }
    CHECK(used == actions);
  }
}

TEST_CASE("GW-ENV-4: the opcodes in JSON are those of the header", "[spec]") {
  const Json rows = rows_of("opcodes");
  REQUIRE(rows.size() == kOpcodes.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(opcode_of(rows[i]["op"]) == kOpcodes[i].opcode);
    CHECK(rows[i]["may_send"] == kOpcodes[i].may_send);
    CHECK(rows[i]["may_receive"] == kOpcodes[i].may_receive);
  }
  CHECK(rows_of("foreign_opcodes").size() == kForeignOpcodes.size());
}

TEST_CASE("GW-CLOSE-FATAL: the close codes in JSON give the same class for every number", "[spec]") {
  const Json rows = rows_of("close_codes");
  REQUIRE(rows.size() == kCloseCodes.size());
  std::uint32_t next = 0;
  for (const auto& row : rows) {
    const std::uint32_t last = row["last"];
    CHECK(row["first"] == next);
    for (; next <= last; ++next)
      if (row["class"] != spec::name(classify_close(static_cast<std::uint16_t>(next)))) FAIL_CHECK(next);
  }
  CHECK(next == 65536);
}

TEST_CASE("GW-INT-1: the intents in JSON add up", "[spec]") {
  std::uint64_t all = 0;
  for (const auto& row : rows_of("intents"))
    if (row["for_bots"]) all |= row["value"].get<std::uint64_t>();
  CHECK(all == kAllIntents);
}

TEST_CASE("GW-INT-4: the events in JSON have the gates of the header", "[spec]") {
  std::map<std::string, std::uint64_t> values;
  for (const auto& row : rows_of("intents")) values[row["name"]] = row["value"];
  const Json rows = rows_of("dispatch_events");
  REQUIRE(rows.size() == kDispatchEvents.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint64_t gate = 0;
    for (const auto& intent : rows[i]["gate"]) gate |= values.at(intent);
    CHECK(rows[i]["name"] == kDispatchEvents[i].name);
    CHECK(gate == gate_bits(kDispatchEvents[i]));
  }
}

TEST_CASE("LOCAL-26: spec/generated holds what is rendered and nothing else", "[spec]") {
  std::set<std::string> expected{"requirements.md"};
  for (const Machine& one : machines())
    for (const char* ending : {".json", ".md", ".dot", ".pml"}) expected.insert(one.name + ending);
  for (const Vocabulary& one : vocabularies())
    for (const char* ending : {".json", ".md"}) expected.insert(one.name + ending);
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("spec/generated"))
    found.insert(entry.path().filename().string());
  CHECK(found == expected);
}

Machine door() {
  return {"door",
          "A door.",
          "Shut",
          {"Shut", "Open"},
          {"Push", "Pull", "Knock"},
          {"Ignore", "Impossible", "Swing", "Answer"},
          {{"Shut", {"Push", "Pull"}, "Open", "Swing", "GW-ENV-1", ""},
           {"Shut", {"Knock"}, "Shut", "Answer", "GW-ENV-2", ""},
           {"Open", {"Knock"}, "Open", "Ignore", "GW-ENV-3", ""},
           {"Open", {"Push"}, "Open", "Impossible", "GW-ENV-4", ""},
           {"Open", {"Pull"}, "Shut", "Swing", "GW-ENV-5", ""}}};
}

TEST_CASE("LOCAL-26: a diagram has one edge for each pair of states, and leaves out what is ignored or impossible",
          "[spec]") {
  CHECK(mermaid(door()) ==
        "stateDiagram-v2\n  [*] --> Shut\n  Shut --> Open : Push, Pull / Swing\n  Shut --> Shut : Knock / Answer\n"
        "  Open --> Shut : Pull / Swing\n");
  CHECK(dot(door()) ==
        "digraph door {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n  Shut [peripheries=2];\n  Open;\n"
        "  Shut -> Open [label=\"Push, Pull / Swing\\l\"];\n  Shut -> Shut [label=\"Knock / Answer\\l\"];\n"
        "  Open -> Shut [label=\"Pull / Swing\\l\"];\n}\n");
}

TEST_CASE("LOCAL-26: in Promela each row is an option, in the block of its state", "[spec]") {
  const std::string text = promela(door());
  const auto has = [&text](const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(has("#define door_state_Shut 0\n#define door_state_Open 1\n\n#define door_input_Push 0\n"));
  CHECK(has("inline door_row(state, input, action) {\n  if\n  :: state == door_state_Shut ->\n    if\n"
            "    :: input == door_input_Push ||\n       input == door_input_Pull ->\n"
            "         state = door_state_Open; action = door_action_Swing /* GW-ENV-1 */\n"));
  CHECK(has("/* GW-ENV-2 */\n    fi\n  :: state == door_state_Open ->\n    if\n    :: input == door_input_Knock ->\n"));
}

TEST_CASE("LOCAL-26: a bar in a text does not end the cell of a table", "[spec]") {
  const Vocabulary page{"bars", "Bars.", {{{"name", "a|b|c"}, {"requirement", "GW-ENV-1"}}}};
  CHECK(markdown(page).find("| a\\|b\\|c | [GW-ENV-1](requirements.md#GW-ENV-1) |\n") != std::string::npos);
}

}  // namespace
}  // namespace portcullis::spec::render
