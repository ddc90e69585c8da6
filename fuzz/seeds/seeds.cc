#include "portcullis/fuzz/seeds/seeds.h"

namespace portcullis::fuzz {

std::string from_hex(std::string_view hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(kDigits.find(hex[i]) * 16 + kDigits.find(hex[i + 1]));
  return bytes;
}

Seeds all_seeds() {
  Seeds all;
  for (const auto area : {http_seeds, websocket_seeds, compression_seeds, json_seeds, etf_seeds, gateway_seeds,
                          client_seeds, mock_seeds, timeline_seeds})
    for (Seed& seed : area()) all.push_back(std::move(seed));
  return all;
}

}  // namespace portcullis::fuzz
