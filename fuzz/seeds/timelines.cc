#include "portcullis/fuzz/seeds/seeds.h"

/// Timelines as files, and the exchanges that they are made of.
namespace portcullis::fuzz {
namespace {

// ---- The pieces of fuzz/timeline_tap.cc

class Exchange {
 public:
  /// The target is one of those listed there; beyond them nothing is opened.
  explicit Exchange(unsigned target) { drawn_.byte(0).byte(target); }

  Exchange& client(std::string_view bytes) { return drawn_.byte(0).long_piece(bytes), *this; }
  Exchange& server(std::string_view bytes) { return drawn_.byte(1).long_piece(bytes), *this; }
  Exchange& client_text(std::string_view json) { return drawn_.byte(2).long_piece(json), *this; }
  Exchange& server_text(std::string_view json) { return drawn_.byte(3).long_piece(json), *this; }
  Exchange& client_frame(unsigned first, std::string_view bytes) {
    return drawn_.byte(4).byte(first).piece(bytes), *this;
  }
  Exchange& server_frame(unsigned first, std::string_view bytes) {
    return drawn_.byte(5).byte(first).piece(bytes), *this;
  }
  Exchange& deflated(std::string_view json) { return drawn_.byte(6).piece(json), *this; }
  Exchange& end(bool by_client) { return drawn_.byte(by_client ? 7 : 15), *this; }
  operator std::string() const { return drawn_; }

 private:
  Drawn drawn_;
};

constexpr unsigned kJson = 0, kZlib = 1, kZstd = 2, kEtf = 3, kUnopened = 9;
constexpr std::string_view kHello = R"({"op":10,"d":{"heartbeat_interval":41250}})";
constexpr std::string_view kIdentify = R"({"op":2,"d":{"token":"Bot the-token","intents":1}})";
constexpr std::string_view kReady = R"({"op":0,"s":1,"t":"READY","d":{"session_id":"0123456789abcdef"}})";

Seeds tap_seeds() {
  const std::string request = "GET /?v=10 HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<std::pair<const char*, std::string>> exchanges{
      {"log-in", Exchange(kJson).server_text(kHello).client_text(kIdentify).server_text(kReady).end(true)},
      {"log-in-over-zlib", Exchange(kZlib).deflated(kHello).client_text(kIdentify).deflated(kReady).end(false)},
      {"payload-in-two-messages", Exchange(kZlib).deflated(R"({"op":)").deflated("1}")},
      {"corrupt-zlib", Exchange(kZlib).deflated(kHello).server_frame(0x82, from_hex("ff0000ffff"))},
      {"no-zstd", Exchange(kZstd).server_frame(0x82, from_hex("28b52ffd0040"))},
      {"etf-both-ways", Exchange(kEtf)
                            .server_frame(0x82, from_hex("8374000000017702") + "op" + from_hex("610a"))
                            .client_frame(0x82, from_hex("8374000000017702") + "op" + from_hex("6101"))},
      {"secret-in-a-reason", Exchange(kJson).client_text(kIdentify).server_frame(0x88, from_hex("0fa0") + "the-token")},
      {"fragments-round-a-ping",
       Exchange(kJson).server_frame(0x01, R"({"op")").server_frame(0x89, "x").server_frame(0x80, ":11}")},
      {"large-payload",
       Exchange(kJson).server_text(R"({"op":0,"s":2,"t":"X","d":")" + std::string(9'000, 'x') + "\"}")},
      {"data-after-close", Exchange(kJson).client_frame(0x88, "").client_text("{}")},
      {"unmasked-client", Exchange(kJson).client(from_hex("810161")).server_text(kHello)},
      {"compressed-by-the-client", Exchange(kJson).client_frame(0x82, from_hex("789c0000"))},
      {"refused", Exchange(kUnopened).client(request).server("HTTP/1.1 429 X\r\nRetry-After: 2\r\n\r\n").end(false)},
      {"interim-then-garbage", Exchange(kUnopened).client(request).server("HTTP/1.1 102 X\r\n\r\nSSH-2.0")},
      {"never-answered", Exchange(kUnopened).client(request).end(true)},
      {"no-request", Exchange(kUnopened).client("hello\r\n\r\n").server("HTTP/1.1 400 X\r\n\r\n")},
  };
  Seeds seeds;
  for (const auto& [name, bytes] : exchanges) seeds.push_back({"timeline_tap", name, bytes});
  return seeds;
}

Seeds read_seeds() {
  const std::string header = R"({"timeline":1,"clock":"wall","about":"x"})"
                             "\n";
  const std::string link = R"({"at":1,"link":1,"is":"open","url":"ws://a:1/"})"
                           "\n"
                           R"({"at":1,"link":1,"is":"upgraded"})"
                           "\n"
                           R"({"at":2,"link":1,"is":"message","from":"server","kind":"text","bytes":9,)"
                           R"("payload":{"op":11},"payload_bytes":9})"
                           "\n"
                           R"({"at":2,"link":1,"is":"close","from":"client","code":1000,"reason":"bye"})"
                           "\n"
                           R"({"at":3,"link":1,"is":"end","from":"server","how":"eof"})"
                           "\n";
  const std::string rest =
      R"({"at":0,"is":"rest","method":"GET","path":"/gateway","status":200,"body":{"url":"ws://a"}})"
      "\n";
  const std::string told = R"({"at":0,"is":"process","state":"started"})"
                           "\n"
                           R"({"at":0,"is":"told","what":"event","with":[1.5,-1,null,"\u00e4"]})"
                           "\n"
                           R"({"at":4,"is":"noise","ms":3})"
                           "\n";
  return {{"timeline_read", "header", header},
          {"timeline_read", "link", header + link},
          {"timeline_read", "rest-and-link", header + rest + link},
          {"timeline_read", "told", header + told},
          {"timeline_read", "back-in-time", header + link + rest},
          {"timeline_read", "cut-off", (header + link).substr(0, header.size() + 20)},
          {"timeline_read", "unknown-member", header + R"({"at":0,"is":"noise","ms":1,"us":1})" + "\n"}};
}

}  // namespace

Seeds timeline_seeds() {
  Seeds seeds = tap_seeds();
  for (Seed& seed : read_seeds()) seeds.push_back(std::move(seed));
  return seeds;
}

}  // namespace portcullis::fuzz
