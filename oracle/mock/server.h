#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/net/trouble.h"
#include "portcullis/oracle/mock/gateway.h"
#include "portcullis/oracle/mock/peer.h"

namespace portcullis::mock {

struct HttpAnswer;
struct HttpRequest;

/// Hears all that goes over the gateway's links as it goes, and each REST request with its answer; on the server's
/// thread. Spans end with the call.
struct Wiretap {
  std::function<void(Link, const std::string& gateway_url)> on_link;
  std::function<void(Link, bool by_client, std::span<const std::byte>)> on_bytes;
  std::function<void(Link, bool by_client, bool by_reset)> on_end;  ///< of the transport; the first end of each counts
  std::function<void(const HttpRequest&, const HttpAnswer&)> on_rest;
};

/// What the control port shows beside its verbs; called on the server's thread.
struct Display {
  std::function<std::optional<HttpAnswer>(const HttpRequest&)> answer;  ///< nothing where the path is not its own
  /// Gives the next part of an answer that `follows` a number, and moves the number on; empty while there is no news.
  std::function<std::string(std::uint64_t& behind)> news;
};

struct ServerOptions {
  World world;                        ///< `gateway_url` is filled in
  std::string address = "127.0.0.1";  ///< to listen on
  std::uint16_t gateway_port = 0;     ///< 0: the system chooses
  std::uint16_t api_port = 0;
  std::uint16_t control_port = 0;
  bool tls = false;                  ///< wss and https, with a certificate made at start; control is always plain
  std::string ca_file;               ///< where to write the CA's certificate as PEM; empty: a file in TMPDIR
  std::string public_url{};          ///< of the gateway where clients come through a proxy; empty: its own
  std::uint32_t shards = 1;          ///< recommended by /gateway/bot
  std::vector<int> gateway_bot{};    ///< the statuses that its first requests are answered with, in place of 200
  Duration upgrade_timeout{10'000};  ///< until a client of the gateway is answered
  /// Called on the server's thread with each step, and with a line for each REST and control request.
  std::function<void(const Stepped&)> on_step;
  std::function<void(const std::string&)> on_request;
  std::optional<Wiretap> wiretap;    ///< with those of its functions that are wanted
  std::optional<Display> display{};  ///< with both of its functions
};

/// The mock gateway on real sockets: one thread, any number of clients; the REST API as far as bots need it at first
/// (docs/mock.md); and control over HTTP.
///
/// Lifetime: it serves from `open` until it is destroyed, which ends all connections.
class Server {
 public:
  static std::variant<std::unique_ptr<Server>, net::Trouble> open(ServerOptions options);
  /// Serves another gateway than a peer, which is borrowed: it is called on the server's thread only. The world in the
  /// options is what REST tells of; control answers 404.
  static std::variant<std::unique_ptr<Server>, net::Trouble> open(ServerOptions options, Gateway& gateway);
  ~Server();

  const std::string& gateway_url() const noexcept;  ///< ws://127.0.0.1:PORT, or wss://localhost:PORT
  const std::string& api_url() const noexcept;      ///< http://127.0.0.1:PORT/api, or https://localhost:PORT/api
  const std::string& control_url() const noexcept;
  const std::string& ca_file() const noexcept;  ///< empty without TLS

  /// Runs a function on the server's thread, and waits until what it did is written. Not to be called from the
  /// callbacks.
  void with(const std::function<void(Instant)>& act);
  /// The same with the peer, for programs that script the mock; only of a server that has one.
  void with_peer(const std::function<void(Peer&, Instant)>& act);

 private:
  struct Impl;
  static std::variant<std::unique_ptr<Server>, net::Trouble> open_with(ServerOptions options, Gateway* gateway);
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::mock
