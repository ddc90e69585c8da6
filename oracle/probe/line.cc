#include "portcullis/oracle/probe/line.h"

#include <variant>

#include "portcullis/core/encoding/etf_scan.h"
#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/core/errc.h"
#include "portcullis/core/http/text.h"
#include "portcullis/core/websocket/handshake.h"
#include "portcullis/oracle/mock/query.h"

namespace portcullis::probe {
namespace {

using compression::Compression;
using encoding::Encoding;

constexpr int kUpgraded = 101;

std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string origin_of(const websocket::Url& url) {
  return (url.secure ? "wss://" : "ws://") + url.host + ":" + std::to_string(url.port);
}

Encoding encoding_of(const websocket::Url& url) {
  return mock::read_query(url.target).encoding == "etf" ? Encoding::Etf : Encoding::Json;
}

Compression compression_of(const websocket::Url& url) {
  const std::string asked = mock::read_query(url.target).compress;
  if (asked == in_query(Compression::ZlibStream)) return Compression::ZlibStream;
  return asked == in_query(Compression::ZstdStream) ? Compression::ZstdStream : Compression::None;
}

std::string replaced(std::string text, std::string_view place, const std::string& value) {
  for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
    text.replace(at, place.size(), value);
  return text;
}

}  // namespace

Line::Line(std::uint64_t number, websocket::Url url, const Chance& chance, timeline::Pseudonyms& pseudonyms,
           timeline::Sink sink, Instant began)
    : number_(number),
      url_(std::move(url)),
      chance_(chance),
      sink_(std::move(sink)),
      began_(began),
      tap_(number, origin_of(url_), pseudonyms, sink_),
      encoding_(encoding_of(url_)),
      compression_(compression_of(url_)),
      decompressor_(compression_, limits_) {}

void Line::opened(const std::vector<std::string>& request, Instant now) {
  if (request.empty()) {
    connection_ = std::make_unique<websocket::ClientConnection>(limits_, chance_);
    (void)connection_->open(url_, {}, {});
    return pump(now);
  }
  std::string head;
  for (const std::string& line : request) head += line + "\r\n";
  head += "\r\n";
  head = replaced(std::move(head), "{target}", url_.target);
  head = replaced(std::move(head), "{host}", url_.host_field());
  put(as_bytes(replaced(std::move(head), "{key}", websocket::draw_key(chance_))), now);
}

void Line::received(std::span<const std::byte> bytes, Instant now) {
  tap_.server_sent(bytes, ms(now));
  if (connection_ == nullptr) return;
  connection_->received(bytes, now);
  pump(now);
}

void Line::ended(timeline::How how, Instant now) {
  tap_.ended(timeline::Side::Server, how, ms(now));
  if (connection_ == nullptr) return;
  connection_->ended(now);
  pump(now);
}

void Line::elapsed(Instant now) {
  if (connection_ == nullptr) return;
  connection_->elapsed(now);
  pump(now);
}

void Line::send(websocket::Kind kind, std::string_view bytes, Instant now) {
  const bool text =
      kind == websocket::Kind::Text && websocket::find_bad_utf8(as_bytes(bytes)) != websocket::Utf8::kNone;
  if (!is_open()) return;
  if (text) {  // a client that is right does not send it
    std::vector<std::byte> frame;
    const websocket::MaskKey key{};
    append_frame(frame, true, websocket::Opcode::Text, as_bytes(bytes), &key);
    return put(frame, now);
  }
  (void)connection_->send(kind, as_bytes(bytes));
  pump(now);
}

void Line::send_raw(std::string_view bytes, Instant now) { put(as_bytes(bytes), now); }

void Line::ping(std::string_view payload, Instant now) {
  if (!is_open()) return;
  (void)connection_->ping(as_bytes(payload));
  pump(now);
}

void Line::close(std::uint16_t code, std::string_view reason, Instant now) {
  if (!is_open()) return;
  (void)connection_->close(code, reason, now);
  pump(now);
}

void Line::dropped(timeline::How how, Instant now) {
  tap_.ended(timeline::Side::Client, how, ms(now));
  deadline_.reset();
}

void Line::put(std::span<const std::byte> bytes, Instant now) {
  tap_.client_sent(bytes, ms(now));
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void Line::pump(Instant now) {
  now_ms_ = ms(now);
  for (;;) {
    const auto output = connection_->poll();
    if (const auto* const wait = std::get_if<websocket::Wait>(&output)) return void(deadline_ = wait->deadline);
    if (const auto* const transmit = std::get_if<websocket::Transmit>(&output)) put(transmit->bytes, now);
    if (const auto* const message = std::get_if<websocket::Message>(&output)) learn(*message);
    if (const auto* const refused = std::get_if<websocket::Refused>(&output)) on(*refused);
    if (std::holds_alternative<websocket::Hangup>(output)) hangup_ = true;
  }
}

/// A 101 that no client may take: the tap, which takes no part, says that it was one.
void Line::on(const websocket::Refused& refused) {
  if (refused.status != kUpgraded) return;
  const std::string what = std::string(text(refused.error.code)) + " (" + std::string(id(refused.error.req)) + ")";
  sink_({now_ms_, number_, "fault", {{"from", "server"}, {"what", what}}});
}

void Line::learn(const websocket::Message& message) {
  const bool text = message.kind == websocket::Kind::Text;
  if (text) return learn_payload(http::as_text(message.payload), true);
  const bool alone =
      compression_ == Compression::None && !message.payload.empty() && message.payload.front() == std::byte{0x78};
  compression::Decompressor once(Compression::Payload, limits_);
  const auto payload = (alone ? once : decompressor_).feed(message.payload, inflated_);
  if (payload && *payload) learn_payload(http::as_text(**payload), alone);
}

void Line::learn_payload(std::string_view payload, bool text) {
  const auto view = text || encoding_ == Encoding::Json
                        ? encoding::scan_json(payload, encoding::Check::Envelope, limits_.nesting_max, scanned_)
                        : encoding::scan_etf(payload, limits_, scanned_);
  if (!view || view->op != 0 || view->t != "READY") return;
  std::vector<char> scratch;
  const auto member = [&](std::string_view name) {
    return std::string(encoding::as_string(encoding::find(view->d, name), scratch).value_or(""));
  };
  ready_ = Ready{member("session_id"), member("resume_gateway_url")};
}

}  // namespace portcullis::probe
