#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "portcullis/spec/requirements.h"
#include "portcullis/spec/table.h"

/// What a close by the server means to a client (catalogue sections 3.13, 4.2 and 8.3).
namespace portcullis::spec {

/// What a client does after the connection has ended, given that it holds a session; without one, Resume is Identify.
enum class AfterClose : std::uint8_t { Resume, Identify, Stop };

/// What the documentation's own table says about reconnecting.
enum class Documented : std::uint8_t { Reconnect, Stop, NotListed };

/// The three classes that the session table tells apart.
enum class CloseClass : std::uint8_t { Resume, NewSession, Fatal };

template <>
struct EnumNames<AfterClose> {
  static constexpr std::array<std::string_view, 3> values{"Resume", "Identify", "Stop"};
};
template <>
struct EnumNames<Documented> {
  static constexpr std::array<std::string_view, 3> values{"Reconnect", "Stop", "NotListed"};
};
template <>
struct EnumNames<CloseClass> {
  static constexpr std::array<std::string_view, 3> values{"Resume", "NewSession", "Fatal"};
};

struct CloseRow {
  std::uint16_t first;  ///< the codes from here
  std::uint16_t last;   ///< to here, both included
  std::string_view name;
  Documented documented;
  Set<AfterClose> required;  ///< what a client may do without fault: the Oracle sentences and the checks
  AfterClose recommended;    ///< what this project does
  Requirement req;
  std::optional<Requirement> open_point;
};

/// Every number from 0 to 65535 once. "No close code" is 1005 and 1006, as RFC 6455 section 7.1.5 has it.
// clang-format off
inline constexpr auto kCloseCodes = [] {
  using A = AfterClose; using D = Documented;
  return std::to_array<CloseRow>({
  // first  last   name                                        documented     required                     recommended  requirement          open point
    {    0,   999, "not a close code",                         D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_FATAL, req::OP_9},
    { 1000,  1000, "normal closure",                           D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_1000,  req::OP_8},
    { 1001,  1001, "going away",                               D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_1001,  req::OP_8},
    { 1002,  1004, "standard code by server or proxy",         D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_1XXX,  req::OP_8},
    { 1005,  1006, "lost: no close code",                      D::Reconnect, {A::Resume},                 A::Resume,   req::GW_CLOSE_NONE,  std::nullopt},
    { 1007,  1015, "standard code by server or proxy",         D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_1XXX,  req::OP_8},
    { 1016,  3999, "not used by the gateway",                  D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_FATAL, req::OP_9},
    { 4000,  4000, "Unknown error",                            D::Reconnect, {A::Resume},                 A::Resume,   req::GW_CLOSE_4000,  std::nullopt},
    { 4001,  4001, "Unknown opcode, or bad payload",           D::Reconnect, {A::Resume, A::Identify},    A::Identify, req::GW_CLOSE_4001,  req::OP_11},
    { 4002,  4002, "Decode error",                             D::Reconnect, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_4002,  std::nullopt},
    { 4003,  4003, "Not authenticated",                        D::Reconnect, {A::Resume, A::Identify},    A::Identify, req::GW_CLOSE_4003,  req::OP_11},
    { 4004,  4004, "Authentication failed",                    D::Stop,      {A::Stop},                   A::Stop,     req::GW_CLOSE_4004,  std::nullopt},
    { 4005,  4005, "Already authenticated",                    D::Reconnect, {A::Resume, A::Identify},    A::Identify, req::GW_CLOSE_4005,  req::OP_11},
    { 4006,  4006, "Session invalid, historic",                D::NotListed, {A::Identify},               A::Identify, req::GW_CLOSE_4006,  std::nullopt},
    { 4007,  4007, "Invalid seq",                              D::Reconnect, {A::Identify},               A::Identify, req::GW_CLOSE_4007,  req::OP_11},
    { 4008,  4008, "Rate limited",                             D::Reconnect, {A::Resume},                 A::Resume,   req::GW_CLOSE_4008,  std::nullopt},
    { 4009,  4009, "Session timed out",                        D::Reconnect, {A::Identify},               A::Identify, req::GW_CLOSE_4009,  req::OP_11},
    { 4010,  4010, "Invalid shard",                            D::Stop,      {A::Stop},                   A::Stop,     req::GW_CLOSE_4010,  std::nullopt},
    { 4011,  4011, "Sharding required",                        D::Stop,      {A::Stop},                   A::Stop,     req::GW_CLOSE_4011,  std::nullopt},
    { 4012,  4012, "Invalid API version",                      D::Stop,      {A::Stop},                   A::Stop,     req::GW_CLOSE_4012,  std::nullopt},
    { 4013,  4013, "Invalid intents",                          D::Stop,      {A::Stop},                   A::Stop,     req::GW_CLOSE_4013,  std::nullopt},
    { 4014,  4014, "Disallowed intents",                       D::Stop,      {A::Stop},                   A::Stop,     req::GW_CLOSE_4014,  std::nullopt},
    { 4015,  4016, "for user accounts only",                   D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_4015,  req::OP_9},
    { 4017,  4999, "unknown",                                  D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_UNK,   req::OP_9},
    { 5000, 65535, "not a close code",                         D::NotListed, {A::Resume, A::Identify},    A::Resume,   req::GW_CLOSE_FATAL, req::OP_9},
  });
}();
// clang-format on

/// Gives the row of a close code.
constexpr const CloseRow& close_row(std::uint16_t code) noexcept {
  std::size_t index = 0;
  while (kCloseCodes[index].last < code) ++index;
  return kCloseCodes[index];
}

/// Says what a close code means to the session.
///
/// Shape:  any number, also those that no Close frame may carry. The caller decides before that 1005 and 1006 are a
///         loss without a verdict; their class is Resume.
/// Source: catalogue section 8.3; requirements GW-CLOSE-NONE to GW-CLOSE-FATAL.
constexpr CloseClass classify_close(std::uint16_t code) noexcept {
  switch (close_row(code).recommended) {
    case AfterClose::Resume:
      return CloseClass::Resume;
    case AfterClose::Identify:
      return CloseClass::NewSession;
    case AfterClose::Stop:
      return CloseClass::Fatal;
  }
  return CloseClass::Resume;
}

static_assert(
    [] {
      if (kCloseCodes.front().first != 0 || kCloseCodes.back().last != 65535) return false;
      for (std::size_t i = 1; i < kCloseCodes.size(); ++i)
        if (kCloseCodes[i].first != kCloseCodes[i - 1].last + 1) return false;
      for (const CloseRow& row : kCloseCodes)
        if (row.last < row.first) return false;
      return true;
    }(),
    "every number stands in exactly one row, in order");

static_assert(
    [] {
      for (const CloseRow& row : kCloseCodes)
        if (!row.required.contains(row.recommended)) return false;
      return true;
    }(),
    "what we do is among what a client may do");

static_assert(
    [] {
      for (const CloseRow& row : kCloseCodes) {
        const bool fatal = row.recommended == AfterClose::Stop;
        if (fatal != (row.first == 4004 || (row.first >= 4010 && row.last <= 4014))) return false;
        if (fatal != (row.documented == Documented::Stop)) return false;
      }
      return true;
    }(),
    "GW-CLOSE-FATAL: the fatal set is exactly 4004 and 4010 to 4014");

}  // namespace portcullis::spec
