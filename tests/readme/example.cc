// The example of README.md, driven here by a gateway that is played from a script. What stands between the marks is the
// block in README.md, to the letter (readme_test compares them).
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "portcullis/tests/client/world.h"

// README: loop
#include <algorithm>
#include <optional>
#include <span>
#include <variant>

#include "portcullis/core/client.h"
using namespace portcullis;

struct Net {                                                 // yours: one socket, TLS, a clock
  virtual Instant now() = 0;                                 // monotonic, in milliseconds
  virtual bool connect(const websocket::Url& endpoint) = 0;  // host, port; TLS when `secure`
  virtual void write(std::span<const std::byte> bytes) = 0;
  virtual void close() = 0;
  // Bytes; none when `until` came first or nothing is connected; std::nullopt when the peer is gone.
  virtual std::optional<std::span<const std::byte>> read(Instant until) = 0;
};

class Bot {
 public:
  Bot(Config config, Chance chance, Net& net)
      : net_(net), client_(std::move(config), Limits{}, std::move(chance), workspace_) {}
  Status run() {
    if (const Status started = client_.start(net_.now()); !started) return started;  // names what is wrong in Config
    for (poll(); !finished_; poll()) give_input(net_.now());
    return kOk;
  }
  std::optional<Session> session() const { return client_.session(); }

 private:
  void poll() {  // to the end, before the client gets another input
    for (settled_ = false; !settled_;) std::visit([this](const auto& output) { take(output); }, client_.poll());
  }
  void give_input(Instant now) {
    if (std::exchange(dialled_, false)) return up_ ? client_.opened(link_, now) : client_.lost(link_, now);
    if (std::exchange(stop_, false)) return client_.stop(gateway::Leaving::Keep, now);
    if (identify_at_ <= now) {
      identify_at_ = kNever;
      identify_from_ = now + Duration{5'500};  // one Identify a bucket in 5 s; several shards need one queue
      return client_.identify_granted(now);
    }
    const auto bytes = net_.read(std::min(wake_at_, identify_at_));
    if (!bytes) return client_.lost(link_, net_.now());
    bytes->empty() ? client_.elapsed(net_.now()) : client_.received(link_, *bytes, net_.now());
  }

  void take(const Dial& dial) { dialled_ = true, link_ = dial.link, up_ = net_.connect(dial.endpoint); }
  void take(const Transmit& transmit) { net_.write(transmit.bytes); }
  void take(const Hangup&) { net_.close(); }
  void take(const Notify& notify) {
    const auto* dispatch = std::get_if<Dispatch>(&notify.event);
    if (dispatch == nullptr || dispatch->name != "MESSAGE_CREATE") return;
    stop_ = encoding::as_string(encoding::find(dispatch->data, "content"), scratch_) == "!stop";
  }
  void take(const AskIdentify&) { identify_at_ = std::max(net_.now(), identify_from_); }
  void take(const ReturnIdentify&) { identify_from_ = net_.now(); }  // the turn was not used
  void take(const Wait& wait) { settled_ = true, wake_at_ = wait.deadline.value_or(kNever); }
  void take(const Finished&) { settled_ = finished_ = true; }

  static constexpr Instant kNever = Instant::max();
  Net& net_;
  Workspace workspace_;  // one a thread, shared by its clients
  Client client_;
  Link link_;
  Instant wake_at_ = kNever, identify_at_ = kNever, identify_from_{};
  bool dialled_ = false, up_ = false, stop_ = false, settled_ = false, finished_ = false;
  std::vector<char> scratch_;
};
// README: end

namespace {

Status resume_later(Config config, const Chance& chance, Net& net) {
  // README: session
  Bot first(config, chance, net);
  if (const Status ran = first.run(); !ran) return ran;  // ended by stop(Leaving::Keep, now)
  config.resume = first.session();                       // id, resume_gateway_url, sequence: store it like the token
  Bot second(config, chance, net);                       // here or in another process, before the server forgets
  return second.run();                                   // resumes; no Identify unless the server refuses
  // README: end
}

using tests::Bytes;

/// A gateway and the way to it. Every link is lost once after the first message; the session lives on.
class ScriptedNet : public Net {
 public:
  Instant now() override { return now_; }
  bool connect(const websocket::Url& endpoint) override {
    said.push_back("connect " + endpoint.host);
    if (std::exchange(refuse_next, false)) return false;
    wire_ = {};
    upgraded_ = false;
    connected_ = true;
    return true;
  }
  void write(std::span<const std::byte> bytes) override {
    wire_.take(bytes);
    if (!upgraded_ && wire_.request()) {
      upgraded_ = true;
      add(tests::bytes_of(wire_.accept()));
      add(tests::server_text(tests::hello(45'000)));
    }
    for (const auto& frame : wire_.frames()) answer(frame);
  }
  void close() override { connected_ = false; }
  std::optional<std::span<const std::byte>> read(Instant until) override {
    handed_out_ = std::exchange(pending_, {});
    if (!handed_out_.empty()) return handed_out_;
    if (std::exchange(gone_, false)) {
      connected_ = false;
      return std::nullopt;
    }
    now_ = std::max(now_, until);
    return handed_out_;
  }

  std::vector<std::string> said;  // by the bot
  bool refuse_next = false;

 private:
  void add(const Bytes& bytes) { pending_.insert(pending_.end(), bytes.begin(), bytes.end()); }
  void answer(const tests::ClientBytes::Frame& frame) {
    if (frame.opcode == 8) {
      said.push_back("close");
      add(tests::server_close(std::nullopt));
      gone_ = true;
      return;
    }
    const std::string op = frame.payload.substr(0, 7);
    said.push_back(op);
    if (op == R"({"op":1)") add(tests::server_text(R"({"op":11})"));
    if (op == R"({"op":2)") {
      add(tests::server_text(tests::ready("a-session")));
      add(tests::server_text(tests::dispatch("MESSAGE_CREATE", 2, R"({"content":"hello"})")));
      gone_ = true;
    }
    if (op == R"({"op":6)") {
      add(tests::server_text(tests::resumed(3)));
      add(tests::server_text(tests::dispatch("MESSAGE_CREATE", 4, R"({"content":"!stop"})")));
    }
  }

  Instant now_{Duration{1'000'000}};
  tests::ClientBytes wire_;
  Bytes pending_, handed_out_;
  bool upgraded_ = false, connected_ = false, gone_ = false;
};

Chance counting() {
  return [count = 0u]() mutable { return count += 0x10001; };
}

}  // namespace

TEST_CASE("readme: the example identifies, resumes after a loss, keeps its session and resumes that") {
  ScriptedNet net;
  REQUIRE(resume_later(tests::plain_config(), counting(), net));
  CHECK(net.said == std::vector<std::string>{"connect gateway.example", R"({"op":2)", "connect resume.example",
                                             R"({"op":6)", "close", "connect resume.example", R"({"op":6)", "close"});
}

TEST_CASE("readme: the example goes on when a transport cannot be opened, and says what is wrong in its Config") {
  ScriptedNet net;
  net.refuse_next = true;
  Bot bot(tests::plain_config(), counting(), net);
  REQUIRE(bot.run());
  REQUIRE(net.said.size() > 2);
  CHECK(net.said[1] == "connect gateway.example");

  Config broken = tests::plain_config();
  broken.identify.token.clear();
  const Status ran = Bot(broken, counting(), net).run();
  REQUIRE(!ran);
  CHECK(ran.error().code == Errc::ConfigToken);
}
