#include "portcullis/tests/net/far.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <span>

namespace portcullis::tests {

using net::Fd;
using net::Stream;

namespace {

void prepare(int fd) {
  const int bytes = 32'768;
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);  // or a reset overtakes what was written before it
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void use(SSL_CTX* context, const Identity& identity) {
  BIO* certificate = BIO_new_mem_buf(identity.certificate_pem.data(), -1);
  BIO* key = BIO_new_mem_buf(identity.key_pem.data(), -1);
  X509* shown = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
  EVP_PKEY* secret = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context, shown);
  SSL_CTX_use_PrivateKey(context, secret);
  X509_free(shown);
  EVP_PKEY_free(secret);
  BIO_free(certificate);
  BIO_free(key);
}

}  // namespace

std::pair<Fd, Fd> connected() {
  const Fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* address = reinterpret_cast<sockaddr*>(&name);
  prepare(listening.get());
  REQUIRE(::bind(listening.get(), address, size) == 0);
  REQUIRE(::listen(listening.get(), 1) == 0);
  REQUIRE(::getsockname(listening.get(), address, &size) == 0);
  Fd one(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  prepare(one.get());
  REQUIRE(::connect(one.get(), address, size) == 0);
  Fd other(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(bool(other));
  return {std::move(one), std::move(other)};
}

bool Far::accept_tls(const Identity& identity, int version_max) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_cipher_list(context, "DEFAULT@SECLEVEL=0");  // where old versions are still allowed
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, version_max);
  use(context, identity);
  return shake_hands(context, true);
}

bool Far::connect_tls() { return shake_hands(SSL_CTX_new(TLS_client_method()), false); }

bool Far::shake_hands(SSL_CTX* context, bool as_server) {
  ssl_ = {SSL_new(context), &SSL_free};
  SSL_CTX_free(context);
  SSL_set_fd(ssl_.get(), socket_.get());
  const bool well = (as_server ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get())) == 1;
  if (const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name)) server_name_ = name;
  return well;
}

void Far::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = static_cast<int>(bytes.size());
    const auto count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), size)
                            : static_cast<int>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string Far::read() {
  std::array<char, 5'000> bytes;
  errno = 0;
  const auto count = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : static_cast<int>(::recv(socket_.get(), bytes.data(), bytes.size(), 0));
  if (count > 0) return {bytes.data(), static_cast<std::size_t>(count)};
  error_ = errno;
  ended_well_ = ssl_ ? SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN : count == 0;
  return {};
}

std::string Far::read_all() {
  std::string all;
  for (std::string some = read(); !some.empty(); some = read()) all += some;
  return all;
}

void Far::end() {
  if (ssl_) SSL_shutdown(ssl_.get());
  ::shutdown(socket_.get(), SHUT_WR);
}

void Far::cut() {
  ssl_.reset();
  socket_ = Fd();
}

void Far::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  cut();
}

Played::Played(std::function<void()> play)
    : thread_([play = std::move(play)] {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        play();
      }) {}

void wait(const Stream& stream) {
  pollfd polled{stream.fd(), stream.events(), 0};
  // Nothing is timed: the wait is so long only in order that a hanging test says where it hangs.
  REQUIRE(::poll(&polled, 1, 30'000) == 1);
}

std::string pump(Stream& stream, const std::function<bool(const std::string&)>& done) {
  std::string got;
  std::array<std::byte, 3'000> room;
  while (!done(got)) {
    stream.step();
    const Stream::Read read = stream.read(room);
    if (read.what == Stream::Read::What::End) break;
    if (read.what == Stream::Read::What::Bytes) got.append(reinterpret_cast<const char*>(room.data()), read.count);
    if (read.what == Stream::Read::What::Empty && !done(got)) wait(stream);
  }
  return got;
}

std::string pump_to_end(Stream& stream) {
  return pump(stream, [](const std::string&) { return false; });
}

std::string long_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
  text.resize(size);
  return text;
}

void write(Stream& stream, std::string_view text) { stream.write(std::as_bytes(std::span(text))); }

}  // namespace portcullis::tests
