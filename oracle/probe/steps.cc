#include "portcullis/oracle/probe/steps.h"

#include <algorithm>
#include <array>

namespace portcullis::probe {
namespace {

using play::Node;

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kRepeatMax = 1'000;

Duration ms_of(const Node& node, std::string_view name, std::uint64_t most) {
  return Duration{static_cast<std::int64_t>(node.at(name).number(0, most))};
}

void must_be_true(const Node& node, std::string_view name) {
  if (!node.at(name).boolean()) node.fail_member(name, "must be true");
}

Patterns patterns_of(const Node& node) {
  const auto pattern = [](const Node& one) {
    if (!one.value().is_object() || one.value().empty()) one.fail("a pattern must be an object with members");
    return judge::Pattern{one.value()};
  };
  Patterns out;
  if (!node.value().is_array()) return {pattern(node)};
  for (const Node& one : node.items()) out.push_back(pattern(one));
  if (out.empty()) node.fail("must not be empty");
  return out;
}

Verb connect(const Node& node) {
  node.only({"connect", "at"});
  Connect out{node.at("connect").text()};
  if (const auto at = node.find("at")) out.at_resume_url = at->choice({"server", "resume_url"}) == 1;
  return out;
}
Verb request(const Node& node) {
  node.only({"request", "query"});
  Connect out{node.at("query").text()};
  for (const Node& line : node.at("request").items()) out.request.push_back(line.text());
  return out;
}
Verb log_in(const Node& node) {
  node.only({"log_in"});
  if (!node.at("log_in").value().is_object()) node.fail_member("log_in", "must be an object");
  return LogIn{node.at("log_in").value()};
}
Verb send(const Node& node) {
  node.only({"send", "pad_to"});
  if (!node.at("send").value().is_object()) node.fail_member("send", "must be an object");
  Send out{node.at("send").value()};
  if (const auto size = node.find("pad_to")) out.pad_to = size->number(1, 1 << 20);
  return out;
}
Verb send_text(const Node& node) {
  node.only({"send_text"});
  return SendMessage{true, node.at("send_text").text()};
}
Verb send_hex(const Node& node) {
  node.only({"send_hex", "kind"});
  return SendMessage{node.at("kind").choice({"text", "binary"}) == 0, node.at("send_hex").bytes()};
}
Verb frames_hex(const Node& node) {
  node.only({"frames_hex"});
  return SendRaw{node.at("frames_hex").bytes()};
}
Verb ping(const Node& node) {
  node.only({"ping"});
  return Ping{node.at("ping").bytes()};
}
Verb close(const Node& node) {
  node.only({"close", "reason"});
  Close out{static_cast<std::uint16_t>(node.at("close").number(0, 4'999))};
  if (const auto reason = node.find("reason")) out.reason = reason->text();
  return out;
}
template <typename What>
Verb flag(const Node& node, std::string_view name) {
  node.only({name});
  must_be_true(node, name);
  return What{};
}
Verb expect(const Node& node) {
  node.only({"expect", "within_ms", "within_intervals", "count", "next", "skip_on", "skip"});
  Expect out{patterns_of(node.at("expect"))};
  if (node.find("within_ms")) out.within = ms_of(node, "within_ms", kMinuteMs);
  if (const auto intervals = node.find("within_intervals"))
    out.intervals = static_cast<double>(intervals->number(1, 10));
  if (const auto count = node.find("count")) out.count = static_cast<unsigned>(count->number(1, kRepeatMax));
  if (node.find("next")) out.next = node.at("next").boolean();
  if (const auto skip_on = node.find("skip_on")) {
    out.skip_on = patterns_of(*skip_on);
    out.skip = node.at("skip").text();
  }
  return out;
}
Verb quiet(const Node& node) {
  node.only({"quiet_ms", "never"});
  Quiet out{ms_of(node, "quiet_ms", kMinuteMs)};
  if (const auto never = node.find("never")) out.never = patterns_of(*never);
  return out;
}
Verb settle(const Node& node) {
  node.only({"settle_ms"});
  return Settle{ms_of(node, "settle_ms", kMinuteMs / 10)};
}
Verb wait_ms(const Node& node) {
  node.only({"wait_ms"});
  return WaitTime{ms_of(node, "wait_ms", kMinuteMs)};
}
Verb expect_replay(const Node& node) {
  node.only({"expect_replay", "within_ms"});
  must_be_true(node, "expect_replay");
  ExpectReplay out;
  if (node.find("within_ms")) out.within = ms_of(node, "within_ms", kMinuteMs);
  return out;
}

struct Reader {
  std::string_view name;
  Verb (*read)(const Node&);
};
constexpr std::array kReaders{
    Reader{"connect", connect},
    Reader{"request", request},
    Reader{"log_in", log_in},
    Reader{"send", send},
    Reader{"send_text", send_text},
    Reader{"send_hex", send_hex},
    Reader{"frames_hex", frames_hex},
    Reader{"ping", ping},
    Reader{"close", close},
    Reader{"drop", [](const Node& node) { return flag<Drop>(node, "drop"); }},
    Reader{"eof", [](const Node& node) { return flag<Eof>(node, "eof"); }},
    Reader{"silent", [](const Node& node) { return flag<Silent>(node, "silent"); }},
    Reader{"expect", expect},
    Reader{"quiet_ms", quiet},
    Reader{"settle_ms", settle},
    Reader{"wait_ms", wait_ms},
    Reader{"expect_replay", expect_replay},
};

void read_step(const Node& node, std::vector<Step>& into);

void repeat(const Node& node, std::vector<Step>& into) {
  node.only({"repeat", "steps"});
  const std::uint64_t times = node.at("repeat").number(1, kRepeatMax);
  for (std::uint64_t i = 0; i < times; ++i)
    for (const Node& step : node.at("steps").items()) read_step(step, into);
}

void read_step(const Node& node, std::vector<Step>& into) {
  if (node.find("repeat")) return repeat(node, into);
  const auto reader =
      std::ranges::find_if(kReaders, [&](const Reader& one) { return node.find(one.name).has_value(); });
  if (reader == kReaders.end()) node.fail("is no step that is known");
  into.push_back({reader->read(node), node.value().dump()});
}

bool is_identify(const Step& step) {
  const auto* const send = std::get_if<Send>(&step.verb);
  return std::holds_alternative<LogIn>(step.verb) || (send != nullptr && send->payload.value("op", Json()) == 2);
}

}  // namespace

void note_identifies(std::vector<Step>& steps, bool too_often) {
  Connect* last = nullptr;
  for (Step& step : steps) {
    if (auto* const connect = std::get_if<Connect>(&step.verb)) last = connect;
    if (last != nullptr && is_identify(step) && !(too_often && std::holds_alternative<Send>(step.verb)))
      last->identifies = true;
  }
}

std::vector<Step> read_steps(const Node& steps) {
  std::vector<Step> out;
  for (const Node& step : steps.items()) read_step(step, out);
  if (out.empty() || !std::holds_alternative<Connect>(out.front().verb)) steps.fail("must begin with a connection");
  return out;
}

}  // namespace portcullis::probe
