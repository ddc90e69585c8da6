#include "portcullis/bench/link.h"

#include <cstdlib>
#include <iostream>

namespace portcullis::bench {
namespace {

Config config(encoding::Encoding encoding, compression::Compression compression, encoding::Check check) {
  Config config;
  config.url = "ws://gateway.example";
  config.identify.token = "token";
  config.encoding = encoding;
  config.compression = compression;
  config.check = check;
  return config;
}

}  // namespace

void require(bool fact) {
  if (fact) return;
  std::cerr << "bench: a measurement went wrong\n";
  std::abort();
}

Frames::Frames() {
  websocket::ServerConnection server(limits_);
  require(bool(client_.open(*websocket::parse_url("ws://gateway.example"), {}, {})));
  Bytes out;
  for (auto output = client_.poll(); !std::holds_alternative<websocket::Wait>(output); output = client_.poll())
    if (const auto* bytes = std::get_if<websocket::Transmit>(&output))
      out.assign(bytes->bytes.begin(), bytes->bytes.end());
  server.received(out, Instant{});
  Bytes answer;
  for (auto output = server.poll(); !std::holds_alternative<websocket::Wait>(output); output = server.poll()) {
    if (std::holds_alternative<websocket::Requested>(output)) require(bool(server.accept({}, {})));
    if (const auto* bytes = std::get_if<websocket::Transmit>(&output))
      answer.assign(bytes->bytes.begin(), bytes->bytes.end());
  }
  deliver(answer, [](std::span<const std::byte>) {});
  require(client_.is_open());
}

std::size_t Frames::send(std::span<const std::byte> payload) {
  require(bool(client_.send(websocket::Kind::Text, payload)));
  std::size_t bytes = 0;
  for (;;) {
    const auto output = client_.poll();
    if (const auto* transmit = std::get_if<websocket::Transmit>(&output)) bytes += transmit->bytes.size();
    if (std::holds_alternative<websocket::Wait>(output)) return bytes;
  }
}

Link::Link(encoding::Encoding encoding, compression::Compression compression, encoding::Check check,
           Workspace& workspace)
    : client_(std::make_unique<Client>(
          config(encoding, compression, check), Limits{}, [] { return std::uint32_t{4}; }, workspace)) {
  call([](Client& client) { require(bool(client.start(Instant{}))); });
  call([](Client& client) { client.opened({1}, Instant{}); });
  carry();
  require(bool(server_.accept({}, {})));
  carry();
}

/// Takes one output; says whether it was the last.
bool Link::poll() {
  const Output output = client_->poll();
  if (const auto* bytes = std::get_if<Transmit>(&output)) {
    to_server_.insert(to_server_.end(), bytes->bytes.begin(), bytes->bytes.end());
  } else if (std::holds_alternative<AskIdentify>(output)) {
    client_->identify_granted(Instant{});
  } else if (const auto* notify = std::get_if<Notify>(&output)) {
    events_ += std::holds_alternative<Dispatch>(notify->event);
  }
  return std::holds_alternative<Wait>(output);
}

// Takes what the client wrote to the server, and back.
void Link::carry() {
  const Bytes there = std::exchange(to_server_, {});
  server_.received(there, Instant{});
  for (;;) {
    const auto output = server_.poll();
    if (std::holds_alternative<websocket::Wait>(output)) return;
    if (const auto* bytes = std::get_if<websocket::Transmit>(&output))
      deliver(Bytes(bytes->bytes.begin(), bytes->bytes.end()));
  }
}

}  // namespace portcullis::bench
