#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "portcullis/tests/judge/story.h"

/// Where the documents leave a point open, each reading that the catalogue's Oracle sentence accepts is held against
/// nobody, and what it does not accept is. Source: spec/requirements/open_points.json.
namespace portcullis::tests {
namespace {

using Names = std::set<std::string>;

/// One way to read a point, and the rules that it breaks, of whatever level.
struct Reading {
  std::string point, what;
  std::function<void(Story&)> tell;
  Names broken;
};

Story& handshake(Story& s, const Json& changes) { return s.call().identify(changes).ready(); }

// clang-format off
const std::vector<Reading> kReadings{
    {"OP-1", "beats between Identify and READY", [](Story& s) { s.call().identify().beat().ready().ack().leave(); }, {}},
    {"OP-1", "none there, the answer comes in time", [](Story& s) { s.call().identify().wait(9'000).ready().leave(); }, {}},
    {"OP-2", "at once", [](Story& s) { s.call().beat().ack().identify().ready().leave(); }, {}},
    {"OP-2", "after a whole interval", [](Story& s) { s.live().wait(45'000).acked().leave(); }, {}},
    {"OP-3", "Identify before Hello", [](Story& s) { s.open().upgraded().identify().hello().ready().leave(); },
     {"hello/first"}},
    {"OP-4", "a new connection", [](Story& s) { s.live().wait(5'000).invalid(false).closes().wait(1'000).live().leave(); }, {}},
    {"OP-4", "the same one", [](Story& s) { s.live().invalid(false).wait(5'000).identify().ready().leave(); },
     {"invalid/new-connection"}},
    {"OP-4", "a command after op 9", [](Story& s) { s.live().wait(5'000).invalid(false).wait(2'000).presence().closes().wait(1'000).live().leave(); },
     {"identify/nothing-after-invalid"}},
    {"OP-5", "Identify at once", [](Story& s) { s.live().wait(6'000).invalid(false).closes().live().leave(); }, {"invalid/wait"}},
    {"OP-5", "Resume at once", [](Story& s) { s.live().invalid(true).closes().back().leave(); }, {}},
    {"OP-6", "null before the first dispatch", [](Story& s) { s.live().closed().call(Story::kResume).beat(nullptr).ack().resume().resumed().leave(); }, {}},
    {"OP-6", "the session's s", [](Story& s) { s.live().closed().call(Story::kResume).beat().ack().resume().resumed().leave(); }, {}},
    {"OP-7", "leaves at the second attempt", [](Story& s) { s.live().beat().wait(45'000).closes().back().leave(); }, {}},
    {"OP-7", "a second beat without ACK", [](Story& s) { s.live().beat().wait(45'000).beat().wait(45'000).closes().back().leave(); },
     {"heartbeat/zombie"}},
    {"OP-8", "1001, Resume", [](Story& s) { s.live().closed(1001).back().leave(); }, {}},
    {"OP-8", "1000, Identify", [](Story& s) { s.live().wait(5'000).closed(1000).live().leave(); }, {}},
    {"OP-9", "4999, Resume", [](Story& s) { s.live().closed(4999).back().leave(); }, {}},
    {"OP-9", "4999, Identify", [](Story& s) { s.live().wait(5'000).closed(4999).live().leave(); }, {}},
    {"OP-10", "RESUMED without s", [](Story& s) { s.live().closed().call(Story::kResume).resume().dispatch({{"t", "RESUMED"}, {"s", nullptr}, {"d", nullptr}}).leave(); }, {}},
    {"OP-11", "4003, Resume", [](Story& s) { s.live().closed(4003).back().leave(); }, {}},
    {"OP-11", "4005, Identify", [](Story& s) { s.live().wait(5'000).closed(4005).live().leave(); }, {}},
    {"OP-11", "4007, Resume", [](Story& s) { s.live().closed(4007).back().leave(); },
     {"close/4007/identify"}},
    {"OP-11", "4009, Resume", [](Story& s) { s.live().closed(4009).back().leave(); }, {"close/4009/identify"}},
    {"OP-12", "120 in any 60 s", [](Story& s) { s.live(); for (int i = 0; i < 119; ++i) s.members(); s.wait(44'000).leave(); }, {}},
    {"OP-12", "121", [](Story& s) { s.live(); for (int i = 0; i < 120; ++i) s.members(); s.leave(); }, {"rate/sends"}},
    {"OP-14", "a list again after 30 s", [](Story& s) { handshake(s, {{"intents", 515}}).members({{"query", ""}, {"limit", 0}}).wait(30'000).members({{"query", ""}, {"limit", 0}}).leave(); }, {}},
    {"OP-14", "within", [](Story& s) { handshake(s, {{"intents", 515}}).members({{"query", ""}, {"limit", 0}}).wait(29'000).members({{"query", ""}, {"limit", 0}}).leave(); },
     {"rate/whole-list"}},
    {"OP-15", "five in 20 s", [](Story& s) { s.live(); for (int i = 0; i < 5; ++i) s.presence(); s.leave(); }, {}},
    {"OP-15", "six", [](Story& s) { s.live(); for (int i = 0; i < 6; ++i) s.presence(); s.leave(); }, {"rate/presences"}},
    {"OP-17", "zero", [](Story& s) { handshake(s, {{"intents", 0}}).leave(); }, {}},
    {"OP-17", "none", [](Story& s) { handshake(s, {{"intents", nullptr}}).leave(); }, {"shape/gw-int-1"}},
    {"OP-19", "a guild of another shard", [](Story& s) { handshake(s, {{"shard", Json::array({0, 2})}}).members({{"guild_id", Story::kGuildOfShardOne}}).leave(); },
     {"shard/own-guild"}},
    {"OP-21", "keeps the higher", [](Story& s) { s.live().dispatch().dispatch({{"s", 1}}).beat(2).ack().leave(); }, {}},
    {"OP-21", "takes the lower", [](Story& s) { s.live().dispatch().dispatch({{"s", 1}}).wait(1'000).beat(1).ack().leave(); },
     {"heartbeat/monotonic"}},
    {"OP-21", "leaves when op 1 asks", [](Story& s) { s.live().dispatch().dispatch({{"s", 1}}).wait(4'000).server({{"op", 1}, {"d", 9}, {"s", nullptr}, {"t", nullptr}}).closes().back().leave(); },
     {"heartbeat/asked-is-no-zombie", "disconnect/unasked"}},
    {"OP-22", "4096 bytes", [](Story& s) { s.live().client(3, {{"since", nullptr}, {"activities", Json::array()}, {"status", "online"}, {"afk", false}}, {{"bytes", 4'096}}).leave(); }, {}},
    {"OP-22", "4097", [](Story& s) { s.live().client(3, {{"since", nullptr}, {"activities", Json::array()}, {"status", "online"}, {"afk", false}}, {{"bytes", 4'097}}).leave(); },
     {"size/payload"}},
    {"OP-23", "JSON in a binary frame", [](Story& s) { s.call().client(1, nullptr, {{"kind", "binary"}}).ack().identify().ready().leave(); },
     {"envelope/kind"}},
    {"OP-24", "waits for READY", [](Story& s) { s.call().wait(9'000).identify().wait(30'000).acked().wait(44'000).acked().wait(45'000).acked().ready().leave(); }, {}},
    {"OP-24", "gives up after 60 s", [](Story& s) { s.call().identify().wait(40'000).acked().wait(45'000).acked().closes().wait(1'000).live().leave(); }, {}},
    {"OP-25", "a command before READY", [](Story& s) { s.call().identify().presence().ready().leave(); },
     {"identify/nothing-before-ready"}},
    {"OP-26", "op 9 after any gap", [](Story& s) { s.live().closed().call(Story::kResume).resume().wait(5'000).invalid(false).closes().wait(1'000).live().leave(); }, {}},
    {"OP-27", "goes on", [](Story& s) { s.live().server({{"op", 99}, {"d", nullptr}, {"s", nullptr}, {"t", nullptr}}).wait(9'000).leave(); }, {}},
    {"OP-27", "leaves", [](Story& s) { s.live().server({{"op", 99}, {"d", nullptr}, {"s", nullptr}, {"t", nullptr}}).closes().back().leave(); },
     {"envelope/unknown-opcode"}},
    {"OP-28", "goes on over plain JSON", [](Story& s) { s.live().server(nullptr, {{"undecodable", "no JSON"}}).wait(9'000).leave(); }, {}},
    {"OP-28", "leaves and resumes", [](Story& s) { s.live().server(nullptr, {{"undecodable", "no JSON"}}).closes().back().leave(); }, {}},
    {"OP-29", "250", [](Story& s) { handshake(s, {{"large_threshold", 250}}).leave(); }, {}},
    {"OP-29", "251", [](Story& s) { handshake(s, {{"large_threshold", 251}}).leave(); }, {"shape/gw-id-8"}},
    {"OP-30", "4900", [](Story& s) { s.live().reconnect().closes(4900).back().leave(); }, {}},
    {"OP-30", "the bare end", [](Story& s) { s.live().reconnect().record("end", {{"from", "client"}, {"how", "eof"}}).back().leave(); }, {}},
    {"OP-30", "1000", [](Story& s) { s.live().wait(5'000).reconnect().closes(1000).wait(1'000).live().leave(); },
     {"reconnect/code"}},
    {"OP-31", "another version", [](Story& s) { s.live().closed().call("wss://resume.test/?v=9&encoding=json").resume().resumed().leave(); },
     {"url/same-on-resume"}},
    {"OP-31", "another compression", [](Story& s) { s.live().closed().call("wss://resume.test/?v=10&encoding=json&compress=zlib-stream").resume().resumed().leave(); },
     {"url/same-compress-on-resume"}},
    {"OP-33", "an integer", [](Story& s) { handshake(s, {{"capabilities", 32'768}}).leave(); }, {}},
    {"OP-35", "RESUMED after Identify", [](Story& s) { s.call().identify().resumed().wait(100).ready().leave(); }, {}},
    {"OP-35", "a second Hello", [](Story& s) { s.live().hello(1'000).wait(3'000).leave(); }, {}},
    {"OP-36", "two beats more than are due", [](Story& s) { s.live().acked().wait(9'000).acked().wait(9'000).acked().leave(); }, {}},
    {"OP-36", "three", [](Story& s) { s.live().acked().wait(9'000).acked().wait(9'000).acked().wait(9'000).acked().leave(); },
     {"heartbeat/sparing"}},
    {"OP-37", "Resume at the main URL", [](Story& s) { s.live().closed().wait(1'000).open(Story::kResume).refused().wait(1'000).call().resume().resumed().leave(); }, {}},
    {"OP-37", "Identify there", [](Story& s) { s.live().wait(5'000).closed().wait(1'000).open(Story::kResume).refused().wait(1'000).live().leave(); }, {}},
    {"OP-38", "5 s after the last", [](Story& s) { s.live().wait(3'000).invalid(false).closes().wait(2'000).live().leave(); }, {}},
    {"OP-38", "4.9 s", [](Story& s) { s.live().wait(3'000).invalid(false).closes().wait(1'900).live().leave(); },
     {"identify/spacing"}},
    {"OP-39", "5 s apart, before READY of the first", [](Story& s) { s.call().identify({{"shard", Json::array({0, 2})}}).wait(5'000).call().identify({{"shard", Json::array({1, 2})}}).ready(); }, {}},
    {"OP-40", "op 9 true in answer to Identify, Identify again", [](Story& s) { s.call().identify().wait(5'000).invalid(true).closes().wait(1'000).live().leave(); }, {}},
    {"OP-42", "Bot in Identify", [](Story& s) { handshake(s, {{"token", "Bot secret"}}).leave(); }, {}},
    {"OP-42", "Bot in Resume", [](Story& s) { s.live().closed().call(Story::kResume).resume({{"token", "Bot secret"}}).resumed().leave(); },
     {"resume/bare-token"}},
    {"OP-43", "limit beside user_ids", [](Story& s) { s.live().members({{"query", nullptr}, {"user_ids", Json::array({"1"})}, {"limit", 1}}).leave(); }, {}},
    {"OP-44", "a list of guilds", [](Story& s) { s.live().members({{"guild_id", Json::array({"1"})}}).leave(); }, {"shape/gw-rgm-1"}},
    {"OP-45", "the beat that was asked for, its ACK after the other's", [](Story& s) { s.live().beat().ask().beat().ack().ack().wait(9).leave(); }, {}},
    {"OP-46", "a zombie's bare end", [](Story& s) { s.live().beat().wait(45'000).record("end", {{"from", "client"}, {"how", "eof"}}).back().leave(); }, {}},
};

/// The points that no client can be judged by, and why.
const std::map<std::string, std::string> kNoReading{
    {"OP-13", "a day is too long for a story: identify/daily counts what the client sent"},
    {"OP-16", "the server's choice; a client that cannot decode it stands under OP-28"},
    {"OP-18", "no limit is known that could be judged"},
    {"OP-20", "the client's own limit"},
    {"OP-32", "the server's side"},
    {"OP-34", "4007 and op 9 from a server, each judged as itself; what the client sends is resume/sequence"},
    {"OP-41", "outside the protocol"},
};
// clang-format on

TEST_CASE("judge: each open point passes in all readings that the catalogue accepts") {
  for (const Reading& reading : kReadings) {
    Story story;
    reading.tell(story);
    INFO(reading.point << ", " << reading.what);
    CHECK(broken_by(story) == reading.broken);
  }
}

TEST_CASE("judge: each open point of the catalogue has its readings, or a reason") {
  std::ifstream file("spec/requirements/open_points.json");
  REQUIRE(file);
  std::set<std::string> known, answered;
  const Json points = Json::parse(file);
  for (const Json& point : points["requirements"]) known.insert(point["id"].get<std::string>());
  for (const Reading& reading : kReadings) answered.insert(reading.point);
  for (const auto& [point, reason] : kNoReading) CHECK(answered.insert(point).second);
  CHECK(answered == known);
}

}  // namespace
}  // namespace portcullis::tests
