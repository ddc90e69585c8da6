#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What happened between clients and a gateway, in the order in which one observer saw it: the one form for live runs
/// and recordings. As a file it is JSON lines, a header first; corpus/schema/timeline.schema.json describes them.
namespace portcullis::timeline {

using Json = nlohmann::ordered_json;

/// One thing that happened.
///
/// Units:    `at_ms` counts from the beginning of the timeline, and never less than that of the record before.
/// Shape:    `link` is the connection it belongs to, 0 where it belongs to none; `is` names the kind, and `with` is an
///           object with the members of that kind.
/// Secrets:  token and session ids are pseudonyms, see `Pseudonyms`.
struct Record {
  std::int64_t at_ms = 0;
  std::uint64_t link = 0;
  std::string is;
  Json with = Json::object();
};

using Sink = std::function<void(Record)>;

enum class Clock : std::uint8_t { Wall, Virtual };

struct Timeline {
  Clock clock = Clock::Wall;
  std::string about;  ///< what was recorded, for people: a scenario's id, a command
  std::vector<Record> records;
};

/// Why a file is no timeline: one line for a person, with the line's number and the member.
struct Malformed {
  std::string text;
};

/// Gives the header's line, and that of a record, both without a line end.
std::string header_line(const Timeline& timeline);
std::string line_of(const Record& record);

/// Reads a whole file.
///
/// Errors: Malformed for anything that the schema forbids, for time that goes back, and for a line that is cut off.
std::variant<Timeline, Malformed> read(std::istream& in);

}  // namespace portcullis::timeline
