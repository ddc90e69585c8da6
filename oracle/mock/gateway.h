#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "portcullis/core/time.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::mock {

struct Transmit {
  Link link;
  std::span<const std::byte> bytes;
};
struct Hangup {
  Link link;
};  ///< end the transport properly, after what was transmitted
struct Reset {
  Link link;
};  ///< drop it at once
/// One step of the peer table was taken. Views end at the next poll. Holds neither token nor session id.
struct Stepped {
  Link link;
  spec::gateway_peer::State from;
  spec::gateway_peer::Input input;
  const spec::gateway_peer::Row* row;
  std::string_view detail;  ///< an opcode, an event's name, a close code: for people
};
struct Wait {
  std::optional<Instant> deadline;
};
using Output = std::variant<Transmit, Hangup, Reset, Stepped, Wait>;

/// Where a client came in.
enum class Door : std::uint8_t { Main, Other };

/// What a gateway wants at a second address, to name it as the one to resume at.
enum class Elsewhere : std::uint8_t {
  Nothing,
  Listener,  ///< a second door
  DeadPort,  ///< a port that is taken, and where nobody listens
};

/// Bare URLs at which a gateway is reached.
struct Urls {
  std::string main;
  std::string elsewhere;  ///< as `Elsewhere` wants it, or empty: there the client is told to resume
};

/// A gateway without I/O, as a server serves it: bytes and time go in, outputs come out.
///
///   Shape:    after every call but `poll`, poll until Wait. Cutting the bytes elsewhere changes no output but how
///             Transmit groups its bytes. After `lost`, Hangup and Reset no output names that link but Stepped.
///   Units:    `now` is the caller's monotonic time, never less than at the last call.
///   Lifetime: `bytes` are borrowed until Wait; the views in an output end at the next poll.
class Gateway {
 public:
  virtual ~Gateway() = default;

  virtual Elsewhere elsewhere() const = 0;
  /// For a caller who learns its ports late; before the first `opened`.
  virtual void set_urls(const Urls& urls) = 0;
  virtual void opened(Link link, Door door, Instant now) = 0;
  virtual void received(Link link, std::span<const std::byte> bytes, Instant now) = 0;
  virtual void lost(Link link, Instant now) = 0;
  virtual void elapsed(Instant now) = 0;
  virtual Output poll() = 0;
  virtual IdentifyBudget identify_budget(Instant now) const = 0;
};

}  // namespace portcullis::mock
