#pragma once

#include <openssl/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "portcullis/net/fd.h"
#include "portcullis/net/stream.h"
#include "portcullis/tests/net/certificates.h"

namespace portcullis::tests {

/// Both ends of a TCP connection over loopback, with small buffers, so that much does not fit.
std::pair<net::Fd, net::Fd> connected();

/// The other end of a connection: plain blocking calls, and OpenSSL used directly.
class Far {
 public:
  explicit Far(net::Fd socket) : socket_(std::move(socket)) {}
  /// Makes the handshake; whether it was well is what it returns.
  bool accept_tls(const Identity& identity, int version_max = 0);
  bool connect_tls();

  void write(std::string_view bytes);
  /// Reads some bytes; none at the end, of which `ended_well` and `error` tell.
  std::string read();
  std::string read_all();
  bool ended_well() const { return ended_well_; }
  int error() const { return error_; }
  std::string server_name() const { return server_name_; }

  void end();    // close_notify where there is TLS, and FIN
  void cut();    // FIN alone, and the descriptor with it
  void reset();  // RST

 private:
  bool shake_hands(SSL_CTX* context, bool as_server);

  net::Fd socket_;
  std::shared_ptr<SSL> ssl_;
  bool ended_well_ = false;
  int error_ = 0;
  std::string server_name_;
};

/// Runs `play` on a thread that SIGPIPE does not kill; joined in the destructor.
class Played {
 public:
  explicit Played(std::function<void()> play);
  ~Played() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::thread thread_;
};

/// Waits until something of the stream can be gone on with.
void wait(const net::Stream& stream);
/// Polls, steps and reads until `done` or the end, and gives what was read.
std::string pump(net::Stream& stream, const std::function<bool(const std::string&)>& done);
std::string pump_to_end(net::Stream& stream);

/// Many bytes, of which each place has its own look.
std::string long_text(std::size_t size);
void write(net::Stream& stream, std::string_view text);

}  // namespace portcullis::tests
