#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/limits.h"
#include "portcullis/core/time.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::mock {

// What the script, or the control port, may ask for.
struct SayDispatch {
  std::string name, data;
};                       ///< `data` is JSON text; to live sessions, and kept for replay
struct SayReconnect {};  ///< op 7
struct SayInvalid {
  bool resumable = false;
};                       ///< op 9
struct SayHeartbeat {};  ///< op 1
struct SayAnything {
  std::string payload;
};  ///< one message, as it is; JSON is written in the connection's encoding
struct SaySilence {
  bool on = true;
};  ///< reads, but answers nothing more on this connection
struct SayClose {
  std::uint16_t code = 4000;
  std::string reason;
};
struct SayDrop {};    ///< the transport ends without a Close
struct SayForget {};  ///< the session is no longer resumable; the link stays
struct SayHello {};   ///< op 10: late, or once more
using Say = std::variant<SayDispatch, SayReconnect, SayInvalid, SayHeartbeat, SayAnything, SaySilence, SayClose,
                         SayDrop, SayForget, SayHello>;

/// What is known of a session, for whoever lists them.
struct SessionView {
  std::string id;
  std::uint32_t shard = 0, shard_count = 1;
  std::int64_t sequence = 0;  ///< the last `s` given
  std::optional<Link> link;   ///< none while it waits to be resumed
  unsigned identifies = 0, resumes = 0;
};

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

/// Discord's side of the gateway, for any number of clients at once, without I/O: the peer table for each connection,
/// `spec/laws.json` for what the table leaves to decide, and the sessions with their replay buffers.
///
///   Shape:    as Client: after every call but `poll`, poll until Wait. Cutting the bytes elsewhere changes no output
///             but how Transmit groups its bytes. After `lost`, Hangup and Reset no output names that link but Stepped.
///             READY and RESUMED have their numbers but are not kept for replay: they answer one connection, so a
///             RESUMED that a client did not hear leaves a hole in its `s`.
///   Units:    `now` is the caller's monotonic time, never less than at the last call.
///   Lifetime: `bytes` are borrowed until Wait; the views in an output end at the next poll.
///   Errors:   nothing a client sends makes a call fail: it is closed with the code that the table says.
///   Source:   section 8.7 of the catalogue; `spec/gateway_peer.h`, `spec/laws.json`.
class Peer {
 public:
  Peer(World world, Limits limits, Chance chance, const spec::gateway_peer::Rows& rows = spec::gateway_peer::kRows);
  ~Peer();

  void opened(Link link, Instant now);
  void received(Link link, std::span<const std::byte> bytes, Instant now);
  void lost(Link link, Instant now);
  void elapsed(Instant now);
  Output poll();

  /// Does as the script says, on one link or session (its id), or on all when both are empty. Gives how many it
  /// reached.
  std::size_t say(std::optional<Link> link, std::string_view session_id, const Say& say, Instant now);
  /// The URL that READY hands out; for a caller who learns its port late.
  void set_gateway_url(std::string url);
  std::vector<SessionView> sessions() const;
  IdentifyBudget identify_budget(Instant now) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portcullis::mock
