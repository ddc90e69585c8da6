#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portcullis::judge {

/// Where a client dials, as far as rules ask for it.
struct Address {
  std::string scheme, place;            ///< ws or wss; host and port, in lower case, the scheme's own port left out
  std::optional<std::int64_t> version;  ///< `v`; -1 where it is no number
  std::optional<std::string> encoding, compress;
  bool well_formed = true;  ///< one `?`, and each of the three at most once
};

/// Takes a URL apart; of one that is none, `place` is empty.
Address address_of(std::string_view url);

}  // namespace portcullis::judge
