#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "portcullis/core/encoding/value.h"
#include "portcullis/core/result.h"

namespace portcullis {

/// The upgrade succeeded; Hello is awaited.
struct Connected {};

/// A dispatch, in the order of arrival (GW-DISP-9).
struct Dispatch {
  enum class Kind : std::uint8_t { Ready, Resumed, Other };
  Kind kind;
  std::string_view name;                 ///< `t`; empty when the peer left it out
  std::optional<std::int64_t> sequence;  ///< `s`
  encoding::ValueView data;              ///< `d`; ends at the next poll
  bool out_of_place;                     ///< the peer sent it where no document expects it (OP-35)
};

/// The peer did something outside the catalogue; the connection lives on.
struct Odd {
  enum class What : std::uint8_t { SecondHello, UnknownOpcode, UnexpectedReady, UnusableSession };
  What what;
  std::int64_t opcode;  ///< of the frame at hand
  Requirement req;
};

/// A link has ended, or could not be opened.
struct Disconnected {
  enum class Why : std::uint8_t {
    ClosedByPeer,
    LostLink,
    OpenFailed,
    HelloTimeout,
    ReadyTimeout,
    Zombie,
    Undecodable,
    AskedToReconnect,
    InvalidSession,
    LocalReconnect,
    LocalStop,
  };
  enum class Next : std::uint8_t { Resume, Identify, Nothing };
  Why why = Why::LostLink;
  std::uint16_t close_code = 0;               ///< the peer's verdict; 0 when it gave none
  int http_status = 0;                        ///< of a refused handshake; 0 otherwise
  std::optional<Error> error = std::nullopt;  ///< what was broken, for Undecodable and refused handshakes
  Next next = Next::Nothing;                  ///< what the next connection will be for
  Duration delay{0};                          ///< until the next attempt
  unsigned failures = 0;                      ///< failures in a row without a stable live minute (LOCAL-2)
  bool main_url_failing = false;              ///< ask GET /gateway/bot again (LOCAL-20)
};

using Event = std::variant<Connected, Dispatch, Odd, Disconnected>;

/// Why no further output will come until `start` is called again.
struct Finish {
  enum class Why : std::uint8_t { NotStarted, Ended, Kept, Fatal };  // Kept: what session() gives, if anything
  Why why = Why::NotStarted;
  std::uint16_t close_code = 0;      ///< the fatal one; 0 otherwise
  std::size_t commands_dropped = 0;  ///< that were waiting and went down with the session
};

}  // namespace portcullis
