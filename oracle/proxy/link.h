#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/url.h"
#include "portcullis/net/dial.h"
#include "portcullis/net/stream.h"
#include "portcullis/oracle/mock/http.h"
#include "portcullis/oracle/proxy/fault.h"
#include "portcullis/oracle/proxy/head.h"
#include "portcullis/oracle/proxy/lane.h"

namespace portcullis::proxy {

/// Hears what goes over the links as the client sees it, on the proxy's thread: what the client has sent, and what was
/// handed to it. Spans end with the call.
struct Wiretap {
  std::function<void(std::uint64_t link, const std::string& url)> on_link = [](auto...) {};
  std::function<void(std::uint64_t link, Side from, std::span<const std::byte>)> on_bytes = [](auto...) {};
  /// The first end of each link counts.
  std::function<void(std::uint64_t link, Side from, How how)> on_end = [](auto...) {};
  std::function<void(std::uint64_t link, const Fault&)> on_fault = [](auto...) {};
  /// Something is wrong with the upstream, or with a client: one line for a person. Link 0: a REST call.
  std::function<void(std::uint64_t link, const std::string&)> on_trouble = [](auto...) {};
  std::function<void(const mock::HttpRequest&, const mock::HttpAnswer&)> on_rest = [](auto...) {};
};

/// What the links of a proxy share.
struct Upstream {
  websocket::Url url;
  std::optional<net::Tls> tls;  ///< for wss and https
  Duration connect_timeout{10'000};
};

/// One client's connection, and the one to the upstream that is made for it.
///
/// Shape:    `watch`, poll, then `turn` where `is_due`; drop it when `is_over`.
/// Lifetime: upstream, wiretap and plan are borrowed.
/// Memory:   of each direction 256 KiB wait at most, beside what one read gives: who does not read is not read for.
class Link {
 public:
  Link(std::uint64_t number, net::Stream client, const Upstream& upstream, const Wiretap& wiretap, FaultPlan& plan,
       Chance chance, Instant now);

  void watch(std::vector<pollfd>& polled);
  /// Says when `turn` is to be called at the latest.
  Instant deadline(Instant now) const;
  bool is_due(const std::vector<pollfd>& polled, Instant now) const;
  void turn(const std::vector<pollfd>& polled, std::span<std::byte> buffer, Instant now);
  /// Ends it after what is queued.
  void leave(Instant now);
  bool is_over() const;

 private:
  struct End {
    std::optional<net::Stream> stream;
    std::optional<How> heard;    ///< how its peer has ended
    std::optional<How> to_tell;  ///< how we end it, once all has been handed on
    bool told = false;
    bool starved = false;  ///< there may be more to read, and there was no room for it
  };

  bool is_broken(const std::vector<pollfd>& polled, std::size_t at) const;
  void dial_on(Instant now);
  void read(Side side, std::span<std::byte> buffer, bool broken, Instant now);
  bool may_read(Side side) const;
  void take_from_client(std::span<const std::byte> bytes, Instant now);
  void begin(Instant now);
  void take_from_upstream(std::span<const std::byte> bytes, Instant now);
  void pump(Side from, Instant now);
  void hand_on(Side from, std::span<const std::byte> bytes);
  void answer(int status, std::string_view reason, const std::string& text, Instant now);
  void cut(How how, Instant now);
  void end(Side side, How how, Instant now);
  void see_ends(Instant now);
  void tell_ends();

  End& end_of(Side side) { return side == Side::Client ? client_ : upstream_; }
  const End& end_of(Side side) const { return side == Side::Client ? client_ : upstream_; }
  std::optional<Lane>& lane(Side from) { return from == Side::Client ? up_ : down_; }
  const std::optional<Lane>& lane(Side from) const { return from == Side::Client ? up_ : down_; }
  std::size_t waiting(Side from) const;

  const std::uint64_t number_;
  const Upstream& settings_;
  const Wiretap& wiretap_;
  FaultPlan& plan_;
  const Chance chance_;
  const Limits limits_;
  End client_, upstream_;
  std::optional<net::Dial> dial_;
  RequestHead request_{limits_};
  ResponseHead response_{limits_};
  std::optional<Lane> up_, down_;  ///< from the request's head on
  std::optional<Instant> up_until_, down_until_;
  Instant ends_at_;  ///< when patience ends: with the head, then with the farewell
  bool refused_ = false, hungry_ = false, leaving_ = false, gone_ = false;
  std::size_t polled_at_ = 0, polled_count_ = 0;
};

}  // namespace portcullis::proxy
