#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Sections 8.2 to 8.8 of the catalogue a second time: one shard's session, as plainly as they say it and with no
/// thought of speed. It shares nothing with core/ or with the tables, to be compared with them.
///
/// It stands above the bytes. What goes in are payloads, ends of the transport, moments and local commands; what comes
/// out are acts. Of the WebSocket it knows who has closed, and how long that may take (WS-CL). Times are milliseconds.
namespace portcullis::models {

using Millis = std::int64_t;

// ---- What goes in

/// A payload that could be decoded. What a session must know of `d` is told beside it.
struct Payload {
  std::int64_t op = 0;
  std::optional<std::int64_t> s{};
  std::string t{};                   ///< empty: none
  std::string d = "null";            ///< handed on as it is
  std::optional<Millis> interval{};  ///< of a Hello; none: missing, or no integer above 0
  bool resumable = false;            ///< of an Invalid Session: `d` is true
  std::string session_id{};          ///< of a READY; empty: missing
  std::string resume_url{};          ///< likewise
  struct Limited {
    std::int64_t op = 0;
    std::uint64_t guild_id = 0;  ///< 0: all guilds
    Millis wait = 0;
  };
  std::optional<Limited> limited{};  ///< of a RATE_LIMITED that can be read
};

/// A command of the user's, with what the limits ask of it.
struct Request {
  struct Kind {
    std::int64_t op = 0;
    std::uint64_t guild_id = 0;
    bool whole_list = false;  ///< all members of a guild
    auto operator<=>(const Kind&) const = default;
  };
  Kind kind;
  std::string payload;
  std::string fault;  ///< why it may not be sent; empty: it may
};

// ---- What comes out

namespace act {
struct Dial {
  std::string url;
};
struct AskUpgrade {};
struct Beat {
  std::optional<std::int64_t> sequence;
};
struct Identify {};
struct Resume {
  std::string session_id;
  std::int64_t sequence;
};
struct Send {
  std::string payload;
};
struct Close {
  std::optional<int> code;
};
struct Hangup {};
struct Connected {};
struct Deliver {
  std::string name;
  std::optional<std::int64_t> sequence;
  std::string data;
  bool out_of_place;
};
struct Odd {
  std::string what;
  std::int64_t op;
};
struct Disconnected {
  enum class Next : std::uint8_t { Resume, Identify, Nothing };
  std::string why;
  int close_code;
  int http_status;
  Next next;
  Millis delay;
  bool main_url_failing;
};
struct AskSlot {};
struct ReturnSlot {};
struct Finished {
  std::string how;
  int close_code;
  std::size_t commands_dropped;
};
}  // namespace act

using Act = std::variant<act::Dial, act::AskUpgrade, act::Beat, act::Identify, act::Resume, act::Send, act::Close,
                         act::Hangup, act::Connected, act::Deliver, act::Odd, act::Disconnected, act::AskSlot,
                         act::ReturnSlot, act::Finished>;

// ---- The session

/// Section 8.2. Closing is one state here, with a purpose beside it.
enum class State : std::uint8_t {
  Idle,
  Backoff,
  Connecting,
  AwaitHello,
  AwaitSlot,
  Identifying,
  Resuming,
  Ready,
  Closing,
  Stopped,
};

enum class Purpose : std::uint8_t { Reconnect, Stop };

struct KnownSession {
  std::string id;  ///< empty: READY gave nothing that can be used (LOCAL-8)
  std::string url;
  std::optional<std::int64_t> sequence;
};

struct ClientSettings {
  std::string main_url;
  std::optional<KnownSession> resume;  ///< from another process (GW-RES-24)
  std::size_t commands_waiting_max = 1'000;
};

/// Gives a length of time from the first on and below the second: whoever asks lets chance decide.
using Draw = std::function<Millis(Millis, Millis)>;

/// A client of the gateway.
///
///   Shape:  call one input, then `elapsed` with the same time unless there may be more to read, then `take`.
///   Source: sections 8.2 to 8.8 of the catalogue; GW-, LOCAL- and OP-, as cited at each clause.
class GatewayClient {
 public:
  GatewayClient(ClientSettings settings, Draw draw) : settings_(std::move(settings)), draw_(std::move(draw)) {
    session_ = settings_.resume;
  }

  // Section 8.3: local commands.
  void start(Millis now);
  void reconnect(Millis now);
  void stop_for_good(Millis now);
  void stop_keeping(Millis now);
  void granted(Millis now);
  /// Gives why it was refused; empty: it was not.
  std::string send(const Request& request, Millis now);
  void set_main_url(std::string url) { settings_.main_url = std::move(url); }

  // The transport.
  void opened(Millis now);
  void upgraded(Millis now);
  void refused(int http_status, Millis retry_after, Millis now);
  void lost(Millis now);

  // What the peer says.
  void payload(const Payload& payload, Millis now);
  void undecodable(bool beyond_a_limit, Millis now);
  void broken(int close_code, Millis now);  ///< a breach of RFC 6455 that is answered with this code
  void closed(std::optional<int> code, Millis now);

  /// Runs what is due.
  void elapsed(Millis now);

  /// Gives what is to be done, in its order.
  std::vector<Act> take();

  State state() const { return state_; }
  Purpose purpose() const { return purpose_; }
  std::optional<KnownSession> session() const { return can_resume() ? session_ : std::nullopt; }
  std::optional<Millis> latency() const { return link_.latency; }
  std::size_t commands_waiting() const { return queue_.size(); }
  /// When `elapsed` must be called at the latest; none when nothing will be due.
  std::optional<Millis> deadline() const;
  /// Whether a client may not look sooner. While closing it may: its beats go on in silence (a0).
  bool deadline_is_exact() const;
  bool has_transport() const { return link_.transport; }
  bool hears() const { return link_.open && link_.transport && !link_.peer_closed; }
  std::size_t beats_open() const { return link_.beats_open.size(); }

 private:
  // Why a link ends, and what that means for the next attempt.
  enum class Pace : std::uint8_t { Loss, Failure, Asked, Wished };
  struct Ending {
    std::string why;
    Millis wait = 0;
    Pace pace = Pace::Loss;
    std::string finish = "ended";
  };
  enum class Verdict : std::uint8_t { None, Resume, NewSession, Fatal };

  // One connection (section 8.1).
  struct Link {
    bool transport = false;  // the caller holds it, or is opening it
    bool asked_upgrade = false;
    bool open = false;
    bool resuming = false;
    bool at_resume_url = false;
    bool live = false;
    bool replayed = false;  // something new came after op 6
    bool deaf = false;      // LOCAL-24
    bool we_closed = false;
    bool peer_closed = false;
    std::optional<int> peer_code;
    std::optional<Millis> interval;  // H
    Millis interval_at = INT64_MIN;  // since when
    bool acked = true;
    std::deque<Millis> beats_open;  // OP-45
    std::optional<Millis> latency;
    std::deque<Millis> sends;  // GW-RATE-2, GW-RATE-4
    bool owes_beat = false;    // LOCAL-7
    // Timers of section 8.3.
    std::optional<Millis> beat_at, hello_by, ready_by, close_by;
    std::optional<Millis> look_at;  // at the queue
  };

  bool can_resume() const { return session_ && !session_->id.empty() && session_->sequence; }
  bool can_send() const { return link_.open && link_.transport && !link_.we_closed && !link_.peer_closed; }
  bool is_in_handshake() const { return state_ == State::AwaitHello || state_ == State::AwaitSlot; }

  void dial();
  void hello(const Payload& payload);
  void second_hello(const Payload& payload);
  void dispatch(const Payload& payload);
  void ready(const Payload& payload);
  void resumed(const Payload& payload);
  void event(const Payload& payload);
  void adopt(const Payload& payload);
  void become_live();
  void deliver(const Payload& payload, bool out_of_place);
  bool count(const std::optional<std::int64_t>& sequence);
  void obey(const Payload::Limited& limited);
  void invalid_session(bool resumable);
  void acknowledged();
  void asked_for_beat();

  void close(int code, Ending ending);
  void hang_up();
  void end_link();
  void come_back(const Ending& ending, int close_code, int http_status);
  void finish(const std::string& how, int close_code = 0);
  void forget();
  void could_not_open(Millis wait, int http_status);
  void link_ended(Verdict verdict, int code);
  void closing_ended(int code);
  void stop_fatal(int code);
  Millis back_off(Pace pace);

  std::optional<Millis> next_timer() const;
  bool run_one_timer();
  void beat_due();
  void give_up_waiting(const std::string& why);
  void close_waited_out();

  void send_beat();
  void transmit(Act act);
  void release();
  std::size_t reserve() const;
  Millis room_at(std::size_t most) const;
  Millis free_at(const Request::Kind& kind) const;
  Millis asked_beat_at() const;
  void look_again(Millis at);

  ClientSettings settings_;
  Draw draw_;
  std::vector<Act> acts_;
  Millis now_ = 0;

  State state_ = State::Idle;
  Purpose purpose_ = Purpose::Reconnect;
  Ending ending_;
  std::optional<act::Finished> finished_ = act::Finished{"not started", 0, 0};
  std::optional<KnownSession> session_;
  Link link_;
  std::optional<Millis> dial_at_;

  std::deque<Request> queue_;
  std::size_t commands_dropped_ = 0;
  std::deque<Millis> presences_;                   // GW-PRES-6
  std::map<Request::Kind, Millis> blocked_until_;  // GW-RGM-10, GW-RL-3

  // Back-off: LOCAL-1, LOCAL-2.
  int failures_ = 0;
  bool loss_was_spared_ = false;
  bool asked_before_ = false;
  std::optional<Millis> live_since_;
  int resumes_in_vain_ = 0;      // LOCAL-3
  int resume_url_failures_ = 0;  // LOCAL-4
  int main_url_failures_ = 0;    // LOCAL-20
};

}  // namespace portcullis::models
