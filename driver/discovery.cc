#include "portcullis/driver/discovery.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "portcullis/core/errc.h"
#include "portcullis/core/http/body.h"
#include "portcullis/core/http/head.h"
#include "portcullis/core/http/text.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/url.h"
#include "portcullis/net/clock.h"
#include "portcullis/net/dial.h"

namespace portcullis::driver {
namespace {

constexpr Duration kCancelLook{100};  // how often `cancelled` is looked at
constexpr std::string_view kAgentVersion = "1";

/// The answer of one request as it comes in.
class Answer {
 public:
  /// Takes bytes; false when they are no HTTP/1.1 answer.
  bool take(std::span<const std::byte> bytes) {
    while (!bytes.empty() && !head_.complete()) {
      if (head_.feed(static_cast<char>(bytes.front())) != nullptr) return false;
      bytes = bytes.subspan(1);
      if (!head_.complete()) continue;
      if (head_.status() < 200) {
        head_ = http::HeadReader(http::HeadKind::Response, limits_);
      } else if (body_.begin(head_.status(), head_.fields()) != nullptr) {
        return false;
      }
    }
    while (!bytes.empty() && !body_.complete())
      if (body_.feed(bytes) != nullptr) return false;
    return true;
  }
  void end() {
    if (head_.complete()) body_.input_ended();
  }
  bool complete() const { return head_.complete() && body_.complete(); }
  bool whole() const { return complete() && !body_.truncated() && !body_.incomplete(); }

  gateway::Discovery discovery(bool secure) const {
    return gateway::read_gateway_bot(head_.status(), head_.fields().find("Retry-After").value_or(""),
                                     http::as_text(body_.bytes()), secure);
  }

 private:
  Limits limits_;
  http::HeadReader head_{http::HeadKind::Response, limits_};
  http::BodyReader body_{limits_};
};

net::Trouble unanswered(const websocket::Url& host, std::string_view why) {
  return {net::Trouble::Stage::Answer, host.host + ":" + std::to_string(host.port) + ": " + std::string(why)};
}

// Waits a little, and says whether to go on.
bool goes_on(std::vector<pollfd>& polled, Instant deadline, const std::atomic<bool>& cancelled) {
  ::poll(polled.data(), polled.size(), net::poll_timeout(std::min(deadline, net::now() + kCancelLook), net::now()));
  return !cancelled && net::now() < deadline;
}

std::variant<net::Stream, net::Trouble> connect(const websocket::Url& host, const ApiAccess& api, Instant deadline,
                                                const std::atomic<bool>& cancelled) {
  net::Dial dial(host.host, host.port, host.secure ? &api.tls : nullptr, api.timeout, net::now());
  for (std::vector<pollfd> polled; dial.result() == net::Dial::Result::Trying; polled.clear()) {
    dial.watch(polled);
    // A dial has the same deadline, and tells more about it.
    if (!goes_on(polled, deadline + api.timeout, cancelled)) return unanswered(host, "given up");
    dial.step(net::now());
  }
  if (dial.result() == net::Dial::Result::Failed) return dial.trouble();
  return dial.take();
}

std::variant<gateway::Discovery, net::Trouble> exchange(net::Stream& stream, const websocket::Url& host,
                                                        std::string_view request, Instant deadline,
                                                        const std::atomic<bool>& cancelled) {
  Answer answer;
  std::array<std::byte, 16 * 1024> buffer;
  stream.write(std::as_bytes(std::span(request)));
  while (!answer.complete()) {
    stream.step();
    const auto [what, count] = stream.read(buffer);
    if (what == net::Stream::Read::What::Bytes) {
      if (!answer.take(std::span(buffer).first(count))) return unanswered(host, "what it answers is not HTTP/1.1");
    } else if (what == net::Stream::Read::What::End) {
      answer.end();
      break;
    } else if (std::vector<pollfd> polled{{stream.fd(), stream.events(), 0}}; !goes_on(polled, deadline, cancelled)) {
      return unanswered(host, "did not answer in time");
    }
  }
  stream.finish();
  if (answer.whole()) return answer.discovery(host.secure);
  return stream.trouble().value_or(unanswered(host, "ended before its answer was whole"));
}

// http and https have the shape of ws and wss, for which there is a parser.
std::optional<websocket::Url> parse_api_url(std::string_view url) {
  if (!http::same_ignoring_case(url.substr(0, 4), "http")) return std::nullopt;
  auto parts = websocket::parse_url("ws" + std::string(url.substr(4)));
  if (!parts || (parts->target != "/api" && parts->target != "/api/")) return std::nullopt;
  return *std::move(parts);
}

}  // namespace

std::variant<gateway::Discovery, net::Trouble> ask_gateway_bot(const ApiAccess& api,
                                                               const std::atomic<bool>& cancelled) {
  const Instant deadline = net::now() + api.timeout;
  const auto host = parse_api_url(api.url);
  if (!host)
    return net::Trouble{net::Trouble::Stage::Configure, "the API's URL is not of the form https://HOST[:PORT]/api"};
  const auto request =
      gateway::gateway_bot_request({host->host_field(), api.token, api.agent_url, kAgentVersion, api.version});
  if (!request) return net::Trouble{net::Trouble::Stage::Configure, std::string(text(request.error().code))};
  auto stream = connect(*host, api, deadline, cancelled);
  if (auto* trouble = std::get_if<net::Trouble>(&stream)) return std::move(*trouble);
  return exchange(std::get<net::Stream>(stream), *host, *request, deadline, cancelled);
}

}  // namespace portcullis::driver
