#include "portcullis/oracle/proxy/server.h"

#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <system_error>
#include <thread>
#include <utility>

#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/fd.h"
#include "portcullis/net/listener.h"
#include "portcullis/oracle/mock/client_socket.h"
#include "portcullis/oracle/mock/secured.h"
#include "portcullis/oracle/proxy/rest.h"

namespace portcullis::proxy {
namespace {

using net::Fd;
using net::Listener;
using net::Tls;
using net::Trouble;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kAcceptsPerTurn = 64;
constexpr Duration kSilenceMax{60'000};  ///< of a client of the API
constexpr Duration kAcceptPause{100};    ///< after no descriptor was left
constexpr Duration kPartingMax{500};     ///< for last words, once all is to end
constexpr auto kNever = Instant::max();

/// A client of the API; what it sends while a call is on its way waits.
struct RestClient {
  RestClient(net::Stream stream, Instant deadline) : socket(std::move(stream), deadline) {}
  mock::ClientSocket socket;
  mock::HttpReader reader;
  std::vector<std::byte> unread{};
  std::optional<RestCall> call{};
};

struct Listeners {
  Listener gateway;
  std::optional<Listener> api{};
};

std::string host_of(const ServerOptions& options) {
  if (options.tls) return "localhost";  // what the certificate is made out to, and libraries can check
  if (options.address == "0.0.0.0") return "127.0.0.1";
  if (options.address == "::") return "[::1]";
  return options.address.find(':') == std::string::npos ? options.address : "[" + options.address + "]";
}

std::string url_of(std::string_view scheme, const ServerOptions& options, std::uint16_t port) {
  return std::string(scheme) + "://" + host_of(options) + ":" + std::to_string(port);
}

/// The prefix of the API's paths, without a slash behind it.
std::string prefix_of(const websocket::Url& api) {
  std::string prefix = api.target;
  while (prefix.ends_with('/')) prefix.pop_back();
  return prefix;
}

/// What may be shown of a path: those that hold no secret, as webhooks' paths do.
bool may_be_shown(std::string_view path) {
  return asks_for_gateway(path) || path.ends_with("/users/@me") || path.ends_with("/applications/@me");
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions wanted, Listeners found, std::optional<Tls> own, std::optional<Tls> for_upstream, mock::CaFile ca);

  bool start();
  void stop() noexcept;

  std::string gateway_url, api_url;
  mock::CaFile ca_file;

 private:
  void run();
  void turn(Instant until);
  bool watch(Instant now, Instant until);
  bool accept_from(Listener& listener, const std::function<void(net::Stream)>& take);
  void accept_all(Instant now);
  void serve(RestClient& client, Instant now);
  void take(RestClient& client, std::span<const std::byte> bytes, Instant now);
  void answer(RestClient& client, Instant now);
  void part();

  const ServerOptions options_;
  std::optional<Tls> tls_;
  Listeners listeners_;
  Upstream upstream_;
  std::optional<Upstream> api_;
  FaultPlan plan_;
  std::list<Link> links_;
  std::list<RestClient> rest_;
  std::uint64_t last_link_ = 0;
  std::optional<Instant> accept_again_at_;
  std::vector<pollfd> polled_;
  std::array<std::byte, kReadBytes> buffer_{};
  Fd wake_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

Server::Impl::Impl(ServerOptions wanted, Listeners found, std::optional<Tls> own, std::optional<Tls> for_upstream,
                   mock::CaFile ca)
    : gateway_url(url_of(wanted.tls ? "wss" : "ws", wanted, found.gateway.port())),
      api_url(found.api ? url_of(wanted.tls ? "https" : "http", wanted, found.api->port()) + prefix_of(*wanted.api)
                        : std::string()),
      ca_file(std::move(ca)),
      options_(std::move(wanted)),
      tls_(std::move(own)),
      listeners_(std::move(found)),
      upstream_{options_.upstream, for_upstream},
      plan_(options_.faults) {
  if (options_.api) api_ = Upstream{*options_.api, std::move(for_upstream)};
}

/// Gives false when there is no descriptor or thread to be had.
bool Server::Impl::start() {
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return false;
  sigset_t all;
  sigset_t before;
  // A signal is the program's business: it must not land on a thread that the program does not know of.
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    errno = EAGAIN;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread_.joinable();
}

void Server::Impl::stop() noexcept {
  stopping_ = true;
  if (wake_) ::eventfd_write(wake_.get(), 1);
  if (thread_.joinable()) thread_.join();
}

// ---- The loop

void Server::Impl::run() {
  while (!stopping_) turn(kNever);
  part();
}

/// Ends all links after their last words, for as long as that may take.
void Server::Impl::part() {
  const Instant until = net::now() + kPartingMax;
  for (Link& link : links_) link.leave(net::now());
  rest_.clear();
  while (!links_.empty() && net::now() < until) turn(until);
}

void Server::Impl::turn(Instant until) {
  const bool polled = watch(net::now(), until);
  const Instant now = net::now();
  for (Link& link : links_)
    if (polled && link.is_due(polled_, now)) link.turn(polled_, buffer_, now);
  for (RestClient& client : rest_)
    if (polled) serve(client, now);
  links_.remove_if([](const Link& link) { return link.is_over(); });
  rest_.remove_if([](const RestClient& client) { return client.socket.is_over(); });
  if (polled && !stopping_) accept_all(now);
}

/// Waits for something to do; false when that failed.
bool Server::Impl::watch(Instant now, Instant until) {
  if (accept_again_at_ && *accept_again_at_ <= now) accept_again_at_.reset();
  const short listening = accept_again_at_ || stopping_ ? 0 : POLLIN;
  polled_.assign({{stopping_ ? -1 : wake_.get(), POLLIN, 0}, {listeners_.gateway.fd(), listening, 0}});
  polled_.push_back({listeners_.api ? listeners_.api->fd() : -1, listening, 0});
  until = std::min(until, accept_again_at_.value_or(kNever));
  for (Link& link : links_) {
    link.watch(polled_);
    until = std::min(until, link.deadline(now));
  }
  for (RestClient& client : rest_) {
    client.socket.watch(polled_, !client.call && !client.socket.has_unwritten());
    if (client.call) client.call->watch(polled_);
    until = std::min({until, client.socket.deadline(), client.call ? client.call->deadline() : kNever});
    if (client.socket.is_hungry() && !client.call) until = now;
  }
  return ::poll(polled_.data(), polled_.size(),
                net::poll_timeout(until == kNever ? std::nullopt : std::optional(until), now)) >= 0;
}

// ---- Accepting

void Server::Impl::accept_all(Instant now) {
  const auto take_link = [&](net::Stream stream) {
    options_.wiretap.on_link(++last_link_, gateway_url);
    links_.emplace_back(last_link_, std::move(stream), upstream_, options_.wiretap, plan_, net::entropy(), now);
  };
  const auto take_rest = [&](net::Stream stream) { rest_.emplace_back(std::move(stream), now + kSilenceMax); };
  bool good = polled_[1].revents == 0 || accept_from(listeners_.gateway, take_link);
  if (polled_[2].revents != 0) good = accept_from(*listeners_.api, take_rest) && good;
  if (!good) accept_again_at_ = now + kAcceptPause;
}

/// Gives false when there was somebody to accept and it could not be: no descriptor is left.
bool Server::Impl::accept_from(Listener& listener, const std::function<void(net::Stream)>& take) {
  for (int accepted = 0; accepted < kAcceptsPerTurn; ++accepted) {
    std::optional<Fd> socket = listener.accept();
    if (!socket) return accepted != 0;
    take(tls_ ? net::Stream(*std::move(socket), *tls_, {}) : net::Stream(*std::move(socket)));
  }
  return true;
}

// ---- The API

void Server::Impl::serve(RestClient& client, Instant now) {
  if (client.call) {
    client.call->step(buffer_, now);
    if (client.call->answer()) answer(client, now);
  }
  const auto take_bytes = [&](std::span<const std::byte> bytes) {
    client.socket.set_deadline(now + kSilenceMax);
    take(client, bytes, now);
  };
  if (client.socket.is_due(polled_) && client.socket.take_turn(buffer_, take_bytes)) client.socket.leave(now);
  if (client.socket.deadline() > now) return;
  client.socket.is_leaving() ? client.socket.cut() : client.socket.leave(now);
}

void Server::Impl::take(RestClient& client, std::span<const std::byte> bytes, Instant now) {
  const auto write = [&](std::string_view text) { client.socket.write(std::as_bytes(std::span(text))); };
  while (!client.call && !client.socket.is_leaving()) {
    mock::HttpReader::Read read = client.reader.feed(bytes);
    if (const auto* const more = std::get_if<mock::HttpReader::More>(&read)) {
      if (more->continue_due) write(mock::HttpReader::kContinue);
      return;
    }
    if (const auto* const error = std::get_if<mock::HttpAnswer>(&read)) {
      write(mock::write_response(*error, {}, false));
      return client.socket.leave(now);
    }
    client.call.emplace(std::get<mock::HttpRequest>(std::move(read)), *api_, gateway_url, now);
    client.call->step(std::span<std::byte>(), now);
  }
  client.unread.insert(client.unread.end(), bytes.begin(), bytes.end());
}

/// Hands the answer on, and takes up what the client has sent since.
void Server::Impl::answer(RestClient& client, Instant now) {
  const mock::HttpRequest& request = client.call->request();
  const RestAnswer& answer = *client.call->answer();
  if (!client.call->trouble().empty()) options_.wiretap.on_trouble(0, client.call->trouble());
  options_.wiretap.on_rest(request, {answer.status, answer.body, {}, may_be_shown(request.path)});
  const std::string text = write_answer(answer, request.method, request.keep_alive);
  client.socket.write(std::as_bytes(std::span(text)));
  client.socket.set_deadline(now + kSilenceMax);
  if (!request.keep_alive) client.socket.leave(now);
  client.call.reset();
  const std::vector<std::byte> unread = std::exchange(client.unread, {});
  take(client, unread, now);
}

// ---- The public face

namespace {

std::variant<Listeners, Trouble> listen(const ServerOptions& options) {
  auto gateway = Listener::open(options.address, options.port);
  if (const auto* const trouble = std::get_if<Trouble>(&gateway))
    return Trouble{trouble->stage, trouble->text + ": --address, --port"};
  Listeners listeners{std::get<Listener>(std::move(gateway))};
  if (!options.api) return listeners;
  auto api = Listener::open(options.address, options.api_port);
  if (const auto* const trouble = std::get_if<Trouble>(&api))
    return Trouble{trouble->stage, trouble->text + ": --address, --api-port"};
  listeners.api = std::get<Listener>(std::move(api));
  return listeners;
}

}  // namespace

std::variant<std::unique_ptr<Server>, Trouble> Server::open(ServerOptions options) {
  std::optional<Tls> own, for_upstream;
  mock::CaFile ca_file;
  if (options.upstream.secure || (options.api && options.api->secure)) {
    auto client = Tls::client(options.ca_file);
    if (auto* const trouble = std::get_if<Trouble>(&client)) return std::move(*trouble);
    for_upstream = std::get<Tls>(std::move(client));
  }
  auto opened = listen(options);
  if (auto* const trouble = std::get_if<Trouble>(&opened)) return std::move(*trouble);
  if (options.tls) {
    auto made = mock::make_tls(options.ca_out);
    if (auto* const trouble = std::get_if<Trouble>(&made)) return std::move(*trouble);
    own = std::move(std::get<mock::Secured>(made).tls);
    ca_file = std::move(std::get<mock::Secured>(made).ca_file);
  }
  auto impl = std::make_unique<Impl>(std::move(options), std::get<Listeners>(std::move(opened)), std::move(own),
                                     std::move(for_upstream), std::move(ca_file));
  if (!impl->start())
    return Trouble{Trouble::Stage::Configure, "cannot start the proxy's thread: " + net::reason(errno)};
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { impl_->stop(); }

const std::string& Server::gateway_url() const noexcept { return impl_->gateway_url; }
const std::string& Server::api_url() const noexcept { return impl_->api_url; }
const std::string& Server::ca_file() const noexcept { return impl_->ca_file.path(); }

}  // namespace portcullis::proxy
