#pragma once

#include <poll.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/net/address.h"
#include "portcullis/net/stream.h"

namespace portcullis::net {

/// Opens a TCP connection, and TLS where asked for, without ever blocking: looks the name up on a thread of its own,
/// tries the addresses of both families in turn, the next one as soon as one has failed or been silent for 250 ms (RFC
/// 8305), takes the first that connects, and makes the TLS handshake; where that fails, the addresses left are tried.
///
/// Shape:  after each `poll` over what `watch` has added, and at `deadline`, call `step`; then look at `result`.
/// Memory: a name that is still being looked up when the Dial ends is let be; its thread ends by itself.
/// Source: requirements WS-HS (opening), RFC 8305 sections 4 and 5.
class Dial {
 public:
  /// `tls` is null for a plain connection, and otherwise copied. `timeout` bounds all of it.
  Dial(std::string host, std::uint16_t port, const Tls* tls, Duration timeout, Instant now) noexcept;
  /// The same without looking a name up; for tests, and for callers with a resolver of their own.
  Dial(std::vector<Address> addresses, std::string host, const Tls* tls, Duration timeout, Instant now) noexcept;

  void watch(std::vector<pollfd>& polled) const;
  /// Says when to call `step` at the latest; at the time of the first call there is something to do at once.
  Instant deadline() const noexcept;
  void step(Instant now) noexcept;

  enum class Result : std::uint8_t { Trying, Connected, Failed };
  Result result() const noexcept { return result_; }
  /// Gives the stream, once, when the result is Connected.
  Stream take() noexcept;
  /// Says why not, when the result is Failed: every address with its reason, on one line.
  const Trouble& trouble() const noexcept { return trouble_; }

 private:
  struct Resolving;
  struct Attempt {
    Address address;
    Fd socket;
  };

  void resolve(std::uint16_t port) noexcept;
  void see_resolver(Instant now);
  void see_attempts(Instant now);
  void start_attempts(Instant now);
  void start(Address address, Instant now);
  void open(Attempt attempt);
  void see_handshake(Instant now);
  void note(const std::string& address, const std::string& why);
  void fail(Trouble trouble);
  void time_out();

  std::string host_;
  std::optional<Tls> tls_;
  Duration timeout_;
  Instant deadline_;  // of all of it
  Instant next_at_;   // when the next address is tried, though the last one has not answered
  std::shared_ptr<Resolving> resolving_;
  std::deque<Address> untried_;
  std::vector<Attempt> attempts_;
  std::string connected_to_;
  std::optional<Stream> stream_;
  Result result_ = Result::Trying;
  Trouble trouble_{Trouble::Stage::Connect, ""};
};

}  // namespace portcullis::net
