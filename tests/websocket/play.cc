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

}  // namespace

void drain(websocket::ClientConnection& connection, Record& record) { drain_any(connection, record); }
void drain(websocket::ServerConnection& connection, Record& record) { drain_any(connection, record); }

Bytes frame(unsigned first, std::span<const std::byte> payload) {
  Bytes bytes{static_cast<std::byte>(first)};
  const std::size_t size = payload.size();
  const int extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
  bytes.push_back(static_cast<std::byte>(extended == 0 ? size : extended == 2 ? 126 : 127));
  for (int i = extended - 1; i >= 0; --i) bytes.push_back(static_cast<std::byte>(std::uint64_t{size} >> (8 * i)));
  append(bytes, payload);
  return bytes;
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
