#include "portcullis/oracle/timeline/tap.h"

#include <catch2/catch.hpp>
#include <span>

#include "portcullis/oracle/timeline/payload.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/compression/zstd.h"

namespace portcullis::timeline {
namespace {

using namespace std::string_literals;

const std::string kAccepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

std::string request(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: gateway.example\r\nUpgrade: websocket\r\n\r\n";
}

/// A frame as a server writes it.
std::string frame(unsigned first, const std::string& payload) {
  const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xff); };
  std::string out(1, byte(first));
  if (payload.size() < 126) return out + byte(payload.size()) + payload;
  if (payload.size() < 65'536) return out + byte(126) + byte(payload.size() >> 8) + byte(payload.size()) + payload;
  out += byte(127);
  for (int shift = 56; shift >= 0; shift -= 8) out += byte(payload.size() >> shift);
  return out + payload;
}

/// The same as a client writes it: masked, with a key of zeros.
std::string masked(unsigned first, const std::string& payload) {
  std::string out = frame(first, payload);
  out[1] = static_cast<char>(out[1] | 0x80);
  out.insert(out.size() - payload.size(), 4, '\0');
  return out;
}

/// A tap on a link by hand.
class Ear {
 public:
  explicit Ear(const Limits& limits = {})
      : tap_(
            7, "ws://gateway.example:80", pseudonyms_, [this](Record one) { records.push_back(std::move(one)); },
            limits) {}

  Ear& client(const std::string& bytes) {
    tap_.client_sent(std::as_bytes(std::span(bytes)), 3);
    return *this;
  }
  Ear& server(const std::string& bytes) {
    tap_.server_sent(std::as_bytes(std::span(bytes)), 3);
    return *this;
  }
  Ear& open(const std::string& target = "/?v=10&encoding=json") { return client(request(target)).server(kAccepted); }
  Ear& end(Side from, How how = How::Eof) {
    tap_.ended(from, how, 3);
    return *this;
  }
  /// Gives the lines from one on, without the time and the link that all of them have.
  std::vector<std::string> lines(std::size_t from = 0) const {
    std::vector<std::string> all;
    for (const Record& record : records) {
      CHECK(record.at_ms == 3);
      CHECK(record.link == 7);
      all.push_back(line_of(record).substr(std::string(R"({"at":3,"link":7,"is":)").size()));
    }
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
    return all;
  }
  std::string last() const { return lines().back(); }

  std::vector<Record> records;

 private:
  Pseudonyms pseudonyms_;
  Tap tap_;
};

using Lines = std::vector<std::string>;

// ---- The opening

TEST_CASE("timeline: an upgrade is told with what was asked for", "[timeline]") {
  Ear ear;
  ear.client("GET /?v=10 HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
  CHECK(ear.lines() == Lines{R"("open","url":"ws://gateway.example:80/?v=10","extensions":"permessage-deflate"})"});
  ear.server("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kAccepted);
  CHECK(ear.last() == R"("upgraded"})");
  ear.end(Side::Server, How::Reset).end(Side::Client).server(frame(0x81, "{}")).client(masked(0x81, "{}"));
  CHECK(ear.last() == R"("end","from":"server","how":"reset"})");
  CHECK(ear.records.size() == 3);
}

TEST_CASE("timeline: a refusal is told with its status, and what follows is passed over", "[timeline]") {
  const auto refused = [](const std::string& answer) {
    Ear ear;
    ear.client(request("/")).server(answer).server("more of it").client(masked(0x81, "{}")).end(Side::Client);
    REQUIRE(ear.records.size() == 3);
    return ear.lines()[1];
  };
  CHECK(refused("HTTP/1.1 503 No\r\nRetry-After: 2\r\n\r\n") == R"("refused","status":503,"retry_after":"2"})");
  CHECK(refused("HTTP/1.1 520 \r\n\r\nbody") == R"("refused","status":520})");
  CHECK(refused("HTTP/1.1 200 OK\r\n\r\n") == R"("refused","status":200})");
  CHECK(refused("HTTP/1.1 429 x\r\nRetry-After: \xff\r\n\r\n") == R"("refused","status":429,"retry_after":"?"})");
  CHECK(refused("SSH-2.0-server\r\n") == R"("refused","status":0})");
  CHECK(refused(frame(0x88, "")) == R"("refused","status":0})");
  std::string interims;
  for (int i = 0; i < 9; ++i) interims += "HTTP/1.1 102 Wait\r\n\r\n";
  CHECK(refused(interims) == R"("refused","status":0})");
}

TEST_CASE("timeline: who is not answered is told so at the end, and who asked for nothing is not", "[timeline]") {
  CHECK(Ear().client(request("/")).server("HTTP/1.1 10").end(Side::Server).lines()[1] == R"("refused","status":0})");
  CHECK(Ear().client("GET / HT").end(Side::Client).lines() == Lines{R"("end","from":"client","how":"eof"})"});
}

TEST_CASE("timeline: a request that is none is a fault of the client, and the answer is told", "[timeline]") {
  Ear ear;
  ear.client("hello\r\n\r\n").server("HTTP/1.1 400 Bad\r\n\r\n").end(Side::Server);
  CHECK(ear.lines() == Lines{R"x("fault","from":"client","what":"the HTTP start line is malformed (WS-HT-4)"})x",
                             R"("refused","status":400})", R"("end","from":"server","how":"eof"})"});
}

// ---- Frames

TEST_CASE("timeline: control frames are told, in the midst of a message too", "[timeline]") {
  Ear ear;
  ear.open().server(frame(0x01, R"({"op")") + frame(0x89, "\x01\xff"s) + frame(0x80, ":11}"));
  ear.client(masked(0x8a, "\x01\xff"s) + masked(0x88, "\x03\xe8"s + "bye"));
  ear.server(frame(0x88, ""));
  CHECK(ear.lines(2) ==
        Lines{R"("ping","from":"server","payload":"01ff"})",
              R"("message","from":"server","kind":"text","bytes":9,"payload":{"op":11},"payload_bytes":9})",
              R"("pong","from":"client","payload":"01ff"})", R"("close","from":"client","code":1000,"reason":"bye"})",
              R"("close","from":"server"})"});
}

TEST_CASE("timeline: a broken rule is one fault, and the other direction is still read", "[timeline]") {
  const auto fault = [](const std::string& bytes, bool client = false) {
    Ear ear;
    ear.open();
    client ? ear.client(bytes) : ear.server(bytes);
    const std::string told = ear.last();
    const std::size_t count = ear.records.size();
    client ? ear.client(bytes + masked(0x81, "{}")) : ear.server(bytes + frame(0x81, "{}"));
    CHECK(ear.records.size() == count);
    client ? ear.server(frame(0x89, "")) : ear.client(masked(0x89, ""));
    CHECK(ear.records.size() == count + 1);
    return told.substr(told.find("what"));
  };
  CHECK(fault(frame(0xc1, "{}")) == R"x(what":"a reserved bit is set (WS-FR-2)"})x");
  CHECK(fault(frame(0x83, "")) == R"x(what":"the frame's opcode is reserved (WS-FR-3)"})x");
  CHECK(fault(frame(0x81, "{}"), true) == R"x(what":"a frame from the client is not masked (WS-MK-4)"})x");
  CHECK(fault(masked(0x81, "{}")) == R"x(what":"a frame from the server is masked (WS-MK-5)"})x");
  CHECK(fault(frame(0x80, "")) == R"x(what":"a continuation has nothing to continue (WS-FG-3)"})x");
  CHECK(fault(frame(0x01, "") + frame(0x81, "")) ==
        R"x(what":"a message begins before the last one has ended (WS-FG-4)"})x");
  CHECK(fault(frame(0x81, "\xff")) == R"x(what":"the text is not UTF-8 (WS-U8-2)"})x");
  CHECK(fault(frame(0x81, "\xc3")) == R"x(what":"the text is not UTF-8 (WS-U8-4)"})x");
  CHECK(fault(frame(0x88, "\x03")) == R"x(what":"the close payload has one byte (WS-CL-3)"})x");
  CHECK(fault(frame(0x88, "\x03\xed"s)) == R"x(what":"the close code may not be sent (WS-CL-4)"})x");
  CHECK(fault(frame(0x88, "\x03\xe8\xff"s)) == R"x(what":"the close reason is not UTF-8 (WS-CL-5)"})x");
  CHECK(fault(masked(0x88, "\x03\xe8"s) + masked(0x81, "{}"), true) ==
        R"x(what":"a data frame follows the Close (WS-CL-8)"})x");
}

TEST_CASE("WS-CL-7: what follows a Close is not interpreted", "[timeline]") {
  Ear ear;
  ear.open().server(frame(0x01, "a") + frame(0x88, "") + frame(0x89, "") + frame(0x88, "") + "\xff\xff");
  CHECK(ear.last() == R"("close","from":"server"})");
  CHECK(ear.records.size() == 3);
}

TEST_CASE("memory: a message beyond the limit is a fault before it is kept", "[timeline]") {
  Limits limits;
  limits.message_bytes_max = 100;
  Ear ear(limits);
  ear.open().server(frame(0x81, std::string(101, ' ')).substr(0, 2));
  CHECK(ear.last() == R"x("fault","from":"server","what":"the message exceeds the limit (WS-LM-1)"})x");
}

// ---- Payloads

std::string of_message(const std::string& line) { return line.substr(line.find("\"bytes\"")); }

TEST_CASE("timeline: what is no payload is told to be none, and why", "[timeline]") {
  Ear ear;
  ear.open();
  const auto client = [&](unsigned first, const std::string& bytes) {
    return of_message(ear.client(masked(first, bytes)).last());
  };
  CHECK(client(0x81, "{\"op\":1") == R"("bytes":7,"undecodable":"the JSON text is incomplete"})");
  CHECK(client(0x81, "{op:1}") == R"("bytes":6,"undecodable":"the JSON text is malformed"})");
  CHECK(client(0x82, "{}") == R"("bytes":2,"payload":{},"payload_bytes":2})");
  CHECK(client(0x81, "[1]") == R"("bytes":3,"payload":[1],"payload_bytes":3})");
  CHECK(client(0x82, "\x78\x9c\x00"s) == R"("bytes":3,"undecodable":"the client compressed it with zlib"})");
  CHECK(client(0x82, "\x28\xb5\x2f\xfd"s) == R"("bytes":4,"undecodable":"the client compressed it with zstd"})");
  CHECK(client(0x81, std::string(600, '[')) == R"("bytes":600,"undecodable":"the payload is nested too deeply"})");
  CHECK(client(0x81, "") == R"("bytes":0,"undecodable":"the JSON text is incomplete"})");
  CHECK(client(0x81, "{}") == R"("bytes":2,"payload":{},"payload_bytes":2})");
}

TEST_CASE("GW-ETF-1: with ETF asked for, binary messages are terms and texts are JSON", "[timeline]") {
  Ear ear;
  ear.open("/?v=10&encoding=etf");
  const std::string term = "\x83\x74\x00\x00\x00\x01\x77\x02op\x61\x01"s;
  CHECK(of_message(ear.client(masked(0x82, term)).last()) == R"("bytes":12,"payload":{"op":1},"payload_bytes":12})");
  CHECK(of_message(ear.server(frame(0x82, term)).last()) == R"("bytes":12,"payload":{"op":1},"payload_bytes":12})");
  CHECK(of_message(ear.client(masked(0x81, "{}")).last()) == R"("bytes":2,"payload":{},"payload_bytes":2})");
  CHECK(of_message(ear.client(masked(0x82, "{}")).last()) ==
        R"("bytes":2,"undecodable":"the payload does not begin with ETF's version"})");
  tests::Deflater zlib;
  const std::string compressed = "\x83\x50\x00\x00\x00\x0b"s + zlib.last_message(term.substr(1));
  CHECK(of_message(ear.server(frame(0x82, compressed)).last()).find(R"("payload":{"op":1})") != std::string::npos);
}

TEST_CASE("GW-ENV-19: a sequence of more than 32 bits is a number in ETF too, and an id a text", "[timeline]") {
  const std::string big = "\x6e\x05\x00\x00\x00\x00\x00\x02"s;
  const auto told = [&](const std::string& members, char count) {
    Ear ear;
    ear.open("/?v=10&encoding=etf");
    ear.client(masked(0x82, "\x83\x74\x00\x00\x00"s + count + members));
    return ear.records.back().with["payload"].dump();
  };
  const std::string id =
      "\x74\x00\x00\x00\x02\x77\x03"
      "seq"s +
      big + "\x77\x02id"s + big;
  CHECK(told("\x77\x02op\x61\x01\x77\x01"
             "d"s +
                 big,
             2) == R"({"d":8589934592,"op":1})");
  CHECK(told("\x77\x02op\x61\x06\x77\x01"
             "d"s +
                 id,
             2) == R"({"d":{"id":"8589934592","seq":8589934592},"op":6})");
  CHECK(told("\x77\x02op\x61\x00\x77\x01"
             "d"s +
                 big + "\x77\x01s"s + big,
             3) == R"({"d":"8589934592","op":0,"s":8589934592})");
}

TEST_CASE("GW-ZLIB-4: a payload that lies in several messages is one record, of all their bytes", "[timeline]") {
  Ear ear;
  ear.open("/?v=10&encoding=json&compress=zlib-stream");
  tests::Deflater zlib;
  const std::string message = zlib.message(R"({"op":11})");
  ear.server(frame(0x82, message.substr(0, 5)));
  CHECK(ear.records.size() == 2);
  ear.server(frame(0x82, message.substr(5)));
  REQUIRE(ear.records.size() == 3);
  CHECK(ear.records[2].with["bytes"] == message.size());
  CHECK(ear.records[2].with["payload_bytes"] == 9);
  const std::string front = zlib.message(R"({"op":)");  // GW-ZLIB-7
  const std::string rest = zlib.message("1}");
  ear.server(frame(0x82, front) + frame(0x82, rest));
  REQUIRE(ear.records.size() == 4);
  CHECK(ear.records[3].with["payload"] == Json{{"op", 1}});
  CHECK(ear.records[3].with["bytes"] == front.size() + rest.size());
  CHECK(of_message(ear.server(frame(0x82, "\xff\x00\x00\xff\xff"s)).last()) ==
        R"("bytes":5,"undecodable":"the compressed stream is corrupt"})");
}

TEST_CASE("GW-ZSTD-2: zstd-stream is read as one stream", "[timeline]") {
  Ear ear;
  ear.open("/?compress=zstd-stream&v=10&encoding=json");
  tests::Zstd zstd;
  for (int i = 0; i < 3; ++i) ear.server(frame(0x82, zstd.message(R"({"op":11})")));
  REQUIRE(ear.records.size() == 5);
  CHECK(ear.records[4].with["payload"] == Json{{"op", 11}});
}

TEST_CASE("GW-PCOMP-2: a binary message that begins as zlib does is a compressed payload, one by one", "[timeline]") {
  Ear ear;
  ear.open();
  const auto compressed = [] { return tests::Deflater().last_message(R"({"op":11})"); };
  std::string broken = compressed();
  broken.back() = static_cast<char>(broken.back() ^ 1);
  ear.server(frame(0x82, compressed()) + frame(0x82, broken) + frame(0x82, compressed()));
  REQUIRE(ear.records.size() == 5);
  CHECK(ear.records[2].with["payload"] == Json{{"op", 11}});
  CHECK(ear.records[3].with.contains("undecodable"));
  CHECK(ear.records[4].with["payload"] == Json{{"op", 11}});
}

TEST_CASE("memory: of a large payload its data is left out, and of a very large READY what is large in it",
          "[timeline]") {
  const auto told = [](const std::string& name, std::size_t size) {
    Ear ear;
    const std::string data =
        R"({"v":10,"session_id":"0123456789abcdef","shard":[0,1],"x":")" + std::string(size, 'x') + R"("})";
    ear.open().server(frame(0x81, R"({"op":0,"s":1,"t":")" + name + R"(","d":)" + data + "}"));
    return ear.records.back().with;
  };
  const Json event = told("USER_UPDATE", kTellBytesMax);
  CHECK(event["payload"] == Json{{"op", 0}, {"s", 1}, {"t", "USER_UPDATE"}, {"d", nullptr}});
  CHECK(event["left_out"] == true);
  CHECK_FALSE(told("USER_UPDATE", kTellBytesMax - 200).contains("left_out"));
  const Json ready = told("READY", kTellBytesMax);
  CHECK_FALSE(ready.contains("left_out"));
  CHECK(ready["payload"]["d"]["x"].get<std::string>().size() == kTellBytesMax);
  const Json huge = told("READY", kTellReadyBytesMax);
  CHECK(huge["left_out"] == true);
  CHECK(huge["payload"]["d"].size() == 3);
  CHECK(huge["payload"]["d"]["session_id"] == ready["payload"]["d"]["session_id"]);
}

// ---- Secrets

TEST_CASE("GW-SEC-1: a secret that was seen once is hidden in URLs, reasons, pings and texts", "[timeline]") {
  const std::string token = "a-token-of-a-bot";
  Ear ear;
  ear.open().client(masked(0x81, R"({"op":2,"d":{"token":"Bot )" + token + R"("}})"));
  const std::string stand_in = ear.records.back().with["payload"]["d"]["token"];
  CHECK(stand_in.starts_with("Bot "));
  CHECK(stand_in.size() == token.size() + 4);
  ear.server(frame(0x81, R"({"op":0,"t":"MESSAGE_CREATE","d":{"content":["it is )" + token + R"("],")" + token +
                             R"(":1,"token":"one-more"}})"));
  ear.server(frame(0x89, token) + frame(0x88, "\x0f\xa0"s + token));
  for (const std::string& line : ear.lines()) {
    CHECK(line.find(token) == std::string::npos);
    CHECK(line.find("one-more") == std::string::npos);
    CHECK(line.find("612d746f6b656e2d6f66") == std::string::npos);  // the same in hex
  }
  CHECK(ear.records.back().with["reason"] == stand_in.substr(4));
  Ear later;
  CHECK(later.client(request("/?token=" + token)).last().find(token) != std::string::npos);  // nobody knew
}

TEST_CASE("GW-SEC-1: an Identify whose opcode is none still hides its token", "[timeline]") {
  Ear ear;
  ear.open().client(masked(0x81, R"({"op":"2","d":{"token":"a-token-of-a-bot"}})"));
  CHECK(ear.last().find("a-token") == std::string::npos);
}

}  // namespace
}  // namespace portcullis::timeline
