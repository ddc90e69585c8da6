// What the mock's page is told: the log, the clients, the judge's remarks, and who may ask for them.
#include "portcullis/oracle/live/live.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "portcullis/oracle/mock/foreign.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::live {
namespace {

using timeline::Record;

std::string statement_of(std::string_view id) { return "what " + std::string(id) + " says"; }

// ---- A timeline by hand

/// A client that keeps the rules, on one link after the other, and its server.
class Play {
 public:
  std::vector<Record> records;

  void open() {
    if (link_ != 0) pass(1'000);
    ++link_;
    add("open", {{"url", "ws://127.0.0.1:1/?v=10&encoding=json"}});
    add("upgraded");
    server({{"op", 10}, {"d", {{"heartbeat_interval", 10'000}}}, {"s", nullptr}, {"t", nullptr}});
  }
  void identify() {
    client({{"op", 2},
            {"d",
             {{"token", "a-pseudonym"},
              {"intents", 513},
              {"properties", {{"os", "linux"}, {"browser", "by-hand"}, {"device", "by-hand"}}},
              {"shard", {3, 8}}}}});
    dispatch("READY", {{"v", 10}, {"session_id", "session-1"}, {"resume_gateway_url", "ws://127.0.0.1:1"}});
  }
  void resume(std::int64_t seq) {
    client({{"op", 6}, {"d", {{"token", "a-pseudonym"}, {"session_id", "session-1"}, {"seq", seq}}}});
    dispatch("RESUMED", Json::object());
  }
  void dispatch(const char* name, Json data) {
    server({{"op", 0}, {"t", name}, {"s", ++sequence}, {"d", std::move(data)}});
  }
  void beat() { beat_with(sequence); }
  void beat_with(std::int64_t seq) {
    client({{"op", 1}, {"d", seq}});
    server({{"op", 11}, {"d", nullptr}, {"s", nullptr}, {"t", nullptr}});
  }
  void drop() { add("end", {{"from", "server"}, {"how", "reset"}}); }
  void ask_for_beat() { server({{"op", 1}, {"d", nullptr}, {"s", nullptr}, {"t", nullptr}}); }
  void close(int code) { add("close", {{"from", "client"}, {"code", code}}); }
  void pass(std::int64_t ms) { now += ms; }
  /// The first beat comes somewhere in the interval, on each link elsewhere; then one each ten seconds, with messages between.
  void live_on(int beats, int messages) {
    pass(4'321 + 777 * static_cast<std::int64_t>(link_ % 5));
    for (int i = 0; i < beats; ++i) {
      beat();
      for (int n = 0; n < messages; ++n) dispatch("TYPING_START", Json::object());
      pass(10'000);
    }
  }
  std::uint64_t link() const { return link_; }

  std::int64_t now = 1'000, sequence = 0;

 private:
  void client(Json payload) { message("client", std::move(payload)); }
  void server(Json payload) { message("server", std::move(payload)); }
  void message(const char* from, Json payload) {
    add("message", {{"from", from}, {"kind", "text"}, {"bytes", 50}, {"payload", std::move(payload)}});
  }
  void add(std::string is, Json with = Json::object()) {
    records.push_back({now, link_, std::move(is), std::move(with)});
  }

  std::uint64_t link_ = 0;
};

/// Hands what is new of a play to the judge, and gives the rules of the remarks.
class Bench {
 public:
  std::vector<std::string> judge(const Play& play) {
    for (; seen_ < play.records.size(); ++seen_) remarks.saw(play.records[seen_], seen_ + 1);
    const Remarks::Window window = remarks.window(play.now + 200);
    records = window.records.size();
    std::vector<std::string> rules;
    told.clear();
    for (Json& remark : remarks.fresh(window, Remarks::judge(window))) {
      rules.push_back(remark["rule"]);
      told.push_back(std::move(remark));
    }
    return rules;
  }
  Remarks remarks{statement_of};
  std::size_t records = 0;
  std::vector<Json> told;

 private:
  std::size_t seen_ = 0;
};

using Rules = std::vector<std::string>;

// ---- The log

TEST_CASE("timeline: the live log keeps the last 2,000 entries, numbered without a gap", "[live]") {
  Log log;
  for (int i = 1; i <= 2'500; ++i) CHECK(log.add("{\"i\":" + std::to_string(i) + "}") == static_cast<std::uint64_t>(i));
  CHECK(log.first() == 501);
  CHECK(log.last() == 2'500);
  std::uint64_t behind = 0;
  const Json all = Json::parse(log.take(behind, 1 << 20));
  REQUIRE(all.size() == 2'000);
  CHECK(behind == 2'500);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == Json({{"n", i + 501}, {"i", i + 501}}));
}

TEST_CASE("timeline: the live log holds 16 MiB at most", "[live]") {
  Log log;
  const std::string big = "{\"text\":\"" + std::string(100'000, 'x') + "\"}";
  for (int i = 0; i < 1'000; ++i) log.add(big);
  const std::uint64_t kept = log.last() - log.first() + 1;
  CHECK(kept * big.size() <= Log::kBytesMax);
  CHECK((kept + 2) * big.size() > Log::kBytesMax);
}

TEST_CASE("timeline: a part of the live log ends behind the entry that fills it, and the next goes on there",
          "[live]") {
  Log log;
  for (int i = 0; i < 10; ++i) log.add("{\"text\":\"" + std::string(100, 'x') + "\"}");
  std::uint64_t behind = 4;
  CHECK(Json::parse(log.take(behind, 250)).size() == 3);
  CHECK(behind == 7);
  CHECK(Json::parse(log.take(behind, 1)).size() == 1);
  CHECK(Json::parse(log.take(behind, 1'000)).size() == 2);
  CHECK(log.take(behind, 1'000) == "[]");
}

// ---- The clients

Json clients_of(const Play& play) {
  Clients clients;
  for (std::size_t i = 0; i < play.records.size(); ++i) clients.saw(play.records[i], i + 1);
  return clients.changed_since(0);
}

TEST_CASE("timeline: a live client shows how it came in, who it is, and its beats", "[live]") {
  Play play;
  play.open();
  play.identify();
  play.pass(2'000);
  play.beat();
  play.ask_for_beat();
  play.pass(12);
  play.beat();
  const Json client = clients_of(play)[0];
  CHECK(client["encoding"] == "json");
  CHECK(client["version"] == 10);
  CHECK(client["compress"] == "");
  CHECK(client["shard"] == Json({3, 8}));
  CHECK(client["intents"] == Json({"GUILDS", "GUILD_MESSAGES"}));
  CHECK(client["library"] == "by-hand");
  CHECK(client["session"] == "session-1");
  CHECK(client["interval_ms"] == 10'000);
  CHECK(client["beat_at"] == 3'012);
  CHECK(client["beats"] == 2);
  CHECK(client["latency_ms"] == 12);
  CHECK(client["ended"] == nullptr);
}

TEST_CASE("timeline: a live client that resumes is known by its session", "[live]") {
  Play play;
  play.open();
  play.identify();
  play.drop();
  play.open();
  play.resume(play.sequence);
  const Json clients = clients_of(play);
  REQUIRE(clients.size() == 2);
  CHECK(clients[0]["ended"] == "reset");
  CHECK(clients[0]["state"] == "Closed");
  for (const char* const name : {"shard", "intents", "library", "session"}) CHECK(clients[1][name] == clients[0][name]);
  CHECK(clients[1]["resumed"] == true);
}

TEST_CASE("timeline: of clients that have left the last eight are shown, and only what has changed", "[live]") {
  Play play;
  for (int i = 0; i < 20; ++i) {
    play.open();
    play.close(4'000);
    play.drop();
  }
  play.open();
  Clients clients;
  for (std::size_t i = 0; i < play.records.size(); ++i) clients.saw(play.records[i], i + 1);
  CHECK(clients.links() == Json({13, 14, 15, 16, 17, 18, 19, 20, 21}));
  CHECK(clients.changed_since(play.records.size() - 1).size() == 1);
  CHECK(clients.changed_since(play.records.size()).empty());
  CHECK(clients.changed_since(0)[0]["close"] == Json({{"from", "client"}, {"code", 4'000}}));
}

// ---- The remarks

TEST_CASE("judge: a live remark is told once, about its record, with rule and requirements", "[live]") {
  Play play;
  Bench bench;
  play.open();
  play.identify();
  play.live_on(3, 2);
  CHECK(bench.judge(play) == Rules{});
  play.beat_with(1);
  const std::size_t about = play.records.size() - 1;  // the beat, before its answer
  REQUIRE(bench.judge(play) == Rules{"heartbeat/sequence"});
  CHECK(bench.told[0]["about"] == about);
  CHECK(bench.told[0]["link"] == 1);
  CHECK(bench.told[0]["verdict"] == "VIOLATION");
  CHECK(bench.told[0]["requirements"][0] == Json({{"id", "GW-HB-5"}, {"text", "what GW-HB-5 says"}}));
  CHECK(bench.judge(play) == Rules{});
}

TEST_CASE("judge: a live client that stands still is remarked on although nothing comes any more", "[live]") {
  Play play;
  Bench bench;
  play.open();
  play.identify();
  play.live_on(2, 0);
  play.pass(60'000);
  CHECK(bench.judge(play) == Rules{"heartbeat/every-interval"});
}

TEST_CASE("judge: noise of the machine makes live times uncertain", "[live]") {
  Play play;
  Bench bench;
  play.open();
  play.identify();
  play.live_on(2, 0);
  play.pass(1'000);
  bench.remarks.heard_noise(2'000);
  CHECK(bench.judge(play) == Rules{});
}

TEST_CASE("judge: a live timeline is bounded, and what is forgotten of a link makes no remark", "[live]") {
  Play play;
  Bench bench;
  play.open();
  play.identify();
  for (int round = 0; round < 30; ++round) {
    play.live_on(20, 20);
    CHECK(bench.judge(play) == Rules{});
    CHECK(bench.records <= Remarks::kRecordsMax);
    play.drop();
    play.open();
    play.resume(play.sequence);
  }
  play.live_on(700, 10);  // one link that is longer than all that is kept
  CHECK(bench.judge(play) == Rules{});
  CHECK(bench.records <= Remarks::kRecordsMax);
  play.drop();
  play.open();
  play.resume(play.sequence);
  play.live_on(2, 0);
  CHECK(bench.judge(play) == Rules{});
  play.drop();
  play.open();
  play.resume(play.sequence - 20);  // the session is still known
  CHECK(bench.judge(play) == Rules{"resume/sequence"});
}

TEST_CASE("judge: whoever comes when nobody was there for a minute is somebody new to the live judge", "[live]") {
  const std::int64_t quiet_ms = GENERATE(2'000, 61'000);
  Play play;
  Bench bench;
  play.open();
  play.identify();
  play.drop();
  CHECK(bench.judge(play) == Rules{});
  play.pass(quiet_ms);
  play.open();
  play.identify();
  CHECK(bench.judge(play).empty() == (quiet_ms > 60'000));  // a session that was lost is to be resumed
}

// ---- What is served

mock::HttpRequest request(std::string method, std::string path,
                          std::vector<std::pair<std::string, std::string>> fields = {}) {
  mock::HttpRequest made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.fields = std::move(fields);
  return made;
}

Json part_of(const std::string& news) {
  const std::size_t at = news.find("\ndata: ");
  REQUIRE(news.starts_with("id: "));
  REQUIRE(news.ends_with("\n\n"));
  return Json::parse(news.substr(at + 7));
}

TEST_CASE("timeline: who follows the mock is told all there is, then what is new", "[live]") {
  Live live(7, statement_of);
  const mock::Display display = live.display();
  Play play;
  play.open();
  for (const Record& record : play.records) live.saw(record);
  std::uint64_t behind = 0;
  const Json first = part_of(display.news(behind));
  CHECK(first["run"] == 7);
  CHECK(first["entries"].size() == play.records.size() + 1);
  CHECK(first["links"] == Json({1}));
  CHECK(display.news(behind).empty());
  live.stepped({1,
                spec::gateway_peer::State::New,
                spec::gateway_peer::Input::SayHello,
                &spec::gateway_peer::kRows.row(spec::gateway_peer::State::New, spec::gateway_peer::Input::SayHello),
                {}});
  const Json second = part_of(display.news(behind));
  REQUIRE(second["entries"].size() == 1);
  CHECK(second["entries"][0]["requirement"] == "GW-HELLO-1");
  CHECK(second["clients"][0]["state"] == "Unauthenticated");
  std::uint64_t of_another_run = 1'000'000;
  CHECK(part_of(display.news(of_another_run))["entries"].size() == play.records.size() + 2);
  CHECK(of_another_run == behind);
}

TEST_CASE("timeline: a live entry with a payload beyond 16 KiB is told without its data", "[live]") {
  Live live(7, statement_of);
  Play play;
  play.open();
  play.dispatch("READY", {{"text", std::string(20'000, 'x')}});
  for (const Record& record : play.records) live.saw(record);
  std::uint64_t behind = 0;
  const Json told = part_of(live.display().news(behind))["entries"].back();
  CHECK(told["left_out"] == true);
  CHECK(told["payload"]["t"] == "READY");
  CHECK(told["payload"]["d"] == nullptr);
}

TEST_CASE("judge: the live judge speaks by itself", "[live]") {
  Live live(7, statement_of);
  Play play;
  play.open();
  play.identify();
  play.live_on(1, 0);
  play.beat_with(99);
  for (const Record& record : play.records) live.saw(record);
  std::uint64_t behind = 0;
  std::string all;
  for (int i = 0; i < 500 && all.find("heartbeat/sequence") == std::string::npos; ++i) {
    all += live.display().news(behind);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(all.find("\"is\":\"remark\"") != std::string::npos);
  CHECK(all.find("what GW-HB-5 says") != std::string::npos);
}

TEST_CASE("timeline: the page may load nothing from elsewhere, and /events begins where a browser left off", "[live]") {
  Live live(7, statement_of);
  const auto answer = live.display().answer;
  const auto page = answer(request("GET", "/ui"));
  REQUIRE(page);
  CHECK(page->content_type == "text/html; charset=utf-8");
  CHECK(page->body.find("{{") == std::string::npos);
  CHECK(page->body.find("\"Unauthenticated\"") != std::string::npos);
  CHECK(mock::write_response(*page, "GET", true).find("default-src 'none'") != std::string::npos);
  CHECK(answer(request("GET", "/events"))->follows == 0);
  CHECK(answer(request("GET", "/events", {{"last-event-id", "41"}}))->follows == 41);
  CHECK(answer(request("GET", "/events", {{"Last-Event-ID", "x"}}))->follows == 0);
  CHECK(answer(request("POST", "/ui"))->status == 405);
  CHECK(answer(request("POST", "/events"))->status == 405);
  CHECK_FALSE(answer(request("GET", "/sessions")));
  const std::string head = mock::write_response(*answer(request("GET", "/events")), "GET", true);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("LOCAL-28: what a page of another site makes a browser send to the control port is refused", "[live]") {
  using Fields = std::vector<std::pair<std::string, std::string>>;
  const auto refused = [](const std::string& method, Fields fields) {
    return mock::refuse_foreign(request(method, "/drop", std::move(fields))).has_value();
  };
  for (const char* const host : {"127.0.0.1", "127.0.0.1:80", "localhost:1", "LocalHost", "[::1]:8", "[::1]"})
    CHECK_FALSE(refused("POST", {{"Host", host}}));
  for (const char* const host : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:1",
                                 "127.0.0.1:1.evil.example", "127.0.0.11", "[::1]x", "[::11]", "::1"})
    CHECK(refused("POST", {{"Host", host}}));
  const std::string host = "127.0.0.1:8080";
  CHECK_FALSE(refused("POST", {{"Host", host}, {"Origin", "http://" + host}}));
  for (const char* const origin : {"null", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:80",
                                   "http://127.0.0.1:8080.evil.example", "http://localhost:8080", ""})
    CHECK(refused("GET", {{"Host", host}, {"Origin", origin}}));
  CHECK_FALSE(refused("POST", {{"Host", host}, {"Sec-Fetch-Site", "same-origin"}}));
  CHECK_FALSE(refused("GET", {{"Host", host}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}));
  CHECK(refused("POST", {{"Host", host}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}));
  CHECK(refused("GET", {{"Host", host}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Mode", "no-cors"}}));
  CHECK(mock::refuse_foreign(request("POST", "/drop"))->status == 403);
}

}  // namespace
}  // namespace portcullis::live
