#include "portcullis/net/address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace portcullis::net {

namespace {

std::string why(int code) { return code == EAI_SYSTEM ? reason(errno) : ::gai_strerror(code); }

}  // namespace

int Address::family() const noexcept {
  sa_family_t family = AF_UNSPEC;
  if (sockaddr.size() >= sizeof family) std::memcpy(&family, sockaddr.data(), sizeof family);  // Linux puts it first
  return family;
}

std::string Address::text() const {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const auto* address = reinterpret_cast<const struct sockaddr*>(sockaddr.data());
  if (::getnameinfo(address, static_cast<socklen_t>(sockaddr.size()), host.data(), host.size(), port.data(),
                    port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "an unknown address";
  const std::string name = host.data();
  return (family() == AF_INET6 ? "[" + name + "]" : name) + ":" + port.data();
}

std::optional<Trouble> look_up(const std::string& host, std::uint16_t port, Lookup where,
                               std::vector<Address>& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (where == Lookup::NumbersOnly ? AI_NUMERICHOST : 0);
  addrinfo* list = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); code != 0)
    return Trouble{Trouble::Stage::Resolve, "cannot find the host \"" + host + "\": " + why(code) +
                                                "; check how it is spelt, and that the network is up"};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    const auto* bytes = reinterpret_cast<const std::byte*>(each->ai_addr);
    addresses.push_back({{bytes, bytes + each->ai_addrlen}});
  }
  return std::nullopt;
}

}  // namespace portcullis::net
