#include "portcullis/oracle/proxy/fault.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "portcullis/core/websocket/frame.h"
#include "portcullis/core/websocket/utf8.h"

namespace portcullis::proxy {
namespace {

using Kind = Fault::Kind;
using Kinds = std::vector<Kind>;

constexpr std::array<std::string_view, 5> kKinds{"drop", "stall", "delay", "close", "corrupt"};
constexpr std::uint64_t kMsMax = 86'400'000;
constexpr std::uint64_t kCorruptMax = 64 * 1024;
constexpr std::size_t kReasonBytesMax = websocket::kControlBytesMax - 2;

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = errc == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

/// Puts a value into a member; false where it does not fit.
template <typename Value>
bool set(Value& member, std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto value = number(text, least, most);
  if (value) member = static_cast<Value>(*value);
  return value.has_value();
}

bool set_reason(Fault& fault, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  if (text.size() > kReasonBytesMax || websocket::find_bad_utf8(bytes) != websocket::Utf8::kNone) return false;
  fault.reason = text;
  return true;
}

template <typename Value>
bool set_word(Value& member, std::string_view text, std::string_view first, std::string_view second, Value one,
              Value other) {
  if (text == first) member = one;
  if (text == second) member = other;
  return text == first || text == second;
}

struct Setting {
  std::string_view name, says;
  std::uint8_t kinds;  ///< a bit for each kind that has it
  bool (*set)(Fault&, std::string_view);
};

constexpr std::uint8_t bit(Kind kind) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind)); }
constexpr std::uint8_t kAll = 0x1f;
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

// clang-format off
constexpr std::array kSettings{
    Setting{"after", "a number of bytes", kAll, [](Fault& f, std::string_view v) { return set(f.after, v, 0, kMost); }},
    Setting{"dir", "up or down", kAll, [](Fault& f, std::string_view v) {
      return set_word(f.from, v, "up", "down", Side::Client, Side::Server); }},
    Setting{"link", "a number from 1", kAll, [](Fault& f, std::string_view v) { return set(f.link, v, 1, kMost); }},
    Setting{"times", "a number from 1", kAll, [](Fault& f, std::string_view v) { return set(f.times, v, 1, kMost); }},
    Setting{"how", "eof or reset", bit(Kind::Drop), [](Fault& f, std::string_view v) {
      return set_word(f.how, v, "eof", "reset", How::Eof, How::Reset); }},
    Setting{"ms", "1 to 86400000", std::uint8_t(bit(Kind::Stall) | bit(Kind::Delay)), [](Fault& f, std::string_view v) {
      std::int64_t ms = 0;
      const bool good = set(ms, v, 1, kMsMax);
      f.time = Duration{ms};
      return good; }},
    Setting{"bytes", "1 to 65536", std::uint8_t(bit(Kind::Delay) | bit(Kind::Corrupt)),
      [](Fault& f, std::string_view v) { return set(f.bytes, v, 1, f.kind == Kind::Delay ? kMost : kCorruptMax); }},
    Setting{"code", "1000 to 4999, one that a Close may carry", bit(Kind::Close), [](Fault& f, std::string_view v) {
      return set(f.code, v, 1000, 4999) && websocket::is_close_code(f.code); }},
    Setting{"reason", "a word of 123 bytes at most", bit(Kind::Close), set_reason},
};
// clang-format on

std::string names_for(Kind kind) {
  std::string names;
  for (const Setting& setting : kSettings)
    if ((setting.kinds & bit(kind)) != 0) names += (names.empty() ? "" : ", ") + std::string(setting.name);
  return names;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = text.find_first_not_of(' ', at)) != text.npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Takes one NAME=VALUE; gives what is wrong with it, if anything is.
std::optional<std::string> take(Fault& fault, std::string_view word) {
  const std::string kind(kKinds.at(static_cast<std::size_t>(fault.kind)));
  const std::string_view name = word.substr(0, word.find('='));
  const auto* const setting = std::ranges::find(kSettings, name, &Setting::name);
  if (setting == kSettings.end() || (setting->kinds & bit(fault.kind)) == 0)
    return kind + " has no \"" + std::string(name) + "\": it has " + names_for(fault.kind);
  const bool given = name.size() < word.size();
  if (given && setting->set(fault, word.substr(name.size() + 1))) return std::nullopt;
  return "\"" + std::string(word) + "\": " + std::string(name) + "= takes " + std::string(setting->says);
}

}  // namespace

std::variant<Fault, std::string> read_fault(std::string_view text) {
  const auto words = words_of(text);
  const auto kind = words.empty() ? kKinds.end() : std::ranges::find(kKinds, words.front());
  if (kind == kKinds.end()) return "a fault begins with drop, stall, delay, close or corrupt";
  Fault fault;
  fault.kind = static_cast<Kind>(kind - kKinds.begin());
  if (fault.kind == Kind::Corrupt) fault.bytes = 1;
  for (std::size_t i = 1; i < words.size(); ++i)
    if (auto wrong = take(fault, words[i])) return *std::move(wrong);
  const bool timed = fault.kind == Kind::Stall || fault.kind == Kind::Delay;
  if (timed && fault.time == Duration{0}) return std::string(*kind) + " needs ms=, how long";
  return fault;
}

std::string in_words(const Fault& fault) {
  std::string words(kKinds.at(static_cast<std::size_t>(fault.kind)));
  const auto add = [&](std::string_view name, const std::string& value) {
    words.append(" ").append(name).append("=").append(value);
  };
  add("after", std::to_string(fault.after));
  add("dir", fault.from == Side::Client ? "up" : "down");
  if (fault.link != 0) add("link", std::to_string(fault.link));
  if (fault.times != 1) add("times", std::to_string(fault.times));
  if (fault.how == How::Reset) add("how", "reset");
  if (fault.time != Duration{0}) add("ms", std::to_string(fault.time.count()));
  if (fault.bytes != 0) add("bytes", std::to_string(fault.bytes));
  if (fault.kind == Kind::Close) add("code", std::to_string(fault.code));
  if (!fault.reason.empty()) add("reason", fault.reason);
  return words;
}

std::vector<Fault> FaultPlan::take(std::uint64_t link) {
  std::vector<Fault> taken;
  for (Fault& fault : faults_) {
    if (fault.times == 0 || (fault.link != 0 && fault.link != link)) continue;
    taken.push_back(fault);
    --fault.times;
  }
  std::ranges::stable_sort(taken, {}, &Fault::after);
  return taken;
}

}  // namespace portcullis::proxy
