#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "portcullis/core/websocket/stream.h"
#include "portcullis/oracle/mock/laws.h"
#include "portcullis/oracle/mock/request.h"
#include "portcullis/oracle/mock/sessions.h"
#include "portcullis/oracle/mock/window.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/spec/gateway_peer.h"

namespace portcullis::mock {

/// What a payload is judged by.
struct Judge {
  const World& world;
  const Laws& laws;
  const Sessions& sessions;
  const IdentifyLimits& identifies;
};

/// What a connection's URL has settled.
struct Agreed {
  std::int64_t version;
  bool etf = false;
};

/// What a payload is.
struct Classified {
  spec::gateway_peer::Input input;
  std::optional<std::int64_t> opcode = std::nullopt;  ///< once it is known
  std::optional<Request> request = std::nullopt;      ///< once it fits
};

/// Says which row a client's payload asks for: the first input of the enumeration that describes it. It counts in
/// `messages` and changes nothing else.
///
/// Shape:    a whole data message of any bytes.
/// Source:   laws send, identify, intents, shard, resume, payload/kind-refused.
Classified classify(websocket::Kind kind, std::span<const std::byte> payload, const Agreed& agreed, Window& messages,
                    const Judge& judge, Instant now);

}  // namespace portcullis::mock
