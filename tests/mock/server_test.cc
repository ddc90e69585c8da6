// The mock gateway on real sockets, plain and with TLS.
#include "portcullis/oracle/mock/server.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "portcullis/tests/mock/wire.h"

namespace portcullis::mock {
namespace {

using net::Trouble;
using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kToken = "MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB";

std::unique_ptr<Server> serve(ServerOptions options = {}) {
  auto opened = Server::open(std::move(options));
  if (const auto* const trouble = std::get_if<Trouble>(&opened)) FAIL(trouble->text);
  return std::move(std::get<std::unique_ptr<Server>>(opened));
}

std::unique_ptr<Server> serve_with(bool tls, const std::string& token = {}) {
  ServerOptions options;
  options.tls = tls;
  options.world.token = token;
  return serve(std::move(options));
}

std::string trouble_of(ServerOptions options) {
  const auto opened = Server::open(std::move(options));
  const auto* const trouble = std::get_if<Trouble>(&opened);
  return trouble == nullptr ? std::string() : trouble->text;
}

std::size_t descriptors() {
  const fs::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Gives the server turns until a condition holds, which the test's timeout bounds.
template <typename Condition>
void wait_until(Server& server, const Condition& holds) {
  while (!holds()) {
    server.with_peer([](Peer&, Instant) {});
    std::this_thread::yield();
  }
}

std::size_t live_sessions(Server& server) {
  std::size_t count = 0;
  server.with_peer([&](Peer& peer, Instant) {
    for (const SessionView& session : peer.sessions()) count += session.link.has_value();
  });
  return count;
}

void check_alive(Server& server) {
  CHECK(ask("GET", server.api_url() + "/v10/gateway", {}, server.ca_file()).status == 200);
  CHECK(ask("GET", server.control_url() + "/sessions").status == 200);
}

TEST_CASE("GW-CONN-1: a client finds the gateway over REST, connects, gets Hello and READY, plain and with TLS",
          "[mock]") {
  const bool tls = GENERATE(false, true);
  const auto server = serve_with(tls, kToken);
  CHECK(server->gateway_url().starts_with(tls ? "wss://localhost:" : "ws://127.0.0.1:"));
  CHECK(server->api_url().starts_with(tls ? "https://localhost:" : "http://127.0.0.1:"));
  CHECK(server->control_url().starts_with("http://127.0.0.1:"));
  const Response found = ask("GET", server->api_url() + "/v10/gateway/bot", {}, server->ca_file(), kToken);
  REQUIRE(found.status == 200);
  CHECK(found.body["url"] == server->gateway_url());
  WiredClient client(found.body["url"], server->ca_file());
  const json ready = client.log_in(kToken);
  REQUIRE(ready.is_object());
  CHECK(client.seen().with_op(10).size() == 1);
  CHECK(ready["d"]["resume_gateway_url"] == server->gateway_url());
}

TEST_CASE("GW-REST-11: the token that the server was given is asked for over REST", "[mock]") {
  const auto server = serve_with(false, kToken);
  const std::string url = server->api_url() + "/gateway/bot";
  CHECK(ask("GET", url).status == 401);
  CHECK(ask("GET", url, {}, {}, "wrong").status == 401);
  const Response good = ask("GET", url, {}, {}, kToken);
  CHECK(good.status == 200);
  CHECK(good.head.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
}

TEST_CASE("GW-REST-7: the identifies left are those that the peer counts", "[mock]") {
  const auto server = serve();
  const auto left = [&] {
    return ask("GET", server->api_url() + "/gateway/bot").body["session_start_limit"]["remaining"].get<int>();
  };
  const int before = left();
  WiredClient client(server->gateway_url());
  client.log_in("any");
  CHECK(left() == before - 1);
}

TEST_CASE("LOCAL-27: what control asks for reaches a client on its socket", "[mock]") {
  const bool tls = GENERATE(false, true);
  const auto server = serve_with(tls);
  const std::string control = server->control_url();
  WiredClient client(server->gateway_url(), server->ca_file());
  client.log_in("any");
  CHECK(ask("POST", control + "/dispatch", R"({"t": "MADE_UP", "d": {"a": 1}})").body == json{{"reached", 1}});
  CHECK(client.until([](const GatewayClient& seen) { return !seen.named("MADE_UP").empty(); }));
  CHECK(ask("POST", control + "/close", R"({"code": 4009, "reason": "enough"})").body == json{{"reached", 1}});
  CHECK(client.until([](const GatewayClient& seen) { return seen.close_code() == 4009; }));
  CHECK(ask("POST", control + "/close", R"({"code": 4009})").status == 404);
}

TEST_CASE("LOCAL-27: drop ends the transport without a Close", "[mock]") {
  const auto server = serve();
  WiredClient client(server->gateway_url());
  client.log_in("any");
  CHECK(ask("POST", server->control_url() + "/drop").status == 200);
  CHECK(client.until([](const GatewayClient& seen) { return seen.close_code() == 1006; }));
}

TEST_CASE("WS-HT-9: one connection serves requests one behind the other, until one asks for its end", "[mock]") {
  const auto server = serve();
  Wire wire(place_of(server->api_url()));
  const std::string get = "GET /gateway HTTP/1.1\r\nHost: a\r\n";
  wire.write(get + "\r\n" + get + "\r\n" + get + "Connection: close\r\n\r\n" + get + "\r\n");
  const std::string all = wire.read_all();
  int answers = 0;
  for (std::size_t at = all.find("HTTP/1.1 200"); at != std::string::npos; at = all.find("HTTP/1.1 200", at + 1))
    ++answers;
  CHECK(answers == 3);
}

TEST_CASE("LOCAL-28: malformed requests on any port are answered or ended, and the server lives", "[mock]") {
  const bool tls = GENERATE(false, true);
  const auto server = serve_with(tls);
  std::string random;
  for (std::uint32_t i = 0, x = 1; i < 5'000; ++i)
    random += static_cast<char>((x = x * 1'664'525 + 1'013'904'223) >> 24);
  const std::vector<std::string> inputs{"nonsense\r\n\r\n",
                                        random,
                                        std::string(100'000, 'a'),
                                        std::string(5'000, '\0'),
                                        "GET / HTTP/1.1\r\nContent-Length: x\r\nHost: a\r\n\r\n",
                                        "POST /drop HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n{]}"};
  for (const std::string& url : {server->gateway_url(), server->api_url(), server->control_url()})
    for (const std::string& input : inputs) {
      Wire wire(place_of(url), server->ca_file());
      wire.write(input);
      const std::string answer = wire.read();
      if (url == server->control_url() && answer.starts_with("HTTP/1.1 4")) {
        const Response refused = parse_response(answer);
        CHECK(refused.head.find("\r\nContent-Type: application/json\r\n") != std::string::npos);
        CHECK(refused.body.contains("error"));
      }
      CHECK(answer.starts_with("HTTP/1.1 4"));
    }
  check_alive(*server);
}

TEST_CASE("LOCAL-28: bytes that are not TLS where TLS is spoken end that connection alone", "[mock]") {
  const auto server = serve_with(true);
  for (const std::string& url : {server->gateway_url(), server->api_url()}) {
    Place plain = place_of(url);
    plain.secure = false;
    Wire wire(plain);
    wire.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(wire.read_all().find("HTTP/1.1") == std::string::npos);
  }
  check_alive(*server);
}

TEST_CASE("LOCAL-28: a body above a mebibyte is refused on the wire too", "[mock]") {
  const auto server = serve();
  CHECK(ask("POST", server->control_url() + "/send", std::string(2'000'000, ' ')).status == 413);
  check_alive(*server);
}

TEST_CASE("LOCAL-28: connections opened and closed at every stage leave no descriptor behind", "[mock]") {
  const bool tls = GENERATE(false, true);
  const auto server = serve_with(tls);
  check_alive(*server);
  const std::size_t before = descriptors();
  for (int round = 0; round < 8; ++round) {
    std::deque<Wire> wires;
    for (const std::string& url : {server->gateway_url(), server->api_url(), server->control_url()})
      for (const char* begun : {"", "G", "GET / HTTP/1.1\r\nHost: a\r\n", "GET /sessions HTTP/1.1\r\nHost: a\r\n\r\n"})
        wires.emplace_back(place_of(url), server->ca_file()).write(begun);
    std::deque<WiredClient> clients;
    for (int i = 0; i < 3; ++i) clients.emplace_back(server->gateway_url(), server->ca_file());
    CHECK(clients[0].until([](const GatewayClient& seen) { return !seen.with_op(10).empty(); }));
    if (round % 2 == 0) ask("POST", server->control_url() + "/drop");
  }
  wait_until(*server, [&] { return descriptors() <= before; });
  check_alive(*server);
}

TEST_CASE("LOCAL-28: who does not read is reset, and the others are served", "[mock]") {
  const auto server = serve();
  WiredClient deaf(server->gateway_url());
  deaf.log_in("any");
  CHECK(live_sessions(*server) == 1);
  const SayDispatch say{"MADE_UP", "\"" + std::string(1'000'000, 'x') + "\""};
  int said = 0;
  for (; said < 200 && live_sessions(*server) == 1; ++said)
    server->with_peer([&](Peer& peer, Instant now) { peer.say({}, {}, say, now); });
  CHECK(said > 16);
  CHECK(live_sessions(*server) == 0);
  check_alive(*server);
  WiredClient other(server->gateway_url());
  CHECK(other.until([](const GatewayClient& seen) { return !seen.with_op(10).empty(); }));
}

TEST_CASE("LOCAL-28: without descriptors left clients are turned away, and served again when there are some",
          "[mock]") {
  const auto server = serve();
  const std::size_t before = descriptors();
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  check_alive(*server);
  wait_until(*server, [&] { return descriptors() <= before; });
  rlimit low = limit;
  low.rlim_cur = 200;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  std::vector<int> taken;
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken.push_back(fd);
  // One descriptor for the client, none for the server.
  ::close(taken.back());
  taken.pop_back();
  CHECK(ask("GET", server->control_url() + "/sessions").status == 0);
  for (const int fd : taken) ::close(fd);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  check_alive(*server);
}

TEST_CASE("LOCAL-28: the silent are ended: over HTTP, before the upgrade, and in the TLS handshake", "[mock]") {
  const auto server = serve_with(true);
  Place handshake = place_of(server->gateway_url());
  handshake.secure = false;
  Wire mute(handshake);
  Wire half(place_of(server->control_url()));
  half.write("GET / HT");
  Wire upgrading(place_of(server->gateway_url()), server->ca_file());
  upgrading.write("GET / HTTP/1.1\r\n");
  CHECK(mute.read_all().empty());
  CHECK(half.read_all().empty());
  CHECK(upgrading.read_all().empty());
  check_alive(*server);
}

TEST_CASE("GW-SEC-1: steps and requests are told, and the token is in none of the lines", "[mock]") {
  std::atomic<int> steps = 0;
  std::vector<std::string> lines;  // written on the server's thread, read once it has ended
  ServerOptions options;
  options.world.token = kToken;
  options.on_step = [&](const Stepped&) { ++steps; };
  options.on_request = [&](const std::string& line) { lines.push_back(line); };
  auto server = serve(std::move(options));
  WiredClient client(server->gateway_url());
  CHECK(client.log_in(kToken).is_object());
  ask("GET", server->api_url() + "/v10/gateway/bot?token=" + kToken, {}, {}, kToken);
  ask("GET", server->api_url() + "/webhooks/1/" + kToken, {}, {}, kToken);
  ask("POST", server->control_url() + "/" + kToken, {}, {}, kToken);
  ask("POST", server->control_url() + "/reconnect");
  server.reset();
  CHECK(steps >= 2);
  CHECK(lines == std::vector<std::string>{"rest GET /api/v10/gateway/bot 200", "rest GET /api/webhooks/1/{token} 405",
                                          "control POST (unknown path) 404", "control POST /reconnect 200"});
}

TEST_CASE("world: what people do, and what a bot asks, comes back over the gateway", "[mock]") {
  for (const bool tls : {false, true}) {
    const auto server = serve_with(tls, kToken);
    WiredClient client(server->gateway_url(), server->ca_file());
    CHECK(client.log_in(kToken).is_object());
    const Response said = ask("POST", server->control_url() + "/message",
                              R"({"channel": "general", "author": "Zo\u00eb", "content": "hello"})");
    CHECK(said.body["reached"] == 1);
    const auto messages = [](const GatewayClient& seen) { return seen.named("MESSAGE_CREATE"); };
    CHECK(client.until([&](const GatewayClient& seen) { return messages(seen).size() == 1; }));
    CHECK(messages(client.seen())[0]["d"]["id"] == said.body["id"]);
    const std::string channel = messages(client.seen())[0]["d"]["channel_id"];
    const Response sent = ask("POST", server->api_url() + "/v10/channels/" + channel + "/messages",
                              R"({"content": "good day"})", server->ca_file(), kToken);
    CHECK(sent.status == 200);
    CHECK(client.until([&](const GatewayClient& seen) { return messages(seen).size() == 2; }));
    CHECK(messages(client.seen())[1]["d"]["content"] == "good day");
    CHECK(ask("GET", server->control_url() + "/messages?channel=general").body.size() == 2);
  }
}

TEST_CASE("LOCAL-27: a program reaches the peer on the server's thread, and its exceptions come back", "[mock]") {
  const auto server = serve();
  std::thread::id where;
  server->with_peer([&](Peer&, Instant) { where = std::this_thread::get_id(); });
  CHECK(where != std::this_thread::get_id());
  CHECK_THROWS_AS(server->with_peer([](Peer&, Instant) { throw std::runtime_error("ours"); }), std::runtime_error);
  std::vector<std::thread> threads;
  std::atomic<int> ran = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) server->with_peer([&](Peer&, Instant) { ++ran; });
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(ran == 200);
}

TEST_CASE("LOCAL-28: the end of the server ends its connections", "[mock]") {
  const bool tls = GENERATE(false, true);
  auto server = serve_with(tls);
  WiredClient client(server->gateway_url(), server->ca_file());
  client.log_in("any");
  Wire idle(place_of(server->control_url()));
  server.reset();
  CHECK(client.until([](const GatewayClient& seen) { return seen.close_code() == 1006; }));
  CHECK(idle.read_all().empty());
}

TEST_CASE("LOCAL-28: a port in use is a trouble that names it and the option", "[mock]") {
  const auto server = serve();
  const std::uint16_t gateway = place_of(server->gateway_url()).port;
  const std::uint16_t control = place_of(server->control_url()).port;
  ServerOptions options;
  options.gateway_port = gateway;
  CHECK_THAT(trouble_of(options), Catch::Contains(std::to_string(gateway)) && Catch::Contains("--port"));
  options.gateway_port = 0;
  options.api_port = gateway;
  CHECK_THAT(trouble_of(options), Catch::Contains(std::to_string(gateway)) && Catch::Contains("--api-port"));
  options.api_port = 0;
  options.control_port = control;
  CHECK_THAT(trouble_of(options), Catch::Contains(std::to_string(control)) && Catch::Contains("--control-port"));
}

TEST_CASE("GW-CONN-1: the CA's certificate is a file while the server lives, or stays where the user wanted it",
          "[mock]") {
  auto server = serve_with(true);
  const fs::path made = server->ca_file();
  std::stringstream text;
  text << std::ifstream(made).rdbuf();
  CHECK(text.str().find("BEGIN CERTIFICATE") != std::string::npos);
  CHECK(text.str().find("PRIVATE") == std::string::npos);
  server.reset();
  CHECK_FALSE(fs::exists(made));

  const fs::path wanted = fs::temp_directory_path() / ("portcullis-named-" + made.filename().string());
  ServerOptions options;
  options.tls = true;
  options.ca_file = wanted;
  server = serve(options);
  CHECK(server->ca_file() == wanted);
  server.reset();
  CHECK(fs::exists(wanted));
  fs::remove(wanted);
  options.ca_file = "/nowhere/ca.pem";
  CHECK_THAT(trouble_of(options), Catch::Contains("/nowhere/ca.pem") && Catch::Contains("--ca-out"));
  CHECK(serve_with(false)->ca_file().empty());
}

}  // namespace
}  // namespace portcullis::mock
