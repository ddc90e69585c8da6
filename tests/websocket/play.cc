#include "tests/websocket/play.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace portcullis::tests {
namespace {

using namespace websocket;

void append(Bytes& to, std::span<const std::byte> bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

std::string yes(bool value, std::string_view word) { return value ? " " + std::string(word) : ""; }

struct Describe {
  std::string operator()(const Wait&) const { return {}; }
  std::string operator()(const Transmit&) const { return {}; }
  std::string operator()(const Message& one) const {
    return (one.kind == Kind::Text ? "text " : "binary ") + to_hex(one.payload);
  }
  std::string operator()(const Ping& one) const { return "ping " + to_hex(one.payload); }
  std::string operator()(const Pong& one) const { return "pong " + to_hex(one.payload); }
  std::string operator()(const Failed& one) const { return "failed " + describe(one.error); }
  std::string operator()(const Hangup&) const { return "hangup"; }
  std::string operator()(const Ended& one) const {
    return "ended " + std::to_string(one.code) + " " + to_hex(std::as_bytes(std::span{one.reason})) +
           (one.clean ? " clean" : " lost") + yes(one.timed_out, "timed-out") + (one.ours_first ? " ours" : " theirs");
  }
  std::string operator()(const Opened& one) const { return "opened " + std::string(one.subprotocol); }
  std::string operator()(const Refused& one) const {
    return "refused " + describe(one.error) + " " + std::to_string(one.status) + " " + to_hex(one.body) +
           yes(one.truncated, "truncated") + yes(one.incomplete, "incomplete");
  }
  std::string operator()(const Requested& one) const {
    std::string line = "requested " + std::string(one.target);
    for (const std::string_view offered : one.subprotocols) line += " " + std::string(offered);
    return line;
  }
  std::string operator()(const Declined& one) const {
    return "declined " + describe(one.error) + " " + std::to_string(one.status);
  }
  static std::string describe(const Error& error) {
    return std::string(id(error.req)) + " @" + std::to_string(error.offset);
  }
};

template <typename Connection>
void drain_any(Connection& connection, Record& record) {
  for (;;) {
    const auto output = connection.poll();
    if (const auto* wait = std::get_if<Wait>(&output)) {
      record.deadline = wait->deadline;
      return;
    }
    if (const auto* transmit = std::get_if<Transmit>(&output))
      append(record.sent, transmit->bytes);
    else
      record.lines.push_back(std::visit(Describe{}, output));
  }
}

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

void drain(websocket::ClientConnection& connection, Record& record) { drain_any(connection, record); }
void drain(websocket::ServerConnection& connection, Record& record) { drain_any(connection, record); }

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

Bytes stream_of(const Json& items) {
  Bytes bytes;
  for (const Json& item : items) {
    if (item.is_string()) {
      append(bytes, from_hex(item.get<std::string>()));
    } else if (item.contains("text")) {
      // One byte a character, up to U+00FF: two bytes of UTF-8 become one.
      const std::string text = item["text"];
      for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0xc0) byte = (byte & 3) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f);
        bytes.push_back(static_cast<std::byte>(byte));
      }
    } else {
      const Bytes once = from_hex(item.at("repeat").get<std::string>());
      for (int i = 0; i < item.at("times").get<int>(); ++i) append(bytes, once);
    }
  }
  return bytes;
}

Bytes frame(unsigned first, std::span<const std::byte> payload) {
  Bytes bytes{static_cast<std::byte>(first)};
  const std::size_t size = payload.size();
  const int extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
  bytes.push_back(static_cast<std::byte>(extended == 0 ? size : extended == 2 ? 126 : 127));
  for (int i = extended - 1; i >= 0; --i) bytes.push_back(static_cast<std::byte>(std::uint64_t{size} >> (8 * i)));
  append(bytes, payload);
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
    if ((frames[1] & std::byte{0x80}) == std::byte{}) throw std::runtime_error("a frame is not masked");
    append(out, frames.first(layout.header));
    out[out.size() - layout.header + 1] &= std::byte{0x7f};
    const auto key = frames.subspan(layout.header, 4);
    frames = frames.subspan(layout.header + 4);
    for (std::size_t i = 0; i < layout.length; ++i) out.push_back(frames[i] ^ key[i % 4]);
    frames = frames.subspan(static_cast<std::size_t>(layout.length));
  }
  return out;
}

Chance counting_chance() {
  return [drawn = std::uint32_t{0}]() mutable {
    ++drawn;
    return drawn <= 4 ? 0x01020304 + (drawn - 1) * 0x04040404 : drawn * 0x9e3779b9;
  };
}

const Limits OpenClient::kLimits{};

OpenClient::OpenClient(const Limits& limits) : connection(limits, chance) {
  if (!connection.open(Url{false, "h", 80, "/"}, {}, {})) throw std::runtime_error("open was refused");
  feed(connection, from_text(kGoodAnswer), Cut::Whole, record);
  if (record.lines != std::vector<std::string>{"opened "}) throw std::runtime_error("not opened");
  record = {};
}

OpenServer::OpenServer(const Limits& limits) : connection(limits) {
  feed(connection, from_text(kGoodRequest), Cut::Whole, record);
  if (!connection.accept({}, {})) throw std::runtime_error("accept was refused");
  drain(connection, record);
  record = {};
}

}  // namespace portcullis::tests
