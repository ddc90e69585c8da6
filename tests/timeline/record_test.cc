// The form of a timeline: what is written is read again, and what the schema forbids is not read.
#include "portcullis/oracle/timeline/record.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "portcullis/oracle/timeline/kinds.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::timeline {
namespace {

using nlohmann::json;

const std::string kHeader = R"({"timeline":1,"clock":"virtual","about":"close/4000/after-ready"})";

json schema() {
  std::ifstream in("corpus/schema/timeline.schema.json");
  return json::parse(in);
}

/// One record of each kind, with all its members.
const std::vector<std::string> kRecords{
    R"({"at":0,"is":"process","state":"exited","status":-1,"signal":15,"killed":true,"printed_token":false})",
    R"({"at":0,"is":"rest","method":"GET","path":"/api/v10/gateway","status":200,"authorization":"Bot",)"
    R"("user_agent":"x","body":{"url":"ws://a"}})",
    R"({"at":1,"link":1,"is":"open","url":"ws://a:1/?v=10","extensions":"permessage-deflate"})",
    R"({"at":1,"link":1,"is":"upgraded"})",
    R"({"at":1,"link":2,"is":"refused","status":0,"retry_after":"2"})",
    R"({"at":2,"link":1,"is":"message","from":"server","kind":"text","bytes":2,"payload":[],"payload_bytes":2,)"
    R"("left_out":false,"undecodable":"no"})",
    R"({"at":2,"link":1,"is":"ping","from":"client","payload":"00ff"})",
    R"({"at":2,"link":1,"is":"pong","from":"server","payload":""})",
    R"({"at":2,"link":1,"is":"close","from":"server","code":65535,"reason":"ä"})",
    R"({"at":2,"link":1,"is":"fault","from":"client","what":"a reserved bit is set"})",
    R"({"at":2,"link":1,"is":"end","from":"client","how":"reset"})",
    R"({"at":2,"link":1,"is":"script","did":"close 4000"})",
    R"({"at":2,"is":"script","did":"wait"})",
    R"({"at":2,"is":"local","did":"send","payload":{"op":3}})",
    R"({"at":2,"is":"told","what":"event","with":null})",
    R"({"at":3,"link":1,"is":"input","shard":0,"did":"start","now":3,"config":{},"seed":"1","url":"ws://a","how":"end"})",
    R"({"at":9223372036854775807,"is":"noise","ms":3})"};

std::string file_of(const std::vector<std::string>& records) {
  std::string text = kHeader + "\n";
  for (const std::string& record : records) text += record + "\n";
  return text;
}

std::variant<Timeline, Malformed> read_text(const std::string& text) {
  std::istringstream in(text);
  return read(in);
}

std::string why_not(const std::string& text) {
  const auto read = read_text(text);
  const auto* malformed = std::get_if<Malformed>(&read);
  return malformed == nullptr ? "it is read" : malformed->text;
}

TEST_CASE("timeline: what is read is written again as it was, and fits the schema", "[timeline]") {
  const auto read = read_text(file_of(kRecords));
  REQUIRE(why_not(file_of(kRecords)) == "it is read");
  const auto& timeline = std::get<Timeline>(read);
  CHECK(timeline.clock == Clock::Virtual);
  CHECK(timeline.about == "close/4000/after-ready");
  CHECK(header_line(timeline) == kHeader);
  CHECK(tests::schema_faults(schema(), json::parse(kHeader)).empty());
  REQUIRE(timeline.records.size() == kRecords.size());
  std::set<std::string> kinds_seen;
  for (std::size_t i = 0; i < kRecords.size(); ++i) {
    CHECK(line_of(timeline.records[i]) == kRecords[i]);
    CHECK(tests::schema_faults(schema(), json::parse(kRecords[i])) == std::vector<std::string>{});
    kinds_seen.insert(timeline.records[i].is);
  }
  CHECK(kinds_seen.size() == kinds().size());
}

TEST_CASE("timeline: a text that is not UTF-8 is written all the same", "[timeline]") {
  const std::string line = line_of({1, 0, "script", {{"did", "\xff"}}});
  CHECK(line == "{\"at\":1,\"is\":\"script\",\"did\":\"\xef\xbf\xbd\"}");
}

TEST_CASE("timeline: whatever the schema forbids is malformed, with the line and the member", "[timeline]") {
  const std::vector<std::pair<std::string, std::string>> faults{
      {R"({"at":1,"link":1,"is":"upgraded","colour":1})", "\"colour\" is not known here"},
      {R"({"at":1,"is":"upgraded"})", "\"link\" is missing"},
      {R"({"at":1,"link":0,"is":"upgraded"})", "\"link\" may not be 0"},
      {R"({"at":1,"link":1,"is":"noise","ms":1})", "\"link\" is not known here"},
      {R"({"at":-1,"is":"noise","ms":1})", "\"at\" may not be -1"},
      {R"({"at":1.5,"is":"noise","ms":1})", "\"at\" may not be 1.5"},
      {R"({"at":9223372036854775808,"is":"noise","ms":1})", "\"at\" may not be 9223372036854775808"},
      {R"({"at":1,"is":"noise","ms":"1"})", "\"ms\" may not be \"1\""},
      {R"({"at":1,"is":"noise"})", "\"ms\" is missing"},
      {R"({"at":1,"is":"noises","ms":1})", "\"is\" may not be \"noises\""},
      {R"({"at":1,"is":7,"ms":1})", "\"is\" may not be 7"},
      {R"({"at":1,"ms":1})", "\"is\" is missing"},
      {R"({"at":1,"link":1,"is":"end","from":"proxy"})", "\"from\" may not be \"proxy\""},
      {R"({"at":1,"link":1,"is":"end","from":"client server"})", "\"from\" may not be \"client server\""},
      {R"({"at":1,"link":1,"is":"end","from":""})", "\"from\" may not be \"\""},
      {R"({"at":1,"link":1,"is":"end","from":"client","how":null})", "\"how\" may not be null"},
      {R"({"at":1,"link":1,"is":"close","from":"client","code":65536})", "\"code\" may not be 65536"},
      {R"({"at":1,"is":"process","state":"exited","killed":0})", "\"killed\" may not be 0"},
      {R"({"at":1,"is":"process","state":"exited","status":0.5})", "\"status\" may not be 0.5"},
      {R"([])", "it is not a JSON object"},
      {R"({"at":1,"is":"noise","ms":1)", "the JSON text is incomplete"},
      {"", "the JSON text is incomplete"},
      {R"({"at":1,"is":"noise","ms":1}{})", "something follows the JSON value"},
      {"{\"at\":1,\"is\":\"script\",\"did\":\"\xff\"}", "the JSON text is not UTF-8"}};
  for (const auto& [line, why] : faults) {
    INFO(line);
    CHECK(why_not(kHeader + "\n" + kRecords[0] + "\n" + line + "\n") == "line 3: " + why);
    const auto value = json::parse(line, nullptr, false);
    // No schema says how large a number the program can hold.
    if (!value.is_discarded() && why.find("9223372036854775808") == std::string::npos)
      CHECK_FALSE(tests::schema_faults(schema(), value).empty());
  }
  const std::string deep(100'000, '[');
  CHECK(why_not(kHeader + "\n" + deep + "\n") == "line 2: the payload is nested too deeply");
}

TEST_CASE("timeline: the header comes first and is of this form", "[timeline]") {
  CHECK(why_not("") == "line 1: the header is missing");
  CHECK(why_not(kRecords[0] + "\n") == "line 1: \"timeline\" is missing");
  CHECK(why_not(R"({"timeline":2,"clock":"wall","about":""})"
                "\n") == "line 1: \"timeline\" may not be 2");
  CHECK(why_not(R"({"timeline":1,"clock":"sun","about":""})"
                "\n") == "line 1: \"clock\" may not be \"sun\"");
  CHECK(why_not(R"({"timeline":1,"clock":"wall"})"
                "\n") == "line 1: \"about\" is missing");
  CHECK(why_not(file_of({kHeader})) == "line 2: \"is\" is missing");
}

TEST_CASE("timeline: time does not go back, and a line ends", "[timeline]") {
  const std::string late = R"({"at":5,"is":"noise","ms":1})";
  CHECK(why_not(file_of({late, late})) == "it is read");
  CHECK(why_not(file_of({late, kRecords[0]})) == "line 3: \"at\" goes back in time");
  std::string cut = file_of({late});
  cut.pop_back();
  CHECK(why_not(cut) == "line 2: it is cut off");
  CHECK(why_not(kHeader) == "line 1: it is cut off");
}

// ---- The reader's table against the schema

const json& resolved(const json& all, const json& rule) {
  if (!rule.contains("$ref")) return rule;
  const std::string name = rule["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
  return all["$defs"][name];
}

std::string words_of(const json& rule) {
  if (rule.contains("const")) return rule["const"].is_string() ? rule["const"].get<std::string>() : std::string("1");
  std::string words;
  for (const auto& word : rule["enum"]) words += (words.empty() ? "" : " ") + word.get<std::string>();
  return words;
}

std::string type_in(const json& rule) {
  if (rule.empty()) return "any";
  if (rule.contains("const") || rule.contains("enum")) return "word " + words_of(rule);
  if (rule["type"] != "integer") return rule["type"];
  return "integer " + (rule.contains("minimum") ? rule["minimum"].dump() : "") + " " +
         (rule.contains("maximum") ? rule["maximum"].dump() : "");
}

std::string type_in(const Member& member) {
  switch (member.type) {
    case Type::Any: return "any";
    case Type::Text: return "string";
    case Type::Flag: return "boolean";
    case Type::Integer: return "integer  ";
    case Type::Natural: return "integer 0 ";
    case Type::Positive: return "integer 1 ";
    case Type::CloseCode: return "integer 0 65535";
    case Type::Word: return "word " + std::string(member.words);
  }
  return "";
}

void check_same(const json& all, const json& rule, std::span<const Member> members) {
  const json& properties = rule["properties"];
  CHECK(properties.size() == members.size());
  CHECK(rule["additionalProperties"] == false);
  std::set<std::string> required;
  for (const Member& member : members) {
    const std::string name(member.name);
    INFO(name);
    if (member.need == Need::Must) required.insert(name);
    REQUIRE(properties.contains(name));
    if (name != "is" && name != "timeline") CHECK(type_in(resolved(all, properties[name])) == type_in(member));
  }
  CHECK(rule["required"].get<std::set<std::string>>() == required);
}

TEST_CASE("timeline: the reader's table says what the schema says", "[timeline]") {
  const json all = schema();
  check_same(all, all["oneOf"][0], header_members());
  std::set<std::string> in_schema;
  for (std::size_t i = 1; i < all["oneOf"].size(); ++i) {
    const json& rule = resolved(all, all["oneOf"][i]);
    std::istringstream words(words_of(rule["properties"]["is"]));
    for (std::string is; words >> is;) {
      INFO(is);
      in_schema.insert(is);
      const auto kind = std::ranges::find(kinds(), std::string_view(is), &Kind::is);
      REQUIRE(kind != kinds().end());
      check_same(all, rule, kind->members);
      const auto own = std::ranges::find(kind->members, std::string_view("is"), &Member::name);
      CHECK(own->words == is);
    }
  }
  CHECK(in_schema.size() == kinds().size());
}

}  // namespace
}  // namespace portcullis::timeline
