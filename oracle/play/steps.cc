#include "portcullis/oracle/play/steps.h"

#include <algorithm>
#include <array>
#include <span>

#include "portcullis/core/websocket/frame.h"

namespace portcullis::play {
namespace {

constexpr std::size_t kStepsMax = 10'000;  // of one script, repetitions included
constexpr std::size_t kTextBytesMax = 120;
constexpr std::uint64_t kLettersMax = 16 * 1024 * 1024;
constexpr std::uint64_t kPieceBytesMax = 65'536;
constexpr std::uint64_t kDayMs = 86'400'000;
constexpr std::size_t kReasonBytesMax = websocket::kControlBytesMax - 2;

/// How far a connection is when a step is taken, as far as its script can know.
enum class Phase : std::uint8_t { Start, Request, Answered, Open };

std::string frame(websocket::Opcode opcode, std::string_view payload) {
  std::vector<std::byte> out;
  websocket::append_frame(out, true, opcode, std::as_bytes(std::span{payload}), nullptr);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

void must_be_true(const Node& value) {
  if (!value.boolean()) value.fail("only true makes sense here");
}

// ---- The verbs: each reads its step

Verb wait(const Node& step) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Moment::End); ++i) names.push_back(name_of(static_cast<Moment>(i)));
  WaitFor out{static_cast<Moment>(step.at("wait").choice(names))};
  if (const auto anywhere = step.find("anywhere")) {
    must_be_true(*anywhere);
    out.anywhere = true;
  }
  if (const auto count = step.find("count")) out.count = static_cast<unsigned>(count->number(1, kStepsMax));
  return out;
}

Verb wait_ms(const Node& step) { return WaitTime{Duration{step.at("wait_ms").number(0, kDayMs)}}; }

Verb refuse(const Node& step) {
  Refuse out{static_cast<int>(step.at("refuse").number(200, 599)), {}, {}};
  if (const auto fields = step.find("fields")) {
    if (!fields->value().is_object()) fields->fail("must be an object");
    for (const auto& item : fields->value().items()) out.fields.emplace_back(item.key(), fields->at(item.key()).text());
  }
  if (const auto body = step.find("body")) out.body = body->text();
  return out;
}

Verb answer(const Node& step) { return RawAnswer{step.at("answer").text()}; }

Verb accept_key(const Node& step) {
  step.at("accept_key").choice({"wrong"});
  return WrongKey{};
}

Verb dispatch(const Node& step) {
  if (step.at("dispatch").text().empty()) step.fail_member("dispatch", "must be the name of an event");
  return mock::SayDispatch{step.at("dispatch").text(), step.at("d").value().dump()};
}

Verb large_event(const Node& step) { return LargeEvent{step.at("large_event").number(0, kLettersMax)}; }

Verb say(const Node& step) { return mock::SayAnything{step.at("say").value().dump()}; }
Verb say_text(const Node& step) { return RawFrames{frame(websocket::Opcode::Text, step.at("say_text").text())}; }
Verb say_hex(const Node& step) { return RawFrames{frame(websocket::Opcode::Binary, step.at("say_hex").bytes())}; }
Verb frames_hex(const Node& step) { return RawFrames{step.at("frames_hex").bytes()}; }

Verb ping(const Node& step) {
  const std::string payload = step.at("ping").bytes();
  if (payload.size() > websocket::kControlBytesMax) step.fail_member("ping", "must have 125 bytes at most");
  return RawFrames{frame(websocket::Opcode::Ping, payload)};
}

Verb close(const Node& step) {
  mock::SayClose out{static_cast<std::uint16_t>(step.at("close").number(0, 4999)), {}};
  if (out.code != 0 && (!websocket::is_close_code(out.code) || out.code == 1010))
    step.fail_member("close", "must be a code that a server may send, or 0; others can be written as frames_hex");
  if (const auto reason = step.find("reason")) out.reason = reason->text();
  if (out.reason.size() > kReasonBytesMax || (out.code == 0 && !out.reason.empty()))
    step.fail_member("reason", "must have 123 bytes at most, and none where the code is 0");
  return out;
}

Verb invalid(const Node& step) { return mock::SayInvalid{step.at("invalid").boolean()}; }
Verb silent(const Node& step) { return mock::SaySilence{step.at("silent").boolean()}; }
Verb heartbeat_ms(const Node& step) { return mock::SayInterval{Duration{step.at("heartbeat_ms").number(1, kDayMs)}}; }

Verb pieces(const Node& step) {
  const auto pings = step.find("pings");
  return mock::SayPieces{step.at("pieces").number(0, kPieceBytesMax), pings && pings->boolean()};
}

template <typename Holding>
Holding answers(const Node& list) {
  Holding out;
  const std::vector<std::string> names = list.texts();
  if (names.empty()) list.fail("must name an answer");
  for (const Node& item : list.items()) {
    const std::size_t which = item.choice({"hello", "ready", "ack", "resumed", "close"});
    if (which == 4)
      out.close = true;
    else
      out.answers.insert(static_cast<mock::Answer>(which));
  }
  return out;
}

Verb hold(const Node& step) { return answers<Hold>(step.at("hold")); }
Verb release(const Node& step) { return answers<Release>(step.at("release")); }

Verb order(const Node& step) {
  Order out{static_cast<Order::What>(step.at("order").choice({"send", "close", "start"}))};
  const bool sends = out.what == Order::What::Send;
  if (!sends && (step.find("payload") || step.find("shard"))) step.fail("only \"send\" has a payload and a shard");
  if (sends) out.payload = step.at("payload").value().dump();
  if (const auto shard = step.find("shard")) out.shard = static_cast<std::uint32_t>(shard->number(0, 999));
  return out;
}

template <typename Simple>
Verb simply(const Node& step) {
  must_be_true(step.at(step.value().begin().key()));
  return Simple{};
}
template <typename Simple>
Verb simply_say(const Node& step) {
  must_be_true(step.at(step.value().begin().key()));
  return mock::Say{Simple{}};
}

/// In which phases a verb can be taken.
enum class When : std::uint8_t { Always, AtRequest, FromRequest, FromAnswer, Open };

struct Kind {
  std::string_view name;
  std::array<std::string_view, 2> more;  ///< members beside the verb
  When when;
  Verb (*read)(const Node&);
};
// clang-format off
constexpr std::array kKinds{
    Kind{"wait",         {"count", "anywhere"}, When::Always,   wait},
    Kind{"wait_ms",      {},                 When::Always,      wait_ms},
    Kind{"hold",         {},                 When::Always,      hold},
    Kind{"release",      {},                 When::Always,      release},
    Kind{"heartbeat_ms", {},                 When::Always,      heartbeat_ms},
    Kind{"pieces",       {"pings"},          When::Always,      pieces},
    Kind{"order",        {"payload", "shard"}, When::Always,    order},
    Kind{"refuse",       {"fields", "body"}, When::AtRequest,   refuse},
    Kind{"answer",       {},                 When::AtRequest,   answer},
    Kind{"accept_key",   {},                 When::AtRequest,   accept_key},
    Kind{"stall",        {},                 When::AtRequest,   simply<Stall>},
    Kind{"drop",         {},                 When::FromRequest, simply_say<mock::SayDrop>},
    Kind{"eof",          {},                 When::FromRequest, simply<Eof>},
    Kind{"frames_hex",   {},                 When::FromAnswer,  frames_hex},
    Kind{"say_text",     {},                 When::FromAnswer,  say_text},
    Kind{"say_hex",      {},                 When::FromAnswer,  say_hex},
    Kind{"ping",         {},                 When::FromAnswer,  ping},
    Kind{"dispatch",     {"d"},              When::Open,        dispatch},
    Kind{"large_event",  {},                 When::Open,        large_event},
    Kind{"say",          {},                 When::Open,        say},
    Kind{"reconnect",    {},                 When::Open,        simply_say<mock::SayReconnect>},
    Kind{"invalid",      {},                 When::Open,        invalid},
    Kind{"ask_beat",     {},                 When::Open,        simply_say<mock::SayHeartbeat>},
    Kind{"hello",        {},                 When::Open,        simply_say<mock::SayHello>},
    Kind{"silent",       {},                 When::Open,        silent},
    Kind{"close",        {"reason"},         When::Open,        close},
    Kind{"forget",       {},                 When::Open,        simply_say<mock::SayForget>},
};
// clang-format on

bool fits(When when, Phase phase) {
  switch (when) {
    case When::Always: return true;
    case When::AtRequest: return phase == Phase::Request;
    case When::FromRequest: return phase != Phase::Start;
    case When::FromAnswer: return phase == Phase::Answered || phase == Phase::Open;
    case When::Open: return phase == Phase::Open;
  }
  return false;
}

std::string_view too_early(When when) {
  return when == When::AtRequest ? R"(must come behind {"wait": "request"}, and before any other wait or answer)"
                                 : R"(must come behind a wait for something that is later on the connection)";
}

class ScriptReader {
 public:
  void read(const Node& steps, const std::string& place, const std::string& round) {
    std::size_t number = 0;
    for (const Node& step : steps.items()) {
      const std::string here = place + std::to_string(++number);
      step.find("repeat") ? repeat(step, here) : read_one(step, here + round);
    }
  }
  Script take() { return std::move(script_); }

 private:
  void repeat(const Node& step, const std::string& place) {
    step.only({"repeat", "steps"});
    const std::uint64_t times = step.at("repeat").number(1, kStepsMax);
    if (step.at("steps").items().empty()) step.fail_member("steps", "must not be empty");
    for (std::uint64_t i = 1; i <= times; ++i) read(step.at("steps"), place + ".", ", round " + std::to_string(i));
  }

  void read_one(const Node& step, std::string place) {
    const auto kind = kind_of(step);
    if (!fits(kind.when, phase_)) step.fail_member(kind.name, std::string(too_early(kind.when)));
    if (script_.size() >= kStepsMax) step.fail("the script has more than " + std::to_string(kStepsMax) + " steps");
    script_.push_back({kind.read(step), "step " + std::move(place), text_of(step)});
    advance(step);
  }

  static const Kind& kind_of(const Node& step) {
    for (const Kind& kind : kKinds) {
      if (!step.find(kind.name)) continue;
      std::vector<std::string_view> known{kind.name};
      std::ranges::copy_if(kind.more, std::back_inserter(known), [](auto name) { return !name.empty(); });
      step.only(known);
      return kind;
    }
    std::string verbs;
    for (const Kind& kind : kKinds) verbs.append(kind.name).append(", ");
    step.fail("has no verb; verbs are: " + verbs + "repeat");
  }

  static std::string text_of(const Node& step) {
    std::string text = step.value().dump(-1, ' ', true);
    if (text.size() > kTextBytesMax) text.replace(kTextBytesMax, std::string::npos, "…");
    return text;
  }

  void advance(const Node& step) {
    const Verb& verb = script_.back().verb;
    if (const auto* waited = std::get_if<WaitFor>(&verb)) {
      const bool first = waited->moment == Moment::Request;
      if (first && (phase_ != Phase::Start || waited->count != 1))
        step.fail("\"request\" can only be waited for once, and before anything else");
      if (phase_ != Phase::Answered) phase_ = first ? Phase::Request : Phase::Open;
    }
    const bool answered = std::holds_alternative<Refuse>(verb) || std::holds_alternative<RawAnswer>(verb) ||
                          std::holds_alternative<Stall>(verb);
    if (answered) phase_ = Phase::Answered;
  }

  Script script_;
  Phase phase_ = Phase::Start;
};

}  // namespace

Script read_script(const Node& steps) {
  ScriptReader reader;
  reader.read(steps, {}, {});
  return reader.take();
}

}  // namespace portcullis::play
