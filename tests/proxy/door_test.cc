// The proxy at its edges: who does not read, who is not there, what is no WebSocket, and the door for REST.
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "portcullis/core/http/text.h"
#include "portcullis/net/listener.h"
#include "portcullis/oracle/mock/server.h"
#include "portcullis/oracle/proxy/server.h"
#include "portcullis/tests/mock/wire.h"

namespace portcullis::tests {
namespace {

using mock::ask;
using mock::place_of;
using mock::Wire;
using std::chrono::milliseconds;

constexpr std::string_view kUpgrade =
    "GET /?v=10&encoding=json HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kUpgraded = "HTTP/1.1 101 Switching Protocols\r\n\r\n";

/// What a proxy tells.
struct Told {
  std::mutex mutex;
  std::vector<std::string> troubles;
  std::vector<std::string> rests;

  proxy::Wiretap tap() {
    proxy::Wiretap tap;
    tap.on_trouble = [this](std::uint64_t, const std::string& text) {
      const std::lock_guard lock(mutex);
      troubles.push_back(text);
    };
    tap.on_rest = [this](const mock::HttpRequest& request, const mock::HttpAnswer& answer) {
      const std::lock_guard lock(mutex);
      rests.push_back(request.method + " " + (answer.path_known ? request.path : "?") + " " +
                      std::to_string(answer.status));
    };
    return tap;
  }
};

std::unique_ptr<proxy::Server> proxy_for(const std::string& upstream, Told& told, const std::string& api = {}) {
  proxy::ServerOptions options;
  options.upstream = *websocket::parse_url(upstream);
  if (!api.empty()) options.api = *websocket::parse_url("ws" + api.substr(4));
  options.wiretap = told.tap();
  auto opened = proxy::Server::open(std::move(options));
  if (const auto* const trouble = std::get_if<net::Trouble>(&opened)) FAIL(trouble->text);
  return std::move(std::get<0>(opened));
}

/// A server for one client on a thread of its own.
class Upstream {
 public:
  template <typename Serve>
  explicit Upstream(Serve serve) : listener_(std::get<net::Listener>(net::Listener::open("127.0.0.1", 0))) {
    thread_ = std::thread([this, serve] {
      std::optional<net::Fd> client;
      while (!over_ && !(client = listener_.accept())) std::this_thread::sleep_for(milliseconds(1));
      if (client) serve(client->get(), over_);
    });
  }
  ~Upstream() {
    over_ = true;
    thread_.join();
  }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(listener_.port()); }

 private:
  net::Listener listener_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

TEST_CASE("memory: a client that does not read is not read for, and gets all once it does") {
  constexpr std::size_t kAll = 48 * 1024 * 1024;
  std::atomic<std::size_t> sent = 0;
  const Upstream upstream([&](int fd, const std::atomic<bool>& over) {
    std::string piece(64 * 1024, 'x');
    ::recv(fd, piece.data(), piece.size(), 0);  // what is left unread would end in a reset
    piece.assign(piece.size(), 'x');
    ::send(fd, kUpgraded.data(), kUpgraded.size(), MSG_NOSIGNAL);
    while (!over && sent < kAll) {
      const ssize_t count =
          ::send(fd, piece.data(), std::min(piece.size(), kAll - sent.load()), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) sent += static_cast<std::size_t>(count);
      if (count < 0) std::this_thread::sleep_for(milliseconds(1));
    }
  });
  Told told;
  const auto proxy = proxy_for(upstream.url(), told);
  Wire client(place_of(proxy->gateway_url()));
  client.write(kUpgrade);
  std::size_t before = 1;
  while (sent != before) {  // until nothing goes on any more
    before = sent;
    std::this_thread::sleep_for(milliseconds(300));
  }
  CHECK(sent > 64 * 1024);
  CHECK(sent < 16 * 1024 * 1024);  // what the system holds for three sockets, and 256 KiB
  const std::string all = client.read_all();
  CHECK(all.size() == kUpgraded.size() + kAll);
  CHECK(all.find_first_not_of('x', kUpgraded.size()) == std::string::npos);
}

TEST_CASE("interop: a proxy answers 502 for an upstream that refuses, says why, and serves the next one") {
  const auto dead = std::get<net::ReservedPort>(net::reserve_port("127.0.0.1"));
  Told told;
  const auto proxy = proxy_for("ws://127.0.0.1:" + std::to_string(dead.port), told);
  for (std::size_t i = 1; i <= 2; ++i) {
    Wire client(place_of(proxy->gateway_url()));
    client.write(kUpgrade);
    CHECK(client.read_all().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    const std::lock_guard lock(told.mutex);
    REQUIRE(told.troubles.size() == i);
    CHECK(told.troubles.back().find("refused") != std::string::npos);
  }
}

TEST_CASE("interop: a proxy passes a refusal of the upstream on as it came") {
  const std::string refusal = "HTTP/1.1 429 Slow Down\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\nno";
  const Upstream upstream([&](int fd, const std::atomic<bool>&) {
    std::string request(4'096, ' ');
    ::recv(fd, request.data(), request.size(), 0);
    ::send(fd, refusal.data(), refusal.size(), MSG_NOSIGNAL);
  });
  Told told;
  const auto proxy = proxy_for(upstream.url(), told);
  Wire client(place_of(proxy->gateway_url()));
  client.write(kUpgrade);
  CHECK(client.read_all() == refusal);
}

TEST_CASE("interop: a proxy answers what is no HTTP with 400") {
  Told told;
  const auto proxy = proxy_for("ws://127.0.0.1:1", told);
  Wire client(place_of(proxy->gateway_url()));
  client.write("\x16\x03\x01 hello\r\n\r\n");
  CHECK(client.read_all().starts_with("HTTP/1.1 400 "));
}

TEST_CASE("GW-REST-1: a proxy's door for REST names the proxy as the gateway, and passes all else on") {
  mock::ServerOptions options;
  options.world.token = "token-of-a-test";
  const auto mock = std::get<0>(mock::Server::open(std::move(options)));
  Told told;
  const auto proxy = proxy_for(mock->gateway_url(), told, mock->api_url());
  CHECK(proxy->api_url().ends_with("/api"));
  const auto gateway = ask("GET", proxy->api_url() + "/v10/gateway");
  CHECK(gateway.status == 200);
  CHECK(gateway.body["url"] == proxy->gateway_url());
  const auto bot = ask("GET", proxy->api_url() + "/v10/gateway/bot", {}, {}, "token-of-a-test");
  CHECK(bot.status == 200);
  CHECK(bot.body["url"] == proxy->gateway_url());
  CHECK(bot.body["session_start_limit"]["max_concurrency"] == 1);
  CHECK(ask("GET", proxy->api_url() + "/v10/gateway/bot", {}, {}, "wrong").status == 401);
  const auto user = ask("GET", proxy->api_url() + "/v10/users/@me", {}, {}, "token-of-a-test");
  const auto same = ask("GET", mock->api_url() + "/v10/users/@me", {}, {}, "token-of-a-test");
  CHECK(user.status == 200);
  CHECK(user.body == same.body);
  const auto post = ask("POST", proxy->api_url() + "/v10/nowhere/1/secret", R"({"content":"x"})");
  CHECK(post.status == 404);
  CHECK(post.body["message"] == "404: Not Found");
  const std::lock_guard lock(told.mutex);
  REQUIRE(told.rests.size() == 5);
  CHECK(told.rests[0] == "GET /api/v10/gateway 200");
  CHECK(told.rests[4] == "POST ? 404");
  CHECK(told.troubles.empty());
}

TEST_CASE("GW-REST-1: a proxy's door for REST answers 502 where the API does not, and keeps connections") {
  const auto dead = std::get<net::ReservedPort>(net::reserve_port("127.0.0.1"));
  Told told;
  const std::string port = std::to_string(dead.port);
  const auto proxy = proxy_for("ws://127.0.0.1:" + port, told, "http://127.0.0.1:" + port + "/api");
  Wire client(place_of(proxy->api_url()));
  const std::string two =
      "GET /api/gateway HTTP/1.1\r\nHost: x\r\n\r\nGET /api/gateway HTTP/1.1\r\nHost: x\r\n"
      "Connection: close\r\n\r\n";
  client.write(two);
  const std::string answers = client.read_all();
  const std::size_t first = answers.find("HTTP/1.1 502");
  CHECK(first == 0);
  CHECK(answers.find("HTTP/1.1 502", first + 1) != std::string::npos);
  const std::lock_guard lock(told.mutex);
  CHECK(told.troubles.size() == 2);
}

}  // namespace
}  // namespace portcullis::tests
