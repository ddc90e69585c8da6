#include "portcullis/net/listener.h"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "portcullis/net/address.h"

namespace portcullis::net {

namespace {

Fd new_spare() noexcept { return Fd(::eventfd(0, EFD_CLOEXEC)); }

Fd bind_to(const Address& address) {
  Fd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto* name = reinterpret_cast<const sockaddr*>(address.sockaddr.data());
  const bool bound = ::bind(socket.get(), name, static_cast<socklen_t>(address.sockaddr.size())) == 0;
  return bound ? std::move(socket) : Fd();
}

Fd listen_on(const Address& address) {
  Fd socket = bind_to(address);
  const bool ready = socket && ::listen(socket.get(), SOMAXCONN) == 0;
  return ready ? std::move(socket) : Fd();
}

Trouble cannot(const std::string& what, const Address& address) {
  const std::string why = reason(errno);
  return Trouble{Trouble::Stage::Configure, "cannot " + what + " " + address.text() + ": " + why +
                                                "; choose another address or port (port 0: any that is free)"};
}

std::uint16_t port_of(const Fd& socket) {
  sockaddr_in6 name{};  // an IPv4 address has its port in the same place
  socklen_t size = sizeof name;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size);
  return ntohs(name.sin6_port);
}

}  // namespace

Listener::Listener(Fd socket, std::uint16_t port) noexcept
    : socket_(std::move(socket)), spare_(new_spare()), port_(port) {}

std::variant<Listener, Trouble> Listener::open(const std::string& address, std::uint16_t port) {
  std::vector<Address> addresses;
  if (auto trouble = look_up(address, port, Lookup::Everywhere, addresses)) return *std::move(trouble);
  if (Fd socket = listen_on(addresses.front())) {
    const std::uint16_t chosen = port_of(socket);
    return Listener(std::move(socket), chosen);
  }
  return cannot("listen on", addresses.front());
}

std::variant<ReservedPort, Trouble> reserve_port(const std::string& address) {
  std::vector<Address> addresses;
  if (auto trouble = look_up(address, 0, Lookup::Everywhere, addresses)) return *std::move(trouble);
  Fd socket = bind_to(addresses.front());
  if (!socket) return cannot("take a port of", addresses.front());
  const std::uint16_t chosen = port_of(socket);
  return ReservedPort{std::move(socket), chosen};
}

std::optional<Fd> Listener::accept() noexcept {
  if (Fd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)); socket) return socket;
  if (errno == EMFILE || errno == ENFILE) {
    spare_ = Fd();
    Fd turned_away(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    turned_away = Fd();
    spare_ = new_spare();
  }
  return std::nullopt;
}

}  // namespace portcullis::net
