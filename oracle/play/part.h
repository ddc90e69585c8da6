#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/oracle/play/scenario.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::play {

/// Who answers on a link.
enum class Answering : std::uint8_t {
  Nobody,  ///< the client's request is withheld from the peer, as the script may answer it otherwise
  Peer,
  Scripted,  ///< the peer does not know the link any more
};

/// The part that a link has in the play: its script, how far that is, and what was seen.
class Part {
 public:
  /// `script` may be null, for a good gateway.
  Part(mock::Link link, std::size_t number, const Script* script, timeline::Tap a_tap);

  /// Notes what a record tells.
  void see(const timeline::Record& record);
  /// Notes what a record of another link tells, where the script waits for it.
  void hear(const timeline::Record& record);

  /// Gives the next step, or null when the script is done, or cannot go on.
  const Step* next() const noexcept;
  bool is_done() const noexcept { return script_ == nullptr || step_ == script_->size(); }
  void done() noexcept;
  /// Says whether what the step waits for has come; the first call for a step begins the wait.
  bool has_come(const WaitFor& wait) noexcept;
  bool has_come(const WaitTime& wait, Instant now) noexcept;
  /// When a wait for time is over, if one is under way.
  std::optional<Instant> due() const noexcept { return due_; }
  void stop(std::string why) { stopped_ = std::move(why); }
  /// Tells where the script stands, on one line.
  std::string where() const;

  const mock::Link link;
  timeline::Tap tap;
  Answering answering;
  std::string request;       ///< withheld
  std::string session_id{};  ///< once one is known
  std::size_t told = 0;      ///< records so far
  bool requested = false;
  bool live = false;     ///< READY or RESUMED was seen
  bool closing = false;  ///< a Close was seen, of either side
  bool client_closed = false;
  bool ended = false;      ///< the transport
  bool wrong_key = false;  ///< to be put into the answer to the request
  bool silent = false;
  bool closes_held = false;
  bool muted = false;  ///< a Close is not answered: what the peer says is kept
  bool hangup_owed = false;
  bool closed_by_hand = false;  ///< the script wrote a Close that the peer knows nothing of
  std::string owed{};
  std::optional<Instant> ping_due{};
  std::optional<Instant> pinged_at{};  ///< of a ping whose pong has not come
  std::string ping_awaited{};          ///< its payload as hex
  std::uint64_t pings = 0;
  bool pong_came = false;

 private:
  enum class Sight : std::uint8_t { Request, Upgraded, Identify, Resume, Ready, Resumed, Beat, Message, Close, End };
  static bool shows(Sight sight, Moment moment) noexcept;
  std::optional<Sight> sight_of(const timeline::Record& record);
  static std::optional<Sight> sight_of_message(const timeline::Json& with);

  const std::size_t number_;
  const Script* const script_;
  std::size_t step_ = 0;
  std::vector<Sight> sights_{};
  std::size_t past_ = 0;                ///< sights that the waits so far have used up
  std::optional<std::size_t> began_{};  ///< how many there were when the step at hand began to wait
  std::optional<Instant> due_{};
  std::string stopped_{};
};

}  // namespace portcullis::play
