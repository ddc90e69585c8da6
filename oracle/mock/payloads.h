#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/oracle/mock/request.h"
#include "portcullis/oracle/mock/world.h"

namespace portcullis::mock {

struct Session;

/// A dispatch before it has its number; `data` is JSON text.
struct Event {
  std::string name;
  std::string data;
};

// Whole payloads.
std::string hello_payload(Duration heartbeat_interval);
std::string heartbeat_payload();
std::string heartbeat_ack_payload();
std::string reconnect_payload();
std::string invalid_session_payload(bool resumable);
/// Shape: `data` is JSON text already.
std::string dispatch_payload(std::string_view name, std::int64_t sequence, std::string_view data);

// What dispatches say.
/// Holds all that a library was seen to need; `shard` only if it was asked for (GW-READY-1).
std::string ready_data(const World& world, const Session& session, std::int64_t version);
std::string resumed_data();
Event guild_create(const World& world, const Session& session, std::uint64_t guild_id);
/// Tells its number in `nonce` and, where the session may read it, in the text, which is not all ASCII.
Event numbered_message(const World& world, const Session& session, std::uint64_t guild_id, std::int64_t number);

// What commands are answered with; guilds that are not the session's have no answer.
std::vector<Event> voice_answer(const World& world, Session& session, const Voice& voice);
std::vector<Event> members_answer(const World& world, const Session& session, const Members& members, const Laws& laws);
Event rate_limited(const Members& members, Duration retry_after);
std::vector<Event> sounds_answer(const Session& session, const Sounds& sounds);
std::vector<Event> channel_info_answer(const World& world, const Session& session, const ChannelInfo& info);

/// Says whether a text is JSON, so that it can stand in a payload.
bool is_json(std::string_view text);

/// The body of an upgrade that is refused.
std::string refusal_body(std::string_view parameter, std::string_view value);

}  // namespace portcullis::mock
