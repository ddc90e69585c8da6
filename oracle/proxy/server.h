#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/core/websocket/url.h"
#include "portcullis/net/trouble.h"
#include "portcullis/oracle/proxy/fault.h"
#include "portcullis/oracle/proxy/link.h"

namespace portcullis::proxy {

struct ServerOptions {
  websocket::Url upstream;
  std::optional<websocket::Url> api{};  ///< of the upstream, `secure` for https; its path is the prefix of all paths
  std::string ca_file{};                ///< to trust for both, as PEM; empty: the system's store
  std::string address = "127.0.0.1";    ///< to listen on
  std::uint16_t port = 0;               ///< 0: the system chooses
  std::uint16_t api_port = 0;
  bool tls = false;      ///< wss and https for clients, with a certificate made at start
  std::string ca_out{};  ///< where to write the CA's certificate as PEM; empty: a file in TMPDIR
  std::vector<Fault> faults{};
  Wiretap wiretap{};
};

/// A proxy between clients and a gateway: one thread, any number of clients. Of what goes over the WebSocket no byte is
/// changed but by a fault; of the upgrade's request the value of Host is, which has to be the upstream's.
///
/// Lifetime: it serves from `open` until it is destroyed, which ends all connections.
class Server {
 public:
  static std::variant<std::unique_ptr<Server>, net::Trouble> open(ServerOptions options);
  ~Server();

  const std::string& gateway_url() const noexcept;  ///< ws://127.0.0.1:PORT, or wss://localhost:PORT
  const std::string& api_url() const noexcept;      ///< empty without an API
  const std::string& ca_file() const noexcept;      ///< empty without TLS

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::proxy
