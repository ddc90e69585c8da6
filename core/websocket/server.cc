#include "portcullis/core/websocket/server.h"

#include <algorithm>

#include "portcullis/core/http/text.h"
#include "portcullis/core/websocket/handshake.h"

namespace portcullis::websocket {
namespace {

/// Says whether the text is base64 of 16 bytes; bits that pad the last one may be set.
bool is_key(std::string_view text) noexcept {
  const auto in_alphabet = [](char c) { return http::is_alphanumeric(c) || c == '+' || c == '/'; };
  return text.size() == 24 && text.ends_with("==") && std::ranges::all_of(text.substr(0, 22), in_alphabet);
}

/// Takes the quotes off a quoted-string, and its backslashes.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

bool is_parameter(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (!http::is_token(http::trimmed(text.substr(0, equals)))) return false;
  if (equals == std::string_view::npos) return true;
  return http::is_token(unquoted(http::trimmed(text.substr(equals + 1))));
}

bool is_extension(std::string_view text) {
  const auto pieces = http::split(text, ';');
  return http::is_token(pieces.front()) && std::all_of(pieces.begin() + 1, pieces.end(), is_parameter);
}

bool announces_body(const FieldsView& fields) {
  const auto is_zero = [](std::string_view length) { return length == "0"; };
  return fields.find("Transfer-Encoding") || !std::ranges::all_of(fields.all("Content-Length"), is_zero);
}

}  // namespace

struct ServerConnection::Handshake {
  explicit Handshake(const Limits& limits) : head(http::HeadKind::Request, limits) {}

  http::HeadReader head;
  std::vector<std::string_view> subprotocols;
  std::vector<std::byte> held;  ///< came after the head, before the answer
  bool asked = false;           ///< the request was handed out
  std::optional<Declined> declined;
};

ServerConnection::ServerConnection(const Limits& limits, const ConnectionRows& connection,
                                   const AssemblyRows& assembly) noexcept
    : Stream(Role::Server, limits, nullptr, connection, assembly), handshake_(std::make_unique<Handshake>(limits)) {}

ServerConnection::~ServerConnection() = default;

ServerConnection::Output ServerConnection::poll() noexcept {
  for (;;) {
    const Stream::Output output = advance();
    if (const Wait* const wait = std::get_if<Wait>(&output)) {
      if (handshake_ && !is_connecting()) handshake_.reset();
      return *wait;
    }
    if (std::holds_alternative<NeverOpened>(output)) return declined();
    if (!std::holds_alternative<HeadInput>(output)) return widened<Output>(output);
    if (handshake_->asked) {
      hold();
    } else {
      read_request();
      if (handshake_->asked) return requested();
    }
  }
}

Requested ServerConnection::requested() noexcept {
  const http::HeadReader& head = handshake_->head;
  handshake_->subprotocols = head.fields().elements("Sec-WebSocket-Protocol");
  return {head.target(), head.fields(), handshake_->subprotocols};
}

void ServerConnection::read_request() noexcept {
  Handshake& shake = *handshake_;
  while (is_connecting() && !shake.asked && !input().empty()) {
    const Fault* fault = shake.head.feed(static_cast<char>(take(1).front()));
    if (!shake.head.method().empty() && shake.head.method() != "GET") fault = &http::fault::kMethod;
    if (fault == nullptr && shake.head.complete()) fault = check_request();
    if (fault != nullptr) decline(*fault, offset() - 1);
    shake.asked = fault == nullptr && shake.head.complete();
  }
}

const Fault* ServerConnection::check_request() const {
  const FieldsView fields = handshake_->head.fields();
  const auto version = fields.find("Sec-WebSocket-Version");
  if (fields.repeats({"Sec-WebSocket-Key", "Sec-WebSocket-Version"})) return &fault::kFieldRepeated;
  if (fields.all("Host").size() != 1) return &fault::kHost;
  if (announces_body(fields)) return &fault::kBodyAnnounced;
  if (!fields.lists("Upgrade", "websocket")) return &fault::kUpgradeMissing;
  if (!fields.lists("Connection", "upgrade")) return &fault::kConnectionMissing;
  if (!version) return &fault::kVersionMissing;
  if (*version != "13") return &fault::kVersionOther;
  if (!is_key(fields.find("Sec-WebSocket-Key").value_or(""))) return &fault::kKey;
  if (!std::ranges::all_of(fields.elements("Sec-WebSocket-Extensions"), is_extension)) return &fault::kOfferMalformed;
  if (!std::ranges::all_of(fields.elements("Sec-WebSocket-Protocol"), http::is_token))
    return &fault::kSubprotocolsMalformed;
  return nullptr;
}

/// Keeps frames that came before the answer, which the client should not have sent, within the limit of a head.
void ServerConnection::hold() noexcept {
  auto& held = handshake_->held;
  const std::size_t room = limits().http_head_bytes_max - held.size();
  const auto bytes = take(std::min(room + 1, input().size()));
  if (bytes.size() > room) return decline(fault::kHeldTooMuch, offset() - 1);
  held.insert(held.end(), bytes.begin(), bytes.end());
}

void ServerConnection::decline(const Fault& fault, std::uint64_t offset) noexcept {
  const std::string body = std::string(id(fault.req)).append(": ").append(text(fault.code)).append("\n");
  respond(fault.answer, text(fault.code), {}, body);
  handshake_->declined = {error_of(fault, offset), fault.answer};
  handshake_done(false);
}

Declined ServerConnection::declined() const noexcept {
  return handshake_->declined.value_or(Declined{error_of(fault::kIncomplete, offset()), 0});
}

void ServerConnection::respond(int status, std::string_view reason, std::span<const Field> fields,
                               std::string_view body) {
  const bool upgrade = status == 426;
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(reason).append("\r\n");
  http::append_field(head, {"Content-Length", std::to_string(body.size())});
  http::append_field(head, {"Connection", upgrade ? "close, Upgrade" : "close"});
  if (upgrade) http::append_field(head, {"Upgrade", "websocket"});
  if (upgrade || status == 400) http::append_field(head, {"Sec-WebSocket-Version", "13"});
  if (status == 405) http::append_field(head, {"Allow", "GET"});
  for (const Field& field : fields) http::append_field(head, field);
  queue(head.append("\r\n").append(body));
}

Status ServerConnection::accept(std::string_view subprotocol, std::span<const Field> extra) noexcept {
  if (!is_connecting() || !handshake_->asked) return caller_error(Errc::NotOpen, req::WS_HS_50);
  if (const Status status = check_extra(extra); !status) return status;
  Handshake& shake = *handshake_;
  if (!subprotocol.empty() && std::ranges::find(shake.subprotocols, subprotocol) == shake.subprotocols.end())
    return caller_error(Errc::Subprotocol, req::WS_HS_46);
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  http::append_field(head, {"Upgrade", "websocket"});
  http::append_field(head, {"Connection", "Upgrade"});
  http::append_field(head, {"Sec-WebSocket-Accept", accept_value(*shake.head.fields().find("Sec-WebSocket-Key"))});
  if (!subprotocol.empty()) http::append_field(head, {"Sec-WebSocket-Protocol", subprotocol});
  for (const Field& field : extra) http::append_field(head, field);
  queue(head + "\r\n");
  handshake_done(true);
  if (shake.held.empty()) return kOk;
  shake.held.insert(shake.held.end(), input().begin(), input().end());
  replace_input(shake.held);
  return kOk;
}

Status ServerConnection::refuse(int status, std::span<const Field> fields, std::span<const std::byte> body) noexcept {
  const auto names_challenge = [](const Field& field) {
    return http::same_ignoring_case(field.name, "WWW-Authenticate");
  };
  if (!is_connecting() || !handshake_->asked) return caller_error(Errc::NotOpen, req::WS_HS_48);
  if (const Status checked = check_extra(fields); !checked) return checked;
  if (status < 300 || status > 599 || (status == 304 && !body.empty()))
    return caller_error(Errc::HttpStartLine, req::WS_HT_24);
  if (status == 401 && std::ranges::none_of(fields, names_challenge))
    return caller_error(Errc::HttpFieldLine, req::WS_HT_24);
  respond(status, {}, fields, http::as_text(body));
  handshake_->declined = {Error{Errc::HandshakeRefused, Blame::Caller, offset(), req::WS_HS_48}, status};
  handshake_done(false);
  return kOk;
}

}  // namespace portcullis::websocket
