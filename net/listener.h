#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "portcullis/net/fd.h"
#include "portcullis/net/trouble.h"

namespace portcullis::net {

/// A listening TCP socket on loopback, or on an address that the user names; it never blocks once it is open.
class Listener {
 public:
  /// `port` 0 lets the system choose.
  ///
  /// Errors: the address is none of ours, the port is in use or needs privileges.
  static std::variant<Listener, Trouble> open(const std::string& address, std::uint16_t port);

  int fd() const noexcept { return socket_.get(); }
  std::uint16_t port() const noexcept { return port_; }
  /// Gives the next connection that waits; none when none does. One for which no descriptor is left is turned away, so
  /// that a loop over `poll` does not spin.
  std::optional<Fd> accept() noexcept;

 private:
  Listener(Fd socket, std::uint16_t port) noexcept;

  Fd socket_;
  Fd spare_;  // a descriptor in reserve, with which to turn a connection away
  std::uint16_t port_ = 0;
};

/// A TCP port that is taken, and where nobody listens: whoever connects is refused at once.
struct ReservedPort {
  Fd socket;
  std::uint16_t port;
};

/// Takes a port that the system chooses, until the socket is closed.
std::variant<ReservedPort, Trouble> reserve_port(const std::string& address);

}  // namespace portcullis::net
