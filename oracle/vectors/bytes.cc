#include "portcullis/oracle/vectors/bytes.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace portcullis::vectors {
namespace {

void append(Bytes& to, std::span<const std::byte> bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

/// Where one frame's parts lie, taken from its own first bytes; what is missing is left out.
struct Layout {
  std::size_t header = 0;
  std::uint64_t length = 0;
  bool cut_short = false;  ///< inside the header
};

Layout layout_of(std::span<const std::byte> bytes) {
  if (bytes.size() < 2) return {bytes.size(), 0, true};
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  const unsigned code = byte(1) & 0x7f;
  const std::size_t extended = code < 126 ? 0 : code == 126 ? 2 : 8;
  Layout layout{std::min(bytes.size(), 2 + extended), code, bytes.size() < 2 + extended};
  if (extended != 0) {
    layout.length = 0;
    for (std::size_t i = 2; i < layout.header; ++i) layout.length = layout.length * 256 + byte(i);
  }
  return layout;
}

constexpr std::array<unsigned, 4> kKey{0x37, 0xfa, 0x21, 0x3d};

}  // namespace

Bytes from_hex(std::string_view hex) {
  const std::string_view digits = "0123456789abcdef";
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (hex[i] == ' ') continue;
    const std::size_t high = digits.find(hex[i]);
    const std::size_t low = i + 1 < hex.size() ? digits.find(hex[i + 1]) : std::string_view::npos;
    if (high > 15 || low > 15) throw std::runtime_error("not hex: " + std::string(hex));
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
    ++i;
  }
  return bytes;
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string hex;
  for (const std::byte byte : bytes) {
    hex += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
    hex += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
  }
  return hex;
}

Bytes from_text(std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

std::string to_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes from_narrow(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0xc0 && i + 1 < text.size()) byte = (byte & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f);
    bytes.push_back(static_cast<std::byte>(byte));
  }
  return bytes;
}

std::string to_narrow(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte one : bytes) {
    const auto byte = std::to_integer<unsigned>(one);
    if (byte >= 0x80) text += static_cast<char>(0xc0 | byte >> 6);
    text += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
  }
  return text;
}

Bytes stream_of(const Json& items) {
  Bytes bytes;
  for (const Json& item : items) {
    if (item.is_string()) {
      append(bytes, from_hex(item.get<std::string>()));
    } else if (item.contains("text")) {
      append(bytes, from_narrow(item["text"].get<std::string>()));
    } else {
      const Bytes once = from_hex(item.at("repeat").get<std::string>());
      for (int i = 0; i < item.at("times").get<int>(); ++i) append(bytes, once);
    }
  }
  return bytes;
}

Bytes masked(std::span<const std::byte> frames) {
  Bytes out;
  while (!frames.empty()) {
    const Layout layout = layout_of(frames);
    append(out, frames.first(layout.header));
    if (layout.header > 1) out[out.size() - layout.header + 1] |= std::byte{0x80};
    frames = frames.subspan(layout.header);
    if (layout.cut_short) break;
    for (const unsigned byte : kKey) out.push_back(static_cast<std::byte>(byte));
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(layout.length, frames.size()));
    for (std::size_t i = 0; i < size; ++i) out.push_back(frames[i] ^ static_cast<std::byte>(kKey[i % 4]));
    frames = frames.subspan(size);
  }
  return out;
}

Bytes unmasked(std::span<const std::byte> frames) {
  Bytes out;
  while (!frames.empty()) {
    const Layout layout = layout_of(frames);
    if (layout.cut_short) throw std::runtime_error("a frame ends inside its header");
    if ((frames[1] & std::byte{0x80}) == std::byte{}) throw std::runtime_error("a frame is not masked");
    append(out, frames.first(layout.header));
    out[out.size() - layout.header + 1] &= std::byte{0x7f};
    frames = frames.subspan(layout.header);
    if (frames.size() < 4 || frames.size() - 4 < layout.length) throw std::runtime_error("a frame is cut short");
    const auto key = frames.first(4);
    frames = frames.subspan(4);
    for (std::size_t i = 0; i < layout.length; ++i) out.push_back(frames[i] ^ key[i % 4]);
    frames = frames.subspan(static_cast<std::size_t>(layout.length));
  }
  return out;
}

}  // namespace portcullis::vectors
