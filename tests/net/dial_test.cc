#include "portcullis/net/dial.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>

#include "portcullis/net/clock.h"
#include "portcullis/net/listener.h"
#include "portcullis/tests/net/certificates.h"
#include "portcullis/tests/net/far.h"

namespace portcullis::net {

namespace {

using namespace portcullis::tests;
using Result = Dial::Result;

constexpr Duration kLong{60'000};

Address address_of(const std::string& host, std::uint16_t port) {
  std::vector<Address> found;
  REQUIRE_FALSE(look_up(host, port, Lookup::NumbersOnly, found));
  return found.front();
}

Listener listen_anywhere() { return std::get<Listener>(Listener::open("127.0.0.1", 0)); }

/// A port on which nobody listens any more.
std::uint16_t dead_port() { return listen_anywhere().port(); }

/// A listener whose queue is full: it answers no more, as a host behind a firewall.
class BlackHole {
 public:
  BlackHole() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    name_.sin_family = AF_INET;
    name_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name_;
    REQUIRE(::bind(listening_.get(), name(), size) == 0);
    REQUIRE(::listen(listening_.get(), 0) == 0);
    REQUIRE(::getsockname(listening_.get(), name(), &size) == 0);
    for (Fd& each : queue_) {
      each = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      ::connect(each.get(), name(), size);
    }
  }
  Address address() const { return address_of("127.0.0.1", ntohs(name_.sin_port)); }

 private:
  sockaddr* name() { return reinterpret_cast<sockaddr*>(&name_); }

  Fd listening_;
  sockaddr_in name_{};
  std::array<Fd, 3> queue_;
};

void run(Dial& dial) {
  while (dial.result() == Result::Trying) {
    std::vector<pollfd> polled;
    dial.watch(polled);
    ::poll(polled.data(), polled.size(), poll_timeout(dial.deadline(), now()));
    dial.step(now());
  }
}

/// A gateway on loopback that takes one connection and plays its part.
class Gateway {
 public:
  explicit Gateway(std::function<void(Far&)> play)
      : listener_(listen_anywhere()), played_([this, play = std::move(play)] {
          pollfd polled{listener_.fd(), POLLIN, 0};
          ::poll(&polled, 1, 30'000);
          std::optional<Fd> socket = listener_.accept();
          if (!socket) return;
          Far far(blocking(*std::move(socket)));
          play(far);
        }) {}
  std::uint16_t port() const { return listener_.port(); }
  Address address() const { return address_of("127.0.0.1", port()); }

 private:
  static Fd blocking(Fd socket) {
    // The thread must block, and the listener's sockets do not.
    const int copy = ::dup(socket.get());
    ::fcntl(copy, F_SETFL, 0);
    return Fd(copy);
  }

  Listener listener_;
  Played played_;
};

Tls trusting(const Authority& authority) { return std::get<Tls>(Tls::client(File(authority.pem()).path())); }

/// What becomes of a dial to a server that shows this certificate.
std::string outcome(const Identity& identity, const Tls& tls, const std::string& host, int version_max = 0) {
  Gateway gateway([&](Far& far) {
    far.accept_tls(identity, version_max);
    far.write("hello");
    far.read_all();
  });
  Dial dial({gateway.address()}, host, &tls, kLong, now());
  run(dial);
  if (dial.result() == Result::Failed) {
    CHECK(dial.trouble().stage == Trouble::Stage::Tls);
    const std::string prefix = gateway.address().text() + ": ";
    CHECK(dial.trouble().text.starts_with(prefix));
    return dial.trouble().text.substr(prefix.size());
  }
  Stream stream = dial.take();
  const std::string got = pump(stream, [](const std::string& text) { return text == "hello"; });
  stream.finish();
  return got;
}

const Authority& authority() {
  static const Authority made;
  return made;
}

}  // namespace

// ---- TCP

TEST_CASE("GW-CONN-1: a dial to a number or a name gives a stream") {
  const std::string host = GENERATE("127.0.0.1", "localhost");
  Gateway gateway([](Far& far) { far.write(far.read()); });
  Dial dial(host, gateway.port(), nullptr, kLong, now());
  run(dial);
  INFO(dial.trouble().text);
  REQUIRE(dial.result() == Result::Connected);
  Stream stream = dial.take();
  write(stream, "hello");
  CHECK(pump_to_end(stream) == "hello");
}

TEST_CASE("GW-CONN-8: a refused port is named with the reason") {
  const std::uint16_t port = dead_port();
  Dial dial("127.0.0.1", port, nullptr, kLong, now());
  run(dial);
  REQUIRE(dial.result() == Result::Failed);
  CHECK(dial.trouble().stage == Trouble::Stage::Connect);
  CHECK(dial.trouble().text == "127.0.0.1:" + std::to_string(port) + ": connection refused");
  std::vector<pollfd> polled;
  dial.watch(polled);
  CHECK(polled.empty());
}

TEST_CASE("GW-CONN-8: the families take turns, and every address is named") {
  const std::uint16_t port = dead_port();
  const std::vector<Address> addresses{address_of("127.0.0.1", port), address_of("127.0.0.2", port),
                                       address_of("127.0.0.3", port), address_of("::1", port)};
  Dial dial(addresses, "gateway", nullptr, kLong, now());
  run(dial);
  const std::string end = ":" + std::to_string(port) + ": connection refused";
  CHECK(dial.trouble().text == "127.0.0.1" + end + "; [::1]" + end + "; 127.0.0.2" + end + "; 127.0.0.3" + end);
}

TEST_CASE("GW-CONN-8: a dead first address does not keep from the second") {
  Gateway gateway([](Far& far) { far.write("hello"); });
  Dial dial({address_of("::1", dead_port()), gateway.address()}, "gateway", nullptr, kLong, now());
  run(dial);
  REQUIRE(dial.result() == Result::Connected);
  Stream stream = dial.take();
  CHECK(pump_to_end(stream) == "hello");
}

TEST_CASE("GW-CONN-8: a silent first address does not keep from the second") {
  const BlackHole hole;
  Gateway gateway([](Far& far) { far.write("hello"); });
  const Instant start = now();
  Dial dial({hole.address(), gateway.address()}, "gateway", nullptr, kLong, start);
  CHECK(dial.deadline() == start);
  dial.step(start);
  CHECK(dial.deadline() == start + Duration(250));
  std::vector<pollfd> polled;
  dial.watch(polled);
  CHECK(polled.size() == 1);
  dial.step(start + Duration(249));
  CHECK(dial.deadline() == start + Duration(250));
  dial.step(start + Duration(250));
  polled.clear();
  dial.watch(polled);
  CHECK(polled.size() <= 2);
  CHECK(dial.deadline() == start + kLong);
  run(dial);
  REQUIRE(dial.result() == Result::Connected);
  Stream stream = dial.take();
  CHECK(pump_to_end(stream) == "hello");
}

TEST_CASE("GW-CONN-8: one deadline ends all attempts, and each is named") {
  const BlackHole hole;
  const std::uint16_t port = dead_port();
  Dial dial({hole.address(), address_of("::1", port)}, "gateway", nullptr, Duration(5'000), Instant{});
  dial.step(Instant{});
  dial.step(Instant{Duration(300)});
  dial.step(Instant{Duration(4'999)});
  REQUIRE(dial.result() == Result::Trying);
  dial.step(Instant{Duration(5'000)});
  REQUIRE(dial.result() == Result::Failed);
  CHECK(dial.trouble().text == "[::1]:" + std::to_string(port) + ": connection refused; " + hole.address().text() +
                                   ": no answer within 5000 ms");
}

TEST_CASE("GW-CONN-8: without an address there is nothing to try") {
  Dial dial(std::vector<Address>{}, "gateway", nullptr, kLong, now());
  run(dial);
  CHECK(dial.trouble().text == "the host \"gateway\" has no address");
}

// ---- Names

TEST_CASE("GW-CONN-8: a name that does not exist is named") {
  Dial dial("nowhere.invalid", 443, nullptr, kLong, now());
  run(dial);
  REQUIRE(dial.result() == Result::Failed);
  CHECK(dial.trouble().stage == Trouble::Stage::Resolve);
  CHECK(dial.trouble().text.starts_with("cannot find the host \"nowhere.invalid\": "));
}

TEST_CASE("GW-CONN-8: a look-up that is not over at the deadline is given up and ends by itself") {
  Dial dial("nowhere.invalid", 443, nullptr, Duration(10), Instant{});
  CHECK(dial.deadline() == Instant{Duration(10)});
  dial.step(Instant{Duration(10)});
  REQUIRE(dial.result() == Result::Failed);
  CHECK(dial.trouble().stage == Trouble::Stage::Resolve);
  CHECK(dial.trouble().text.starts_with("cannot find the host \"nowhere.invalid\": "));
}

// ---- TLS

TEST_CASE("GW-CONN-1: a certificate for the name or the address, from a CA that is trusted, is accepted") {
  const Tls tls = trusting(authority());
  CHECK(outcome(authority().issue(), tls, "localhost") == "hello");
  CHECK(outcome(authority().issue(), tls, "LOCALHOST") == "hello");
  CHECK(outcome(authority().issue(), tls, "127.0.0.1") == "hello");
  CHECK(outcome(authority().issue({.names = "DNS:*.gateway.test"}), tls, "one.gateway.test") == "hello");
}

TEST_CASE("GW-CONN-1: a certificate for another name is refused") {
  const Tls tls = trusting(authority());
  const std::string wrong = "the certificate is for another name: connect by one that it holds";
  CHECK(outcome(authority().issue({.names = "DNS:other.test"}), tls, "localhost") == wrong);
  CHECK(outcome(authority().issue({.names = "DNS:o*.gateway.test"}), tls, "one.gateway.test") == wrong);
  CHECK(outcome(authority().issue({.names = "DNS:*.test"}), tls, "a.gateway.test") == wrong);
  CHECK(outcome(authority().issue({.names = "DNS:127.0.0.1,IP:127.0.0.2"}), tls, "127.0.0.1") ==
        "the certificate is not for this address: connect by a name that it holds");
}

TEST_CASE("GW-CONN-1: a certificate out of its time is refused") {
  const Tls tls = trusting(authority());
  CHECK(outcome(authority().issue({.from_seconds = -7'200, .until_seconds = -3'600}), tls, "localhost") ==
        "the certificate has expired: renew it, or set this machine's clock right");
  CHECK(outcome(authority().issue({.from_seconds = 3'600}), tls, "localhost") ==
        "the certificate is not valid yet: set this machine's clock right");
}

TEST_CASE("GW-CONN-1: a certificate that no trusted CA vouches for is refused, with the way out") {
  const std::string unknown = "the certificate's issuer is not known here: give the CA's file with --ca";
  CHECK(outcome(self_signed(), trusting(authority()), "localhost") ==
        "the certificate is self-signed: give the CA's file with --ca");
  CHECK(outcome(Authority("Stranger").issue(), trusting(authority()), "localhost") == unknown);
  CHECK(outcome(authority().issue(), std::get<Tls>(Tls::client("")), "localhost") == unknown);
  CHECK(outcome(Authority().issue(), trusting(authority()), "localhost") ==
        "the certificate's issuer has another key than the CA of its name: give the present CA's file with --ca");
}

TEST_CASE("GW-CONN-8: an address whose TLS handshake fails does not keep from the next") {
  Gateway bad([](Far& far) { far.accept_tls(authority().issue({.names = "DNS:other.test"})); });
  const std::uint16_t dead = dead_port();
  const Tls tls = trusting(authority());
  const std::string wrong =
      bad.address().text() + ": the certificate is for another name: connect by one that it holds";
  SECTION("and the next one is good") {
    Gateway good([](Far& far) {
      far.accept_tls(authority().issue());
      far.write("hello");
    });
    Dial dial({bad.address(), good.address()}, "localhost", &tls, kLong, now());
    run(dial);
    INFO(dial.trouble().text);
    REQUIRE(dial.result() == Result::Connected);
    Stream stream = dial.take();
    CHECK(pump_to_end(stream) == "hello");
  }
  SECTION("and the next one is dead") {
    Dial dial({bad.address(), address_of("127.0.0.1", dead)}, "localhost", &tls, kLong, now());
    run(dial);
    REQUIRE(dial.result() == Result::Failed);
    CHECK(dial.trouble().stage == Trouble::Stage::Tls);
    CHECK(dial.trouble().text == wrong + "; 127.0.0.1:" + std::to_string(dead) + ": connection refused");
  }
}

TEST_CASE("OP-41: TLS 1.2 is the least that is spoken") {
  const Tls tls = trusting(authority());
  CHECK(outcome(authority().issue(), tls, "localhost", TLS1_2_VERSION) == "hello");
  CHECK(outcome(authority().issue(), tls, "localhost", TLS1_1_VERSION) ==
        "no TLS version in common: both ends need 1.2 or later");
  CHECK(SSL_CTX_get_min_proto_version(tls.context()) == TLS1_2_VERSION);
}

TEST_CASE("GW-CONN-8: a server that is silent in the TLS handshake is given up at the deadline") {
  Gateway gateway([](Far& far) { far.read_all(); });
  const Tls tls = trusting(authority());
  Dial dial({gateway.address()}, "localhost", &tls, kLong, Instant{});
  dial.step(Instant{});
  std::vector<pollfd> polled;
  dial.watch(polled);
  REQUIRE(::poll(polled.data(), polled.size(), 30'000) == 1);
  dial.step(Instant{});
  REQUIRE(dial.result() == Result::Trying);
  CHECK(dial.deadline() == Instant{kLong});
  dial.step(Instant{kLong});
  REQUIRE(dial.result() == Result::Failed);
  CHECK(dial.trouble().stage == Trouble::Stage::Tls);
  CHECK(dial.trouble().text ==
        gateway.address().text() + ": no answer within 60000 ms in the TLS handshake: does it speak TLS?");
}

}  // namespace portcullis::net
