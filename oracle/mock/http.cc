#include "portcullis/oracle/mock/http.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "portcullis/core/http/text.h"

namespace portcullis::mock {
namespace {

constexpr Limits kLimits = [] {
  Limits limits;
  limits.http_body_bytes_max = kHttpBodyBytesMax;
  return limits;
}();

struct Reason {
  int status;
  std::string_view text;
};
constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{204, "No Content"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{501, "Not Implemented"},
    Reason{505, "HTTP Version Not Supported"},
};

std::string_view reason_of(int status) noexcept {
  const auto* const found = std::ranges::find(kReasons, status, &Reason::status);
  return found == kReasons.end() ? std::string_view{} : found->text;
}

HttpAnswer answer_to(const Fault& fault) {
  return http_error(fault.answer == 0 ? 400 : fault.answer,
                    std::string(text(fault.code)).append(" (").append(id(fault.req)).append(")"));
}

/// Gives the byte that two hexadecimal digits mean.
std::optional<char> escaped(std::string_view digits) noexcept {
  unsigned value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, errc] = std::from_chars(digits.data(), end, value, 16);
  return digits.size() == 2 && errc == std::errc{} && stop == end ? std::optional(static_cast<char>(value))
                                                                  : std::nullopt;
}

}  // namespace

std::string shown_path(const HttpRequest& request, const HttpAnswer& answer) {
  if (!answer.path_known) return "(unknown path)";
  return answer.shown_path.empty() ? request.path : answer.shown_path;
}

// A path with an escape that is malformed is no path of ours.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? escaped(text.substr(i + 1, 2)) : std::nullopt;
    plain += byte.value_or(text[i]);
    if (byte) i += 2;
  }
  return plain;
}

std::optional<std::string_view> HttpRequest::find(std::string_view name) const noexcept {
  const auto same = [&](const auto& field) { return http::same_ignoring_case(field.first, name); };
  const auto found = std::ranges::find_if(fields, same);
  return found == fields.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

HttpAnswer http_error(int status, std::string_view text) {
  using Json = nlohmann::json;
  const Json body{{"error", text}};
  return {status, body.dump(-1, ' ', false, Json::error_handler_t::replace), {}, true};
}

std::string write_response(const HttpAnswer& answer, std::string_view method, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  out.append(reason_of(answer.status)).append("\r\n");
  if (answer.status != 204) {
    http::append_field(out, {"Content-Type", answer.content_type});
    if (!answer.follows) http::append_field(out, {"Content-Length", std::to_string(answer.body.size())});
  }
  http::append_field(out, {"Connection", keep_alive && !answer.follows ? "keep-alive" : "close"});
  if (answer.status == 401) http::append_field(out, {"WWW-Authenticate", "Bot"});
  if (!answer.allow.empty()) http::append_field(out, {"Allow", answer.allow});
  for (const auto& [name, value] : answer.fields) http::append_field(out, {name, value});
  out.append("\r\n");
  if (method != "HEAD") out.append(answer.body);
  return out;
}

HttpReader::HttpReader() : head_(http::HeadKind::Request, kLimits) {}

HttpReader::Read HttpReader::feed(std::span<const std::byte>& input) {
  while (!input.empty() && !failed_) {
    std::optional<HttpAnswer> error;
    if (head_.complete()) {
      error = feed_body(input);
    } else {
      error = feed_head(input.front());
      input = input.subspan(1);
    }
    if (error) return fail(std::move(*error));
    if (whole_) return finish();
  }
  if (failed_) input = {};
  // Whoever has begun to send the body does not wait.
  return More{std::exchange(continue_due_, false)};
}

HttpAnswer HttpReader::fail(HttpAnswer answer) {
  failed_ = true;
  return answer;
}

std::optional<HttpAnswer> HttpReader::feed_head(std::byte byte) {
  if (const Fault* const fault = head_.feed(static_cast<char>(byte))) return answer_to(*fault);
  return head_.complete() ? begin_body() : std::nullopt;
}

std::optional<HttpAnswer> HttpReader::begin_body() {
  const http::FieldsView fields = head_.fields();
  const bool coded = fields.find("Transfer-Encoding").has_value();
  const bool counted = fields.find("Content-Length").has_value();
  if (fields.all("Host").size() != 1) return http_error(400, "one Host field is needed (RFC 9112 section 3.2)");
  if (coded && counted) return http_error(400, "Content-Length and Transfer-Encoding in one request");
  const auto codings = fields.elements("Transfer-Encoding");
  if (coded && (codings.size() != 1 || !http::same_ignoring_case(codings.front(), "chunked")))
    return http_error(501, "the only Transfer-Encoding that is read is chunked");
  whole_ = !coded && !counted;
  if (whole_) return std::nullopt;
  body_.emplace(kLimits);
  if (const Fault* const fault = body_->begin(200, fields)) return answer_to(*fault);
  whole_ = body_->complete();
  continue_due_ = !whole_ && fields.lists("Expect", "100-continue");
  return std::nullopt;
}

std::optional<HttpAnswer> HttpReader::feed_body(std::span<const std::byte>& input) {
  continue_due_ = false;
  if (const Fault* const fault = body_->feed(input)) return answer_to(*fault);
  if (body_->truncated())
    return http_error(413, "the body has more than " + std::to_string(kHttpBodyBytesMax) + " bytes");
  whole_ = body_->complete();
  return std::nullopt;
}

HttpRequest HttpReader::finish() {
  HttpRequest request;
  const std::string_view target = head_.target();
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.method = head_.method();
  request.path = unescaped(target.substr(0, mark));
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.target = target;
  const http::FieldsView fields = head_.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) request.fields.emplace_back(fields[i].name, fields[i].value);
  if (body_) request.body = http::as_text(body_->bytes());
  request.keep_alive = !fields.lists("Connection", "close");
  head_ = http::HeadReader(http::HeadKind::Request, kLimits);
  body_.reset();
  whole_ = false;
  return request;
}

}  // namespace portcullis::mock
