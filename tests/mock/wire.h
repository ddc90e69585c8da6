#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "portcullis/net/stream.h"
#include "portcullis/net/tls.h"
#include "portcullis/tests/mock/gateway_client.h"

namespace portcullis::mock {

/// A URL, taken apart.
struct Place {
  bool secure = false;
  std::string host;
  std::uint16_t port = 0;
  std::string path;
};
Place place_of(const std::string& url);

/// A connection to a server on loopback, whose calls wait.
class Wire {
 public:
  /// Connects; the CA's file is looked at for a secure place only.
  explicit Wire(const Place& place, const std::string& ca_file = {});

  void write(std::string_view text);
  /// Gives what comes next; nothing at the end, or when nothing comes for 30 s.
  std::string read();
  std::string read_all();
  int fd() const noexcept { return stream_->fd(); }

 private:
  bool wait(short events);

  std::optional<net::Tls> tls_;
  std::optional<net::Stream> stream_;
};

struct Response {
  int status = 0;
  std::string head;
  nlohmann::json body;
};
Response parse_response(const std::string& text);

/// Sends one request on a connection of its own.
Response ask(const std::string& method, const std::string& url, const std::string& body = {},
             const std::string& ca_file = {}, const std::string& token = {});

/// A client of the gateway on a connection of its own.
class WiredClient {
 public:
  explicit WiredClient(const std::string& url, const std::string& ca_file = {});

  void send(const nlohmann::json& payload);
  /// Reads until the condition holds or the server has ended; gives whether it holds.
  template <typename Condition>
  bool until(const Condition& holds) {
    while (!holds(client_) && read()) {
    }
    return holds(client_);
  }
  /// Reads until READY and gives it.
  nlohmann::json log_in(const std::string& token);
  const GatewayClient& seen() const noexcept { return client_; }

 private:
  bool read();

  Wire wire_;
  GatewayClient client_;
};

}  // namespace portcullis::mock
