// The verb `step`: layers and a client behind JSON lines, each line and answer as its schema says.
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "portcullis/cli/step_session.h"
#include "portcullis/core/websocket/handshake.h"
#include "portcullis/oracle/vectors/file.h"
#include "portcullis/tests/cli/program.h"
#include "portcullis/tests/json_schema.h"

namespace portcullis::tests {
namespace {

using cli::Stepper;
using vectors::Json;
using Lines = std::vector<std::string>;

/// The schema with another beginning: one of its definitions.
nlohmann::json schema_of(const std::string& name) {
  nlohmann::json schema = nlohmann::json::parse(content_of("corpus/schema/step.schema.json"));
  schema.erase("oneOf");
  schema["$ref"] = "#/$defs/" + name;
  return schema;
}

Lines faults(const std::string& definition, const Json& value) {
  static std::map<std::string, nlohmann::json> schemas;
  if (!schemas.contains(definition)) schemas[definition] = schema_of(definition);
  return schema_faults(schemas[definition], nlohmann::json(value));
}

/// A conversation with a client, whose lines and answers are held against the schema.
class Talk {
 public:
  Json say(const Json& line) {
    CHECK(faults("input", line) == Lines{});
    const Json answer = stepper_.answer(line.dump());
    INFO(line << "\n" << answer);
    CHECK(faults(line.contains("session") ? "session" : "moved", answer) == Lines{});
    return answer;
  }
  /// Bytes of the peer's on the only link.
  Json hear(std::string_view bytes, std::int64_t now) {
    return say({{"received", {{"link", 1}, {"bytes", vectors::to_hex(vectors::from_text(bytes))}}}, {"now", now}});
  }

 private:
  Stepper stepper_;
};

const Json kStart{
    {"start", {{"url", "wss://gateway.example"}, {"token", "made.up.token"}, {"intents", 1}, {"seed", 7}}}, {"now", 0}};

std::string bytes_in(const Json& answer) {
  std::string hex;
  for (const Json& output : answer["outputs"])
    if (output.contains("transmit")) hex += output["transmit"]["bytes"].get<std::string>();
  return vectors::to_text(vectors::from_hex(hex));
}

std::string upgrade_for(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(name) + name.size();
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         websocket::accept_value(request.substr(at, request.find("\r\n", at) - at)) + "\r\n\r\n";
}

std::string text_frame(const std::string& payload) {
  REQUIRE(payload.size() < 126);
  return "\x81" + std::string(1, static_cast<char>(payload.size())) + payload;
}

/// A session up to READY; gives all answers.
std::vector<Json> live(Talk& talk) {
  std::vector<Json> out;
  out.push_back(talk.say(kStart));
  out.push_back(talk.say({{"opened", 1}, {"now", 10}}));
  out.push_back(talk.hear(upgrade_for(bytes_in(out.back())), 20));
  out.push_back(talk.hear(text_frame(R"({"op":10,"d":{"heartbeat_interval":41250}})"), 30));
  out.push_back(talk.say({{"identify_granted", true}, {"now", 40}}));
  out.push_back(talk.hear(
      text_frame(R"({"op":0,"s":1,"t":"READY","d":{"session_id":"1","resume_gateway_url":"wss://resume.example"}})"),
      50));
  return out;
}

bool has_output(const Json& answer, const std::string& name) {
  for (const Json& output : answer["outputs"])
    if (output.contains(name)) return true;
  return false;
}

Json one_answer(const std::string& line) { return Stepper().answer(line); }

}  // namespace

TEST_CASE("GW-CONN-1, GW-ID-1: a client is led to READY by lines, and resumes after a loss") {
  Talk talk;
  const std::vector<Json> answers = live(talk);
  CHECK(answers[0]["outputs"][0]["dial"]["host"] == "gateway.example");
  CHECK(answers[2]["outputs"][0] == Json{{"event", "connected"}});
  CHECK(has_output(answers[3], "ask_identify"));
  CHECK(has_output(answers[4], "transmit"));
  CHECK(answers[5]["state"] == "Ready");
  CHECK(answers[5]["outputs"][0]["name"] == "READY");
  CHECK(talk.say({{"session", true}})["session"]["sequence"] == 1);
  const Json lost = talk.say({{"lost", 1}, {"now", 60}});
  CHECK(lost["state"] == "Connecting");
  CHECK(lost["outputs"][0]["next"] == "resume");
  CHECK(lost["outputs"][1]["dial"]["host"] == "resume.example");
  CHECK(lost["outputs"][1]["dial"]["link"] == 2);
}

TEST_CASE("LOCAL-17: commands are sent, kept or refused, and a stop ends it all") {
  Talk talk;
  live(talk);
  const Json voice{{"op", 4}, {"guild_id", "1"}, {"channel_id", nullptr}, {"self_mute", false}, {"self_deaf", false}};
  CHECK(has_output(talk.say({{"send", voice}, {"now", 70}}), "transmit"));
  const Json nobody{{"op", 8}, {"guild_id", "1"}, {"query", ""}, {"limit", 0}};
  CHECK(talk.say({{"send", nobody}})["refused"]["code"] == "CommandIntent");
  CHECK(talk.say({{"reconnect", true}})["state"] == "ClosingToReconnect");
  CHECK(talk.say({{"stop", "end"}})["state"] == "ClosingToStop");
  CHECK(talk.say({{"lost", 1}})["finished"]["why"] == "ended");
}

TEST_CASE("GW-RES-20: a configuration that cannot be meant is refused as by the library") {
  Json start = kStart;
  start["start"]["token"] = "two words";
  Talk talk;
  CHECK(talk.say(start)["refused"]["code"] == "ConfigToken");
}

TEST_CASE("run: equal lines are answered equally, and another seed draws otherwise") {
  Talk one, other;
  CHECK(live(one) == live(other));
  Json start = kStart;
  start["start"]["seed"] = 8;
  one.say(kStart), other.say(start);
  CHECK(one.say({{"opened", 1}}) != other.say({{"opened", 1}}));
}

TEST_CASE("run: a line that is wrong is answered with the field, and changes nothing") {
  struct Bad {
    std::string line, field, says;
  };
  const std::vector<Bad> all{
      {"", "", "is not JSON"},
      {std::string("{}\0{}", 5), "", "holds a NUL"},
      {"[]", "", "must be an object"},
      {"{}", "", "must have one of: layer, start"},
      {R"({"layer": "tea"})", "/layer", "must be one of: close_codes"},
      {R"({"layer": "etf"})", "/hex", "is missing"},
      {R"({"layer": "etf", "hex": "8"})", "/hex", "two digits a byte"},
      {R"({"layer": "etf", "hex": "83", "depth": 1})", "/depth", "is not known here"},
      {R"({"layer": "etf", "hex": "83", "hex": "84"})", "", "occurs twice"},
      {R"({"layer": "ws_frames", "role": "client", "stream": "", "cut": [0]})", "/cut/0", "from 1"},
      {R"({"layer": "ws_exchanges", "role": "client", "start": "open", "steps": [{"at_ms": 0, "accept": true}]})",
       "/steps/0/accept", "for the server"},
      {R"({"layer": "commands", "rules": {"intents": 0, "shard": [0, 0]}, "command": {"op": 31, "guild_ids": ["1"]}})",
       "/rules/shard", "a count of 1"},
      {R"({"opened": 1, "lost": 1})", "/lost", "stands beside"},
      {R"({"opened": -1})", "/opened", "whole number"},
      {R"({"received": {"link": 1, "bytes": 7}})", "/received/bytes", "must be a text"},
      {R"({"stop": "soon"})", "/stop", "end, keep"},
      {R"({"opened": 1, "now": 5})", "/now", "from 10"},
      {R"({"send": {"op": 99}})", "/send/op", "3, 4, 8, 31 or 43"},
      {R"({"start": {"url": "wss://h", "token": "t", "intents": 1, "colour": 1}})", "/start/colour", "not known"},
  };
  Stepper stepper;
  stepper.answer(kStart.dump());
  const Json before = stepper.answer(R"({"opened": 1, "now": 10})");
  for (const Bad& one : all) {
    const Json answer = stepper.answer(one.line);
    INFO(one.line << "\n" << answer);
    CHECK(faults("answer", answer) == Lines{});
    REQUIRE(answer.contains("wrong"));
    CHECK(answer["field"] == one.field);
    CHECK(answer["wrong"].get<std::string>().find(one.says) != std::string::npos);
  }
  CHECK(stepper.answer(R"({"elapsed": true, "now": 10})")["state"] == before["state"]);
  CHECK(one_answer(R"({"opened": 1})")["wrong"].get<std::string>().starts_with("there is no session"));
  CHECK(one_answer(R"({"id": [3], "layer": "etf", "hex": "83"})")["id"] == Json{3});
}

TEST_CASE("vectors: each question and each answer is as the schema of lines says") {
  std::size_t asked = 0;
  for (const vectors::File& file : vectors::embedded_files())
    for (const vectors::Question& question : file.questions) {
      if (question.ask.dump().size() > 100'000) continue;
      const Json answer = one_answer(question.ask.dump());
      INFO(question.ask << "\n" << answer);
      CHECK(faults("question", question.ask) == Lines{});
      CHECK(faults("answer", answer) == Lines{});
      ++asked;
    }
  CHECK(asked > 1'600);
  CHECK_FALSE(faults("question", {{"layer", "etf"}, {"hex", "8"}}).empty());
  CHECK_FALSE(faults("answer", {{"op", 1}}).empty());
  CHECK_FALSE(faults("moved", {{"state", "Ready"}}).empty());
}

TEST_CASE("run: the end of the input ends the program with status 0") {
  Program program({"step"});
  CHECK(program.wait() == 0);
  CHECK(program.out().empty());
  CHECK(program.err().empty());
}

TEST_CASE("speed: how many lines a second a layer answers, printed and not judged") {
  struct Layer {
    std::string name, line;
  };
  const std::vector<Layer> layers{
      {"envelope", R"({"layer": "envelope", "text": "{\"op\":0,\"s\":7,\"t\":\"A\",\"d\":{\"id\":\"1\"}}"})"},
      {"etf", R"({"layer": "etf", "hex": "837400000002770161611077026f706101"})"},
      {"ws_frames", R"({"layer": "ws_frames", "role": "client", "stream": "810548656c6c6f"})"},
      {"zlib", R"({"layer": "zlib", "messages": ["789caa56ca2f50b23234ac05000000ffff"]})"}};
  constexpr int kLines = 10'000;
  Stepper stepper;
  for (const auto& [name, line] : layers) {
    const auto began = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    for (int i = 0; i < kLines; ++i) bytes += stepper.answer(line).dump().size();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    CHECK(bytes > kLines);
    std::cout << name << ": " << static_cast<int>(kLines / took.count()) << " lines a second\n";
  }
}

}  // namespace portcullis::tests
