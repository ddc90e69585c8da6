#include "portcullis/net/stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace portcullis::net {

namespace {

// ---- What a call came to

struct Outcome {
  enum class What : std::uint8_t { Done, Again, Ended, CutOff, Failed };
  What what;
  std::size_t count = 0;
  std::string why = {};
};
using What = Outcome::What;

Outcome of_tcp(ssize_t returned) {
  if (returned >= 0) return {What::Done, static_cast<std::size_t>(returned)};
  if (errno == EAGAIN || errno == EINTR) return {What::Again};
  return {What::Failed, 0, reason(errno)};
}

struct Words {
  int code;
  std::string_view text;
};

constexpr std::string_view kUntrusted = "the certificate's issuer is not known here: give the CA's file with --ca";
constexpr std::string_view kOtherKey =
    "the certificate's issuer has another key than the CA of its name: give the present CA's file with --ca";
constexpr std::string_view kNoVersion = "no TLS version in common: both ends need 1.2 or later";
constexpr std::string_view kNoTls = "the other end does not speak TLS: is it ws:// rather than wss://?";

// clang-format off
constexpr std::array kCertificateWords{
    Words{X509_V_ERR_HOSTNAME_MISMATCH, "the certificate is for another name: connect by one that it holds"},
    Words{X509_V_ERR_IP_ADDRESS_MISMATCH, "the certificate is not for this address: connect by a name that it holds"},
    Words{X509_V_ERR_CERT_HAS_EXPIRED, "the certificate has expired: renew it, or set this machine's clock right"},
    Words{X509_V_ERR_CERT_NOT_YET_VALID, "the certificate is not valid yet: set this machine's clock right"},
    Words{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "the certificate is self-signed: give the CA's file with --ca"},
    Words{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, kUntrusted},
    Words{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, kUntrusted},
    Words{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, kUntrusted},
    Words{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, kUntrusted},
    // A gateway for tests makes a CA of the same name at every start.
    Words{X509_V_ERR_CERT_SIGNATURE_FAILURE, kOtherKey},
};
constexpr std::array kTlsWords{
    Words{SSL_R_UNSUPPORTED_PROTOCOL, kNoVersion},
    Words{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, kNoVersion},
    Words{SSL_R_WRONG_VERSION_NUMBER, kNoTls},
    Words{SSL_R_HTTP_REQUEST, kNoTls},
    Words{SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the other end does not trust our certificate: give it the CA's file"},
};
// clang-format on

std::string words(const auto& table, long code, const char* otherwise) {
  for (const Words& row : table)
    if (row.code == code) return std::string(row.text);
  return std::string("TLS: ") + (otherwise != nullptr ? otherwise : "it failed, and OpenSSL does not say why");
}

Outcome of_failed_tls(const SSL* ssl) {
  const unsigned long error = ERR_get_error();
  if (const long result = SSL_get_verify_result(ssl); result != X509_V_OK)
    return {What::Failed, 0, words(kCertificateWords, result, X509_verify_cert_error_string(result))};
  if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return {What::CutOff};
  return {What::Failed, 0, words(kTlsWords, ERR_GET_REASON(error), ERR_reason_error_string(error))};
}

Outcome of_tls(const SSL* ssl, int returned, std::size_t count = 0) {
  const int error = errno;
  switch (SSL_get_error(ssl, returned)) {
    case SSL_ERROR_NONE: return {What::Done, count};
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return {What::Again};
    case SSL_ERROR_ZERO_RETURN: return {What::Ended};
    case SSL_ERROR_SYSCALL: return {What::Failed, 0, reason(error)};
    default: return of_failed_tls(ssl);
  }
}

// ---- Calls

Outcome send_some(int fd, SSL* ssl, std::span<const std::byte> bytes) {
  if (ssl == nullptr) return of_tcp(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  std::size_t count = 0;
  ERR_clear_error();
  const int returned = SSL_write_ex(ssl, bytes.data(), bytes.size(), &count);
  return of_tls(ssl, returned, count);
}

Outcome receive_some(int fd, SSL* ssl, std::span<std::byte> into) {
  std::size_t count = 0;
  if (ssl != nullptr) {
    ERR_clear_error();
    const int returned = SSL_read_ex(ssl, into.data(), into.size(), &count);
    return of_tls(ssl, returned, count);
  }
  Outcome outcome = of_tcp(::recv(fd, into.data(), into.size(), 0));
  if (outcome.what == What::Done && outcome.count == 0) outcome.what = What::Ended;
  return outcome;
}

// ---- A socket for OpenSSL that a vanished peer does not turn into a SIGPIPE

int send_quietly(BIO* bio, const char* bytes, int count) {
  int fd = -1;
  BIO_get_fd(bio, &fd);
  const auto sent = static_cast<int>(::send(fd, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL));
  BIO_clear_retry_flags(bio);
  if (sent <= 0 && BIO_sock_should_retry(sent) != 0) BIO_set_retry_write(bio);
  return sent;
}

const BIO_METHOD* quiet_socket() {
  static const BIO_METHOD* const method = [] {
    const BIO_METHOD* model = BIO_s_socket();
    BIO_METHOD* quiet = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
    BIO_meth_set_write(quiet, send_quietly);
    BIO_meth_set_read(quiet, BIO_meth_get_read(model));
    BIO_meth_set_ctrl(quiet, BIO_meth_get_ctrl(model));
    BIO_meth_set_create(quiet, BIO_meth_get_create(model));
    BIO_meth_set_destroy(quiet, BIO_meth_get_destroy(model));
    return quiet;
  }();
  return method;
}

// ---- Preparing

/// Says whom to expect at the other end: an address is not named in SNI (RFC 6066 section 3).
bool expect(SSL* ssl, std::string host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return true;
  if (host.ends_with('.')) host.pop_back();  // the root's dot stands neither in SNI nor in a certificate
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

bool set_up(SSL* ssl, int fd, const std::string& host) {
  if (ssl == nullptr) return false;
  BIO* bio = BIO_new(quiet_socket());
  if (bio == nullptr) return false;
  BIO_set_fd(bio, fd, BIO_NOCLOSE);
  SSL_set_bio(ssl, bio, bio);
  if (host.empty()) {
    SSL_set_accept_state(ssl);
    return true;
  }
  SSL_set_connect_state(ssl);
  return expect(ssl, host);
}

}  // namespace

void Stream::FreeSsl::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

void Stream::prepare() noexcept {
  const int yes = 1;
  ::fcntl(fd(), F_SETFL, ::fcntl(fd(), F_GETFL) | O_NONBLOCK);
  ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Stream::Stream(Fd socket) noexcept : socket_(std::move(socket)) { prepare(); }

Stream::Stream(Fd socket, const Tls& tls, const std::string& host) noexcept
    : socket_(std::move(socket)), ssl_(SSL_new(tls.context())), is_open_(false) {
  prepare();
  if (set_up(ssl_.get(), fd(), host))
    shake_hands();
  else
    fail(Trouble::Stage::Tls, "TLS cannot be used with the host \"" + host + "\": connect to a name or an address");
}

// ---- Writing

short Stream::events() const noexcept {
  const bool has_more = !we_have_ended_ && (queued_bytes() != 0 || is_finishing_);
  const bool may_write = is_open_ ? has_more : ssl_ && SSL_want_write(ssl_.get());
  return static_cast<short>((peer_has_ended_ ? 0 : POLLIN) | (may_write ? POLLOUT : 0));
}

void Stream::step() noexcept {
  if (is_over()) return;
  if (!is_open_) shake_hands();
  if (!is_open_) return;
  flush();
  say_goodbye();
  notice_reset();
}

void Stream::shake_hands() noexcept {
  ERR_clear_error();
  Outcome outcome = of_tls(ssl_.get(), SSL_do_handshake(ssl_.get()));
  is_open_ = outcome.what == What::Done;
  if (outcome.what == What::CutOff || outcome.what == What::Ended)
    outcome.why = "the other end hung up in the TLS handshake: does it speak TLS?";
  if (!outcome.why.empty()) fail(Trouble::Stage::Tls, std::move(outcome.why));
}

void Stream::write(std::span<const std::byte> bytes) noexcept {
  if (is_finishing_ || we_have_ended_) return;
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  if (is_open_) flush();
}

void Stream::flush() noexcept {
  while (queued_bytes() != 0) {
    Outcome outcome = send_some(fd(), ssl_.get(), std::span(out_).subspan(written_));
    written_ += outcome.count;
    if (outcome.what == What::Again) break;
    if (outcome.what != What::Done) return fail_writing(std::move(outcome.why));
  }
  if (written_ < out_.size() / 2) return;  // moving what is left costs less than what was written
  out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(written_));
  written_ = 0;
}

void Stream::finish() noexcept {
  is_finishing_ = true;
  step();
}

void Stream::say_goodbye() noexcept {
  if (!is_finishing_ || we_have_ended_ || queued_bytes() != 0) return;
  ERR_clear_error();
  if (const int returned = ssl_ ? SSL_shutdown(ssl_.get()) : 1; returned < 0) {
    Outcome outcome = of_tls(ssl_.get(), returned);
    if (outcome.what != What::Again) fail_writing(std::move(outcome.why));
    return;
  }
  ::shutdown(fd(), SHUT_WR);
  we_have_ended_ = true;
}

/// A reset shows in reading, unless all has been read: then `poll` would wake for ever and nobody see why.
void Stream::notice_reset() noexcept {
  if (!peer_has_ended_ || we_have_ended_) return;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) fail_writing(reason(error));
}

// ---- Reading

Stream::Read Stream::read(std::span<std::byte> into) noexcept {
  if (!is_open_) step();
  if (peer_has_ended_) return {Read::What::End};
  if (!is_open_ || into.empty()) return {Read::What::Empty};
  Outcome outcome = receive_some(fd(), ssl_.get(), into);
  if (outcome.what == What::Done) return {Read::What::Bytes, outcome.count};
  if (outcome.what == What::Again) return {Read::What::Empty};
  if (outcome.what == What::CutOff) outcome.why = "ended without close_notify: what came may have been cut off";
  if (!outcome.why.empty()) fail(Trouble::Stage::Read, std::move(outcome.why));
  peer_has_ended_ = true;
  return {Read::What::End};
}

// ---- Ending

void Stream::reset() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ssl_.reset();
  socket_ = Fd();
  forget_queue();
  peer_has_ended_ = true;
}

void Stream::fail(Trouble::Stage stage, std::string text) noexcept {
  if (!trouble_) trouble_ = Trouble{stage, std::move(text)};
  forget_queue();
  peer_has_ended_ = true;
}

void Stream::fail_writing(std::string text) noexcept {
  if (!trouble_) trouble_ = Trouble{Trouble::Stage::Write, text.empty() ? "the other end has gone" : std::move(text)};
  forget_queue();
}

void Stream::forget_queue() noexcept {
  out_.clear();
  written_ = 0;
  we_have_ended_ = true;
}

}  // namespace portcullis::net
