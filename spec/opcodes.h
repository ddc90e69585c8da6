#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "portcullis/spec/requirements.h"

/// The opcodes of the gateway (catalogue section 4.1).
namespace portcullis::spec {

/// An opcode that a bot may send or receive; the value is the number on the wire.
enum class Opcode : std::uint8_t {
  Dispatch = 0,
  Heartbeat = 1,
  Identify = 2,
  PresenceUpdate = 3,
  VoiceStateUpdate = 4,
  Resume = 6,
  Reconnect = 7,
  RequestGuildMembers = 8,
  InvalidSession = 9,
  Hello = 10,
  HeartbeatAck = 11,
  RequestSoundboardSounds = 31,
  RequestChannelInfo = 43,
};

struct OpcodeRow {
  Opcode opcode;
  std::string_view name;
  bool may_send;          ///< by a client
  bool may_receive;       ///< by a client
  std::string_view data;  ///< what `d` holds
  Requirement req;
};

// clang-format off
inline constexpr auto kOpcodes = [] {
  using O = Opcode;
  return std::to_array<OpcodeRow>({
  // opcode                       name                        sends  receives  data                                       requirement
    {O::Dispatch,                "Dispatch",                  false, true,  "any, by t",                                  req::GW_DISP_1},
    {O::Heartbeat,               "Heartbeat",                 true,  true,  "integer or null",                            req::GW_HB_5},
    {O::Identify,                "Identify",                  true,  false, "map",                                        req::GW_ID_1},
    {O::PresenceUpdate,          "Presence Update",           true,  false, "map",                                        req::GW_PRES_1},
    {O::VoiceStateUpdate,        "Voice State Update",        true,  false, "map",                                        req::GW_VSU_1},
    {O::Resume,                  "Resume",                    true,  false, "map",                                        req::GW_RES_1},
    {O::Reconnect,               "Reconnect",                 false, true,  "null",                                       req::GW_RECON_3},
    {O::RequestGuildMembers,     "Request Guild Members",     true,  false, "map",                                        req::GW_RGM_1},
    {O::InvalidSession,          "Invalid Session",           false, true,  "boolean: whether the session may be resumed", req::GW_INV_1},
    {O::Hello,                   "Hello",                     false, true,  "map",                                        req::GW_HELLO_1},
    {O::HeartbeatAck,            "Heartbeat ACK",             false, true,  "null or absent",                             req::GW_HB_13},
    {O::RequestSoundboardSounds, "Request Soundboard Sounds", true,  false, "map",                                        req::GW_SB_1},
    {O::RequestChannelInfo,      "Request Channel Info",      true,  false, "map",                                        req::GW_CI_1},
  });
}();

/// Numbers that are seen in use but not by bots: a bot that sends one breaks GW-ENV-4. The names are unofficial.
struct ForeignOpcodeRow {
  std::uint8_t number;
  std::string_view name;
};

inline constexpr auto kForeignOpcodes = std::to_array<ForeignOpcodeRow>({
  { 5, "voice server ping, gone since 2018"},
  {12, "guild sync, gone"},
  {13, "call connect"},
  {14, "guild subscriptions"},
  {17, "lobby voice states"},
  {18, "streams"},
  {19, "streams"},
  {20, "streams"},
  {21, "streams"},
  {22, "streams"},
  {28, "forum unreads"},
  {29, "remote command"},
  {30, "deleted entity ids"},
  {32, "speed test"},
  {33, "speed test"},
  {34, "last messages"},
  {35, "search recent members"},
  {36, "channel statuses, superseded by 43"},
  {37, "guild subscriptions bulk"},
  {38, "guild channels resync"},
  {39, "channel member count"},
  {40, "quality of service heartbeat"},
  {41, "time-spent session id"},
  {42, "lobby voice server ping"},
});
// clang-format on

/// Gives the opcode with this number on the wire, or nothing when a bot neither sends nor receives it.
constexpr std::optional<Opcode> opcode_of(std::int64_t number) noexcept {
  for (const OpcodeRow& row : kOpcodes)
    if (static_cast<std::int64_t>(row.opcode) == number) return row.opcode;
  return std::nullopt;
}

/// Gives the row of an opcode.
constexpr const OpcodeRow& row_of(Opcode opcode) noexcept {
  std::size_t index = 0;
  while (kOpcodes[index].opcode != opcode) ++index;
  return kOpcodes[index];
}

/// Says whether a client receives this opcode (GW-ENV-11).
constexpr bool is_received(Opcode opcode) noexcept { return row_of(opcode).may_receive; }

/// Says whether a client may send this opcode (GW-ENV-4).
constexpr bool is_sent(Opcode opcode) noexcept { return row_of(opcode).may_send; }

/// Names an opcode as the documentation does, such as "Heartbeat ACK".
constexpr std::string_view name(Opcode opcode) noexcept { return row_of(opcode).name; }

static_assert(
    [] {
      for (std::size_t i = 1; i < kOpcodes.size(); ++i)
        if (kOpcodes[i - 1].opcode >= kOpcodes[i].opcode) return false;
      for (std::size_t i = 1; i < kForeignOpcodes.size(); ++i)
        if (kForeignOpcodes[i - 1].number >= kForeignOpcodes[i].number) return false;
      for (const ForeignOpcodeRow& row : kForeignOpcodes)
        if (opcode_of(row.number)) return false;
      return true;
    }(),
    "the opcode tables are sorted and share no number");

static_assert(
    [] {
      std::size_t sent = 0;
      std::size_t received = 0;
      for (const OpcodeRow& row : kOpcodes) {
        sent += row.may_send ? 1 : 0;
        received += row.may_receive ? 1 : 0;
      }
      return kOpcodes.size() == 13 && sent == 8 && received == 6;
    }(),
    "8 opcodes are sent, 6 received, Heartbeat both ways");

}  // namespace portcullis::spec
