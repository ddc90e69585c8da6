#include "portcullis/tests/mock/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <variant>

namespace portcullis::mock {
namespace {

using nlohmann::json;

constexpr int kPatienceMs = 30'000;

net::Fd connect(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  net::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  return socket;
}

}  // namespace

Place place_of(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t colon = url.find(':', host);
  const std::size_t path = std::min(url.find('/', host), url.size());
  return {url.starts_with("wss") || url.starts_with("https"), url.substr(host, colon - host),
          static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1, path - colon - 1))), url.substr(path)};
}

Wire::Wire(const Place& place, const std::string& ca_file) {
  if (place.secure) {
    auto tls = net::Tls::client(ca_file);
    if (const auto* const trouble = std::get_if<net::Trouble>(&tls)) throw std::runtime_error(trouble->text);
    tls_ = std::get<net::Tls>(std::move(tls));
    stream_.emplace(connect(place.port), *tls_, place.host);
  } else {
    stream_.emplace(connect(place.port));
  }
}

bool Wire::wait(short events) {
  pollfd polled{stream_->fd(), events, 0};
  return ::poll(&polled, 1, kPatienceMs) > 0;
}

void Wire::write(std::string_view text) {
  stream_->write(std::as_bytes(std::span(text)));
  while (stream_->queued_bytes() != 0 && wait(stream_->events())) stream_->step();
}

std::string Wire::read() {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    const auto [what, count] = stream_->read(buffer);
    if (what == net::Stream::Read::What::Bytes) return {reinterpret_cast<const char*>(buffer.data()), count};
    if (what == net::Stream::Read::What::End || !wait(stream_->events())) return {};
    stream_->step();
  }
}

std::string Wire::read_all() {
  std::string all;
  for (std::string some = read(); !some.empty(); some = read()) all += some;
  return all;
}

Response parse_response(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return {};
  return {std::stoi(text.substr(9, 3)), text.substr(0, end + 2), json::parse(text.substr(end + 4), nullptr, false)};
}

Response ask(const std::string& method, const std::string& url, const std::string& body, const std::string& ca_file,
             const std::string& token) {
  const Place place = place_of(url);
  Wire wire(place, ca_file);
  std::string request = method + " " + place.path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  if (!token.empty()) request += "Authorization: Bot " + token + "\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  wire.write(request);
  return parse_response(wire.read_all());
}

WiredClient::WiredClient(const std::string& url, const std::string& ca_file)
    : wire_(place_of(url), ca_file), client_(url) {
  wire_.write(client_.take_output());
}

void WiredClient::send(const json& payload) {
  client_.send(payload);
  wire_.write(client_.take_output());
}

json WiredClient::log_in(const std::string& token) {
  until([](const GatewayClient& client) { return !client.with_op(10).empty(); });
  send(identify(token));
  until([](const GatewayClient& client) { return !client.named("READY").empty(); });
  const auto ready = client_.named("READY");
  return ready.empty() ? json() : ready.front();
}

bool WiredClient::read() {
  const std::string bytes = wire_.read();
  if (bytes.empty()) {
    client_.ended();
    return false;
  }
  client_.received(std::as_bytes(std::span(bytes)));
  wire_.write(client_.take_output());
  return true;
}

}  // namespace portcullis::mock
