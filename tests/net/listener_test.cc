#include "portcullis/net/listener.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <vector>

namespace portcullis::net {

namespace {

Listener open_any() { return std::get<Listener>(Listener::open("127.0.0.1", 0)); }

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  name.sin_port = htons(port);
  return name;
}

Fd connect_to(std::uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in name = loopback(port);
  REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  return socket;
}

bool has_news(const Listener& listener, int timeout_ms) {
  pollfd polled{listener.fd(), POLLIN, 0};
  return ::poll(&polled, 1, timeout_ms) == 1;
}

/// Takes all descriptors that are left, and gives them back at its end.
class Drought {
 public:
  Drought() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{64, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) held_.emplace_back(fd);
  }
  ~Drought() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
  std::vector<Fd> held_;
};

}  // namespace

TEST_CASE("GW-RES-25: at a reserved port nobody listens", "[net]") {
  const auto reserved = reserve_port("127.0.0.1");
  REQUIRE(std::holds_alternative<ReservedPort>(reserved));
  const std::uint16_t port = std::get<ReservedPort>(reserved).port;
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in name = loopback(port);
  CHECK(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == -1);
  CHECK(errno == ECONNREFUSED);
  CHECK(std::holds_alternative<Trouble>(reserve_port("nowhere at all")));
}

TEST_CASE("GW-CONN-1: a listener takes the connections that wait, and does not wait itself") {
  Listener listener = open_any();
  CHECK(listener.port() != 0);
  CHECK_FALSE(listener.accept());
  const Fd caller = connect_to(listener.port());
  REQUIRE(has_news(listener, 30'000));
  CHECK(listener.accept());
  CHECK_FALSE(listener.accept());
}

TEST_CASE("GW-CONN-8: a port in use is named, with the way out") {
  const Listener first = open_any();
  const auto second = Listener::open("127.0.0.1", first.port());
  const Trouble& trouble = std::get<Trouble>(second);
  CHECK(trouble.stage == Trouble::Stage::Configure);
  CHECK(trouble.text == "cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                            ": address already in use; choose another address or port (port 0: any that is free)");
}

TEST_CASE("GW-CONN-8: an address that is none of ours, or none at all, is refused") {
  CHECK(std::get<Trouble>(Listener::open("192.0.2.1", 0)).text.find("192.0.2.1:0: cannot assign") != std::string::npos);
  CHECK(std::get<Trouble>(Listener::open("300.0.0.1.invalid", 0)).stage == Trouble::Stage::Resolve);
}

TEST_CASE("GW-CONN-1: a listener serves IPv6 as well") {
  const Listener listener = std::get<Listener>(Listener::open("::1", 0));
  CHECK(listener.port() != 0);
}

TEST_CASE("GW-CONN-8: when no descriptor is left a connection is turned away, and the loop does not spin") {
  Listener listener = open_any();
  const Fd caller = connect_to(listener.port());
  REQUIRE(has_news(listener, 30'000));
  {
    const Drought drought;
    CHECK_FALSE(listener.accept());
    CHECK_FALSE(has_news(listener, 0));
  }
  std::array<char, 1> room;
  CHECK(::recv(caller.get(), room.data(), room.size(), 0) == 0);
  const Fd later = connect_to(listener.port());
  REQUIRE(has_news(listener, 30'000));
  CHECK(listener.accept());
}

}  // namespace portcullis::net
