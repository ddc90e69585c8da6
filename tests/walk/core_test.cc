// What the walk takes an action to mean, the core does: both go through the same histories and are compared at each
// step.
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "portcullis/core/gateway/machine.h"
#include "portcullis/tests/walk/step.h"

namespace portcullis::walk {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PORTCULLIS_SANITIZED
#endif
#endif
#ifdef PORTCULLIS_SANITIZED
constexpr int kHistories = 300;
#else
constexpr int kHistories = 2'000;
#endif
constexpr int kSteps = 500;

encoding::EnvelopeView payload(std::int64_t op, encoding::ValueView d = {encoding::ValueKind::Null, "null"}) {
  encoding::EnvelopeView envelope;
  envelope.op = op;
  envelope.d = d;
  return envelope;
}

/// The session of the core and the transport that it thinks it has.
class Core final : public gateway::Port {
 public:
  explicit Core(std::uint32_t seed) : random_(seed) { machine_.count_rows(&rows_); }

  /// Hands it what the client of the walk was told. `message` is what it reads, if it reads.
  void take(session::Input input, Message message, bool counts);
  /// Lets the next deadline pass and says which one it was; nothing when there is none.
  std::optional<Event> pass_time();

  const gateway::Machine& machine() const { return machine_; }
  Transport transport() const { return transport_; }
  const Outputs& outputs() const { return outputs_; }
  void begin_step() { outputs_ = {}; }
  void lose_transport() { transport_ = Transport::None; }
  const std::vector<std::uint64_t>& rows() const { return rows_; }

 private:
  using Input = session::Input;

  // ---- gateway::Port
  void dial(gateway::Endpoint&&) noexcept override {
    ++outputs_.dials;
    transport_ = Transport::Opening;
  }
  bool transmit(std::string_view payload) noexcept override {
    const std::string_view op = payload.substr(0, payload.find(','));
    ++(op == R"({"op":1)"   ? outputs_.beats
       : op == R"({"op":2)" ? outputs_.identifies
       : op == R"({"op":6)" ? outputs_.resumes
                            : outputs_.commands);
    return true;
  }
  void close(std::uint16_t code) noexcept override { outputs_.close = code == 1000 ? Close::ForGood : Close::ToResume; }
  void hangup() noexcept override { transport_ = Transport::None; }
  void notify(const portcullis::Event& event) noexcept override {
    if (std::holds_alternative<Dispatch>(event)) ++outputs_.events;
    if (const auto* odd = std::get_if<Odd>(&event); odd && odd->what == Odd::What::UnknownOpcode) ++outputs_.unknowns;
  }
  void ask_identify() noexcept override { ++outputs_.turns_asked; }
  void give_back_identify() noexcept override { ++outputs_.turns_returned; }

  void frame(Message message, bool counts);
  void send();
  template <typename T, std::size_t N>
  T one_of(const T (&all)[N]) {
    return all[random_() % N];
  }

  std::mt19937 random_;
  const Chance chance_ = [this] { return static_cast<std::uint32_t>(random_()); };
  const Config config_ = [] {
    Config config;
    config.url = "wss://main";
    config.identify.token = "token";
    config.compression = compression::Compression::None;
    return config;
  }();
  const Limits limits_;
  Workspace workspace_;
  gateway::Machine machine_{config_, limits_, chance_, workspace_, *this};
  std::vector<std::uint64_t> rows_ = std::vector<std::uint64_t>(session::kTable.size());
  Instant now_{};
  std::int64_t sequence_ = 0;
  Transport transport_ = Transport::None;
  Outputs outputs_;
};

// clang-format off
void Core::take(Input input, Message message, bool counts) {
  switch (input) {
    case Input::Opened: transport_ = Transport::Open; return machine_.opened(now_);
    case Input::OpenFailed: return machine_.open_failed(std::nullopt, 503, Duration{0}, now_);
    case Input::Lost: return machine_.lost(now_);
    case Input::CloseResume: return machine_.closed(one_of<std::uint16_t>({1000, 1001, 4000, 4008, 4999}), false, now_);
    case Input::CloseNew: return machine_.closed(one_of<std::uint16_t>({4003, 4005, 4007, 4009}), false, now_);
    case Input::CloseFatal: return machine_.closed(one_of<std::uint16_t>({4004, 4010, 4012, 4014}), false, now_);
    case Input::CloseTimeout: return machine_.close_timed_out(now_);
    case Input::SlotGranted: return machine_.identify_granted(now_);
    case Input::Connect: return machine_.connect(now_);
    case Input::StopEnd: return machine_.stop(gateway::Leaving::End, now_);
    case Input::StopKeep: return machine_.stop(gateway::Leaving::Keep, now_);
    case Input::ReconnectNow: return machine_.reconnect(now_);
    case Input::Send: return send();
    case Input::HeartbeatAck: return (void)machine_.frame(payload(11), now_);
    case Input::Undecodable: return machine_.undecodable({Errc::JsonSyntax, Blame::Peer, 0, req::GW_ENV_1}, now_);
    default: return frame(message, counts);
  }
}

// `counts`: it is the next event of the session; what is not repeats a number.
void Core::frame(Message message, bool counts) {
  using encoding::ValueKind;
  static const std::string kReady = R"({"session_id":"session","resume_gateway_url":"wss://resume"})";
  const std::string hello = R"({"heartbeat_interval":)" + std::to_string(1'000 + random_() % 90'000) + "}";
  const auto event = [&](std::string_view t, std::string_view d, bool numbered = true) {
    auto envelope = payload(0, {ValueKind::Map, d});
    envelope.t = t;
    if (numbered) envelope.s = sequence_;
    return envelope;
  };
  const auto take = [&](const encoding::EnvelopeView& envelope) { REQUIRE(machine_.frame(envelope, now_)); };
  switch (message) {
    case Message::Hello: return take(payload(10, {ValueKind::Map, hello}));
    case Message::HeartbeatRequest: return take(payload(1));
    case Message::Reconnect: return take(payload(7));
    case Message::InvalidResumable: return take(payload(9, {ValueKind::True, "true"}));
    case Message::InvalidSession: return take(payload(9, {ValueKind::False, "false"}));
    case Message::UnknownOpcode: return take(payload(99));
    case Message::Ready: case Message::OddReady: sequence_ = 1; return take(event("READY", kReady));
    case Message::UnusableReady: sequence_ = 1; return take(event("READY", "{}"));
    case Message::Resumed: return take(event("RESUMED", "{}"));
    case Message::Dispatch: sequence_ += counts ? 1 : 0; return take(event("TYPING_START", "{}"));
    case Message::OddDispatch: return take(event("TYPING_START", "{}", false));
    case Message::None: case Message::Undecodable: return;
  }
}
// clang-format on

// A presence has a small budget of its own, so that it often has to wait.
void Core::send() {
  const gateway::Command command = gateway::UpdatePresence{};
  if (!machine_.send(command, now_)) ++outputs_.refusals;
}

std::optional<Event> Core::pass_time() {
  const auto due = machine_.deadline();
  if (!due) return std::nullopt;
  now_ = std::max(now_, *due);
  const auto before = rows_;
  machine_.run_due_timer(now_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i] == before[i]) continue;
    const auto& on = session::kTable[i].on;
    if (on.contains(Input::HelloTimeout)) return Event::HelloTimeout;
    if (on.contains(Input::ReadyTimeout)) return Event::ReadyTimeout;
    if (on.contains(Input::BackoffOver)) return Event::BackoffOver;
    return Event::BeatDue;
  }
  return Event::Release;
}

/// The client of the walk and that of the core, told the same.
class Pair {
 public:
  explicit Pair(std::uint32_t seed) : random_(seed), unlucky_(seed % 2 == 1), core_(seed) {}

  void step() {
    core_.begin_step();
    const auto event = drawn();
    if (!event || random_() % 8 == 0) return pass_time();
    happen(*event);
  }
  const Core& core() const { return core_; }

 private:
  void pass_time() {
    const auto event = core_.pass_time();
    if (!event || (*event == Event::Release && core_.outputs() == Outputs{})) return;
    follow(*event);
  }

  std::optional<Event> drawn() {
    std::vector<Event> all;
    for (std::size_t i = 0; i < spec::kCount<Event>; ++i) {
      const auto event = static_cast<Event>(i);
      if (is_of_time(event) || !can_happen(event, world_, Breadth::Wide)) continue;
      all.insert(all.end(), is_helpful(event) ? 20 : ends_session(event) ? 0 : 1, event);
    }
    if (all.empty()) return std::nullopt;
    return all[random_() % all.size()];
  }

  void happen(Event event) {
    Step step(tables_, taken_, world_);
    step.take(event);
    const bool counts = has_session(world_) && world_.behind;
    if (is_end(step.input()) && step.message() == Message::None) core_.lose_transport();
    if (step.input()) core_.take(*step.input(), step.message(), counts);
    follow(with_room(event));
  }

  // Whether a command goes out at once is the core's to say: its budgets are no part of the walk.
  Event with_room(Event event) const {
    const bool waits = core_.machine().commands_waiting() > 0;
    if (event == Event::Send && waits && world_.state == session::State::Ready) return Event::SendWithoutRoom;
    if (event == Event::Read && waits && can_happen(Event::ReadWithoutRoom, world_, Breadth::Wide))
      return Event::ReadWithoutRoom;
    return event;
  }

  static bool is_of_time(Event event) {
    return event == Event::HelloTimeout || event == Event::ReadyTimeout || event == Event::BackoffOver ||
           event == Event::BeatDue || event == Event::Release || event == Event::SendWithoutRoom ||
           event == Event::ReadWithoutRoom;
  }
  // What brings a conversation on: there are so many ways to end it that it would not come far. Every other history has
  // bad luck with its Resumes, so that they are given up.
  bool is_helpful(Event event) const {
    if (unlucky_ && world_.state == session::State::Resuming)
      return event == Event::Read || event == Event::ReadResume || event == Event::BreakLost;
    if (unlucky_ && event == Event::SayDispatch) return world_.peer == peer::State::Closed;
    return event == Event::LinkOpens || event == Event::Read || event == Event::ReadIdentifyValid ||
           event == Event::ReadResume || event == Event::ReadBeat ||
           (event == Event::SayHello && world_.peer == peer::State::New) ||
           (event == Event::GrantSlot && world_.state == session::State::AwaitSlot);
  }
  bool ends_session(Event event) const {
    return unlucky_ && resumable(world_) &&
           (event == Event::StopEnd || event == Event::StopKeep || event == Event::Forget ||
            event == Event::SayInvalid || event == Event::SayReady || event == Event::SayUnusableReady ||
            event == Event::SayCloseNew || event == Event::SayCloseFatal);
  }
  static bool is_end(std::optional<session::Input> input) {
    using I = session::Input;
    return input == I::CloseResume || input == I::CloseNew || input == I::CloseFatal || input == I::Lost ||
           input == I::OpenFailed;
  }

  void follow(Event event) {
    INFO(spec::name(event) << " after " << said(world_));
    REQUIRE(can_happen(event, world_, Breadth::Wide));
    Step step(tables_, taken_, world_);
    CHECK(step.take(event) == "");
    world_ = step.world();
    const auto& machine = core_.machine();
    REQUIRE(spec::name(machine.state()) == spec::name(world_.state));
    REQUIRE(machine.session().has_value() == resumable(world_));
    REQUIRE(machine.commands_waiting() == (world_.queued ? 1u : 0u));
    REQUIRE(core_.transport() == world_.transport);
    REQUIRE(core_.outputs() == step.outputs());
    const bool armed =
        world_.beat_armed || world_.hello_armed || world_.ready_armed || world_.dial_armed || world_.release_armed;
    REQUIRE((machine.deadline().has_value() || !armed));
  }

  std::mt19937 random_;
  const bool unlucky_;
  const Tables tables_;
  Taken taken_;
  World world_;
  Core core_;
};

TEST_CASE("walker: what the walk takes an action to mean, the core does", "[walk]") {
  std::vector<std::uint64_t> rows(session::kTable.size());
  for (std::uint32_t seed = 0; seed < kHistories; ++seed) {
    INFO("history " << seed);
    Pair pair(seed);
    for (int step = 0; step < kSteps; ++step) pair.step();
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] += pair.core().rows()[i];
  }
  for (std::size_t i = 0; kHistories >= 1'000 && i < rows.size(); ++i) {
    const session::Row& row = session::kTable[i];
    INFO(spec::name(row.from) << " / " << spec::name(row.act));
    CHECK((rows[i] > 0) == session::is_live(row));
  }
}

}  // namespace
}  // namespace portcullis::walk
