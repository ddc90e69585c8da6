// Control of the mock gateway over HTTP: requests against a real peer, without sockets.
#include "portcullis/oracle/mock/control.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/http/text.h"
#include "portcullis/oracle/mock/api/people.h"
#include "portcullis/tests/mock/gateway_client.h"
#include "portcullis/tests/tables.h"

namespace portcullis::mock {
namespace {

using nlohmann::json;

/// A peer and clients that are logged in.
class Mock {
 public:
  Mock()
      : peer_(
            World{}, Limits{}, [this] { return draws_ = draws_ * 1'664'525 + 1'013'904'223; },
            *tests::tables_at_hand().peer) {}

  /// Logs a client in and gives its link. Each comes a minute after the last, for the identify limit's sake.
  Link log_in() {
    now_ += Duration{10'000};
    clients_.emplace_back("ws://127.0.0.1:1");
    const Link link = clients_.size();
    peer_.opened(link, now_);
    settle();
    clients_.back().send(identify("any"));
    settle();
    REQUIRE(client(link).named("READY").size() == 1);
    return link;
  }
  GatewayClient& client(Link link) { return clients_.at(link - 1); }

  struct Answered {
    int status;
    json body;
  };
  Answered ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = body;
    const HttpAnswer answer = answer_control(request, peer_, now_);
    settle();
    return {answer.status, json::parse(answer.body)};
  }
  Answered post(const std::string& path, const std::string& body = {}) { return ask("POST", path, body); }
  /// Gives the error of a request that must be refused, and must change nothing.
  std::string error(const std::string& path, const std::string& body, int status = 400) {
    const auto before = clients_.front().texts();
    const Answered answered = post(path, body);
    CHECK(answered.status == status);
    CHECK(clients_.front().texts() == before);
    return answered.body.value("error", "");
  }
  std::set<Link> hung_up, reset;

 private:
  /// Moves bytes until nobody has anything more to say.
  void settle() {
    poll();
    for (Link link = 1; link <= clients_.size(); ++link) {
      std::string bytes = client(link).take_output();
      while (!bytes.empty()) {
        peer_.received(link, std::as_bytes(std::span(bytes)), now_);
        poll();
        bytes = client(link).take_output();
      }
    }
  }
  void poll() {
    for (;;) {
      const Output output = peer_.poll();
      if (std::holds_alternative<Wait>(output)) return;
      if (const auto* transmit = std::get_if<Transmit>(&output)) client(transmit->link).received(transmit->bytes);
      if (const auto* hangup = std::get_if<Hangup>(&output)) end(hangup->link, hung_up);
      if (const auto* dropped = std::get_if<Reset>(&output)) end(dropped->link, reset);
    }
  }

  void end(Link link, std::set<Link>& among) {
    among.insert(link);
    client(link).ended();
  }

  std::uint32_t draws_ = 1;
  Instant now_{Duration{1'000}};
  Peer peer_;
  std::deque<GatewayClient> clients_;
};

const json kOne{{"reached", 1}};

TEST_CASE("LOCAL-27: GET / lists every verb with an example, and each example works", "[mock]") {
  Mock list;
  const json verbs = list.ask("GET", "/").body["verbs"];
  std::set<std::string> paths;
  std::size_t of_people = 0;
  for (const json& verb : verbs) {
    CAPTURE(verb);
    CHECK(verb["does"].is_string());
    const auto is_this = [&](const api::Deed& deed) { return deed.path == verb["path"].get<std::string>(); };
    if (std::ranges::any_of(api::kPeople, is_this)) {
      ++of_people;  // people_test tries them
      continue;
    }
    paths.insert(verb["path"]);
    if (verb["method"] == "GET") continue;
    Mock mock;
    mock.log_in();
    CHECK(mock.post(verb["path"], verb["example"].dump()).body == kOne);
  }
  CHECK(paths == std::set<std::string>{"/", "/sessions", "/dispatch", "/reconnect", "/invalid", "/heartbeat",
                                       "/silence", "/drop", "/close", "/forget", "/send", "/hello"});
  CHECK(of_people == api::kPeople.size());
}

TEST_CASE("LOCAL-27: /sessions tells of each session, those without a link too", "[mock]") {
  Mock mock;
  CHECK(mock.ask("GET", "/sessions").body == json::array());
  const Link link = mock.log_in();
  const json session = mock.ask("GET", "/sessions").body.at(0);
  CHECK(session["id"] == mock.client(link).named("READY")[0]["d"]["session_id"]);
  CHECK(session["shard"] == 0);
  CHECK(session["shard_count"] == 1);
  CHECK(session["sequence"] == mock.client(link).with_op(0).back()["s"]);
  CHECK(session["link"] == link);
  CHECK(session["identifies"] == 1);
  CHECK(session["resumes"] == 0);
  mock.post("/drop");
  CHECK(mock.ask("GET", "/sessions").body.at(0)["link"] == nullptr);
}

TEST_CASE("LOCAL-27: dispatch hands the data on as it was written, with the next sequence number", "[mock]") {
  Mock mock;
  const Link link = mock.log_in();
  const json last = mock.client(link).with_op(0).back()["s"];
  CHECK(mock.post("/dispatch", R"( {"t":"MADE_UP","d":{"b":1,"a":12345678901234567890123,"c":"\u00e4"}} )").body ==
        kOne);
  const std::string& text = mock.client(link).texts().back();
  CHECK(text.find(R"({"b":1,"a":12345678901234567890123,"c":"\u00e4"})") != std::string::npos);
  CHECK(mock.client(link).named("MADE_UP").at(0)["s"] == last.get<int>() + 1);
}

TEST_CASE("LOCAL-27: op 7, 9 and 1 are sent when they are asked for", "[mock]") {
  Mock mock;
  GatewayClient& client = mock.client(mock.log_in());
  mock.post("/heartbeat", "{}");
  CHECK(client.with_op(1).size() == 1);
  mock.post("/reconnect", "");
  CHECK(client.with_op(7).size() == 1);
  mock.post("/invalid", R"({"resumable": true})");
  CHECK(client.with_op(9).at(0)["d"] == true);
  Mock other;
  GatewayClient& second = other.client(other.log_in());
  other.post("/invalid");
  CHECK(second.with_op(9).at(0)["d"] == false);
}

TEST_CASE("LOCAL-27: a silent mock acknowledges nothing until it is told to speak", "[mock]") {
  Mock mock;
  GatewayClient& client = mock.client(mock.log_in());
  const auto acknowledged = [&] {
    client.send({{"op", 1}, {"d", nullptr}});
    mock.ask("GET", "/");
    return client.with_op(11).size();
  };
  CHECK(acknowledged() == 1);
  mock.post("/silence");
  CHECK(acknowledged() == 1);
  mock.post("/silence", R"({"on": false})");
  CHECK(acknowledged() == 2);
}

TEST_CASE("WS-CL-6: close sends the code and the reason, and drop ends the transport without one", "[mock]") {
  Mock mock;
  const Link closed = mock.log_in();
  const Link dropped = mock.log_in();
  CHECK(mock.post("/close", R"({"code": 4009, "reason": "timed out", "link": 1})").body == kOne);
  CHECK(mock.client(closed).close_code() == 4009);
  CHECK(mock.hung_up.contains(closed));
  CHECK_FALSE(mock.client(dropped).close_code());
  CHECK(mock.post("/drop", R"({"link": 2})").body == kOne);
  CHECK(mock.reset.contains(dropped));
  CHECK(mock.client(dropped).close_code() == 1006);
}

TEST_CASE("LOCAL-27: send sends a string as its text and anything else as its JSON", "[mock]") {
  Mock mock;
  GatewayClient& client = mock.client(mock.log_in());
  mock.post("/send", R"({"payload": {"op": 99,  "z": [1.50]}})");
  CHECK(client.texts().back() == R"({"op": 99,  "z": [1.50]})");
  mock.post("/send", R"({"payload": "not JSON \ud83d\ude00"})");
  CHECK(client.texts().back() == "not JSON \xF0\x9F\x98\x80");
  mock.post("/send", R"({"payload": null})");
  CHECK(client.texts().back() == "null");
}

TEST_CASE("LOCAL-27: a request reaches all links, or the one that its session or link names", "[mock]") {
  Mock mock;
  mock.log_in();
  const Link second = mock.log_in();
  CHECK(mock.post("/heartbeat").body == json{{"reached", 2}});
  CHECK(mock.post("/heartbeat", R"({"link": 1})").body == kOne);
  const std::string id = mock.client(second).named("READY").at(0)["d"]["session_id"];
  CHECK(mock.post("/heartbeat", json{{"session", id}}.dump()).body == kOne);
  CHECK(mock.client(1).with_op(1).size() == 2);
  CHECK(mock.client(second).with_op(1).size() == 2);
}

TEST_CASE("LOCAL-27: nobody reached is a 404 with an error", "[mock]") {
  Mock empty;
  CHECK(empty.post("/reconnect").status == 404);
  Mock mock;
  mock.log_in();
  for (const char* body : {R"({"link": 9})", R"({"session": "unknown"})"})
    CHECK_FALSE(mock.error("/drop", body, 404).empty());
  CHECK(mock.ask("GET", "/nowhere").status == 404);
  CHECK_FALSE(mock.error("/nowhere", "{}", 404).empty());
}

TEST_CASE("LOCAL-27: another method is a 405", "[mock]") {
  Mock mock;
  mock.log_in();
  CHECK(mock.ask("GET", "/drop").status == 405);
  CHECK(mock.ask("POST", "/sessions").status == 405);
  CHECK(mock.ask("DELETE", "/").status == 405);
  CHECK(mock.ask("HEAD", "/sessions").status == 200);
  CHECK(mock.reset.empty());
}

struct Wrong {
  std::string path, body, says;
};

TEST_CASE("LOCAL-27: a wrong request changes nothing and is told what is wrong", "[mock]") {
  Mock mock;
  mock.log_in();
  const std::string long_reason(124, 'x');
  const std::vector<Wrong> wrong{
      {"/drop", "nonsense", "not JSON: wrong at byte 2"},
      {"/drop", "{} {}", "not JSON"},
      {"/drop", "{\"a\":\"\xff\"}", "not JSON"},
      {"/drop", R"({"link": 1e999})", "out of range"},
      {"/drop", "[]", "must be a JSON object"},
      {"/drop", "null", "must be a JSON object"},
      {"/drop", R"({"linc": 1})", "\"linc\" is no field of /drop"},
      {"/drop", R"({"": 1})", "\"\" is no field of /drop"},
      {"/drop", R"({"link": "1"})", "\"link\" must be a whole number"},
      {"/drop", R"({"link": -1})", "\"link\" must be a whole number"},
      {"/drop", R"({"link": 1.0})", "\"link\" must be a whole number"},
      {"/drop", R"({"link": null})", "\"link\" must be a whole number"},
      {"/drop", R"({"session": 1})", "\"session\" must be a string"},
      {"/drop", R"({"session": ""})", "\"session\" must be"},
      {"/drop", R"({"session": "a", "link": 1})", "not both"},
      {"/dispatch", "", "\"t\" is missing"},
      {"/dispatch", R"({"t": 1, "d": 1})", "\"t\" must be a string"},
      {"/dispatch", R"({"t": "", "d": 1})", "\"t\" must be"},
      {"/dispatch", R"({"t": "A"})", "\"d\" is missing"},
      {"/dispatch", R"({"t": "A", "d": )" + std::string(600, '[') + std::string(600, ']') + "}",
       "nested more than 512"},
      {"/invalid", R"({"resumable": "true"})", "\"resumable\" must be true or false"},
      {"/silence", R"({"on": 1})", "\"on\" must be true or false"},
      {"/close", "{}", "\"code\" is missing"},
      {"/close", R"({"code": "4000"})", "\"code\" must be a whole number"},
      {"/close", R"({"code": 65536})", "\"code\" must be a whole number from 0 to 65535"},
      {"/close", R"({"code": 4000, "reason": 1})", "\"reason\" must be a string"},
      {"/close", R"({"code": 4000, "reason": ")" + long_reason + "\"}", "123 bytes"},
      {"/send", "{}", "\"payload\" is missing"},
  };
  for (const auto& [path, body, says] : wrong) {
    CAPTURE(path, body);
    CHECK_THAT(mock.error(path, body), Catch::Contains(says));
  }
  for (const char* code : {"0", "999", "1004", "1005", "1006", "1010", "1015", "2999", "5000"}) {
    CAPTURE(code);
    CHECK_THAT(mock.error("/close", std::string(R"({"code": )") + code + "}"), Catch::Contains("may send"));
  }
  CHECK(mock.hung_up.empty());
  CHECK(mock.reset.empty());
}

TEST_CASE("LOCAL-27: a session that was forgotten keeps its link, and is gone when the link ends", "[mock]") {
  Mock mock;
  mock.log_in();
  mock.log_in();
  CHECK(mock.post("/forget", R"({"link": 1})").body == kOne);
  CHECK(mock.reset.empty());
  CHECK(mock.hung_up.empty());
  CHECK(mock.post("/drop").body == json{{"reached", 2}});
  CHECK(mock.ask("GET", "/sessions").body.size() == 1);
}

}  // namespace
}  // namespace portcullis::mock
