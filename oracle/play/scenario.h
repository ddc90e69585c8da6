#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/oracle/mock/say.h"
#include "portcullis/oracle/mock/world.h"
#include "portcullis/oracle/play/files.h"

/// What a gateway does to a client, connection by connection, as data, and who plays it.
namespace portcullis::play {

enum class Level : std::uint8_t { Must, Should, Robust, Info };
/// In which time a scenario can be played.
enum class Pace : std::uint8_t { Any, Virtual, Wall };
enum class ResumeUrl : std::uint8_t { Same, Dead, Other, Missing, Slash, Query };
enum class FurtherLinks : std::uint8_t { Good, Last };
enum class Then : std::uint8_t { Stop, Leave };

/// What can be seen to happen on a link.
enum class Moment : std::uint8_t {
  Request,   ///< the client's request for an upgrade, whole
  Upgraded,  ///< its answer 101
  Identify,
  Resume,
  Ready,
  Resumed,
  Live,     ///< READY or RESUMED
  Beat,     ///< the client's op 1
  Message,  ///< any message of the client
  Close,    ///< the client's Close
  End,      ///< the end of the transport, whoever ended it
};

// The verbs of a script.
/// Waits for the so-many-th of a moment: a beat or message since the step was reached, any other since the moment that
/// the last wait was for.
struct WaitFor {
  Moment moment;
  unsigned count = 1;
  bool anywhere = false;  ///< also when it is seen on another link
};
struct WaitTime {
  Duration time;
};
struct Refuse {
  int status;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};
struct RawAnswer {
  std::string text;
};
struct WrongKey {};
struct Stall {};
/// Bytes of WebSocket as they are: whole frames, or whatever.
struct RawFrames {
  std::string bytes;
};
/// The end of our half of the transport, without a Close.
struct Eof {};
/// Withholds answers, or gives them; `close` is that to the client's Close, with the end of the transport behind it.
struct Hold {
  mock::Answers answers;
  bool close = false;
};
struct Release {
  mock::Answers answers;
  bool close = false;
};
/// What the client is told to do by whoever runs it: only one that takes orders can play such a scenario.
struct Order {
  enum class What : std::uint8_t { Send, Close, Start } what;
  std::uint32_t shard = 0;  ///< that is to send
  std::string payload{};    ///< to be sent, as JSON
};
/// An event of which a text of so many letters is a part.
struct LargeEvent {
  std::size_t letters;
};
using Verb = std::variant<WaitFor, WaitTime, Refuse, RawAnswer, WrongKey, Stall, RawFrames, Eof, Hold, Release, Order,
                          LargeEvent, mock::Say>;

struct Step {
  Verb verb;
  std::string place;  ///< for people: "step 3", or "step 2.1, round 4" where steps are repeated
  std::string text;   ///< the step as it was written, on one line
};
using Script = std::vector<Step>;

/// The gateway that a scenario is played by, where its script says nothing.
struct Setting {
  Duration heartbeat_interval{45'000};
  std::uint32_t shards = 1;  ///< recommended by /gateway/bot
  std::uint32_t max_concurrency = 1;
  std::uint32_t guilds = 1;
  std::uint32_t remaining = 1'000;  ///< identifies of the day
  std::vector<int> gateway_bot;     ///< what the first requests for it are answered with, in place of 200
  ResumeUrl resume_url = ResumeUrl::Same;
};

/// One scenario; the form of its file is `corpus/schema/scenarios.schema.json`.
struct Scenario {
  std::string id, area, about;
  Level level = Level::Must;
  std::vector<std::string> requirements, sources, seen_in;
  Pace pace = Pace::Any;
  Duration budget{};
  bool slow = false;
  std::vector<std::string> needs;  ///< the orders that it gives
  Setting world;
  std::vector<Script> links;  ///< of the n-th connection; none where the API gives no reason to make one
  FurtherLinks further_links = FurtherLinks::Good;
  Duration watch{};  ///< from the end of the last script
  Then then = Then::Stop;
};

/// Reads one file.
///
/// Errors: Malformed for anything that the schema forbids, an id that is not of the area or occurs twice, a step that
///         comes too early, and a script of more than 10,000 steps with all its repetitions.
std::variant<std::vector<Scenario>, Malformed> read_scenarios(std::string_view text, const std::string& file);

/// Reads all files NAME.json of a folder, in the order of their names; an id may occur once among them.
std::variant<std::vector<Scenario>, Malformed> read_scenario_folder(const std::filesystem::path& folder);

/// Gives those that came with the program; a mistake in them stops it, as they are our own.
const std::vector<Scenario>& embedded_scenarios();

/// The world that a scenario's peer lives in, for the REST answers too.
mock::World world_of(const Scenario& scenario);

std::string_view name_of(Level level);  ///< such as MUST
std::string_view name_of(Moment moment);
std::string_view name_of(Order::What what);  ///< send, close or start

}  // namespace portcullis::play
