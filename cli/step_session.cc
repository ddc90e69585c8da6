#include "portcullis/cli/step_session.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "portcullis/cli/words.h"
#include "portcullis/oracle/vectors/answer.h"
#include "portcullis/oracle/vectors/answers.h"
#include "portcullis/oracle/vectors/commands.h"
#include "portcullis/oracle/vectors/errors.h"
#include "portcullis/spec/gateway_session.h"

namespace portcullis::cli {
namespace {

using play::Node;
using vectors::Json;
using vectors::to_hex;

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kNowMsMax = std::uint64_t{1} << 53;  // what a double holds
constexpr std::uint64_t kBytesMax = 64 * 1024 * 1024;

/// Draws that follow from a seed alone.
Chance seeded(std::uint64_t seed) {
  return [seed]() mutable {
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return static_cast<std::uint32_t>(mixed >> 32);
  };
}

// ---- What comes in

Session session_of(const Node& from) {
  from.only({"id", "resume_gateway_url", "sequence"});
  return {from.at("id").text(), from.at("resume_gateway_url").text(), from.at("sequence").integer()};
}

/// An enumerator by its place in a list of names; the first where it is not said.
template <typename Enum>
Enum chosen(const Node& from, std::string_view name, const std::vector<std::string_view>& names) {
  const auto choice = from.find(name);
  return choice ? static_cast<Enum>(choice->choice(names)) : Enum{};
}

Config config_of(const Node& from) {
  from.only({"url", "token", "intents", "properties", "shard", "large_threshold", "presence", "max_concurrency",
             "version", "compression", "encoding", "check", "resume", "limits", "seed"});
  Config config;
  config.url = from.at("url").text();
  config.identify = vectors::identify_of(from);
  config.max_concurrency = static_cast<std::uint32_t>(vectors::limit_of(from, "max_concurrency", 0, kMax32, 1));
  config.version = static_cast<int>(vectors::limit_of(from, "version", 0, 1'000, 10));
  config.compression =
      chosen<compression::Compression>(from, "compression", {"none", "zlib-stream", "zstd-stream", "payload"});
  config.encoding = chosen<encoding::Encoding>(from, "encoding", {"json", "etf"});
  if (from.find("check")) config.check = chosen<encoding::Check>(from, "check", {"envelope", "grammar"});
  if (const auto resume = from.find("resume")) config.resume = session_of(*resume);
  return config;
}

Limits limits_of(const Node& from) {
  Limits limits;
  const auto wanted = from.find("limits");
  if (!wanted) return limits;
  wanted->only({"frame_bytes_max", "message_bytes_max", "payload_bytes_max", "commands_waiting_max"});
  const auto limit = [&](std::string_view name, auto& member) {
    member = vectors::limit_of(*wanted, name, 0, kBytesMax, member);
  };
  limit("frame_bytes_max", limits.frame_bytes_max);
  limit("message_bytes_max", limits.message_bytes_max);
  limit("payload_bytes_max", limits.payload_bytes_max);
  limit("commands_waiting_max", limits.commands_waiting_max);
  return limits;
}

Link link_of(const Node& node) { return Link{node.number(0, kMax64)}; }

void must_be_true(const Node& node) {
  if (!node.boolean()) node.must_be("true");
}

// ---- What comes out

Json json_of(const Error& error) {
  return {{"code", vectors::name_of(error.code)}, {"offset", error.offset}, {"req", id(error.req)}};
}

std::string_view name_of_kind(Dispatch::Kind kind) {
  switch (kind) {
    case Dispatch::Kind::Ready: return "ready";
    case Dispatch::Kind::Resumed: return "resumed";
    case Dispatch::Kind::Other: return "other";
  }
  return "";
}

std::string_view name_of_odd(Odd::What what) {
  switch (what) {
    case Odd::What::SecondHello: return "second_hello";
    case Odd::What::UnknownOpcode: return "unknown_opcode";
    case Odd::What::UnexpectedReady: return "unexpected_ready";
    case Odd::What::UnusableSession: return "unusable_session";
  }
  return "";
}

std::string_view name_of_finish(Finish::Why why) {
  switch (why) {
    case Finish::Why::NotStarted: return "not_started";
    case Finish::Why::Ended: return "ended";
    case Finish::Why::Kept: return "kept";
    case Finish::Why::Fatal: return "fatal";
  }
  return "";
}

struct TellEvent {
  Json operator()(const Connected&) const { return {{"event", "connected"}}; }
  Json operator()(const Dispatch& one) const {
    Json out{{"event", "dispatch"}, {"kind", name_of_kind(one.kind)}};
    vectors::put_text(out, "name", one.name);
    out["s"] = nullptr;
    if (one.sequence) out["s"] = *one.sequence;
    if (one.data.encoding == encoding::Encoding::Etf)
      out["data_hex"] = to_hex(std::as_bytes(std::span{one.data.raw}));
    else
      vectors::put_text(out, "data", one.data.raw);
    out["out_of_place"] = one.out_of_place;
    return out;
  }
  Json operator()(const Odd& one) const {
    return {{"event", "odd"}, {"what", name_of_odd(one.what)}, {"op", one.opcode}, {"req", id(one.req)}};
  }
  Json operator()(const Disconnected& one) const {
    Json out{{"event", "disconnected"},      {"why", name_of(one.why)},
             {"close_code", one.close_code}, {"http_status", one.http_status},
             {"next", name_of(one.next)},    {"delay_ms", one.delay.count()},
             {"failures", one.failures},     {"main_url_failing", one.main_url_failing}};
    if (one.error) out["error"] = json_of(*one.error);
    return out;
  }
};

struct TellOutput {
  Json operator()(const Dial& one) const {
    const websocket::Url& url = one.endpoint;
    return {{"dial",
             {{"link", one.link.number},
              {"secure", url.secure},
              {"host", url.host},
              {"port", url.port},
              {"target", url.target}}}};
  }
  Json operator()(const Transmit& one) const {
    return {{"transmit", {{"link", one.link.number}, {"bytes", to_hex(one.bytes)}}}};
  }
  Json operator()(const Hangup& one) const { return {{"hangup", {{"link", one.link.number}}}}; }
  Json operator()(const Notify& one) const { return std::visit(TellEvent{}, one.event); }
  Json operator()(const AskIdentify& one) const { return {{"ask_identify", one.bucket}}; }
  Json operator()(const ReturnIdentify& one) const { return {{"return_identify", one.bucket}}; }
  Json operator()(const Wait&) const { return {}; }
  Json operator()(const Finished&) const { return {}; }
};

Json told(Client& client, const Status& status) {
  Json out{{"state", spec::EnumNames<gateway::Machine::State>::values[static_cast<std::size_t>(client.state())]}};
  if (!status) out["refused"] = json_of(status.error());
  Json outputs = Json::array();
  for (;;) {
    const Output output = client.poll();
    if (const auto* wait = std::get_if<Wait>(&output)) {
      out["wait"] = nullptr;
      if (wait->deadline) out["wait"] = wait->deadline->time_since_epoch().count();
      break;
    }
    if (const auto* finished = std::get_if<Finished>(&output)) {
      out["finished"] = {{"why", name_of_finish(finished->finish.why)},
                         {"close_code", finished->finish.close_code},
                         {"commands_dropped", finished->finish.commands_dropped}};
      break;
    }
    outputs.push_back(std::visit(TellOutput{}, output));
  }
  out["state"] = spec::EnumNames<gateway::Machine::State>::values[static_cast<std::size_t>(client.state())];
  out["outputs"] = std::move(outputs);
  return out;
}

Json told(const std::optional<Session>& session) {
  if (!session) return {{"session", nullptr}};
  return {
      {"session",
       {{"id", session->id}, {"resume_gateway_url", session->resume_gateway_url}, {"sequence", session->sequence}}}};
}

/// Makes the call that a line asks for.
Status perform(Client& client, const Node& line, std::string& bytes, Instant now) {
  if (const auto opened = line.find("opened")) client.opened(link_of(*opened), now);
  if (const auto received = line.find("received")) {
    received->only({"link", "bytes"});
    const Link link = link_of(received->at("link"));
    bytes = received->at("bytes").bytes();
    client.received(link, std::as_bytes(std::span{bytes}), now);
  }
  if (const auto lost = line.find("lost")) client.lost(link_of(*lost), now);
  if (const auto elapsed = line.find("elapsed")) must_be_true(*elapsed), client.elapsed(now);
  if (const auto granted = line.find("identify_granted")) must_be_true(*granted), client.identify_granted(now);
  if (const auto reconnect = line.find("reconnect")) must_be_true(*reconnect), client.reconnect(now);
  if (const auto stop = line.find("stop"))
    client.stop(stop->choice({"end", "keep"}) == 0 ? gateway::Leaving::End : gateway::Leaving::Keep, now);
  if (const auto command = line.find("send")) return client.send(vectors::command_of(*command), now);
  return kOk;
}

constexpr std::array<std::string_view, 10> kInputs{"start", "opened", "received",         "lost",      "elapsed",
                                                   "send",  "stop",   "identify_granted", "reconnect", "session"};

/// The one of the inputs that a line has.
std::string_view input_in(const Node& line) {
  std::string_view found;
  for (const std::string_view name : kInputs) {
    if (!line.find(name)) continue;
    if (!found.empty()) line.fail_member(name, "stands beside \"" + std::string(found) + "\"");
    found = name;
  }
  std::string all;
  for (const std::string_view name : kInputs) all += (all.empty() ? "" : ", ") + std::string(name);
  if (found.empty()) line.fail("must have one of: layer, " + all);
  return found;
}

}  // namespace

/// A client and what it borrows.
struct Stepper::Running {
  Running(const Config& config, const Limits& limits, std::uint64_t seed)
      : client(config, limits, seeded(seed), workspace) {}

  Workspace workspace;
  Client client;
};

Stepper::Stepper() = default;
Stepper::~Stepper() = default;

Json Stepper::answer(std::string_view line) {
  Json out = Json::object(), told = Json::object();
  try {
    const play::Document document(line, "line");
    const Node node(document);
    if (const auto id = node.find("id")) out["id"] = id->value();
    told = answer(node);
  } catch (const play::Wrong& wrong) {
    told = {{"wrong", wrong.what}, {"field", wrong.field}};
  }
  out.update(told);
  return out;
}

Json Stepper::answer(const Node& line) {
  if (line.find("layer")) return vectors::answer(line);
  const std::string_view input_name = input_in(line);
  line.only({"id", "now", input_name});
  if (input_name == "start") return start(line);
  if (!running_) line.fail("there is no session: begin with \"start\"");
  return input(line);
}

Instant Stepper::now_of(const Node& line) const {
  const auto now = line.find("now");
  const auto least = static_cast<std::uint64_t>(now_ms_);
  return Instant{Duration{now ? static_cast<std::int64_t>(now->number(least, kNowMsMax)) : now_ms_}};
}

Json Stepper::start(const Node& line) {
  const Node from = line.at("start");
  const Config config = config_of(from);
  const Limits limits = limits_of(from);
  const std::uint64_t seed = vectors::limit_of(from, "seed", 0, kMax64, 0);
  const auto given = line.find("now");
  const Instant now{Duration{given ? static_cast<std::int64_t>(given->number(0, kNowMsMax)) : 0}};
  running_ = std::make_unique<Running>(config, limits, seed);
  now_ms_ = now.time_since_epoch().count();
  return told(running_->client, running_->client.start(now));
}

Json Stepper::input(const Node& line) {
  const Instant now = now_of(line);
  if (const auto session = line.find("session")) {
    must_be_true(*session);
    return told(running_->client.session());
  }
  std::string bytes;
  const Status status = perform(running_->client, line, bytes, now);
  now_ms_ = now.time_since_epoch().count();
  return told(running_->client, status);
}

}  // namespace portcullis::cli
