// The server's role for public conformance suites: server PORT listens on 127.0.0.1 and sends every message back, to
// many clients at once. With port 0 it prints the port that it was given.
#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <list>

#include "portcullis/net/clock.h"
#include "portcullis/net/listener.h"
#include "tests/echo/line.h"

namespace portcullis::tests {
namespace {

constexpr int kStopped = 0;
constexpr int kNoPort = 1;
constexpr int kUsage = 2;
constexpr std::uint16_t kGoingAway = 1001;

/// SIGINT and SIGTERM, as something to poll for.
net::Fd stop_signals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  sigprocmask(SIG_BLOCK, &stops, nullptr);
  return net::Fd(::signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK));
}

class Server {
 public:
  explicit Server(net::Listener listener) : listener_(std::move(listener)), stops_(stop_signals()) {}

  std::uint16_t port() const noexcept { return listener_.port(); }
  int run() {
    while (!stopping_ || !lines_.empty()) turn();
    return kStopped;
  }

 private:
  void turn() {
    std::vector<pollfd> polled;
    std::optional<Instant> until;
    polled.push_back({stops_.get(), static_cast<short>(stopping_ ? 0 : POLLIN), 0});
    polled.push_back({listener_.fd(), static_cast<short>(stopping_ ? 0 : POLLIN), 0});
    for (const auto& line : lines_) {
      line.watch(polled);
      if (const auto at = line.deadline()) until = std::min(until.value_or(*at), *at);
    }
    if (::poll(polled.data(), polled.size(), net::poll_timeout(until, net::now())) < 0) return;

    const Instant now = net::now();
    auto seen = polled.begin() + 2;
    for (auto line = lines_.begin(); line != lines_.end(); ++line, ++seen)
      if (const auto at = line->deadline(); seen->revents != 0 || (at && *at <= now)) line->turn(now);
    std::erase_if(lines_, [](const auto& line) { return line.is_over(); });
    if (polled[1].revents != 0)
      while (std::optional<net::Fd> socket = listener_.accept())
        lines_.emplace_back(net::Stream(std::move(*socket)), limits_);
    if (polled[0].revents != 0) stop(now);
  }

  void stop(Instant now) {
    stopping_ = true;
    for (auto& line : lines_) line.close(kGoingAway, now);
  }

  const Limits limits_ = echo_limits();
  net::Listener listener_;
  net::Fd stops_;
  std::list<Line<websocket::ServerConnection>> lines_;
  bool stopping_ = false;
};

}  // namespace
}  // namespace portcullis::tests

int main(int count, char** arguments) {
  using namespace portcullis;
  const auto port = count == 2 ? tests::parse_port(arguments[1]) : std::nullopt;
  if (!port) {
    std::cerr << "server: wants a port, 0 for any that is free\nusage: server PORT\n";
    return tests::kUsage;
  }
  auto opened = net::Listener::open("127.0.0.1", *port);
  if (const auto* trouble = std::get_if<net::Trouble>(&opened)) {
    std::cerr << "server: " << trouble->text << '\n';
    return tests::kNoPort;
  }
  tests::Server server(std::move(std::get<net::Listener>(opened)));
  if (*port == 0) std::cout << server.port() << std::endl;
  return server.run();
}
