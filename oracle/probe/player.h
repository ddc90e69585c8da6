#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "portcullis/core/chance.h"
#include "portcullis/core/time.h"
#include "portcullis/core/websocket/url.h"
#include "portcullis/oracle/probe/gate.h"
#include "portcullis/oracle/probe/line.h"
#include "portcullis/oracle/probe/scenario.h"
#include "portcullis/oracle/probe/session.h"
#include "portcullis/oracle/timeline/pseudonyms.h"

namespace portcullis::probe {

/// The server under test, and who logs in.
///
/// Secrets: `token` is one.
struct Target {
  websocket::Url url;
  std::string token;
};

using LinkNumber = std::uint64_t;

struct Dial {
  LinkNumber link;
  websocket::Url url;
};
struct Transmit {
  LinkNumber link;
  std::vector<std::byte> bytes;
};
struct Hangup {
  LinkNumber link;
};  ///< end our half, after what was transmitted
struct Reset {
  LinkNumber link;
};  ///< drop it at once
struct Wait {
  std::optional<Instant> deadline;
};
struct Over {};  ///< nothing more comes
using Output = std::variant<Dial, Transmit, Hangup, Reset, Wait, Over>;

/// How playing a scenario ended.
struct Ending {
  enum class What : std::uint8_t { Playing, Passed, Failed, Skipped, NotConnected };
  What what = What::Playing;
  std::string seen, allowed;  ///< of a failure; `seen` also says why it was skipped, and what an observer saw last
  std::size_t record = 0;     ///< of the timeline: where it showed
};

/// Plays a scenario to a server: a client that is good but where the script says otherwise. No I/O.
///
/// Shape:    after every call but `poll`, poll until Wait or Over. One connection at a time; what comes for an older
///           link changes nothing.
/// Units:    `now` is the caller's monotonic time, never less than at the last call.
/// Lifetime: everything given is borrowed.
class Player {
 public:
  Player(const Scenario& scenario, const Target& target, Gate& gate, const Chance& chance,
         timeline::Pseudonyms& pseudonyms, timeline::Sink sink, Instant began);

  void start(Instant now);
  void opened(LinkNumber link, Instant now);
  /// The transport could not be opened; `why` is one line.
  void failed(LinkNumber link, const std::string& why, Instant now);
  void received(LinkNumber link, std::span<const std::byte> bytes, Instant now);
  void ended(LinkNumber link, timeline::How how, Instant now);
  void elapsed(Instant now);
  Output poll();

  const Ending& ending() const noexcept { return ending_; }

 private:
  struct Seen {
    Json facts;
    std::size_t record;
  };
  enum class Way : std::uint8_t { Wait, Next };
  enum class Stage : std::uint8_t { Begin, Slot, Dialling, Hello, Ready };

  void note(timeline::Record record);
  void see(const Json& facts);
  void advance(Instant now);
  void stop(Ending::What what, std::string seen, std::string allowed, std::size_t record);
  void fail(std::string seen, std::string allowed);
  void leave(Instant now);
  void beat(Instant now);

  Way play(const Connect& step, Instant now);
  Way play(const LogIn& step, Instant now);
  Way play(const Send& step, Instant now);
  Way play(const SendMessage& step, Instant now);
  Way play(const SendRaw& step, Instant now);
  Way play(const Ping& step, Instant now);
  Way play(const Close& step, Instant now);
  Way play(const Drop&, Instant now);
  Way play(const Eof&, Instant now);
  Way play(const Silent&, Instant now);
  Way play(const Expect& step, Instant now);
  Way play(const Quiet& step, Instant now);
  Way play(const Settle& step, Instant now);
  Way play(const WaitTime& step, Instant now);
  Way play(const ExpectReplay& step, Instant now);

  void dial(const Connect& step, Instant now);
  std::optional<websocket::Url> url_of(const Connect& step) const;
  void drop(timeline::How how, Instant now);
  Way reserve(Instant now);
  Way greet(Instant now);
  Way identify(const LogIn& step, Instant now);
  Way await_ready(const LogIn& step, Instant now);
  bool has_begun(Duration time, Instant now);
  bool is_due(Instant now) const { return due_ && *due_ <= now; }
  bool take(Seen& seen);
  void send(const Json& payload, Instant now);
  Duration patience_of(const Expect& step) const;
  bool pass_over(const Expect& step, const Seen& seen);

  const Scenario& scenario_;
  const Target& target_;
  Gate& gate_;
  const Chance& chance_;
  timeline::Pseudonyms& pseudonyms_;
  const timeline::Sink sink_;
  const Instant began_;

  std::unique_ptr<Line> line_;  ///< the newest
  LinkNumber link_ = 0;
  bool connected_ = false;  ///< the transport of the newest
  bool gone_ = true;        ///< it ended, either way
  std::deque<Output> outputs_;
  std::deque<Seen> sights_;
  std::size_t records_ = 0;
  Session session_;

  // Of the newest connection
  std::optional<Duration> interval_;
  std::optional<Instant> beat_due_;
  bool hello_ = false, silent_ = false, asked_ = false;

  // Of the step at hand
  std::size_t step_ = 0;
  Stage stage_ = Stage::Begin;
  std::optional<Instant> due_, slot_;
  unsigned count_ = 0, refusals_ = 0;
  Instant heard_at_{};
  std::vector<std::int64_t> replayed_;

  Ending ending_;
  std::string last_;  ///< what an expectation saw last, in words
  bool leaving_ = false;
  std::optional<Instant> leave_by_;
};

}  // namespace portcullis::probe
