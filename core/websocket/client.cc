#include "portcullis/core/websocket/client.h"

#include <algorithm>

#include "portcullis/core/http/body.h"
#include "portcullis/core/http/text.h"
#include "portcullis/core/websocket/handshake.h"

namespace portcullis::websocket {

struct ClientConnection::Handshake {
  explicit Handshake(const Limits& limits) : head(http::HeadKind::Response, limits), body(limits) {}

  std::string accept;  ///< that the answer must have; empty until the request is queued
  std::vector<std::string> offered;
  http::HeadReader head;
  http::BodyReader body;
  std::size_t interim = 0;
  const Fault* fault = nullptr;  ///< why it came to nothing, once that is certain
  std::uint64_t fault_at = 0;
};

ClientConnection::ClientConnection(const Limits& limits, const Chance& chance, const ConnectionRows& connection,
                                   const AssemblyRows& assembly) noexcept
    : Stream(Role::Client, limits, &chance, connection, assembly), handshake_(std::make_unique<Handshake>(limits)) {}

ClientConnection::~ClientConnection() = default;

Status ClientConnection::open(const Url& url, std::span<const Field> extra,
                              std::span<const std::string_view> subprotocols) noexcept {
  if (!is_connecting() || !handshake_->accept.empty()) return caller_error(Errc::AlreadyOpen, req::WS_HS_1);
  if (const Status status = check_url(url); !status) return status;
  if (const Status status = check_extra(extra); !status) return status;
  for (auto it = subprotocols.begin(); it != subprotocols.end(); ++it)
    if (!http::is_token(*it) || std::find(subprotocols.begin(), it, *it) != it)
      return caller_error(Errc::Subprotocol, req::WS_HS_3);

  const std::string key = draw_key(chance());
  std::string head = "GET " + url.target + " HTTP/1.1\r\n";
  http::append_field(head, {"Host", url.host_field()});
  http::append_field(head, {"Upgrade", "websocket"});
  http::append_field(head, {"Connection", "Upgrade"});
  http::append_field(head, {"Sec-WebSocket-Key", key});
  http::append_field(head, {"Sec-WebSocket-Version", "13"});
  std::string offer;
  for (const std::string_view one : subprotocols) offer.append(offer.empty() ? "" : ", ").append(one);
  if (!offer.empty()) http::append_field(head, {"Sec-WebSocket-Protocol", offer});
  for (const Field& field : extra) http::append_field(head, field);
  queue(head + "\r\n");
  handshake_->accept = accept_value(key);
  handshake_->offered.assign(subprotocols.begin(), subprotocols.end());
  return kOk;
}

ClientConnection::Output ClientConnection::poll() noexcept {
  for (;;) {
    const Stream::Output output = advance();
    if (const Wait* const wait = std::get_if<Wait>(&output)) {
      if (handshake_ && !is_connecting()) handshake_.reset();
      return *wait;
    }
    if (std::holds_alternative<NeverOpened>(output)) return refused();
    if (!std::holds_alternative<HeadInput>(output)) return widened<Output>(output);
    read_handshake();
    if (is_open()) return Opened{handshake_->head.fields().find("Sec-WebSocket-Protocol").value_or("")};
  }
}

void ClientConnection::read_handshake() noexcept {
  Handshake& shake = *handshake_;
  while (is_connecting() && !input().empty()) {
    if (shake.head.complete()) {
      read_body();
    } else {
      const Fault* fault = shake.head.feed(static_cast<char>(take(1).front()));
      if (fault == nullptr && shake.head.complete()) fault = end_head();
      if (fault != nullptr) give_up(*fault);
    }
  }
}

const Fault* ClientConnection::end_head() noexcept {
  Handshake& shake = *handshake_;
  const int status = shake.head.status();
  if (status == 101) {
    const Fault* const fault = check_upgrade();
    if (fault == nullptr) handshake_done(true);
    return fault;
  }
  if (status < 200) {
    if (shake.interim++ == limits().http_interim_max) return &fault::kInterimTooMany;
    shake.head = http::HeadReader(http::HeadKind::Response, limits());
    return nullptr;
  }
  shake.fault = &fault::kRefused;
  shake.fault_at = offset() - 1;
  const Fault* const fault = shake.body.begin(status, shake.head.fields());
  if (fault == nullptr && shake.body.complete()) handshake_done(false);
  return fault;
}

const Fault* ClientConnection::check_upgrade() const noexcept {
  const FieldsView fields = handshake_->head.fields();
  const auto chosen = fields.find("Sec-WebSocket-Protocol");
  if (handshake_->head.minor_version() != 1) return &http::fault::kStatusVersion;
  if (fields.repeats({"Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"})) return &fault::kFieldRepeated;
  if (!http::same_ignoring_case(fields.find("Upgrade").value_or(""), "websocket")) return &fault::kNotUpgraded;
  if (!fields.lists("Connection", "upgrade")) return &fault::kConnectionKept;
  if (handshake_->accept.empty() || fields.find("Sec-WebSocket-Accept") != handshake_->accept) return &fault::kAccept;
  if (fields.find("Sec-WebSocket-Extensions")) return &fault::kExtension;
  if (chosen && std::ranges::find(handshake_->offered, *chosen) == handshake_->offered.end())
    return &fault::kSubprotocol;
  return nullptr;
}

void ClientConnection::read_body() noexcept {
  auto rest = input();
  const Fault* const fault = handshake_->body.feed(rest);
  replace_input(rest);
  if (fault != nullptr) return give_up(*fault);
  if (handshake_->body.complete()) handshake_done(false);
}

void ClientConnection::give_up(const Fault& fault) noexcept {
  handshake_->fault = &fault;
  handshake_->fault_at = offset() - 1;
  handshake_done(false);
}

Refused ClientConnection::refused() noexcept {
  Handshake& shake = *handshake_;
  if (shake.fault == nullptr) {
    shake.fault = &fault::kIncomplete;
    shake.fault_at = offset();
  }
  if (shake.fault == &fault::kRefused) shake.body.input_ended();
  const http::HeadReader& head = shake.head;
  const http::BodyReader& body = shake.body;
  const Error error = error_of(*shake.fault, shake.fault_at);
  return {error, head.status(), head.fields(), body.bytes(), body.truncated(), body.incomplete()};
}

}  // namespace portcullis::websocket
