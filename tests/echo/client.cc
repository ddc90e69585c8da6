// The client's role for public conformance suites: client HOST PORT PATH opens ws://HOST:PORT/PATH, sends every message
// back, and ends with the connection.
#include <iostream>

#include "portcullis/net/clock.h"
#include "portcullis/net/dial.h"
#include "portcullis/net/entropy.h"
#include "tests/echo/line.h"

namespace portcullis::tests {
namespace {

constexpr Duration kDialTimeout{10'000};
constexpr int kOpenedAndEnded = 0;
constexpr int kNotOpened = 1;
constexpr int kUsage = 2;

int usage(const char* complaint) {
  std::cerr << "client: " << complaint << "\nusage: client HOST PORT PATH, PATH with its leading slash and its query\n";
  return kUsage;
}

void wait(const auto& watched, std::optional<Instant> deadline) {
  std::vector<pollfd> polled;
  watched.watch(polled);
  ::poll(polled.data(), polled.size(), net::poll_timeout(deadline, net::now()));
}

int run(const websocket::Url& url) {
  const Limits limits = echo_limits();
  const Chance chance = net::entropy();
  net::Dial dial(url.host, url.port, nullptr, kDialTimeout, net::now());
  while (dial.result() == net::Dial::Result::Trying) {
    wait(dial, dial.deadline());
    dial.step(net::now());
  }
  if (dial.result() == net::Dial::Result::Failed) {
    std::cerr << "client: " << dial.trouble().text << '\n';
    return kNotOpened;
  }
  Line<websocket::ClientConnection> line(dial.take(), limits, chance);
  if (!line.connection().open(url, {}, {})) return usage("the URL cannot be asked for");
  line.drain(net::now());
  while (!line.is_over()) {
    wait(line, line.deadline());
    line.turn(net::now());
  }
  if (!line.was_open()) std::cerr << "client: the handshake was refused\n";
  return line.was_open() ? kOpenedAndEnded : kNotOpened;
}

}  // namespace
}  // namespace portcullis::tests

int main(int count, char** arguments) {
  using namespace portcullis;
  if (count != 4) return tests::usage("wants three arguments");
  const auto port = tests::parse_port(arguments[2]);
  if (!port || *port == 0) return tests::usage("the port is not a number from 1 to 65535");
  const websocket::Url url{false, arguments[1], *port, arguments[3]};
  if (!websocket::check_url(url)) return tests::usage("host or path cannot stand in a request");
  return tests::run(url);
}
