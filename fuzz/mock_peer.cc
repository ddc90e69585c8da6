// For every talk of three clients: the mock writes what a client reads, to no dead link, and the same under any cut.
//
// The input is a byte for the cuts, one for the world, then acts: a byte that picks one, one that picks the link, then
// what it takes.
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "portcullis/fuzz/websocket.h"
#include "portcullis/oracle/mock/peer.h"
#include "portcullis/tests/mock/talk.h"

namespace portcullis::fuzz {
namespace {

constexpr int kActsMax = 200;

// All that comes out for what goes in, but for how the bytes are grouped.
struct Heard {
  std::map<mock::Link, std::string> bytes;
  std::vector<std::string> steps;
  std::vector<std::string> ends;
  friend bool operator==(const Heard&, const Heard&) = default;
};

mock::World world_of(std::uint8_t flags) {
  mock::World world;
  world.gateway_url = "ws://resume.example";
  if (flags % 2 != 0) world.token = "the-token";
  if (flags / 2 % 2 != 0) world.events_per_second = 0.5;
  if (flags / 4 % 2 != 0) world.hello_delay = Duration{500};
  if (flags / 8 % 2 != 0) world.session_lifetime = Duration{1'000};
  return world;
}

class MockPlay {
 public:
  MockPlay(Input input, Cutter cut) : input_(input), cut_(cut), peer_(world_of(input_.byte()), limits(), chance()) {}

  Heard play() {
    for (int acts = 0; !input_.empty() && acts < kActsMax; ++acts) act();
    return heard_;
  }

 private:
  static Limits limits() {
    Limits limits;
    limits.message_bytes_max = 5'000;
    return limits;
  }
  static Chance chance() {
    return [n = 0u]() mutable { return ++n; };
  }

  void act() {
    const std::uint8_t what = input_.byte();
    const std::uint8_t pick = input_.byte();
    slot_ = pick % links_.size();
    switch (what % 10) {
      case 0: return open(pick / 3);
      case 1: return give(tests::client_frame(0x81, input_.long_piece()));
      case 2: return give(small_message(pick / 3));
      case 3: return give(input_.piece());
      case 4: return pass(Duration{input_.two()});
      case 5: return lose();
      case 6: return say(pick / 3, links_[slot_], "");
      case 7: return say(pick / 3, {}, "");
      case 8: return give(tests::client_frame(input_.byte(), input_.piece()));
      default: return open_with(input_.long_piece());
    }
  }

  void open(std::uint8_t pick) {
    constexpr std::array<std::string_view, 6> kTargets{"/?v=10&encoding=json",
                                                       "/?v=10&encoding=json&compress=zlib-stream",
                                                       "/?v=9",
                                                       "/?v=5",
                                                       "/?v=10&encoding=json&compress=zstd-stream",
                                                       "/?v=10&encoding=etf"};
    open_with(tests::upgrade_request(kTargets[pick % kTargets.size()]));
  }

  void open_with(const std::string& request) {
    lose();
    links_[slot_] = ++last_link_;
    living_.insert(last_link_);
    peer_.opened(last_link_, now_);
    listen();
    give(request);
  }

  std::string small_message(std::uint8_t pick) {
    const auto sessions = peer_.sessions();
    const std::string id = sessions.empty() ? "none" : sessions[pick % sessions.size()].id;
    const std::array<std::string, 9> payloads{
        tests::identify(),
        tests::resume(id, pick % 4),
        R"({"op":1,"d":null})",
        tests::identify("the-token", R"(,"shard":[1,2])"),
        R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})",
        R"({"op":8,"d":{"guild_id":"200000000000000001","query":"","limit":0}})",
        R"({"op":4,"d":{"guild_id":"200000000000000001","channel_id":"3","self_mute":true,"self_deaf":false}})",
        R"({"op":31,"d":{"guild_ids":["200000000000000001"]}})",
        tests::identify("bad")};
    return tests::client_frame(0x81, payloads[pick % payloads.size()]);
  }

  void say(std::uint8_t pick, std::optional<mock::Link> link, const std::string& session) {
    const std::array<mock::Say, 10> says{mock::SayDispatch{"USER_UPDATE", "{}"},
                                         mock::SayReconnect{},
                                         mock::SayInvalid{pick / 10 % 2 == 0},
                                         mock::SayHeartbeat{},
                                         mock::SayAnything{R"({"op":99,"d":"anything"})"},
                                         mock::SaySilence{pick / 10 % 2 == 0},
                                         mock::SayClose{4000, "x"},
                                         mock::SayDrop{},
                                         mock::SayForget{},
                                         mock::SayHello{}};
    peer_.say(link, session, says[pick % says.size()], now_);
    listen();
  }

  void pass(Duration by) {
    now_ += by;
    peer_.elapsed(now_);
    listen();
  }

  void lose() {
    if (living_.erase(links_[slot_]) == 0) return;
    peer_.lost(links_[slot_], now_);
    listen();
  }

  void give(const std::string& bytes) {
    if (living_.count(links_[slot_]) == 0) return;
    in_pieces(bytes, cut_, [&](const std::vector<std::byte>& piece) {
      peer_.received(links_[slot_], piece, now_);
      listen();
    });
  }

  void listen() {
    for (;;) {
      const mock::Output output = peer_.poll();
      if (const auto* out = std::get_if<mock::Transmit>(&output)) {
        must(living_.count(out->link) != 0, "nothing is written to a link that is over");
        heard_.bytes[out->link] += tests::to_text(out->bytes);
      } else if (const auto* step = std::get_if<mock::Stepped>(&output)) {
        heard_.steps.push_back(std::to_string(step->link) + std::string(spec::name(step->from)) +
                               std::string(spec::name(step->input)) + std::string(step->detail));
      } else if (const auto* hangup = std::get_if<mock::Hangup>(&output)) {
        must(living_.erase(hangup->link) != 0, "a link is over once");
        heard_.ends.push_back("hangup " + std::to_string(hangup->link));
      } else if (const auto* reset = std::get_if<mock::Reset>(&output)) {
        must(living_.erase(reset->link) != 0, "a link is over once");
        heard_.ends.push_back("reset " + std::to_string(reset->link));
      } else {
        return;
      }
    }
  }

  Input input_;
  Cutter cut_;
  mock::Peer peer_;
  Instant now_{};
  std::array<mock::Link, 3> links_{};
  std::size_t slot_ = 0;
  mock::Link last_link_ = 0;
  std::set<mock::Link> living_;
  Heard heard_;
};

// What was written behind a good answer are frames, and the text in them is JSON with an opcode.
void is_read_by_a_client(const std::string& written) {
  const std::size_t head = written.find("\r\n\r\n");
  if (!written.starts_with("HTTP/1.1 101 ") || head == std::string::npos) return;
  tests::OpenClient client;
  give(client.connection, written.substr(head + 4), Cutter(1), client.record);
  for (const std::string& line : client.record.lines) {
    must(!line.starts_with("failed"), "a client finds fault with what was written");
    if (!line.starts_with("text ")) continue;
    const auto payload = nlohmann::json::parse(tests::to_text(tests::from_hex(line.substr(5))), nullptr, false);
    must(payload.is_object() && payload.contains("op") && payload["op"].is_number_integer(), "a payload is JSON");
  }
}

}  // namespace
}  // namespace portcullis::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portcullis;
  fuzz::Input input(data, size);
  const fuzz::Cutter cut(input.byte());
  const auto whole = fuzz::MockPlay(input, fuzz::Cutter(1)).play();
  for (const auto& [link, bytes] : whole.bytes) fuzz::is_read_by_a_client(bytes);
  fuzz::must(fuzz::MockPlay(input, cut).play() == whole, "cut otherwise, the mock does otherwise");
  return 0;
}
