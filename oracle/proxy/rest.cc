#include "portcullis/oracle/proxy/rest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "portcullis/core/http/text.h"

namespace portcullis::proxy {
namespace {

using What = net::Stream::Read::What;

constexpr Duration kPatience{30'000};
constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;
constexpr int kFinal = 200;

/// Fields that concern one connection, not what is asked and answered over it (RFC 9110 section 7.6.1); and of a
/// request the host, which is another one here.
constexpr std::array<std::string_view, 11> kOfTheWay{
    "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    "Expect",     "Host",       "Content-Length",   "Via"};

bool is_of_the_way(std::string_view name) {
  return std::ranges::any_of(kOfTheWay, [&](std::string_view one) { return http::same_ignoring_case(one, name); });
}

Limits with_room() {
  Limits limits;
  limits.http_body_bytes_max = kAnswerBytesMax;
  return limits;
}

/// Puts the proxy's URL in the place of the gateway's.
std::string with_url(const std::string& body, const std::string& url) {
  auto json = nlohmann::ordered_json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("url")) return body;
  json["url"] = url;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

bool asks_for_gateway(std::string_view path) { return path.ends_with("/gateway") || path.ends_with("/gateway/bot"); }

std::string write_answer(const RestAnswer& answer, std::string_view method, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " \r\n";
  for (const auto& [name, value] : answer.fields) http::append_field(out, {name, value});
  const bool has_no_body = answer.status == 204 || answer.status == 304;
  if (!has_no_body && method != "HEAD") http::append_field(out, {"Content-Length", std::to_string(answer.body.size())});
  http::append_field(out, {"Connection", keep_alive ? "keep-alive" : "close"});
  out.append("\r\n");
  if (!has_no_body && method != "HEAD") out.append(answer.body);
  return out;
}

RestCall::RestCall(mock::HttpRequest request, const Upstream& api, std::string gateway_url, Instant now)
    : request_(std::move(request)),
      api_(api),
      gateway_url_(std::move(gateway_url)),
      limits_(with_room()),
      deadline_(now + kPatience) {
  const websocket::Url& url = api_.url;
  dial_.emplace(url.host, url.port, url.secure ? &*api_.tls : nullptr, api_.connect_timeout, now);
}

/// The request as the API is asked it. For the gateway's URL no coding is accepted: it has to be read here.
std::string RestCall::written() const {
  std::string out = request_.method + " " + request_.target + " HTTP/1.1\r\n";
  http::append_field(out, {"Host", api_.url.host_field()});
  for (const auto& [name, value] : request_.fields) {
    const bool coded = asks_for_gateway(request_.path) && http::same_ignoring_case(name, "Accept-Encoding");
    if (!is_of_the_way(name) && !coded) http::append_field(out, {name, value});
  }
  const bool has_body = !request_.body.empty() || (request_.method != "GET" && request_.method != "HEAD");
  if (has_body) http::append_field(out, {"Content-Length", std::to_string(request_.body.size())});
  http::append_field(out, {"Connection", "close"});
  return out + "\r\n" + request_.body;
}

void RestCall::watch(std::vector<pollfd>& polled) const {
  if (dial_) dial_->watch(polled);
  if (stream_) polled.push_back({stream_->fd(), stream_->events(), 0});
}

Instant RestCall::deadline() const noexcept { return dial_ ? std::min(dial_->deadline(), deadline_) : deadline_; }

void RestCall::step(std::span<std::byte> buffer, Instant now) {
  if (answer_) return;
  if (now >= deadline_) return fail("it did not answer in time");
  if (dial_) {
    dial_->step(now);
    if (dial_->result() == net::Dial::Result::Trying) return;
    if (dial_->result() == net::Dial::Result::Failed) return fail(dial_->trouble().text);
    stream_.emplace(dial_->take());
    dial_.reset();
    const std::string text = written();
    stream_->write(std::as_bytes(std::span(text)));
  }
  stream_->step();
  while (!answer_) {
    const auto [what, count] = stream_->read(buffer);
    if (what == What::Empty) return;
    if (what == What::End) {
      if (body_) body_->input_ended();
      if (body_ && body_->complete() && !body_->incomplete()) return finish();
      return fail("it ended before its answer was whole");
    }
    if (!take(buffer.first(count))) return fail("what it answers is not HTTP/1.1");
  }
}

/// Takes bytes of the answer; false when they are none.
bool RestCall::take(std::span<const std::byte> bytes) {
  while (!bytes.empty() && !body_) {
    if (head_.feed(static_cast<char>(bytes.front())) != nullptr) return false;
    bytes = bytes.subspan(1);
    if (!head_.complete()) continue;
    if (head_.status() < kFinal) {
      head_ = http::HeadReader(http::HeadKind::Response, limits_);
      continue;
    }
    body_.emplace(limits_);
    if (request_.method == "HEAD") {
      finish();
      return true;
    }
    if (body_->begin(head_.status(), head_.fields()) != nullptr) return false;
  }
  while (!bytes.empty() && body_ && !body_->complete())
    if (body_->feed(bytes) != nullptr) return false;
  if (body_ && body_->complete()) finish();
  return true;
}

void RestCall::finish() {
  if (body_->truncated()) return fail("its answer has more than 16 MiB");
  RestAnswer answer{head_.status(), {}, std::string(http::as_text(body_->bytes()))};
  const http::FieldsView fields = head_.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool length_of_head = request_.method == "HEAD" && http::same_ignoring_case(fields[i].name, "Content-Length");
    if (!is_of_the_way(fields[i].name) || length_of_head) answer.fields.emplace_back(fields[i].name, fields[i].value);
  }
  if (asks_for_gateway(request_.path)) answer.body = with_url(answer.body, gateway_url_);
  answer_ = std::move(answer);
  stream_->finish();
}

void RestCall::fail(const std::string& why) {
  trouble_ = "the API did not answer: " + why;
  const mock::HttpAnswer answer = mock::http_error(502, "portcullis proxy: the API did not answer");
  answer_ = RestAnswer{answer.status, {{"Content-Type", "application/json"}}, answer.body};
  dial_.reset();
  stream_.reset();
}

}  // namespace portcullis::proxy
