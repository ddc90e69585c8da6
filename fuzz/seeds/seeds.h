#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The seeds of the fuzz targets: inputs named for what they show.
namespace portcullis::fuzz {

struct Seed {
  std::string target;
  std::string name;
  std::string bytes;
};

/// Puts an input together as fuzz/input.h takes it apart.
class Drawn {
 public:
  Drawn& byte(unsigned value) { return number(value, 1); }
  Drawn& two(unsigned value) { return number(value, 2); }
  Drawn& eight(std::uint64_t value) { return number(value, 8); }
  Drawn& piece(std::string_view bytes) { return byte(static_cast<unsigned>(bytes.size())).rest(bytes); }
  Drawn& long_piece(std::string_view bytes) { return two(static_cast<unsigned>(bytes.size())).rest(bytes); }
  Drawn& rest(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  operator std::string() const { return bytes_; }

 private:
  Drawn& number(std::uint64_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) bytes_ += static_cast<char>(value >> shift & 0xff);
    return *this;
  }

  std::string bytes_;
};

std::string from_hex(std::string_view hex);

using Seeds = std::vector<Seed>;
Seeds http_seeds();
Seeds websocket_seeds();
Seeds compression_seeds();
Seeds json_seeds();
Seeds etf_seeds();
Seeds gateway_seeds();
Seeds client_seeds();
Seeds mock_seeds();
Seeds timeline_seeds();

/// All of them.
Seeds all_seeds();

}  // namespace portcullis::fuzz
