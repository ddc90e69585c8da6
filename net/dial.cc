#include "portcullis/net/dial.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>

namespace portcullis::net {

namespace {

constexpr Duration kAttemptDelay{250};  // RFC 8305 section 5

/// Orders addresses so that the families take turns, beginning with that of the first (RFC 8305 section 4).
std::deque<Address> interleave(std::vector<Address> addresses) {
  std::deque<Address> ordered;
  const auto others = std::stable_partition(addresses.begin(), addresses.end(), [&](const Address& address) {
    return address.family() == addresses.front().family();
  });
  auto one = addresses.begin();
  for (auto other = others; one != others || other != addresses.end();) {
    if (one != others) ordered.push_back(std::move(*one++));
    if (other != addresses.end()) ordered.push_back(std::move(*other++));
  }
  return ordered;
}

/// Gives the error that a connection under way has ended with: 0 when it stands, EINPROGRESS while nothing is known.
int outcome_of(const Fd& socket) {
  pollfd polled{socket.get(), POLLOUT, 0};
  if (::poll(&polled, 1, 0) != 1) return EINPROGRESS;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

/// What the thread that looks the name up shares with the Dial, which may be gone before it ends.
struct Dial::Resolving {
  Fd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::atomic<bool> is_done = false;  // what stands below is written before it and read after it
  std::vector<Address> addresses = {};
  std::optional<Trouble> trouble = {};
};

Dial::Dial(std::string host, std::uint16_t port, const Tls* tls, Duration timeout, Instant now) noexcept
    : Dial(std::vector<Address>{}, std::move(host), tls, timeout, now) {
  std::vector<Address> addresses;
  if (look_up(host_, port, Lookup::NumbersOnly, addresses))
    resolve(port);
  else
    untried_ = interleave(std::move(addresses));
}

Dial::Dial(std::vector<Address> addresses, std::string host, const Tls* tls, Duration timeout, Instant now) noexcept
    : host_(std::move(host)),
      tls_(tls != nullptr ? std::optional<Tls>(*tls) : std::nullopt),
      timeout_(timeout),
      deadline_(now + timeout),
      next_at_(now),
      untried_(interleave(std::move(addresses))) {}

void Dial::resolve(std::uint16_t port) noexcept {
  resolving_ = std::make_shared<Resolving>();
  const auto run = [shared = resolving_, host = host_, port] {
    shared->trouble = look_up(host, port, Lookup::Everywhere, shared->addresses);
    shared->is_done.store(true, std::memory_order_release);
    ::eventfd_write(shared->wake.get(), 1);
  };
  try {
    std::thread(run).detach();
  } catch (const std::system_error& error) {
    fail({Trouble::Stage::Resolve, "no thread to look \"" + host_ + "\" up: " + reason(error.code().value())});
  }
}

void Dial::watch(std::vector<pollfd>& polled) const {
  if (resolving_) polled.push_back({resolving_->wake.get(), POLLIN, 0});
  for (const Attempt& attempt : attempts_) polled.push_back({attempt.socket.get(), POLLOUT, 0});
  if (stream_) polled.push_back({stream_->fd(), stream_->events(), 0});
}

Instant Dial::deadline() const noexcept {
  const bool has_next = !resolving_ && !stream_ && (!untried_.empty() || attempts_.empty());
  return has_next ? std::min(next_at_, deadline_) : deadline_;
}

void Dial::step(Instant now) noexcept {
  if (result_ != Result::Trying) return;
  if (resolving_) see_resolver(now);
  if (!resolving_ && !stream_) see_attempts(now);
  if (!resolving_ && !stream_) start_attempts(now);
  if (stream_) see_handshake(now);
  if (result_ == Result::Trying && now >= deadline_) time_out();
}

void Dial::see_resolver(Instant now) {
  if (!resolving_->is_done.load(std::memory_order_acquire)) return;
  const auto resolved = std::exchange(resolving_, nullptr);
  if (resolved->trouble) return fail(*resolved->trouble);
  untried_ = interleave(std::move(resolved->addresses));
  next_at_ = now;
}

void Dial::see_attempts(Instant now) {
  for (auto each = attempts_.begin(); each != attempts_.end();) {
    const int error = outcome_of(each->socket);
    if (error == EINPROGRESS) {
      ++each;
      continue;
    }
    Attempt ended = std::move(*each);
    each = attempts_.erase(each);
    if (error == 0) return open(std::move(ended));
    note(ended.address.text(), reason(error));
    next_at_ = now;
  }
}

void Dial::start_attempts(Instant now) {
  while (!stream_ && !untried_.empty() && now >= next_at_) {
    Address next = std::move(untried_.front());
    untried_.pop_front();
    start(std::move(next), now);
  }
  if (!stream_ && attempts_.empty() && untried_.empty()) fail(trouble_);
}

void Dial::start(Address address, Instant now) {
  const int family = address.family();
  Attempt attempt{std::move(address), Fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))};
  const auto* name = reinterpret_cast<const sockaddr*>(attempt.address.sockaddr.data());
  const auto size = static_cast<socklen_t>(attempt.address.sockaddr.size());
  if (attempt.socket && ::connect(attempt.socket.get(), name, size) == 0) return open(std::move(attempt));
  if (errno != EINPROGRESS) return note(attempt.address.text(), reason(errno));
  attempts_.push_back(std::move(attempt));
  next_at_ = now + kAttemptDelay;
}

// Takes the first that connects. Those still under way are tried anew, and first, if the handshake fails.
void Dial::open(Attempt attempt) {
  connected_to_ = attempt.address.text();
  stream_ = tls_ ? Stream(std::move(attempt.socket), *tls_, host_) : Stream(std::move(attempt.socket));
  for (; !attempts_.empty(); attempts_.pop_back()) untried_.push_front(std::move(attempts_.back().address));
}

void Dial::see_handshake(Instant now) {
  stream_->step();
  if (stream_->trouble()) {
    note(connected_to_, stream_->trouble()->text);
    trouble_.stage = stream_->trouble()->stage;
    stream_.reset();
    next_at_ = now;
    start_attempts(now);
  } else if (stream_->is_open()) {
    result_ = Result::Connected;
  }
}

void Dial::note(const std::string& address, const std::string& why) {
  trouble_.text += (trouble_.text.empty() ? "" : "; ") + address + ": " + why;
}

void Dial::fail(Trouble trouble) {
  if (trouble.text.empty()) trouble.text = "the host \"" + host_ + "\" has no address";
  trouble_ = std::move(trouble);
  result_ = Result::Failed;
  stream_.reset();
  attempts_.clear();
  untried_.clear();
  resolving_ = nullptr;
}

void Dial::time_out() {
  const std::string silence = "no answer within " + std::to_string(timeout_.count()) + " ms";
  if (resolving_)
    return fail(
        {Trouble::Stage::Resolve, "cannot find the host \"" + host_ + "\": " + silence + "; is the network up?"});
  if (stream_) note(connected_to_, silence + " in the TLS handshake: does it speak TLS?");
  for (const Attempt& attempt : attempts_) note(attempt.address.text(), silence);
  fail({stream_ ? Trouble::Stage::Tls : Trouble::Stage::Connect, trouble_.text});
}

Stream Dial::take() noexcept { return *std::exchange(stream_, std::nullopt); }

}  // namespace portcullis::net
