#include "portcullis/oracle/replay/server_bytes.h"

#include <algorithm>
#include <charconv>

#include "portcullis/core/http/head.h"
#include "portcullis/core/http/text.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/handshake.h"
#include "portcullis/oracle/mock/etf.h"

namespace portcullis::replay {
namespace {

using compression::Compression;
using timeline::Json;
using timeline::Record;
using websocket::Opcode;

constexpr int kWindowLog = 18;  ///< of the gateway's zstd (GW-ZSTD-5)

/// Neither zlib nor zstd, ETF or JSON; with the end that a message of zlib-stream has.
constexpr std::string_view kGarbage("\xff\xff\xff\xff\x00\x00\xff\xff", 8);

std::string written(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (; text.size() >= 2; text.remove_prefix(2)) {
    unsigned value = 0;
    std::from_chars(text.data(), text.data() + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::vector<std::byte> as_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string close_payload(const Json& with) {
  if (!with.contains("code")) return {};
  const int code = with["code"];
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + with.value("reason", "");
}

}  // namespace

ServerBytes::ServerBytes(const Config& config)
    : config_(config), stream_(mock::Compressor::of(in_query(config.compression), kWindowLog)) {}

void ServerBytes::client_sent(std::span<const std::byte> bytes) {
  if (!answered_) request_ += http::as_text(bytes);
}

std::optional<std::vector<std::byte>> ServerBytes::bytes_of(const Record& record, bool body_follows) {
  const Json& with = record.with;
  if (record.is == "upgraded") {
    std::string head = accepted();
    answered_ = true;
    request_.clear();
    return as_bytes(head);
  }
  if (record.is == "refused") {
    if (with["status"] == 0) return std::nullopt;
    body_lacks_ = body_follows;
    std::string head = "HTTP/1.1 " + std::to_string(with["status"].get<int>()) + " \r\n";
    if (with.contains("retry_after")) http::append_field(head, {"Retry-After", with["retry_after"].get<std::string>()});
    http::append_field(head, {"Content-Length", body_follows ? "1" : "0"});
    return as_bytes(head + "\r\n");
  }
  if (record.is == "ping") return frame(Opcode::Ping, from_hex(with.value("payload", "")));
  if (record.is == "pong") return frame(Opcode::Pong, from_hex(with.value("payload", "")));
  if (record.is == "close") return frame(Opcode::Close, close_payload(with));
  if (record.is != "message") return std::nullopt;
  const bool text = with["kind"] == "text";
  return frame(text ? Opcode::Text : Opcode::Binary, payload_of(with, text));
}

std::vector<std::byte> ServerBytes::rest_of_body() {
  return std::exchange(body_lacks_, false) ? std::vector<std::byte>(1) : std::vector<std::byte>();
}

std::string ServerBytes::payload_of(const Json& with, bool text) {
  if (!with.contains("payload")) return text ? "{" : std::string(kGarbage);
  std::string payload = written(with["payload"]);
  if (text) return payload;
  if (config_.encoding == encoding::Encoding::Etf) payload = mock::etf_of_json(payload).value_or(std::string(kGarbage));
  if (stream_) return stream_->message(payload);
  return config_.compression == Compression::Payload ? mock::zlib_payload(payload) : payload;
}

/// The answer that opens the WebSocket.
std::string ServerBytes::accepted() const {
  const Limits limits;
  http::HeadReader request(http::HeadKind::Request, limits);
  for (const char byte : request_)
    if (!request.complete() && request.feed(byte) != nullptr) break;
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  http::append_field(head, {"Upgrade", "websocket"});
  http::append_field(head, {"Connection", "Upgrade"});
  const std::string accept = websocket::accept_value(request.fields().find("Sec-WebSocket-Key").value_or(""));
  http::append_field(head, {"Sec-WebSocket-Accept", accept});
  return head + "\r\n";
}

std::vector<std::byte> ServerBytes::frame(Opcode opcode, std::string_view payload) {
  std::vector<std::byte> out;
  websocket::append_frame(out, true, opcode, std::as_bytes(std::span(payload)), nullptr);
  return out;
}

}  // namespace portcullis::replay
