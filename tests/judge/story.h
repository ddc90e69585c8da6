#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "portcullis/oracle/judge/judge.h"

namespace portcullis::tests {

using timeline::Json;

/// Writes a timeline as a conversation: each call is what happens next, on the newest connection.
///
/// Shape:  the clock is virtual, so that times count to the millisecond. What is sent without a value is right: the `s`
///         of the session, its id, a whole Identify. `changes` replaces members of the data; null takes one away.
class Story {
 public:
  static constexpr std::string_view kMain = "wss://main.test/?v=10&encoding=json";
  static constexpr std::string_view kResume = "wss://resume.test/?v=10&encoding=json";
  static constexpr std::string_view kGuildOfShardOne = "4194304";

  Story& wait(std::int64_t ms);
  Story& noise(std::int64_t ms);  ///< and the clock is that of the wall
  Story& note();                  ///< so that the timeline lasts until now

  Story& rest(const Json& changes = Json::object());
  Story& open(std::string_view url = kMain);  ///< and nothing more
  Story& upgraded();
  Story& refused(int status = 503);
  Story& call(std::string_view url = kMain);  ///< opened and upgraded, and Hello came
  Story& live(std::string_view url = kMain);  ///< called, identified and READY
  Story& back();                              ///< called at the resume URL, resumed and RESUMED
  Story& leave();                             ///< told to stop, and closed with 1000

  Story& client(int op, const Json& data, const Json& record = Json::object());
  Story& beat();
  Story& beat(const Json& data);
  Story& acked();  ///< a beat and its ACK
  Story& identify(const Json& changes = Json::object());
  Story& resume(const Json& changes = Json::object());
  Story& presence();
  Story& members(const Json& changes = Json::object());
  Story& closes(std::optional<int> code = 4000);

  Story& server(const Json& payload, const Json& record = Json::object());
  Story& hello(const Json& interval = 45'000);
  Story& ready(const Json& changes = Json::object());
  Story& resumed();
  Story& dispatch(const Json& changes = Json::object());
  Story& ack();
  Story& ask();
  Story& reconnect();
  Story& invalid(const Json& resumable);
  Story& closed(std::optional<int> code = 4000);
  Story& cut();  ///< the transport ends without a Close

  Story& record(std::string_view is, const Json& with = Json::object());
  Story& local(std::string_view did) { return record("local", {{"did", did}}); }
  Story& exit() { return record("process", {{"state", "exited"}, {"status", 1}, {"killed", false}}); }

  const timeline::Timeline& told() const { return timeline_; }

 private:
  timeline::Timeline timeline_{timeline::Clock::Virtual, "a story", {}};
  std::int64_t now_ = 0;
  std::uint64_t link_ = 0;
  int sessions_ = 0;
  std::optional<std::int64_t> sequence_;
};

/// Gives the rules that a story breaks, of whatever level.
std::set<std::string> broken_by(const Story& story);

/// Gives what a story comes to for one rule.
judge::RuleResult result_of(std::string_view rule, const Story& story);

}  // namespace portcullis::tests
