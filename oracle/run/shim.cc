#include "portcullis/oracle/run/shim.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace portcullis::run {
namespace {

using timeline::Json;

constexpr std::size_t kLineBytesMax = 64 * 1024;
constexpr std::size_t kLinesMax = 100'000;
constexpr std::int64_t kShardsMax = 100'000;

struct Wrong {
  std::string text;
};

/// One line as text, in ASCII and without an end of its own.
std::string line_of(const Json& json) { return json.dump(-1, ' ', true) + "\n"; }

Json start_of(const Destination& to) {
  Json start{{"do", "start"}, {"url", to.url}, {"api", to.api}, {"token", to.token}, {"shards", to.shards}};
  start["ca"] = to.ca.empty() ? Json() : Json(to.ca);
  return start;
}

// ---- What a member's value may be; each throws Wrong

void must_be(bool good, std::string_view member, const std::string& what) {
  if (!good) throw Wrong{"\"" + std::string(member) + "\" must be " + what};
}

void text(std::string_view member, const Json& value) {
  must_be(value.is_string() && !value.get_ref<const std::string&>().empty(), member, "a text that is not empty");
}

void whole(std::string_view member, const Json& value, std::int64_t least, std::int64_t most) {
  const bool fits = value.is_number_integer() && value >= least && value <= most;
  must_be(fits, member, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

void word(std::string_view member, const Json& value, const std::vector<std::string_view>& words) {
  std::string list;
  for (const std::string_view one : words) list.append(list.empty() ? "" : ", ").append(one);
  const auto is_it = [&](std::string_view one) { return value == one; };
  must_be(std::ranges::any_of(words, is_it), member, "one of " + list);
}

void shard(const Json& value) { whole("shard", value, 0, kShardsMax - 1); }

void sequence(const Json& value) {
  if (!value.is_null()) whole("s", value, 0, std::numeric_limits<std::int64_t>::max());
}

// ---- The lines, by their first member

/// Complains of members that are not among these.
void only(const Json& line, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : line.items())
    if (std::ranges::find(known, name) == known.end()) throw Wrong{"unknown member \"" + name + "\""};
}

void check_event(const Json& line) {
  only(line, {"event", "s", "shard"});
  text("event", line["event"]);
  if (line.contains("s")) sequence(line["s"]);
}

void check_state(const Json& line) {
  only(line, {"state", "why", "shard"});
  word("state", line["state"], {"connected", "ready", "resumed", "disconnected", "refused", "stopped"});
  if (line.contains("why")) text("why", line["why"]);
}

void check_fatal(const Json& line) {
  only(line, {"fatal", "code", "shard"});
  text("fatal", line["fatal"]);
  if (line.contains("code")) whole("code", line["code"], 1'000, 4'999);
}

void check_session(const Json& line) {
  only(line, {"session", "s", "shard"});
  if (!line["session"].is_null()) text("session", line["session"]);
  if (line.contains("s")) sequence(line["s"]);
}

void check_unimplemented(const Json& line) {
  only(line, {"unimplemented", "shard"});
  word("unimplemented", line["unimplemented"], {"send", "close", "start"});
}

struct Kind {
  std::string_view what;
  void (*check)(const Json& line);
};
constexpr std::array kKinds{Kind{"event", check_event}, Kind{"state", check_state}, Kind{"fatal", check_fatal},
                            Kind{"session", check_session}, Kind{"unimplemented", check_unimplemented}};

/// Reads a line; throws Wrong.
Told told_by(const std::string& text) {
  const Json line = Json::parse(text, nullptr, false);
  if (line.is_discarded()) throw Wrong{"is no JSON; what is for people goes to standard error"};
  if (!line.is_object()) throw Wrong{"is no JSON object"};
  for (const Kind& kind : kKinds) {
    if (!line.contains(kind.what)) continue;
    kind.check(line);
    if (line.contains("shard")) shard(line["shard"]);
    return {std::string(kind.what), line};
  }
  throw Wrong{"has none of the members event, state, fatal, session, unimplemented"};
}

}  // namespace

std::string start_line(const Destination& destination) { return line_of(start_of(destination)); }

std::string order_line(const play::Order& order, const Destination& destination) {
  switch (order.what) {
    case play::Order::What::Start: return start_line(destination);
    case play::Order::What::Close: return line_of({{"do", "close"}});
    case play::Order::What::Send: break;
  }
  return line_of({{"do", "send"}, {"shard", order.shard}, {"payload", Json::parse(order.payload)}});
}

std::string stop_line() { return line_of({{"do", "stop"}}); }

void ShimReader::take(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size() && fault_.empty();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    line_ += bytes.substr(at, end - at);
    at = end + 1;
    if (line_.size() > kLineBytesMax)
      fault_ = "line " + std::to_string(number_) + " of the shim has more than 64 KiB";
    else if (end != bytes.size())
      take_line();
  }
}

void ShimReader::take_line() {
  try {
    on_told_(told_by(line_));
  } catch (const Wrong& wrong) {
    fault_ = "line " + std::to_string(number_) + " of the shim: " + wrong.text;
  }
  line_.clear();
  if (++number_ > kLinesMax && fault_.empty()) fault_ = "the shim told more than 100,000 things";
}

}  // namespace portcullis::run
