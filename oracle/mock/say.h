#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <variant>

#include "portcullis/core/time.h"

namespace portcullis::mock {

// What the script, or the control port, may ask for.
struct SayDispatch {
  std::string name, data;
  std::string veiled{};  ///< instead of `data`, for those who lack MESSAGE_CONTENT (GW-INT-8); empty: the same
};                       ///< both are JSON text; to live sessions, and kept for replay
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
/// What a good gateway answers by itself.
enum class Answer : std::uint8_t {
  Hello,
  Ready,    ///< with the guilds behind it; numbered when it is given
  Ack,      ///< a beat counts all the same
  Resumed,  ///< the replay goes before it and is not withheld
};
using Answers = std::set<Answer>;
struct SayHold {
  Answers answers;
};  ///< withholds these on one link, from before its upgrade if need be
struct SayRelease {
  Answers answers;
};  ///< gives what was withheld, and withholds no more
struct SayInterval {
  Duration interval{0};
};  ///< of one link's Hello; from before its upgrade if need be
struct SayPieces {
  std::size_t bytes = 0;
  bool pings = false;  ///< one between any two
};  ///< cuts what is sent on one link from now on, from before its upgrade if need be; 0: whole again
using Say = std::variant<SayDispatch, SayReconnect, SayInvalid, SayHeartbeat, SayAnything, SaySilence, SayClose,
                         SayDrop, SayForget, SayHello, SayHold, SayRelease, SayInterval, SayPieces>;

}  // namespace portcullis::mock
