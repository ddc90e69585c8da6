#include "portcullis/oracle/run/shim.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/core/limits.h"
#include "portcullis/oracle/clients/portcullis/command.h"

namespace portcullis::tests {
namespace {

using timeline::Json;

struct Heard {
  std::vector<run::Told> told;
  std::string fault;
};

Heard heard(std::string_view text, std::size_t piece = std::string_view::npos) {
  Heard all;
  run::ShimReader reader([&](run::Told told) { all.told.push_back(std::move(told)); });
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at))
    reader.take(text.substr(at, piece));
  all.fault = reader.fault();
  return all;
}

const run::Destination kPlain{"ws://127.0.0.1:1", "http://127.0.0.1:2/api", "token", "", 2};

}  // namespace

TEST_CASE("interop: what is told by a shim is taken line by line, cut up in any way", "[run]") {
  const std::string text =
      "{\"state\":\"ready\",\"shard\":0}\n{\"event\":\"READY\",\"s\":1,\"shard\":0}\n"
      "{\"fatal\":\"no\",\"code\":4004}\n{\"session\":null}\n{\"unimplemented\":\"send\"}\n{\"state\":";
  for (const std::size_t piece : {std::string::npos, std::size_t{1}, std::size_t{7}}) {
    const Heard all = heard(text, piece);
    CHECK(all.fault == "");
    REQUIRE(all.told.size() == 5);
    CHECK(all.told[0].what == "state");
    CHECK(all.told[1].with["s"] == 1);
    CHECK(all.told[2].what == "fatal");
    CHECK(all.told[3].what == "session");
    CHECK(all.told[4].what == "unimplemented");
  }
}

TEST_CASE("interop: a malformed line of a shim is named with its number and the member", "[run]") {
  const std::vector<std::pair<std::string, std::string>> all{
      {"hello", "is no JSON"},
      {"", "is no JSON"},
      {"[1]", "is no JSON object"},
      {"{}", "has none of the members event, state, fatal, session, unimplemented"},
      {R"({"colour": 1})", "has none of the members"},
      {R"({"event": ""})", "\"event\" must be a text that is not empty"},
      {R"({"event": "A", "s": "1"})", "\"s\" must be a whole number from 0"},
      {R"({"event": "A", "s": -1})", "\"s\" must be a whole number from 0"},
      {R"({"event": "A", "d": {}})", "unknown member \"d\""},
      {R"({"state": "asleep"})", "\"state\" must be one of connected, ready, "},
      {R"({"state": "ready", "shard": 1.5})", "\"shard\" must be a whole number"},
      {R"({"fatal": true})", "\"fatal\" must be a text"},
      {R"({"fatal": "x", "code": 99})", "\"code\" must be a whole number from 1000 to 4999"},
      {R"({"session": 7})", "\"session\" must be a text"},
      {R"({"unimplemented": "stop"})", "\"unimplemented\" must be one of send, close, start"},
  };
  for (const auto& [line, says] : all) {
    INFO(line);
    const Heard one = heard("{\"state\":\"connected\"}\n" + line + "\n{\"state\":\"ready\"}\n");
    CHECK(one.told.size() == 1);
    CHECK(one.fault.starts_with("line 2 of the shim"));
    CHECK(one.fault.find(says) != std::string::npos);
  }
}

TEST_CASE("interop: a shim's line has 64 KiB at most, and it may tell 100,000 things", "[run]") {
  CHECK(heard(std::string(100'000, 'x')).fault == "line 1 of the shim has more than 64 KiB");
  std::string many;
  for (int i = 0; i < 100'001; ++i) many += "{\"session\":null}\n";
  const Heard all = heard(many);
  CHECK(all.told.size() == 100'000);
  CHECK(all.fault == "the shim told more than 100,000 things");
}

TEST_CASE("interop: orders are lines as oracle/shim.md has them", "[run]") {
  CHECK(run::start_line(kPlain) ==
        R"({"do":"start","url":"ws://127.0.0.1:1","api":"http://127.0.0.1:2/api","token":"token","shards":2,"ca":null})"
        "\n");
  CHECK(run::stop_line() == "{\"do\":\"stop\"}\n");
  using What = play::Order::What;
  CHECK(run::order_line({What::Close}, kPlain) == "{\"do\":\"close\"}\n");
  CHECK(run::order_line({What::Start}, kPlain) == run::start_line(kPlain));
  CHECK(run::order_line({What::Send, 1, R"({"op": 4, "d": "\u00e9"})"}, kPlain) ==
        R"({"do":"send","shard":1,"payload":{"op":4,"d":"\u00e9"}})"
        "\n");
}

TEST_CASE("interop: each payload that our client can send is read as the command that writes it again", "[run]") {
  const std::vector<std::string> payloads{
      R"({"op":3,"d":{"since":null,"activities":[{"name":"a","type":0}],"status":"idle","afk":true}})",
      R"({"op":4,"d":{"guild_id":"7","channel_id":null,"self_mute":true,"self_deaf":false}})",
      R"({"op":4,"d":{"guild_id":"7","channel_id":"8","self_mute":false,"self_deaf":true}})",
      R"({"op":8,"d":{"guild_id":"7","query":"a","limit":3,"presences":true,"nonce":"n"}})",
      R"({"op":8,"d":{"guild_id":"7","user_ids":["8","9"]}})",
      R"({"op":31,"d":{"guild_ids":["7"]}})",
      R"({"op":43,"d":{"guild_id":"7","fields":["status"]}})",
  };
  for (const std::string& payload : payloads) {
    INFO(payload);
    const auto command = clients::command_of(Json::parse(payload));
    REQUIRE(command);
    std::vector<char> buffer;
    encoding::JsonWriter writer(buffer, Limits().command_bytes_max);
    REQUIRE(gateway::write_payload(*command, writer));
    const nlohmann::json written = nlohmann::json::parse(buffer), wanted = nlohmann::json::parse(payload);
    for (const auto& [name, value] : wanted["d"].items()) CHECK(written["d"][name] == value);
  }
}

TEST_CASE("interop: a payload that our client has no command for is none", "[run]") {
  for (const std::string payload :
       {R"(1)", R"({"op":4})", R"({"op":99,"d":{}})", R"({"op":31,"d":{"guild_ids":[7]}})",
        R"({"op":31,"d":{"guild_ids":["7x"]}})", R"({"op":31,"d":{"guild_ids":"7","more":1}})",
        R"({"op":3,"d":{"since":null,"activities":[],"status":"away","afk":true}})",
        R"({"op":3,"d":{"since":null,"activities":[{"name":"a","type":9}],"status":"idle","afk":true}})"}) {
    INFO(payload);
    CHECK_FALSE(clients::command_of(Json::parse(payload)));
  }
}

}  // namespace portcullis::tests
