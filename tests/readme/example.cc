// The example of README.md, driven here by a gateway that is played from a script. What stands between marks is a
// block of README.md, to the letter: readme_test compares them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "portcullis/tests/client/world.h"

// README: loop
#include "portcullis/core/client.h"
using namespace portcullis;

struct Net {                                                 // yours: a socket, TLS and a clock
  virtual Instant now() = 0;                                 // monotonic, in milliseconds
  virtual bool connect(const websocket::Url& endpoint) = 0;  // with TLS when `endpoint.secure`
  virtual void write(std::span<const std::byte> bytes) = 0;
  virtual void close() = 0;
  // Bytes; none when `until` came first, connected or not; std::nullopt when the peer is gone.
  virtual std::optional<std::span<const std::byte>> read(Instant until) = 0;
};

/// Moves bytes until the client has finished. When `on_event` gives false it stops and keeps the session.
Result<Finish> run(Client& client, Net& net, const std::function<bool(const Event&)>& on_event) {
  if (const Status started = client.start(net.now()); !started) return started.error();  // names what is wrong
  constexpr Instant kNever = Instant::max();
  Link link;
  int late_reads = 0;
  for (Instant wake_at = kNever, identify_at = kNever, identify_from{};;) {
    std::optional<bool> dialled;
    bool stop = false;
    for (bool settled = false; !settled;) {  // take all it has to say before it gets another input
      const Output output = client.poll();
      if (const auto* dial = std::get_if<Dial>(&output)) link = dial->link, dialled = net.connect(dial->endpoint);
      if (const auto* transmit = std::get_if<Transmit>(&output)) net.write(transmit->bytes);
      if (std::holds_alternative<Hangup>(output)) net.close();
      if (const auto* notify = std::get_if<Notify>(&output)) stop |= !on_event(notify->event);
      if (std::holds_alternative<AskIdentify>(output)) identify_at = std::max(net.now(), identify_from);
      if (std::holds_alternative<ReturnIdentify>(output)) identify_from = net.now();  // the turn was not used
      if (const auto* wait = std::get_if<Wait>(&output)) settled = true, wake_at = wait->deadline.value_or(kNever);
      if (const auto* finished = std::get_if<Finished>(&output)) return finished->finish;
    }
    if (dialled) {
      *dialled ? client.opened(link, net.now()) : client.lost(link, net.now());
    } else if (stop) {
      client.stop(gateway::Leaving::Keep, net.now());
    } else if (identify_at <= net.now()) {
      identify_at = kNever;
      identify_from = net.now() + Duration{5'500};  // one Identify a bucket in 5 s: several shards share a queue
      client.identify_granted(net.now());
    } else if (late_reads == 100) {
      late_reads = 0;
      client.elapsed(net.now());  // there is always more to read, and it has to beat all the same
    } else if (const auto bytes = net.read(std::min(wake_at, identify_at)); !bytes) {
      client.lost(link, net.now());
    } else if (!bytes->empty()) {
      late_reads += wake_at <= net.now();
      client.received(link, *bytes, net.now());
    } else {
      late_reads = 0;
      client.elapsed(net.now());
    }
  }
}
// README: end

namespace {

bool wants_more(const Event& event) {
  // README: event
  const auto* dispatch = std::get_if<Dispatch>(&event);
  if (dispatch == nullptr || dispatch->name != "MESSAGE_CREATE") return true;
  std::vector<char> scratch;
  return encoding::as_string(encoding::find(dispatch->data, "content"), scratch) != "!stop";
  // README: end
}

Result<Finish> resume_later(Config config, const Chance& chance, Net& net) {
  // README: session
  Workspace workspace;  // scratch memory: one a thread, shared by all its clients
  Client first(config, Limits{}, chance, workspace);
  if (const auto ran = run(first, net, wants_more); !ran) return ran;
  config.resume = first.session();  // id, resume_gateway_url, sequence: store it as you store the token
  Client second(config, Limits{}, chance, workspace);  // here or in another process
  return run(second, net, wants_more);                 // resumes; identifies only when the server has forgotten
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
  void close() override { live_ = false; }
  std::optional<std::span<const std::byte>> read(Instant until) override {
    if (flood && live_) pour();
    handed_out_ = std::exchange(pending_, {});
    if (!handed_out_.empty()) return handed_out_;
    if (std::exchange(gone_, false)) return std::nullopt;
    now_ = std::max(now_, until);
    return handed_out_;
  }

  std::vector<std::string> said;  // by the bot
  bool refuse_next = false;
  bool flood = false;  // there is always something to read, until three beats have come

 private:
  void add(const Bytes& bytes) { pending_.insert(pending_.end(), bytes.begin(), bytes.end()); }
  void answer(const tests::ClientBytes::Frame& frame) {
    if (frame.opcode == 8) {
      said.push_back("close");
      live_ = false;
      add(tests::server_close(std::nullopt));
      gone_ = true;
      return;
    }
    const std::string op = frame.payload.substr(0, 7);
    said.push_back(op);
    if (op == R"({"op":1)") {
      ++beats_;
      add(tests::server_text(R"({"op":11})"));
    }
    if (op == R"({"op":2)") {
      add(tests::server_text(tests::ready("a-session")));
      add(tests::server_text(tests::dispatch("MESSAGE_CREATE", 2, R"({"content":"hello"})")));
      live_ = true;
      gone_ = !flood;
    }
    if (op == R"({"op":6)") {
      add(tests::server_text(tests::resumed(3)));
      add(tests::server_text(tests::dispatch("MESSAGE_CREATE", 4, R"({"content":"!stop"})")));
    }
  }

  void pour() {
    now_ += Duration{20};
    const bool over = beats_ == 3 || s_ > 20'000;
    add(tests::server_text(
        tests::dispatch("MESSAGE_CREATE", ++s_, over ? R"({"content":"!stop"})" : R"({"content":"more"})")));
  }

  Instant now_{Duration{1'000'000}};
  std::int64_t s_ = 2;
  int beats_ = 0;
  tests::ClientBytes wire_;
  Bytes pending_, handed_out_;
  bool upgraded_ = false, live_ = false, gone_ = false;
};

Chance counting() {
  return [count = 0u]() mutable { return count += 0x10001; };
}

}  // namespace

TEST_CASE("readme: the example identifies, resumes after a loss, keeps its session and resumes that") {
  ScriptedNet net;
  const auto ran = resume_later(tests::plain_config(), counting(), net);
  REQUIRE(ran);
  CHECK(ran->why == Finish::Why::Kept);
  CHECK(net.said == std::vector<std::string>{"connect gateway.example", R"({"op":2)", "connect resume.example",
                                             R"({"op":6)", "close", "connect resume.example", R"({"op":6)", "close"});
}

TEST_CASE("readme: the example goes on when a transport cannot be opened, and says what is wrong in its Config") {
  ScriptedNet net;
  net.refuse_next = true;
  Workspace workspace;
  Client client(tests::plain_config(), Limits{}, counting(), workspace);
  REQUIRE(run(client, net, wants_more));
  REQUIRE(net.said.size() > 2);
  CHECK(net.said[1] == "connect gateway.example");

  Config broken = tests::plain_config();
  broken.identify.token.clear();
  Client refused(broken, Limits{}, counting(), workspace);
  const auto ran = run(refused, net, wants_more);
  REQUIRE(!ran);
  CHECK(ran.error().code == Errc::ConfigToken);
}

TEST_CASE("readme: the example beats while there is always more to read") {
  ScriptedNet net;
  net.flood = true;
  Workspace workspace;
  Client client(tests::plain_config(), Limits{}, counting(), workspace);
  REQUIRE(run(client, net, wants_more));
  CHECK(net.said == std::vector<std::string>{"connect gateway.example", R"({"op":2)", R"({"op":1)", R"({"op":1)",
                                             R"({"op":1)", "close"});
}
