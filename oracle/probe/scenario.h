#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portcullis/core/time.h"
#include "portcullis/oracle/judge/rule.h"
#include "portcullis/oracle/play/files.h"
#include "portcullis/oracle/timeline/record.h"

/// What clients, good and bad, do to a gateway under test, as data: corpus/server_scenarios/.
namespace portcullis::probe {

using timeline::Json;

/// How much a scenario asks. Observed: what the catalogue has only seen, or leaves open, is told and never failed.
enum class Level : std::uint8_t { Must, Should, Observed };

/// What has to come, as patterns for sights (see `Sight` in sight.h); any of them will do.
using Patterns = std::vector<judge::Pattern>;

/// Opens a new connection; the one before, if it still stands, is dropped first.
struct Connect {
  std::string query;                   ///< of the target
  bool at_resume_url = false;          ///< where READY said; else where the user said
  std::vector<std::string> request{};  ///< lines of a request of our own, in place of an upgrade
  bool identifies = false;             ///< an Identify follows on it: the server's spacing is kept
};
/// Waits for Hello, sends a valid Identify with these members besides, and waits for READY.
struct LogIn {
  Json with = Json::object();
};
/// One payload in the connection's encoding; texts that begin with $ stand for what is known by then.
struct Send {
  Json payload;
  std::size_t pad_to = 0;  ///< "$pad" becomes as long as the encoded payload needs to have so many bytes; 0: empty
};
struct SendMessage {
  bool text = true;
  std::string bytes;
};
/// Bytes on the wire, as they are.
struct SendRaw {
  std::string bytes;
};
struct Ping {
  std::string payload;
};
struct Close {
  std::uint16_t code = 0;  ///< 0: a Close without a code
  std::string reason{};
};
struct Drop {};  ///< resets the transport
struct Eof {};   ///< ends our half of it, without a Close
/// Neither beats nor answers to op 1 from here on, on this connection.
struct Silent {};
/// Waits for a sight that fits; sights that do not fit are passed over, but for an end.
struct Expect {
  Patterns any;
  Patterns skip_on{};  ///< in place of it: the server does not offer what is tried, `skip` says what
  std::string skip{};
  Duration within{5'000};
  double intervals = 0;  ///< and so many heartbeat intervals
  unsigned count = 1;
  bool next = false;  ///< the next sight has to fit
};
/// For so long none that fits comes, and no end.
struct Quiet {
  Duration time{0};
  Patterns never{};
};
/// Waits until nothing was heard for so long, ten times as long at most.
struct Settle {
  Duration time{0};
};
struct WaitTime {
  Duration time{0};
};
/// What was heard of the session after `$seq` of the Resume comes again, in order, and then RESUMED.
struct ExpectReplay {
  Duration within{5'000};
};

using Verb = std::variant<Connect, LogIn, Send, SendMessage, SendRaw, Ping, Close, Drop, Eof, Silent, Expect, Quiet,
                          Settle, WaitTime, ExpectReplay>;
struct Step {
  Verb verb;
  std::string text;  ///< as the file has it
};

struct Scenario {
  Level level = Level::Must;
  judge::Rule rule;  ///< what it asks: its id, its requirements, and `about`
  std::vector<std::string> sources;
  bool slow = false;       ///< takes long with a heartbeat interval as it is usual
  bool too_often = false;  ///< identifies more often than is allowed
  std::vector<Step> steps;

  const std::string& id() const noexcept { return rule.id; }
  const std::string& about() const noexcept { return rule.says; }
};

using play::Malformed;

/// Reads a file as corpus/schema/server_scenarios.schema.json describes it; `file` is its name in complaints.
std::variant<std::vector<Scenario>, Malformed> read_scenarios(std::string_view text, const std::string& file);
/// Reads all files of a folder, by name.
std::variant<std::vector<Scenario>, Malformed> read_scenario_folder(const std::filesystem::path& folder);
/// Gives those that came with the program.
const std::vector<Scenario>& embedded_scenarios();

std::string_view name_of(Level level);

}  // namespace portcullis::probe
