#include "portcullis/net/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>

#include "portcullis/net/tls.h"
#include "portcullis/tests/net/certificates.h"
#include "portcullis/tests/net/far.h"

namespace portcullis::net {

namespace {

using namespace portcullis::tests;

const Authority& authority() {
  static const Authority made;
  return made;
}

const Identity& identity() {
  static const Identity made = authority().issue();
  return made;
}

Tls client_tls() { return std::get<Tls>(Tls::client(File(authority().pem()).path())); }

Tls server_tls() { return std::get<Tls>(Tls::server(identity().certificate_pem, identity().key_pem)); }

enum class Kind { Plain, TlsClient, TlsServer };

Kind any_kind() { return GENERATE(Kind::Plain, Kind::TlsClient, Kind::TlsServer); }

Stream stream_over(Kind kind, Fd socket) {
  if (kind == Kind::Plain) return Stream(std::move(socket));
  return kind == Kind::TlsClient ? Stream(std::move(socket), client_tls(), "localhost")
                                 : Stream(std::move(socket), server_tls(), "");
}

void greet(Far& far, Kind kind) {
  if (kind == Kind::TlsClient) far.accept_tls(identity());
  if (kind == Kind::TlsServer) far.connect_tls();
}

/// A stream and, on a thread, the other end of it.
struct Pair {
  template <typename Play>
  Pair(Kind kind, Play play) : Pair(kind, play, connected()) {}
  template <typename Play>
  Pair(Kind kind, Play play, std::pair<Fd, Fd> ends)
      : far(std::move(ends.second)), stream(stream_over(kind, std::move(ends.first))), played([this, kind, play] {
          greet(far, kind);
          play(far);
        }) {}

  Far far;
  Stream stream;
  Played played;
};

void open(Stream& stream) {
  while (!stream.is_open() && !stream.is_over()) {
    wait(stream);
    stream.step();
  }
  REQUIRE(stream.is_open());
}

bool says(const Stream& stream, Trouble::Stage stage, const std::string& text) {
  if (!stream.trouble()) return false;
  INFO(stream.trouble()->text);
  CHECK(stream.trouble()->stage == stage);
  CHECK(stream.trouble()->text.find('\n') == std::string::npos);
  return stream.trouble()->text.find(text) != std::string::npos;
}

}  // namespace

// ---- Bytes

TEST_CASE("WS-IO-1: bytes arrive whole and in order, however small the buffers under way") {
  const std::string sent = long_text(1'000'000);
  Pair pair(any_kind(), [](Far& far) {
    for (std::string some = far.read(); !some.empty(); some = far.read()) far.write(some);
    far.end();
  });
  write(pair.stream, std::string_view(sent).substr(0, 3));
  write(pair.stream, std::string_view(sent).substr(3));
  CHECK(pair.stream.queued_bytes() > 500'000);
  std::string got = pump(pair.stream, [&](const std::string& so_far) { return so_far.size() > sent.size() / 2; });
  Stream moved = std::move(pair.stream);  // in the middle of it
  got += pump(moved, [&](const std::string& so_far) { return got.size() + so_far.size() >= sent.size(); });
  CHECK(moved.queued_bytes() == 0);
  moved.finish();
  got += pump_to_end(moved);
  CHECK(got == sent);
  CHECK(moved.is_over());
  CHECK_FALSE(moved.trouble());
  CHECK(moved.events() == 0);
}

TEST_CASE("WS-IO-5: nothing is read before the TLS handshake is over, and what is written waits") {
  auto [near, other] = connected();
  Stream stream = stream_over(Kind::TlsClient, std::move(near));
  std::array<std::byte, 10> room;
  CHECK_FALSE(stream.is_open());
  CHECK(stream.read(room).what == Stream::Read::What::Empty);
  CHECK(stream.events() == POLLIN);
  write(stream, "early");
  CHECK(stream.queued_bytes() == 5);
  stream.finish();  // waits for the words before it
  Far far(std::move(other));
  const Played played([&] {
    far.accept_tls(identity());
    far.write(far.read_all());
    far.end();
  });
  CHECK(pump_to_end(stream) == "early");
  CHECK(stream.is_over());
  CHECK_FALSE(stream.trouble());
}

TEST_CASE("WS-IO-5: TLS keeps no bytes back that poll knows nothing of") {
  Pair pair(Kind::TlsClient, [](Far& far) {
    far.write(long_text(9'000));  // one record, more than is read at a time
    far.read_all();
    far.end();
  });
  CHECK(pump(pair.stream, [](const std::string& got) { return got.size() == 9'000; }) == long_text(9'000));
  pair.stream.finish();
  pump_to_end(pair.stream);
}

// ---- Ends

TEST_CASE("WS-CL-12: when the peer has ended properly we can still write") {
  std::string received;
  bool ended_well = false;
  Pair pair(any_kind(), [&](Far& far) {
    far.write("bye");
    far.end();
    received = far.read_all();
    ended_well = far.ended_well();
  });
  CHECK(pump_to_end(pair.stream) == "bye");
  CHECK_FALSE(pair.stream.is_over());
  CHECK((pair.stream.events() & POLLIN) == 0);  // or a loop would spin
  write(pair.stream, long_text(300'000));
  pair.stream.finish();
  while (!pair.stream.is_over()) {
    wait(pair.stream);
    pair.stream.step();
  }
  pair.played.join();
  CHECK(received == long_text(300'000));
  CHECK(ended_well);
  CHECK_FALSE(pair.stream.trouble());
}

TEST_CASE("WS-CL-10: the last words arrive though the peer keeps sending") {
  std::string received;
  bool ended_well = false;
  Pair pair(any_kind(), [&](Far& far) {
    for (int i = 0; i < 50; ++i) far.write(long_text(20'000));
    received = far.read_all();
    ended_well = far.ended_well();
    far.write("and this, after the farewell");
    far.end();
  });
  open(pair.stream);
  write(pair.stream, long_text(100'000));
  pair.stream.finish();
  write(pair.stream, "nothing goes out after it");
  const std::string got = pump_to_end(pair.stream);
  pair.played.join();
  CHECK(got.size() == 50 * 20'000 + 28);
  CHECK(received == long_text(100'000));
  CHECK(ended_well);
  CHECK(pair.stream.is_over());
  CHECK_FALSE(pair.stream.trouble());
}

TEST_CASE("WS-CL-16: a reset ends both sides at once") {
  int error = 0;
  Pair pair(any_kind(), [&](Far& far) {
    far.write("hello");
    far.read_all();
    error = far.error();
  });
  pump(pair.stream, [](const std::string& got) { return got == "hello"; });
  pair.stream.reset();
  pair.played.join();
  CHECK(error == ECONNRESET);
  CHECK(pair.stream.is_over());
  CHECK(pair.stream.fd() == -1);
  CHECK(pair.stream.events() == 0);
  CHECK_FALSE(pair.stream.trouble());
  std::array<std::byte, 1> room;
  CHECK(pair.stream.read(room).what == Stream::Read::What::End);
  write(pair.stream, "into the void");
  pair.stream.step();
  pair.stream.finish();
  pair.stream.reset();
  CHECK(pair.stream.queued_bytes() == 0);
}

TEST_CASE("WS-CL-12: a reset by the peer is an end with its reason") {
  Pair pair(any_kind(), [](Far& far) {
    far.read();
    far.reset();
  });
  write(pair.stream, "x");
  CHECK(pump_to_end(pair.stream).empty());
  CHECK(pair.stream.is_over());
  CHECK(says(pair.stream, Trouble::Stage::Read, "connection reset by peer"));
}

TEST_CASE("WS-CL-12: an end of TLS without close_notify is told from a proper one") {
  const Kind kind = any_kind();
  Pair pair(kind, [](Far& far) {
    far.write("half a mess");
    far.cut();
  });
  CHECK(pump_to_end(pair.stream) == "half a mess");
  if (kind == Kind::Plain)
    CHECK_FALSE(pair.stream.trouble());
  else
    CHECK(says(pair.stream, Trouble::Stage::Read, "ended without close_notify: what came may have been cut off"));
  CHECK(pair.stream.is_over() == (kind != Kind::Plain));
}

TEST_CASE("WS-CL-12: what the peer had sent is read though writing to it has failed") {
  Pair pair(any_kind(), [](Far& far) {
    far.write("the reason");
    far.reset();
  });
  open(pair.stream);
  pair.played.join();
  write(pair.stream, "too late");
  CHECK(pair.stream.queued_bytes() == 0);
  CHECK(says(pair.stream, Trouble::Stage::Write, "connection reset by peer"));
  CHECK(pump_to_end(pair.stream) == "the reason");
  CHECK(pair.stream.is_over());
  CHECK(says(pair.stream, Trouble::Stage::Write, "connection reset by peer"));
}

TEST_CASE("WS-CL-12: writing to a peer that has gone is an end, and no signal") {
  Pair pair(any_kind(), [](Far& far) {
    far.end();
    far.cut();
  });
  pump_to_end(pair.stream);
  pair.played.join();
  while (!pair.stream.is_over()) {  // no step between, which would see the reset before the write does
    write(pair.stream, long_text(1'000));
    ::poll(nullptr, 0, 1);
  }
  CHECK(pair.stream.trouble()->stage == Trouble::Stage::Write);
}

TEST_CASE("WS-CL-12: a reset after the peer's end is seen without a word to write") {
  Pair pair(Kind::Plain, [](Far& far) {
    far.end();
    far.read();
    far.reset();
  });
  CHECK(pump_to_end(pair.stream).empty());
  write(pair.stream, "x");
  pair.played.join();
  wait(pair.stream);
  pair.stream.step();
  CHECK(pair.stream.is_over());
}

TEST_CASE("WS-CL-10: an early farewell under TLS harms nothing that is still on its way") {
  bool well = false;
  Pair pair(any_kind(), [&](Far& far) {
    well = far.read_all().empty() && far.ended_well();
    far.write("after");
    far.end();
  });
  pair.stream.finish();
  CHECK(pump_to_end(pair.stream) == "after");
  pair.played.join();
  CHECK(well);
  CHECK_FALSE(pair.stream.trouble());
}

// ---- Handshakes that fail

TEST_CASE("GW-CONN-8: a peer that speaks no TLS is told from one that hangs up") {
  const Kind kind = GENERATE(Kind::TlsClient, Kind::TlsServer);
  auto [near, other] = connected();
  Stream stream = stream_over(kind, std::move(near));
  Far far(std::move(other));
  SECTION("no TLS") {
    far.write(kind == Kind::TlsClient ? "HTTP/1.1 400 Bad Request\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n");
    pump_to_end(stream);
    CHECK(says(stream, Trouble::Stage::Tls, "does not speak TLS: is it ws:// rather than wss://?"));
  }
  SECTION("hangs up") {
    far.end();
    pump_to_end(stream);
    CHECK(says(stream, Trouble::Stage::Tls, "hung up in the TLS handshake"));
  }
  SECTION("resets") {
    far.reset();
    pump_to_end(stream);
    CHECK(says(stream, Trouble::Stage::Tls, "connection reset by peer"));
  }
  CHECK(stream.is_over());
  CHECK_FALSE(stream.is_open());
}

TEST_CASE("GW-CONN-8: a server learns that its certificate is not trusted") {
  auto [near, other] = connected();
  Stream server = stream_over(Kind::TlsServer, std::move(near));
  const Tls stranger = std::get<Tls>(Tls::client(File(Authority("Stranger").pem()).path()));
  Stream client(std::move(other), stranger, "localhost");
  while (!server.is_over()) {
    client.step();
    server.step();
  }
  CHECK(says(server, Trouble::Stage::Tls, "does not trust our certificate: give it the CA's file"));
}

TEST_CASE("GW-CONN-1: the host is named in SNI, an address is not") {
  const auto [host, name] = GENERATE(std::pair<std::string, std::string>{"localhost", "localhost"},
                                     std::pair<std::string, std::string>{"localhost.", "localhost"},
                                     std::pair<std::string, std::string>{"127.0.0.1", ""});
  auto [near, other] = connected();
  Far far(std::move(other));
  Stream stream(std::move(near), client_tls(), host);
  {
    const Played played([&] { far.accept_tls(identity()); });
    open(stream);
  }
  CHECK(far.server_name() == name);
}

TEST_CASE("GW-CONN-1: a host that cannot be named in TLS is refused") {
  auto [near, other] = connected();
  const Stream stream(std::move(near), client_tls(), std::string(300, 'a'));
  CHECK(stream.is_over());
  CHECK(says(stream, Trouble::Stage::Tls, "TLS cannot be used with the host"));
}

// ---- What both ends share

TEST_CASE("GW-CONN-8: a CA file that cannot be used is named with the reason") {
  const auto text = [](const std::string& path) {
    const auto made = Tls::client(path);
    const Trouble& trouble = std::get<Trouble>(made);
    CHECK(trouble.stage == Trouble::Stage::Configure);
    return trouble.text;
  };
  CHECK(text("/nowhere/ca.pem") == "cannot read the CA file \"/nowhere/ca.pem\": no such file or directory");
  for (const std::string content : {"", "no PEM at all\n", "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    const File file(content);
    CHECK(text(file.path()) ==
          "the CA file \"" + file.path() + "\" holds no certificate that can be used: give one in PEM form");
  }
  const File key(identity().key_pem);
  CHECK(text(key.path()).find("holds no certificate") != std::string::npos);
}

TEST_CASE("GW-CONN-8: a server's certificate and key must be readable and belong together") {
  const auto text = [](const std::string& certificate, const std::string& key) {
    return std::get<Trouble>(Tls::server(certificate, key)).text;
  };
  CHECK(text("", identity().key_pem) == "the server's certificate is not in PEM form");
  const std::string bad_key = "the server's private key is not in PEM form, or does not belong to its certificate";
  CHECK(text(identity().certificate_pem, "") == bad_key);
  CHECK(text(identity().certificate_pem, authority().issue().key_pem) == bad_key);
}

TEST_CASE("GW-CONN-1: a server shows the chain behind its certificate") {
  const std::string chain = identity().certificate_pem + authority().pem();
  CHECK(std::holds_alternative<Tls>(Tls::server(chain, identity().key_pem)));
}

}  // namespace portcullis::net
