#include "portcullis/fuzz/seeds/seeds.h"

/// Whole lives: of a client, and of clients at the mock gateway.
namespace portcullis::fuzz {
namespace {

// ---- The acts of fuzz/client_play.cc

class Life {
 public:
  explicit Life(unsigned flags) { drawn_.byte(flags); }

  Life& progress(int times = 1) {
    for (; times > 0; --times) drawn_.byte(0);
    return *this;
  }
  Life& raw(std::string_view hex) { return drawn_.byte(3).piece(from_hex(hex)), *this; }
  Life& message(std::string_view json) { return drawn_.byte(4).long_piece(json), *this; }
  Life& fragments(std::string_view one, std::string_view ping, std::string_view two) {
    return drawn_.byte(5).piece(one).piece(ping).piece(two), *this;
  }
  Life& small(unsigned pick) { return drawn_.byte(6).byte(pick), *this; }
  Life& dispatch(unsigned s, std::string_view name) { return drawn_.byte(7).two(s).piece(name), *this; }
  Life& close(unsigned code) { return drawn_.byte(9).two(code).piece("why"), *this; }
  Life& wait(unsigned ms) { return drawn_.byte(10).two(ms), *this; }
  Life& lose() { return drawn_.byte(11), *this; }
  Life& refuse(std::string_view response) { return drawn_.byte(12).long_piece(response), *this; }
  Life& voice(unsigned times) { return drawn_.byte(13).byte(times).byte(1).byte(5).byte(0).byte(0).byte(0), *this; }
  Life& local(unsigned pick) { return drawn_.byte(14).byte(pick), *this; }
  Life& stale(unsigned pick) { return drawn_.byte(15).byte(pick), *this; }

  /// Dial, transport, upgrade, Hello, slot, READY.
  Life& get_ready() {
    progress(5);
    return drawn_.byte(8).byte(0), *this;
  }
  operator std::string() const { return drawn_; }

 private:
  Drawn drawn_;
};

enum Small {
  kAskBeat,
  kReconnect,
  kInvalidTrue,
  kInvalidFalse,
  kAck,
  kHelloAgain,
  kHelloOfOne,
  kUnknown,
  kResumed,
  kLimited
};

constexpr unsigned kPlain = 0, kZlib = 1, kLoose = 2, kSmallLimits = 4, kZstd = 9, kPayload = 17, kEtf = 32,
                   kEtfZlib = 33;

}  // namespace

Seeds client_seeds() {
  const std::vector<std::pair<const char*, std::string>> lives{
      {"ready-and-dispatches", Life(kPlain).get_ready().progress(3).dispatch(9, "MESSAGE_CREATE")},
      {"ready-over-zlib", Life(kZlib).get_ready().progress(3)},
      {"ready-over-zstd", Life(kZstd).get_ready().progress(3)},
      {"ready-with-payload-compression", Life(kPayload).get_ready().progress(4)},
      {"ready-over-etf", Life(kEtf).get_ready().progress(3).small(kAskBeat)},
      {"ready-over-etf-and-zlib", Life(kEtfZlib).get_ready().progress(3).lose().progress(6)},
      {"asked-beat-and-ack", Life(kPlain).get_ready().small(kAskBeat).small(kAck).wait(0).small(kAck).wait(0)},
      {"zombie", Life(kPlain).get_ready().wait(0).wait(0).wait(0).progress(4)},
      {"lost-and-resumed", Life(kPlain).get_ready().progress(2).lose().progress(6)},
      {"lost-and-resumed-over-zlib", Life(kZlib).get_ready().progress(2).lose().progress(6)},
      {"asked-to-reconnect", Life(kPlain).get_ready().small(kReconnect).close(4900).lose().progress(5)},
      {"session-invalid", Life(kPlain).get_ready().lose().progress(4).small(kInvalidFalse).lose().progress(7)},
      {"session-invalid-but-resumable",
       Life(kPlain).get_ready().lose().progress(4).small(kInvalidTrue).lose().progress(7)},
      {"fatal-close", Life(kPlain).get_ready().close(4004).lose().progress(3)},
      {"new-session-close", Life(kPlain).get_ready().close(4007).lose().progress(7)},
      {"refused",
       Life(kPlain).progress(2).refuse("HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno").progress(3)},
      {"second-hello", Life(kPlain).get_ready().small(kHelloAgain).small(kHelloOfOne).wait(0).wait(0)},
      {"odd-server", Life(kPlain).get_ready().small(kUnknown).small(kResumed).small(kLimited).progress(2)},
      {"text-in-fragments", Life(kPlain).get_ready().fragments(R"({"op":1,)", "ping", R"("d":null})")},
      {"frame-with-reserved-bit", Life(kPlain).get_ready().raw("c100").lose().progress(4)},
      {"payload-that-is-no-json", Life(kPlain).get_ready().message("{nonsense").lose().progress(4)},
      {"loose-check", Life(kLoose).get_ready().message(R"({"op":0,"t":"X","s":5,"d":{no json}})").progress(1)},
      {"over-small-limits", Life(kSmallLimits).get_ready().message(std::string(250, ' ')).lose().progress(4)},
      {"commands-before-ready", Life(kPlain).progress(3).voice(1).progress(2).voice(1).progress(3)},
      {"commands-over-the-rate", Life(kPlain).get_ready().voice(255).wait(60'000).wait(0)},
      {"stop-and-resume-later", Life(kPlain).get_ready().local(1).close(1000).lose().progress(6)},
      {"end-and-start-anew", Life(kPlain).get_ready().local(0).close(1000).lose().progress(7)},
      {"late-input-for-an-old-link", Life(kPlain).get_ready().lose().progress(4).stale(0).stale(2).stale(4)},
  };
  Seeds seeds;
  for (const auto& [name, life] : lives) {
    seeds.push_back({"client", name, life});
    seeds.push_back({"client_cut", name, Drawn().byte(0).rest(life)});
  }
  return seeds;
}

Seeds mock_seeds() {
  // The acts of fuzz/mock_peer.cc: what, and which link in which variant.
  const auto open = [](unsigned link, unsigned target = 0) -> std::string {
    return Drawn().byte(0).byte(link + 3 * target);
  };
  const auto say = [](unsigned link, unsigned what) -> std::string { return Drawn().byte(6).byte(link + 3 * what); };
  const auto small = [](unsigned link, unsigned what) -> std::string { return Drawn().byte(2).byte(link + 3 * what); };
  const auto text = [](unsigned link, std::string_view json) -> std::string {
    return Drawn().byte(1).byte(link).long_piece(json);
  };
  const auto wait = [](unsigned ms) -> std::string { return Drawn().byte(4).byte(0).two(ms); };
  const auto lose = [](unsigned link) -> std::string { return Drawn().byte(5).byte(link); };
  const auto close = [](unsigned link) -> std::string {
    return Drawn().byte(8).byte(link).byte(0x88).piece(from_hex("0fa0"));
  };
  const auto life = [](unsigned world, const std::string& acts) -> std::string {
    return Drawn().byte(0).byte(world).rest(acts);
  };
  constexpr unsigned kIdentify = 0, kResume = 1, kBeat = 2, kMembers = 5, kVoice = 6, kSounds = 7;
  const std::string live = open(0) + small(0, kIdentify);
  return {
      {"mock_peer", "identify-and-beat", life(0, live + small(0, kBeat) + wait(41'250))},
      {"mock_peer", "identify-over-zlib", life(0, open(1, 1) + small(1, kIdentify) + small(1, kBeat))},
      {"mock_peer", "identify-over-zstd", life(0, open(1, 4) + small(1, kIdentify) + small(1, kBeat))},
      {"mock_peer", "hello-over-etf", life(0, open(2, 5) + text(2, from_hex("837400000001640002") + "opaab"))},
      {"mock_peer", "resume-after-a-loss", life(2, live + wait(10'000) + lose(0) + open(0) + small(0, kResume))},
      {"mock_peer", "session-too-old", life(8, live + lose(0) + wait(2'000) + open(0) + small(0, kResume))},
      {"mock_peer", "wrong-token", life(1, open(0) + small(0, 8) + lose(0))},
      {"mock_peer", "requests", life(0, live + small(0, kMembers) + small(0, kVoice) + small(0, kSounds))},
      {"mock_peer", "silent-client", life(0, live + wait(65'000) + wait(65'000))},
      {"mock_peer", "no-json", life(0, open(0) + text(0, "nonsense"))},
      {"mock_peer", "unknown-opcode", life(0, open(0) + text(0, R"({"op":99})"))},
      {"mock_peer", "close-4000", life(0, live + close(0) + open(1) + small(1, kResume))},
      {"mock_peer", "three-links-and-all-that-can-be-said",
       life(4, open(0) + open(1, 1) + open(2, 3) + wait(600) + small(0, kIdentify) + small(1, kIdentify) + say(0, 0) +
                   say(1, 1) + say(0, 2) + say(1, 3) + say(0, 4) + say(1, 5) + say(0, 9) + say(1, 6) + say(0, 8) +
                   say(0, 7))},
      {"mock_peer", "request-that-is-no-upgrade",
       life(0, Drawn().byte(9).byte(0).long_piece("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))},
  };
}

}  // namespace portcullis::fuzz
