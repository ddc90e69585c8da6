#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/tests/simulation/setup.h"

namespace portcullis::simulation {

/// Everything that may go wrong. What `a` and `b` of a fault mean stands behind its kind; ms count its length.
enum class Kind : std::uint8_t {
  // The link at hand, or the next one where there is none.
  CutToClient,      ///< after `a` bytes more
  CutToServer,      ///< after `a` bytes more
  Reset,            ///< at once, with all that is under way
  HalfOpen,         ///< nothing arrives any more; `a`: 0 both ways, 1 at the client, 2 at the server
  Stall,            ///< `a` ms; `b` as above
  Latency,          ///< `a` ms from now on
  Pieces,           ///< bytes arrive `a` at a time
  SlowReader,       ///< the client takes `a` bytes a second
  CorruptToClient,  ///< `b` bytes, after `a` more
  CorruptToServer,  ///< `b` bytes, after `a` more
  // Dials.
  Refused,     ///< for `a` ms; `b`: 0 the main host, 1 that to resume at, 2 both
  Unanswered,  ///< for `a` ms; `b` as above
  ProxyError,  ///< for `a` ms each upgrade gets a 503; `b`: seconds to retry after, 0: none named
  // The server.
  Reconnect,         ///< op 7
  InvalidResumable,  ///< op 9, true
  Invalid,           ///< op 9, false
  AskBeats,          ///< op 1, `a` times
  Close,             ///< with code `a`
  Silence,           ///< it answers nothing more on this link
  NoAcks,            ///< it acknowledges no more beats on this link
  NoHello,           ///< on the next link
  NoReady,           ///< nor RESUMED, on the next link
  Forget,            ///< the session
  Restart,           ///< every link ends, every session is forgotten, and for `a` ms nobody answers
  Odd,               ///< opcodes that nobody knows, and a second Hello
  Messages,          ///< payloads come in messages of `a` bytes from now on
  // Too much.
  Flood,     ///< `a` dispatches at once, each of about `b` bytes, which may be more than a client takes
  Commands,  ///< `a` of the user's own at once
  // The process.
  ClockJump,    ///< by `a` ms
  ClockFreeze,  ///< for `a` ms it stands, while bytes still come
  Suspend,      ///< for `a` ms nothing runs
  // The user.
  ReconnectNow,
  StopKeep,  ///< and starts again after `a` ms
  StopEnd,   ///< and starts again after `a` ms
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::StopEnd) + 1;

std::string_view name(Kind kind);

struct Fault {
  Instant at;
  Kind kind;
  std::uint32_t shard;
  std::int64_t a = 0;
  std::int64_t b = 0;
};

/// In one line.
std::string describe(const Fault& fault);

/// Draws the faults of a run ahead, so that they can be left out one by one; of each kind about as many.
std::vector<Fault> draw_faults(const Setup& setup);

}  // namespace portcullis::simulation
