#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "portcullis/core/limits.h"
#include "portcullis/core/websocket/server.h"
#include "portcullis/oracle/mock/compressor.h"
#include "portcullis/oracle/mock/laws.h"
#include "portcullis/oracle/mock/say.h"
#include "portcullis/oracle/mock/sessions.h"
#include "portcullis/oracle/mock/window.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::mock {

/// One link, from its transport to its state in the peer table.
struct LinkState {
  LinkState(Link number, const Limits& limits, const Laws& laws)
      : link(number),
        stream(limits),
        messages(laws.messages_max, laws.messages_window),
        presences(laws.presences_max, laws.presences_window) {}

  Link link;
  websocket::ServerConnection stream;
  spec::gateway_peer::State state = spec::gateway_peer::State::New;
  std::int64_t version = 0;
  bool etf = false;                      ///< with `encoding=etf`
  std::optional<Compressor> compressor;  ///< with transport compression
  Session* session = nullptr;            ///< whose `link` is this one
  Window messages;
  Window presences;
  std::optional<Instant> stream_due;  ///< the WebSocket's own deadline
  std::optional<Instant> hello_due;
  std::optional<Instant> beat_due;             ///< set by Hello
  std::optional<Duration> heartbeat_interval;  ///< none: the world's
  SayPieces pieces;                            ///< how its messages are cut
  Answers held;                                ///< what is withheld from now on
  std::map<Answer, unsigned> owed;             ///< what was withheld, and how often
  bool upgraded = false;
  bool silent = false;
  bool lost = false;  ///< the transport has ended by itself
  bool gone = false;  ///< nothing more to do
};

}  // namespace portcullis::mock
