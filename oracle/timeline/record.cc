#include "portcullis/oracle/timeline/record.h"

#include <algorithm>
#include <istream>
#include <limits>
#include <optional>
#include <span>

#include "portcullis/core/encoding/json_scan.h"
#include "portcullis/oracle/timeline/kinds.h"

namespace portcullis::timeline {
namespace {

constexpr std::int64_t kForm = 1;           ///< the number of this form of timelines
constexpr std::size_t kNestingMax = 1'000;  ///< a payload has 512 levels at most, and lies in a record

std::string written(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_natural(const Json& value) {
  return value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

/// Says whether a natural number fits into the type that holds it here.
bool is_up_to(const Json& value, std::uint64_t most) { return is_natural(value) && value.get<std::uint64_t>() <= most; }

bool is_word(const Json& value, std::string_view words) {
  if (!value.is_string()) return false;
  const auto& word = value.get_ref<const std::string&>();
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

bool fits(const Json& value, const Member& member) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::uint64_t kCloseCodeMost = 65'535;
  switch (member.type) {
    case Type::Any: return true;
    case Type::Text: return value.is_string();
    case Type::Flag: return value.is_boolean();
    case Type::Integer: return value.is_number_integer() && (!value.is_number_unsigned() || is_up_to(value, kMost));
    case Type::Natural: return is_up_to(value, kMost);
    case Type::Positive: return is_up_to(value, kMost) && value != 0;
    case Type::CloseCode: return is_up_to(value, kCloseCodeMost);
    case Type::Word: return is_word(value, member.words);
  }
  return false;
}

/// Gives what is wrong with an object, if anything is.
std::optional<std::string> wrong_in(const Json& object, std::span<const Member> members) {
  for (const Member& member : members) {
    const auto found = object.find(member.name);
    if (found == object.end() && member.need == Need::Must) return "\"" + std::string(member.name) + "\" is missing";
    if (found != object.end() && !fits(*found, member))
      return "\"" + std::string(member.name) + "\" may not be " + written(*found);
  }
  for (const auto& [name, value] : object.items())
    if (std::ranges::find(members, std::string_view(name), &Member::name) == members.end())
      return written(Json(name)) + " is not known here";
  return std::nullopt;
}

/// Parses a line; gives what is wrong with it, if anything is.
std::optional<std::string> parse(const std::string& line, Json& object) {
  Workspace workspace;
  const auto scanned = encoding::scan_json(line, encoding::Check::Grammar, kNestingMax, workspace);
  const Errc code = scanned ? Errc::EnvelopeOpMissing : scanned.error().code;
  if (code < Errc::EnvelopeNotMap || code > Errc::EnvelopeTypeType) return std::string(text(code));
  object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return "it is not a JSON object";
  return std::nullopt;
}

std::optional<std::string> read_header(const std::string& line, Timeline& timeline) {
  Json header;
  if (auto wrong = parse(line, header)) return wrong;
  if (auto wrong = wrong_in(header, header_members())) return wrong;
  if (header["timeline"] != kForm) return "\"timeline\" may not be " + written(header["timeline"]);
  timeline.clock = header["clock"] == "wall" ? Clock::Wall : Clock::Virtual;
  timeline.about = header["about"];
  return std::nullopt;
}

std::optional<std::string> read_record(const std::string& line, std::vector<Record>& records) {
  Json object;
  if (auto wrong = parse(line, object)) return wrong;
  const auto is = object.find("is");
  if (is == object.end()) return "\"is\" is missing";
  const auto kind = std::ranges::find_if(kinds(), [&](const Kind& one) { return *is == one.is; });
  if (kind == kinds().end()) return "\"is\" may not be " + written(*is);
  if (auto wrong = wrong_in(object, kind->members)) return wrong;
  Record record{object["at"].get<std::int64_t>(), object.value("link", std::uint64_t{0}), std::string(kind->is)};
  if (!records.empty() && record.at_ms < records.back().at_ms) return "\"at\" goes back in time";
  for (const auto& [name, value] : object.items())
    if (name != "at" && name != "link" && name != "is") record.with[name] = std::move(value);
  records.push_back(std::move(record));
  return std::nullopt;
}

}  // namespace

std::string header_line(const Timeline& timeline) {
  return written(
      {{"timeline", kForm}, {"clock", timeline.clock == Clock::Wall ? "wall" : "virtual"}, {"about", timeline.about}});
}

std::string line_of(const Record& record) {
  Json line{{"at", record.at_ms}};
  if (record.link != 0) line["link"] = record.link;
  line["is"] = record.is;
  for (const auto& [name, value] : record.with.items()) line[name] = value;
  return written(line);
}

std::variant<Timeline, Malformed> read(std::istream& in) {
  Timeline timeline;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    auto wrong = in.eof()      ? std::optional<std::string>("it is cut off")
                 : number == 1 ? read_header(line, timeline)
                               : read_record(line, timeline.records);
    if (wrong) return Malformed{"line " + std::to_string(number) + ": " + *std::move(wrong)};
  }
  if (number == 0) return Malformed{"line 1: the header is missing"};
  if (in.bad()) return Malformed{"line " + std::to_string(number + 1) + ": it cannot be read"};
  return timeline;
}

}  // namespace portcullis::timeline
