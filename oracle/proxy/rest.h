#pragma once

#include <poll.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/core/http/body.h"
#include "portcullis/core/http/head.h"
#include "portcullis/core/limits.h"
#include "portcullis/net/dial.h"
#include "portcullis/net/stream.h"
#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/proxy/link.h"

namespace portcullis::proxy {

/// What the API has answered, as it is handed to the client.
struct RestAnswer {
  int status = 502;
  std::vector<std::pair<std::string, std::string>> fields{};  ///< those that belong to the answer, not to the way
  std::string body{};
};

/// Says whether a path asks for the gateway's URL.
bool asks_for_gateway(std::string_view path);

/// Writes it out. An answer to a HEAD has no body, but its length.
std::string write_answer(const RestAnswer& answer, std::string_view method, bool keep_alive);

/// One request on its way to the API, and what comes back. The URL that /gateway and /gateway/bot name becomes the
/// proxy's own; nothing else of an answer changes but what concerns the connection.
///
/// Shape:  `watch`, poll, `step`; then look at `answer`. Errors are answers with status 502, and `trouble` says why.
/// Memory: answers above 16 MiB are refused.
class RestCall {
 public:
  /// `gateway_url` is the proxy's own.
  RestCall(mock::HttpRequest request, const Upstream& api, std::string gateway_url, Instant now);

  const mock::HttpRequest& request() const noexcept { return request_; }
  void watch(std::vector<pollfd>& polled) const;
  Instant deadline() const noexcept;
  void step(std::span<std::byte> buffer, Instant now);
  const std::optional<RestAnswer>& answer() const noexcept { return answer_; }
  const std::string& trouble() const noexcept { return trouble_; }

 private:
  std::string written() const;
  bool take(std::span<const std::byte> bytes);
  void finish();
  void fail(const std::string& why);

  const mock::HttpRequest request_;
  const Upstream& api_;
  const std::string gateway_url_;
  Limits limits_;
  const Instant deadline_;
  std::optional<net::Dial> dial_;
  std::optional<net::Stream> stream_;
  http::HeadReader head_{http::HeadKind::Response, limits_};
  std::optional<http::BodyReader> body_;
  std::optional<RestAnswer> answer_;
  std::string trouble_;
};

}  // namespace portcullis::proxy
