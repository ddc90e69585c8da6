#include "portcullis/oracle/mock/server.h"

#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/fd.h"
#include "portcullis/net/listener.h"
#include "portcullis/net/stream.h"
#include "portcullis/net/tls.h"
#include "portcullis/oracle/mock/api/people.h"
#include "portcullis/oracle/mock/api/router.h"
#include "portcullis/oracle/mock/api/state.h"
#include "portcullis/oracle/mock/client_socket.h"
#include "portcullis/oracle/mock/control.h"
#include "portcullis/oracle/mock/foreign.h"
#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/mock/rest.h"
#include "portcullis/oracle/mock/secured.h"

namespace portcullis::mock {
namespace {

using net::Fd;
using net::Listener;
using net::ReservedPort;
using net::Tls;
using net::Trouble;

constexpr std::string_view kLoopback = "127.0.0.1";
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kAcceptsPerTurn = 64;
constexpr Duration kSilenceMax{10'000};  ///< of an HTTP client
constexpr Duration kAcceptPause{100};    ///< after no descriptor was left
constexpr Duration kNewsInterval{100};   ///< of those who follow the display
constexpr auto kNever = Instant::max();

/// How a URL names the place where we listen.
std::string host_of(const ServerOptions& options) {
  if (options.tls) return "localhost";  // what the certificate is made out to, and libraries can check
  if (options.address.empty() || options.address == "0.0.0.0") return std::string(kLoopback);
  if (options.address == "::") return "[::1]";
  return options.address.find(':') == std::string::npos ? options.address : "[" + options.address + "]";
}

/// A client of the gateway.
struct GatewayConnection : ClientSocket {
  GatewayConnection(net::Stream stream, Instant deadline, Door came_in)
      : ClientSocket(std::move(stream), deadline), door(came_in) {}
  Door door;
  bool known = false;  ///< to the peer, and not lost yet
};

struct HttpConnection : ClientSocket {
  HttpConnection(net::Stream stream, Instant deadline, bool is_control)
      : ClientSocket(std::move(stream), deadline), control(is_control) {}
  HttpReader reader;
  bool control;
  std::optional<std::uint64_t> behind;  ///< it follows the display, and has what came up to this number
};

struct Listeners {
  std::optional<Listener> gateway, api, control;
  std::optional<Listener> other;     ///< a second door
  std::optional<ReservedPort> dead;  ///< held so that nobody else listens there
};

/// What a request shows of itself to whoever watches.
std::string line_of(const HttpConnection& connection, const HttpRequest& request, const HttpAnswer& answer) {
  constexpr std::size_t kMethodBytesMax = 7;
  std::string line = connection.control ? "control " : "rest ";
  line += request.method.size() <= kMethodBytesMax ? request.method : "(unknown method)";
  line += " " + shown_path(request, answer);
  return line + " " + std::to_string(answer.status);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions wanted, Gateway* gateway, Listeners listeners, std::optional<Tls> context, CaFile ca);

  bool start();
  void stop() noexcept;
  void with(const std::function<void(Instant)>& act);
  void with_peer(const std::function<void(Peer&, Instant)>& act);

  std::string gateway_url;
  std::string api_url;
  std::string control_url;
  CaFile ca_file;

 private:
  void run();
  void turn();
  int watch(Instant now);
  void wait(int timeout);
  void wake() noexcept;
  void run_tasks(Instant now);

  void accept_all(Instant now);
  bool accept_from(Listener& listener, std::size_t at, const std::function<void(Fd)>& take);
  net::Stream stream_of(Fd socket) const;
  void open_link(Fd socket, Door door, Instant now);

  void serve_links(Instant now);
  void serve_link(Link link, GatewayConnection& connection, Instant now);
  void lose(Link link, Instant now);
  void tell_end(Link link, bool by_client, bool by_reset) const;
  void drain(Instant now);
  void perform(const Transmit& transmit);
  void perform(const Hangup& hangup);
  void perform(const Reset& reset);
  void perform(const Stepped& stepped);
  void perform(const Wait& wait) { peer_deadline_ = wait.deadline; }

  void serve_http(Instant now);
  void read_requests(HttpConnection& connection, std::span<const std::byte> bytes, Instant now);
  HttpAnswer answer(const HttpConnection& connection, const HttpRequest& request, Instant now);
  HttpAnswer answer_control_port(const HttpRequest& request, Instant now);
  HttpAnswer answer_api(const HttpRequest& request, Instant now);
  HttpAnswer answer_by_hand(const HttpRequest& request, Instant now);
  api::Tell tell_at(Instant now);
  void tell_news(Instant now);

  void sweep(Instant now);

  const ServerOptions options_;
  std::optional<Tls> tls_;
  Listeners listeners_;
  std::unique_ptr<Peer> peer_;  ///< unless another gateway is served
  api::State state_;
  Gateway& gateway_;
  Urls urls_;
  std::optional<Instant> peer_deadline_;
  Instant now_{};  ///< of the turn at hand

  std::map<Link, GatewayConnection> links_;
  std::list<HttpConnection> https_;
  std::vector<Link> cut_off_;  ///< of which the peer is still to be told
  Link last_link_ = 0;
  std::size_t gateway_bot_answers_ = 0;  ///< that were as the options have them
  std::optional<Instant> accept_again_at_;
  std::optional<Instant> news_at_;  ///< while somebody follows the display

  std::vector<pollfd> polled_;
  std::array<std::byte, kReadBytes> buffer_{};
  Fd wake_;
  std::mutex mutex_;
  std::vector<std::function<void(Instant)>> tasks_;  ///< under the mutex
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// ---- Construction

namespace {

ServerOptions with_url(ServerOptions options, const std::string& url) {
  options.world.gateway_url = options.public_url.empty() ? url : options.public_url;
  return options;
}

std::string url_of(std::string_view scheme, const std::string& host, std::uint16_t port) {
  return std::string(scheme) + "://" + host + ":" + std::to_string(port);
}

}  // namespace

Server::Impl::Impl(ServerOptions wanted, Gateway* gateway, Listeners listeners, std::optional<Tls> context, CaFile ca)
    : gateway_url(url_of(wanted.tls ? "wss" : "ws", host_of(wanted), listeners.gateway.value().port())),
      api_url(url_of(wanted.tls ? "https" : "http", host_of(wanted), listeners.api.value().port()) + "/api"),
      control_url(url_of("http", std::string(kLoopback), listeners.control.value().port())),
      ca_file(std::move(ca)),
      options_(with_url(std::move(wanted), gateway_url)),
      tls_(std::move(context)),
      listeners_(std::move(listeners)),
      peer_(gateway == nullptr ? std::make_unique<Peer>(options_.world, Limits{}, net::entropy()) : nullptr),
      state_(options_.world),
      gateway_(gateway == nullptr ? *peer_ : *gateway) {
  const auto elsewhere = [&](std::uint16_t port) {
    return url_of(options_.tls ? "wss" : "ws", host_of(options_), port);
  };
  urls_.main = options_.world.gateway_url;
  if (listeners_.other) urls_.elsewhere = elsewhere(listeners_.other->port());
  if (listeners_.dead) urls_.elsewhere = elsewhere(listeners_.dead->port);
  gateway_.set_urls(urls_);
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
  wake();
  if (thread_.joinable()) thread_.join();
}

void Server::Impl::with_peer(const std::function<void(Peer&, Instant)>& act) {
  assert(peer_ != nullptr);
  with([&](Instant now) { act(*peer_, now); });
}

void Server::Impl::with(const std::function<void(Instant)>& act) {
  std::promise<void> done;
  const auto task = [&](Instant now) {
    std::exception_ptr thrown;
    try {
      act(now);
    } catch (...) {
      thrown = std::current_exception();
    }
    drain(now);
    thrown ? done.set_exception(thrown) : done.set_value();
  };
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back(task);
  }
  wake();
  done.get_future().get();
}

void Server::Impl::wake() noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

// ---- The loop

void Server::Impl::run() {
  while (!stopping_) turn();
  for (auto& [link, connection] : links_) {
    tell_end(link, false, false);
    connection.leave(now_);
  }
  for (HttpConnection& connection : https_) connection.leave(now_);
  links_.clear();
  https_.clear();
}

void Server::Impl::turn() {
  wait(watch(net::now()));
  now_ = net::now();
  // What came while we were kept from running is read before the peer calls it missing.
  if (peer_deadline_ && *peer_deadline_ <= now_) wait(0);
  run_tasks(now_);
  accept_all(now_);
  serve_links(now_);
  serve_http(now_);
  if (peer_deadline_ && *peer_deadline_ <= now_) {
    gateway_.elapsed(now_);
    drain(now_);
  }
  if (news_at_ && *news_at_ <= now_) tell_news(now_);
  sweep(now_);
}

/// Lists what to poll for, wake-up and listeners in front; gives for how long.
int Server::Impl::watch(Instant now) {
  if (accept_again_at_ && *accept_again_at_ <= now) accept_again_at_.reset();
  const short listening = accept_again_at_ ? 0 : POLLIN;
  polled_.clear();
  polled_.push_back({wake_.get(), POLLIN, 0});
  for (const auto* listener : {&listeners_.gateway, &listeners_.api, &listeners_.control, &listeners_.other})
    if (*listener) polled_.push_back({(*listener)->fd(), listening, 0});
  Instant until =
      std::min({peer_deadline_.value_or(kNever), accept_again_at_.value_or(kNever), news_at_.value_or(kNever)});
  const auto add = [&](ClientSocket& connection, bool reading) {
    connection.watch(polled_, reading);
    until = std::min(until, connection.is_hungry() || connection.is_over() ? now : connection.deadline());
  };
  for (auto& [link, connection] : links_) add(connection, true);
  // Who leaves answers unread gets no more of them.
  for (HttpConnection& connection : https_) add(connection, connection.is_leaving() || !connection.has_unwritten());
  return net::poll_timeout(until == kNever ? std::nullopt : std::optional(until), now);
}

void Server::Impl::wait(int timeout) {
  if (::poll(polled_.data(), polled_.size(), timeout) < 0)
    for (pollfd& one : polled_) one.revents = 0;
  std::uint64_t count = 0;
  if (polled_.front().revents != 0) static_cast<void>(!::read(wake_.get(), &count, sizeof count));
}

void Server::Impl::run_tasks(Instant now) {
  std::vector<std::function<void(Instant)>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task(now);
}

// ---- Accepting

void Server::Impl::accept_all(Instant now) {
  const auto http = [&](bool control) {
    return [this, control, now](Fd socket) {
      net::Stream stream = control ? net::Stream(std::move(socket)) : stream_of(std::move(socket));
      https_.emplace_back(std::move(stream), now + kSilenceMax, control);
    };
  };
  const auto link = [&](Door door) {
    return [this, door, now](Fd socket) { open_link(std::move(socket), door, now); };
  };
  const bool good = accept_from(*listeners_.gateway, 1, link(Door::Main)) &&
                    accept_from(*listeners_.api, 2, http(false)) && accept_from(*listeners_.control, 3, http(true)) &&
                    (!listeners_.other || accept_from(*listeners_.other, 4, link(Door::Other)));
  if (!good) accept_again_at_ = now + kAcceptPause;
}

/// Gives false when there was somebody to accept and it could not be: no descriptor is left.
bool Server::Impl::accept_from(Listener& listener, std::size_t at, const std::function<void(Fd)>& take) {
  if (polled_[at].revents == 0) return true;
  for (int accepted = 0; accepted < kAcceptsPerTurn; ++accepted) {
    std::optional<Fd> socket = listener.accept();
    if (!socket) return accepted != 0;
    take(*std::move(socket));
  }
  return true;
}

net::Stream Server::Impl::stream_of(Fd socket) const {
  return tls_ ? net::Stream(std::move(socket), *tls_, {}) : net::Stream(std::move(socket));
}

void Server::Impl::open_link(Fd socket, Door door, Instant now) {
  links_.emplace(++last_link_, GatewayConnection(stream_of(std::move(socket)), now + options_.upgrade_timeout, door));
  if (options_.wiretap && options_.wiretap->on_link)
    options_.wiretap->on_link(last_link_, door == Door::Other ? urls_.elsewhere : urls_.main);
}

// ---- The gateway

void Server::Impl::serve_links(Instant now) {
  for (auto& [link, connection] : links_)
    if (connection.is_due(polled_)) serve_link(link, connection, now);
}

void Server::Impl::serve_link(Link link, GatewayConnection& connection, Instant now) {
  const auto take = [&](std::span<const std::byte> bytes) {
    if (options_.wiretap && options_.wiretap->on_bytes) options_.wiretap->on_bytes(link, true, bytes);
    if (!std::exchange(connection.known, true)) {
      gateway_.opened(link, connection.door, now);
      drain(now);
    }
    gateway_.received(link, bytes, now);
    drain(now);
  };
  if (connection.take_turn(buffer_, take)) lose(link, now);
}

/// Takes the news that a client's transport has ended.
void Server::Impl::lose(Link link, Instant now) {
  GatewayConnection& connection = links_.at(link);
  tell_end(link, true, connection.is_broken());
  if (std::exchange(connection.known, false)) {
    gateway_.lost(link, now);
    drain(now);
  }
  connection.leave(now);
}

void Server::Impl::tell_end(Link link, bool by_client, bool by_reset) const {
  if (options_.wiretap && options_.wiretap->on_end) options_.wiretap->on_end(link, by_client, by_reset);
}

/// Does what the peer wants done.
void Server::Impl::drain(Instant now) {
  for (bool more = true; more;) {
    const Output output = gateway_.poll();
    std::visit([this](const auto& one) { perform(one); }, output);
    if (!std::holds_alternative<Wait>(output)) continue;
    more = !cut_off_.empty();
    if (!more) break;
    const Link link = cut_off_.back();
    cut_off_.pop_back();
    gateway_.lost(link, now);
  }
}

void Server::Impl::perform(const Transmit& transmit) {
  const auto found = links_.find(transmit.link);
  if (found == links_.end()) return;
  GatewayConnection& connection = found->second;
  if (connection.is_leaving()) return;
  if (options_.wiretap && options_.wiretap->on_bytes) options_.wiretap->on_bytes(transmit.link, false, transmit.bytes);
  connection.set_deadline(kNever);  // from the answer to its upgrade on the peer sees to it
  if (connection.write(transmit.bytes)) return;
  tell_end(transmit.link, false, true);
  if (std::exchange(connection.known, false)) cut_off_.push_back(transmit.link);
}

void Server::Impl::perform(const Hangup& hangup) {
  const auto found = links_.find(hangup.link);
  if (found == links_.end()) return;
  tell_end(hangup.link, false, false);
  found->second.leave(now_);
}

void Server::Impl::perform(const Reset& reset) {
  const auto found = links_.find(reset.link);
  if (found == links_.end()) return;
  tell_end(reset.link, false, true);
  found->second.cut();
}

void Server::Impl::perform(const Stepped& stepped) {
  if (options_.on_step) options_.on_step(stepped);
}

// ---- HTTP

void Server::Impl::serve_http(Instant now) {
  for (HttpConnection& connection : https_) {
    if (!connection.is_due(polled_)) continue;
    const auto take = [&](std::span<const std::byte> bytes) { read_requests(connection, bytes, now); };
    if (connection.take_turn(buffer_, take)) connection.leave(now);
  }
}

void Server::Impl::read_requests(HttpConnection& connection, std::span<const std::byte> bytes, Instant now) {
  connection.set_deadline(now + kSilenceMax);
  const auto write = [&](std::string_view text) { connection.write(std::as_bytes(std::span(text))); };
  while (!connection.is_leaving() && !connection.behind) {
    const HttpReader::Read read = connection.reader.feed(bytes);
    if (const auto* const more = std::get_if<HttpReader::More>(&read)) {
      if (more->continue_due) write(HttpReader::kContinue);
      return;
    }
    if (const auto* const error = std::get_if<HttpAnswer>(&read)) {
      write(write_response(*error, {}, false));
      return connection.leave(now);
    }
    const auto& request = std::get<HttpRequest>(read);
    const HttpAnswer answered = answer(connection, request, now);
    write(write_response(answered, request.method, request.keep_alive));
    connection.behind = answered.follows;
    if (connection.behind) news_at_ = now;
    if (!request.keep_alive && !connection.behind) connection.leave(now);
  }
}

/// Who reads too slowly to be told gets no news, and is ended like anyone who is silent.
void Server::Impl::tell_news(Instant now) {
  news_at_.reset();
  for (HttpConnection& connection : https_) {
    if (!connection.behind || connection.is_leaving()) continue;
    news_at_ = now + kNewsInterval;
    if (connection.has_unwritten()) continue;
    connection.set_deadline(now + kSilenceMax);
    const std::string news = options_.display->news(*connection.behind);
    connection.write(std::as_bytes(std::span(news)));
  }
}

HttpAnswer Server::Impl::answer_api(const HttpRequest& request, Instant now) {
  const bool scripted = gateway_bot_answers_ < options_.gateway_bot.size() && request.path.ends_with("/gateway/bot");
  if (scripted) return http_error(options_.gateway_bot[gateway_bot_answers_++], "so the script has it");
  auto answered = peer_ ? api::answer_api(request, state_, tell_at(now)) : std::nullopt;
  if (answered) return *std::move(answered);
  return answer_rest(request, options_.world, options_.shards, gateway_.identify_budget(now));
}

HttpAnswer Server::Impl::answer_by_hand(const HttpRequest& request, Instant now) {
  if (!peer_) return http_error(404, "this gateway is not steered by hand");
  auto answered = api::answer_people(request, state_, tell_at(now));
  return answered ? *std::move(answered) : answer_control(request, *peer_, now);
}

/// Reads the time of day, and gives the way to the sessions.
api::Tell Server::Impl::tell_at(Instant now) {
  using namespace std::chrono;
  state_.set_time(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  return [this, now](const SayDispatch& event) { return peer_->say(std::nullopt, {}, event, now); };
}

HttpAnswer Server::Impl::answer_control_port(const HttpRequest& request, Instant now) {
  if (auto refused = refuse_foreign(request)) return *std::move(refused);
  auto shown = options_.display ? options_.display->answer(request) : std::nullopt;
  return shown ? *std::move(shown) : answer_by_hand(request, now);
}

HttpAnswer Server::Impl::answer(const HttpConnection& connection, const HttpRequest& request, Instant now) {
  HttpAnswer answered = connection.control ? answer_control_port(request, now) : answer_api(request, now);
  drain(now);
  if (options_.wiretap && options_.wiretap->on_rest && !connection.control)
    options_.wiretap->on_rest(request, answered);
  if (options_.on_request) options_.on_request(line_of(connection, request, answered));
  return answered;
}

// ---- Ends

/// Ends what has waited too long, and forgets what is over.
void Server::Impl::sweep(Instant now) {
  const auto expire = [&](ClientSocket& connection) {
    if (connection.deadline() > now) return;
    connection.is_leaving() ? connection.cut() : connection.leave(now);
  };
  for (auto& [link, connection] : links_) {
    if (connection.deadline() <= now) tell_end(link, false, connection.is_leaving());
    expire(connection);
    if (connection.is_over() && connection.known) lose(link, now);
  }
  std::ranges::for_each(https_, expire);
  std::erase_if(links_, [](const auto& entry) { return entry.second.is_over() && !entry.second.known; });
  std::erase_if(https_, [](const HttpConnection& connection) { return connection.is_over(); });
}

// ---- The public face

namespace {

std::optional<Trouble> open_elsewhere(Listeners& listeners, const std::string& address, Elsewhere elsewhere) {
  if (elsewhere == Elsewhere::Listener) {
    auto opened = Listener::open(address, 0);
    if (auto* const trouble = std::get_if<Trouble>(&opened)) return std::move(*trouble);
    listeners.other = std::move(std::get<Listener>(opened));
    return std::nullopt;
  }
  auto reserved = net::reserve_port(address);
  if (auto* const trouble = std::get_if<Trouble>(&reserved)) return std::move(*trouble);
  listeners.dead = std::move(std::get<ReservedPort>(reserved));
  return std::nullopt;
}

std::variant<Listeners, Trouble> listen_all(const ServerOptions& options, Elsewhere elsewhere) {
  struct Wish {
    std::optional<Listener> Listeners::*which;
    const std::string& address;
    std::uint16_t port;
    std::string_view flags;
  };
  // Whoever reaches control can make the mock do anything, so it stays on this machine.
  const std::string loopback(kLoopback);
  const std::array wishes{Wish{&Listeners::gateway, options.address, options.gateway_port, "--address, --port"},
                          Wish{&Listeners::api, options.address, options.api_port, "--address, --api-port"},
                          Wish{&Listeners::control, loopback, options.control_port, "--control-port"}};
  Listeners listeners;
  for (const auto& [which, address, port, flags] : wishes) {
    auto opened = Listener::open(address, port);
    if (const auto* const trouble = std::get_if<Trouble>(&opened))
      return Trouble{trouble->stage, trouble->text + ": " + std::string(flags)};
    listeners.*which = std::move(std::get<Listener>(opened));
  }
  if (elsewhere == Elsewhere::Nothing) return listeners;
  if (auto trouble = open_elsewhere(listeners, options.address, elsewhere)) return *std::move(trouble);
  return listeners;
}

}  // namespace

std::variant<std::unique_ptr<Server>, Trouble> Server::open(ServerOptions options) {
  return open_with(std::move(options), nullptr);
}

std::variant<std::unique_ptr<Server>, Trouble> Server::open(ServerOptions options, Gateway& gateway) {
  return open_with(std::move(options), &gateway);
}

std::variant<std::unique_ptr<Server>, Trouble> Server::open_with(ServerOptions options, Gateway* gateway) {
  auto opened = listen_all(options, gateway == nullptr ? Elsewhere::Nothing : gateway->elsewhere());
  if (auto* const trouble = std::get_if<Trouble>(&opened)) return std::move(*trouble);
  std::optional<Tls> tls;
  CaFile ca_file;
  if (options.tls) {
    auto made = make_tls(options.ca_file);
    if (auto* const trouble = std::get_if<Trouble>(&made)) return std::move(*trouble);
    tls = std::move(std::get<Secured>(made).tls);
    ca_file = std::move(std::get<Secured>(made).ca_file);
  }
  auto impl = std::make_unique<Impl>(std::move(options), gateway, std::move(std::get<Listeners>(opened)),
                                     std::move(tls), std::move(ca_file));
  if (!impl->start())
    return Trouble{Trouble::Stage::Configure, "cannot start the mock's thread: " + net::reason(errno)};
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { impl_->stop(); }

const std::string& Server::gateway_url() const noexcept { return impl_->gateway_url; }
const std::string& Server::api_url() const noexcept { return impl_->api_url; }
const std::string& Server::control_url() const noexcept { return impl_->control_url; }
const std::string& Server::ca_file() const noexcept { return impl_->ca_file.path(); }

void Server::with(const std::function<void(Instant)>& act) { impl_->with(act); }
void Server::with_peer(const std::function<void(Peer&, Instant)>& act) { impl_->with_peer(act); }

}  // namespace portcullis::mock
