#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/net/trouble.h"

namespace portcullis::net {

/// An address to connect to, as the resolver gave it.
struct Address {
  std::vector<std::byte> sockaddr;

  int family() const noexcept;
  /// Writes it out, with its port: "127.0.0.1:443", "[::1]:443".
  std::string text() const;
};

/// Where to look a host up: in what it says itself, or wherever the system looks, which may take long.
enum class Lookup : std::uint8_t { NumbersOnly, Everywhere };

/// Looks a host up, and gives its addresses in the system's order of preference.
///
/// Errors: Stage::Resolve; `addresses` is left empty then.
std::optional<Trouble> look_up(const std::string& host, std::uint16_t port, Lookup where,
                               std::vector<Address>& addresses);

}  // namespace portcullis::net
