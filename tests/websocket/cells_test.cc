// What each input does in each state of a connection, and what can be done with it then. The lines of cells.txt were
// read against RFC 6455. To refresh: bazel run //tests/websocket:cells_test -- '[rewrite]'
#include <catch2/catch.hpp>
#include <functional>
#include <optional>

#include "portcullis/tests/lines.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using websocket::Kind;

/// A connection of either role, a time, and what it said.
template <typename Connection>
struct Scene {
  Connection& connection;
  Record& record;
  std::string said{};
  Instant now = at(0);

  void note(const std::string& text) { said += (said.empty() ? "" : ", ") + text; }
  void receive(std::string_view hex) {
    const Bytes frames = from_hex(hex);
    const bool server = std::is_same_v<Connection, ServerConnection>;
    bytes(server ? masked(frames) : frames);
  }
  void bytes(std::span<const std::byte> bytes) {
    connection.received(bytes, now);
    hear();
  }
  void hear() {
    record = {};
    drain(connection, record);
    for (const std::string& line : record.lines) note(line);
    if (!record.sent.empty()) note("sends " + to_hex(record.sent));
  }
  void asked(const Status& status) {
    note(status ? "taken" : std::string(text(status.error().code)));
    hear();
  }
  void send() { asked(connection.send(Kind::Text, from_text("x"))); }
  void close() { asked(connection.close(1001, {}, now)); }
  void end() {
    connection.ended(now);
    hear();
  }
  void wait() {
    now += Duration{10'000};
    connection.elapsed(now);
    hear();
  }
};

template <typename Connection>
struct Named {
  std::string_view name;
  std::function<void(Scene<Connection>&)> act;
};

template <typename Connection>
std::vector<Named<Connection>> ways() {
  return {
      {"Open", [](auto&) {}},
      {"within a text", [](auto& scene) { scene.receive("010161"); }},
      {"within a binary message", [](auto& scene) { scene.receive("020161"); }},
      {"CloseSent", [](auto& scene) { scene.close(); }},
      {"closed by the peer", [](auto& scene) { scene.receive("88020fa0"); }},
      {"Closed", [](auto& scene) { scene.end(); }},
      {"Failed", [](auto& scene) { scene.receive("c100"); }},
  };
}

template <typename Connection>
std::vector<Named<Connection>> inputs() {
  return {
      {"nothing", [](auto&) {}},
      {"send", [](auto& scene) { scene.send(); }},
      {"ping", [](auto& scene) { scene.asked(scene.connection.ping({})); }},
      {"close", [](auto& scene) { scene.close(); }},
      {"a text", [](auto& scene) { scene.receive("810161"); }},
      {"the end of a text", [](auto& scene) { scene.receive("800162"); }},
      {"a ping", [](auto& scene) { scene.receive("890161"); }},
      {"a ping, then the end of a message",
       [](auto& scene) {
         scene.receive("890161");
         scene.receive("800162");
       }},
      {"a pong", [](auto& scene) { scene.receive("8a0161"); }},
      {"a Close", [](auto& scene) { scene.receive("88020fa1"); }},
      {"a bad frame", [](auto& scene) { scene.receive("8300"); }},
      {"the end", [](auto& scene) { scene.end(); }},
      {"ten seconds", [](auto& scene) { scene.wait(); }},
  };
}

/// What shows in which state a connection is: each question in turn.
template <typename Connection>
std::string answers(Scene<Connection>& scene) {
  scene.said.clear();
  const std::string deadline = scene.record.deadline ? "a deadline; " : "no deadline; ";
  scene.send();
  scene.receive("820162");
  scene.receive("890163");
  scene.close();
  scene.wait();
  scene.receive("88020fa2");
  scene.end();
  return deadline + scene.said;
}

template <typename Connection>
std::string line_of(const std::string& name, const std::function<void(Scene<Connection>&)>& act,
                    Scene<Connection>& scene) {
  scene.said.clear();
  act(scene);
  const std::string said = scene.said.empty() ? "nothing" : scene.said;
  return name + ": " + said + "; " + answers(scene);
}

template <typename Ready, typename Connection>
void add_open(std::string_view role, std::vector<std::string>& out) {
  for (const auto& way : ways<Connection>())
    for (const auto& input : inputs<Connection>()) {
      Ready ready;
      Scene<Connection> scene{ready.connection, ready.record};
      way.act(scene);
      const auto name = std::string(role) + ", " + std::string(way.name) + ", " + std::string(input.name);
      out.push_back(line_of<Connection>(name, input.act, scene));
    }
}

void add_opening_client(std::vector<std::string>& out) {
  const std::vector<Named<ClientConnection>> acts{
      {"nothing", [](auto&) {}},
      {"send", [](auto& scene) { scene.send(); }},
      {"close", [](auto& scene) { scene.close(); }},
      {"half an answer", [](auto& scene) { scene.bytes(from_text(kGoodAnswer.substr(0, 40))); }},
      {"a good answer", [](auto& scene) { scene.bytes(from_text(kGoodAnswer)); }},
      {"a refusal", [](auto& scene) { scene.bytes(from_text("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")); }},
      {"the end", [](auto& scene) { scene.end(); }},
      {"ten seconds", [](auto& scene) { scene.wait(); }},
  };
  for (const auto& act : acts) {
    const Limits limits;
    const Chance chance = counting_chance();
    ClientConnection client(limits, chance);
    REQUIRE(bool(client.open(websocket::Url{false, "h", 80, "/"}, {}, {})));
    Record record;
    drain(client, record);
    Scene<ClientConnection> scene{client, record};
    out.push_back(line_of<ClientConnection>("client, opening, " + std::string(act.name), act.act, scene));
  }
}

void add_opening_server(std::vector<std::string>& out) {
  const std::vector<Named<ServerConnection>> acts{
      {"nothing", [](auto&) {}},
      {"send", [](auto& scene) { scene.send(); }},
      {"close", [](auto& scene) { scene.close(); }},
      {"a request", [](auto& scene) { scene.bytes(from_text(kGoodRequest)); }},
      {"a request, accepted",
       [](auto& scene) {
         scene.bytes(from_text(kGoodRequest));
         scene.asked(scene.connection.accept({}, {}));
       }},
      {"a request, refused",
       [](auto& scene) {
         scene.bytes(from_text(kGoodRequest));
         scene.asked(scene.connection.refuse(403, {}, {}));
       }},
      {"no request", [](auto& scene) { scene.bytes(from_text("nonsense\r\n")); }},
      {"the end", [](auto& scene) { scene.end(); }},
      {"ten seconds", [](auto& scene) { scene.wait(); }},
  };
  for (const auto& act : acts) {
    const Limits limits;
    ServerConnection server(limits);
    Record record;
    drain(server, record);
    Scene<ServerConnection> scene{server, record};
    out.push_back(line_of<ServerConnection>("server, opening, " + std::string(act.name), act.act, scene));
  }
}

std::vector<std::string> lines() {
  std::vector<std::string> out;
  add_opening_client(out);
  add_opening_server(out);
  add_open<OpenClient, ClientConnection>("client", out);
  add_open<OpenServer, ServerConnection>("server", out);
  return out;
}

TEST_CASE("WS-IO-1: each input in each state of a connection does what RFC 6455 says", "[ws]") {
  CHECK(differences(lines(), "tests/websocket/cells.txt") == std::vector<std::string>{});
}

TEST_CASE("corpus: the cells of a connection, written anew", "[.][rewrite]") {
  rewrite(lines(), "tests/websocket/cells.txt");
}

}  // namespace
}  // namespace portcullis::tests
