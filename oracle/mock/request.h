#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/oracle/mock/laws.h"
#include "portcullis/spec/opcodes.h"

namespace portcullis::mock {

struct ShardPair {
  std::uint32_t id = 0, count = 1;
};

// What a client asks for, by opcode; section 4.3 of the catalogue.
struct Beat {};
struct Identify {
  std::string token;  ///< bare
  std::int64_t intents = 0;
  std::optional<ShardPair> shard{};
  bool compress = false;
};
struct Resume {
  std::string token;  ///< bare
  std::string session_id;
  std::int64_t sequence = 0;
};
struct Presence {};
struct Voice {
  std::uint64_t guild_id = 0;
  std::optional<std::uint64_t> channel_id{};
  bool self_mute = false, self_deaf = false;
};
struct Members {
  std::uint64_t guild_id = 0;
  std::optional<std::string> query{};  ///< none: by id
  std::uint64_t limit = 0;
  std::vector<std::uint64_t> user_ids{};
  bool presences = false;
  std::optional<std::string> nonce{};
  bool whole_list() const { return query && query->empty() && limit == 0; }
};
struct Sounds {
  std::vector<std::uint64_t> guild_ids;
};
struct ChannelInfo {
  std::uint64_t guild_id = 0;
  bool status = false, voice_start_time = false;
};
using Request = std::variant<Beat, Identify, Resume, Presence, Voice, Members, Sounds, ChannelInfo>;

/// Reads the `d` of an opcode that a client may send; nothing when it does not fit.
///
/// Shape:    keys that are not known are no harm, and null is as good as absent where a key may be absent. What clients
///           send although they should not and the gateway lets pass is let pass: a `compress` that is no boolean, a
///           `large_threshold` out of range (it is clamped), `user_ids` beside `query`, a nonce that is too long.
/// Source:   GW-CAUSE-1, GW-ID-1, GW-RES-1, GW-PRES-1 to 3, GW-VSU-1, GW-RGM-1 to 8, GW-SB-1, GW-CI-1.
std::optional<Request> read_request(spec::Opcode opcode, const nlohmann::json& data, std::int64_t version,
                                    const Laws& laws);

}  // namespace portcullis::mock
