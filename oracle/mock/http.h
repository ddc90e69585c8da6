#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/core/http/body.h"
#include "portcullis/core/http/head.h"

namespace portcullis::mock {

/// The longest body that is read.
inline constexpr std::size_t kHttpBodyBytesMax = 1024 * 1024;

/// A whole request.
struct HttpRequest {
  std::string method;
  std::string path;                                         ///< percent escapes resolved
  std::string query;                                        ///< without the question mark, as it came
  std::string target;                                       ///< path and query as they came
  std::vector<std::pair<std::string, std::string>> fields;  ///< in their order
  std::string body;
  bool keep_alive = true;

  /// Gives the value of the first field of that name, whatever its letter case.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
};

/// What is answered: a status and a body, of JSON unless it says otherwise.
struct HttpAnswer {
  int status = 200;
  std::string body{};
  std::string allow{};     ///< of 405: the methods that would do
  bool path_known = true;  ///< what is not known may hold anything, a webhook's token for one, and is not shown
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> fields{};  ///< further ones of the head
  std::string shown_path{};                                   ///< in place of one that holds a secret
  std::optional<std::uint64_t> follows{};  ///< the body never ends: it goes on with the news behind this number
};

/// Gives what may be shown of a path, now that the request is answered.
std::string shown_path(const HttpRequest& request, const HttpAnswer& answer);

/// Resolves percent escapes; one that is malformed stays as it is.
std::string unescaped(std::string_view text);

/// Gives the answer whose body is {"error": text}.
HttpAnswer http_error(int status, std::string_view text);

/// Writes the response: `Content-Type: application/json` to the letter, since libraries take any more for text.
///
/// Shape:  the answer to a HEAD has no body, but its length. A body that never ends has none, and ends with the
///         connection.
std::string write_response(const HttpAnswer& answer, std::string_view method, bool keep_alive);

/// Reads HTTP/1.1 requests, without I/O, one behind the other.
///
/// Shape:    feed it bytes cut in any way, and again what it has left, until it gives More and nothing is left. After
/// an
///           error it reads nothing any more: answer, and close.
/// Errors:   400 malformed, 413 body above `kHttpBodyBytesMax`, 414 and 431 head above `Limits`, 501 an unknown
/// transfer
///           coding, 505 not HTTP/1.1.
/// Source:   RFC 9112 sections 2 to 9; RFC 9110 section 10.1.1.
class HttpReader {
 public:
  struct More {
    bool continue_due = false;  ///< once: the client waits for `kContinue` before it sends the body
  };
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  using Read = std::variant<More, HttpRequest, HttpAnswer>;

  HttpReader();
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  /// Takes bytes from the front of `input` and leaves those behind a whole request there.
  Read feed(std::span<const std::byte>& input);

 private:
  std::optional<HttpAnswer> feed_head(std::byte byte);
  std::optional<HttpAnswer> begin_body();
  std::optional<HttpAnswer> feed_body(std::span<const std::byte>& input);
  HttpRequest finish();
  HttpAnswer fail(HttpAnswer answer);

  http::HeadReader head_;
  std::optional<http::BodyReader> body_;  ///< once the head is read, where there is a body
  bool whole_ = false;
  bool continue_due_ = false;
  bool failed_ = false;
};

}  // namespace portcullis::mock
