#include "portcullis/tests/mock/gateway_client.h"

#include <algorithm>
#include <utility>

#include "portcullis/core/http/text.h"
#include "portcullis/core/websocket/url.h"

namespace portcullis::mock {

using nlohmann::json;

GatewayClient::GatewayClient(const std::string& url)
    : chance_([state = std::uint32_t{2'463'534'242}]() mutable { return state = state * 1'664'525 + 1'013'904'223; }),
      connection_(limits_, chance_) {
  const auto parsed = websocket::parse_url(url + "/?v=10&encoding=json");
  if (parsed && connection_.open(*parsed, {}, {})) poll();
}

void GatewayClient::received(std::span<const std::byte> bytes) {
  connection_.received(bytes, Instant{});
  poll();
}

void GatewayClient::ended() {
  connection_.ended(Instant{});
  poll();
}

void GatewayClient::send(const json& payload) {
  const std::string text = payload.dump();
  if (connection_.send(websocket::Kind::Text, std::as_bytes(std::span(text)))) poll();
}

std::string GatewayClient::take_output() { return std::exchange(output_, {}); }

void GatewayClient::poll() {
  for (;;) {
    const auto output = connection_.poll();
    if (const auto* transmit = std::get_if<websocket::Transmit>(&output)) output_ += http::as_text(transmit->bytes);
    if (const auto* message = std::get_if<websocket::Message>(&output))
      texts_.emplace_back(http::as_text(message->payload));
    if (const auto* end = std::get_if<websocket::Ended>(&output)) close_code_ = end->code;
    if (std::holds_alternative<websocket::Wait>(output) || std::holds_alternative<websocket::Ended>(output)) return;
  }
}

std::vector<json> GatewayClient::with_op(int op) const {
  std::vector<json> found;
  for (const std::string& text : texts_)
    if (json payload = json::parse(text, nullptr, false); payload.is_object() && payload.value("op", -1) == op)
      found.push_back(std::move(payload));
  return found;
}

std::vector<json> GatewayClient::named(std::string_view name) const {
  std::vector<json> found = with_op(0);
  std::erase_if(found, [&](const json& payload) { return payload["t"] != name; });
  return found;
}

json identify(const std::string& token) {
  constexpr int kUnprivileged = 3'243'773 & ~33'026;
  return {{"op", 2},
          {"d",
           {{"token", token},
            {"intents", kUnprivileged},
            {"properties", {{"os", "linux"}, {"browser", "portcullis"}, {"device", "portcullis"}}}}}};
}

}  // namespace portcullis::mock
