#include "portcullis/core/websocket/handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "portcullis/core/http/text.h"

namespace portcullis::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kOwnPrefix = "Sec-WebSocket-";
constexpr std::array<std::string_view, 5> kOwn{"Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding"};

std::string base64(std::span<const unsigned char> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

bool is_own(std::string_view name) noexcept {
  return http::same_ignoring_case(name.substr(0, kOwnPrefix.size()), kOwnPrefix) ||
         std::ranges::any_of(kOwn, [&](std::string_view one) { return http::same_ignoring_case(name, one); });
}

}  // namespace

std::string draw_key(const Chance& chance) {
  std::array<unsigned char, 16> nonce;
  std::uint32_t drawn = 0;
  for (std::size_t i = 0; i < nonce.size(); ++i, drawn <<= 8) {
    if (i % 4 == 0) drawn = chance();
    nonce[i] = static_cast<unsigned char>(drawn >> 24);
  }
  return base64(nonce);
}

std::string accept_value(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return base64(digest);
}

Status check_extra(std::span<const Field> extra) noexcept {
  for (const auto& [name, value] : extra) {
    if (!http::is_token(name)) return caller_error(Errc::HeaderName, req::WS_HT_26);
    if (!std::ranges::all_of(value, http::is_field_byte)) return caller_error(Errc::HeaderValue, req::WS_HT_26);
    if (is_own(name)) return caller_error(Errc::HeaderReserved, req::WS_HT_26);
  }
  return kOk;
}

}  // namespace portcullis::websocket
