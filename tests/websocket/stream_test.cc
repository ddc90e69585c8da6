#include <catch2/catch.hpp>

#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;
using Lines = std::vector<std::string>;

TEST_CASE("WS-HS-27: a frame behind the 101 is handled in the same call", "[ws]") {
  const Limits limits;
  const Chance chance = counting_chance();
  ClientConnection client(limits, chance);
  REQUIRE(bool(client.open(Url{false, "h", 80, "/"}, {}, {})));
  Bytes input = from_text(kGoodAnswer);
  const Bytes hello = from_hex("810548656c6c6f");
  input.insert(input.end(), hello.begin(), hello.end());
  Record record;
  feed(client, input, Cut::Whole, record);
  CHECK(record.lines == Lines{"opened ", "text 48656c6c6f"});
}

TEST_CASE("WS-FR-1: a message that lies whole in the input is handed out where it lies", "[ws]") {
  OpenClient end;
  const Bytes input = from_hex("8203010203");
  end.connection.received(input, at(0));
  const auto output = end.connection.poll();
  REQUIRE(std::holds_alternative<Message>(output));
  CHECK(std::get<Message>(output).payload.data() == input.data() + 2);
}

TEST_CASE("WS-LM-1: fragments together may have just the limit", "[ws]") {
  Limits limits;
  limits.message_bytes_max = 5;
  for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
    OpenClient good(limits);
    feed(good.connection, from_hex("02020102 00020304 800105"), cut, good.record);
    CHECK(good.record.lines == Lines{"binary 0102030405"});
    OpenClient bad(limits);
    feed(bad.connection, from_hex("02020102 00020304 8002"), cut, bad.record);
    REQUIRE(bad.record.lines.size() == 3);
    CHECK(bad.record.lines[0].starts_with("failed WS-LM-1"));
    CHECK(to_hex(unmasked(bad.record.sent)) == "880203f1");
  }
}

TEST_CASE("WS-LM-2: a million empty fragments", "[ws]") {
  OpenClient end;
  Bytes input = from_hex("0100");
  for (int i = 0; i < 1'000'000; ++i) input.insert(input.end(), 2, std::byte{});
  feed(end.connection, input, Cut::Whole, end.record);
  feed(end.connection, from_hex("800161"), Cut::Whole, end.record);
  CHECK(end.record.lines == Lines{"text 61"});
}

TEST_CASE("WS-CT-5, WS-LM-3: a flood of pings never queues more than the limit, and each is answered", "[ws]") {
  Limits limits;
  limits.pongs_waiting_max = 16;
  OpenServer end(limits);
  Bytes pings;
  const Bytes ping = masked(from_hex("890170"));
  for (int i = 0; i < 10'000; ++i) pings.insert(pings.end(), ping.begin(), ping.end());
  end.connection.received(pings, at(0));
  std::size_t answered = 0;
  for (;;) {
    const auto output = end.connection.poll();
    if (std::holds_alternative<Wait>(output)) break;
    if (const auto* transmit = std::get_if<Transmit>(&output)) answered += transmit->bytes.size() / 3;
    REQUIRE(end.connection.queued_bytes() <= 16 * 3);
  }
  CHECK(answered == 10'000);
}

TEST_CASE("WS-LM-3: a million pings of the caller's that nobody drains are refused at the mark, until it is drained",
          "[ws]") {
  Limits limits;
  limits.output_bytes_max = 1000;
  OpenServer end(limits);
  int taken = 0;
  for (int i = 0; i < 1'000'000; ++i) taken += end.connection.ping({}) ? 1 : 0;
  CHECK(taken == 500);
  const Status status = end.connection.send(Kind::Text, from_text("a"));
  REQUIRE_FALSE(bool(status));
  CHECK(status.error().code == Errc::OutputFull);
  CHECK(status.error().blame == Blame::Limit);
  CHECK(end.connection.queued_bytes() == 1000);
  drain(end.connection, end.record);
  // One message may pass the mark: how long it may be is the sender's own affair.
  CHECK(bool(end.connection.send(Kind::Binary, Bytes(5000), false)));
  CHECK(end.connection.send_more({}, true).error().code == Errc::OutputFull);
  drain(end.connection, end.record);
  CHECK(bool(end.connection.send_more({}, true)));
}

TEST_CASE("WS-CT-3: a ping or pong over 125 bytes is an error and queues nothing", "[ws]") {
  OpenClient end;
  CHECK(end.connection.ping(Bytes(126)).error().code == Errc::ControlPayloadTooLong);
  CHECK(end.connection.pong(Bytes(126)).error().code == Errc::ControlPayloadTooLong);
  CHECK(end.connection.queued_bytes() == 0);
  CHECK(bool(end.connection.ping(Bytes(125))));
  CHECK(bool(end.connection.pong(Bytes(125))));
}

TEST_CASE("WS-U8-7: text that is not UTF-8 is not sent, whole or in parts", "[ws]") {
  OpenServer end;
  const Status whole = end.connection.send(Kind::Text, from_hex("61c328"));
  REQUIRE_FALSE(bool(whole));
  CHECK(whole.error().code == Errc::TextNotUtf8);
  CHECK(whole.error().offset == 2);
  CHECK(end.connection.send(Kind::Text, from_hex("e282")).error().offset == 2);
  CHECK(end.connection.queued_bytes() == 0);
  CHECK(bool(end.connection.send(Kind::Text, from_hex("e282"), false)));
  CHECK(end.connection.send_more(from_hex("28"), false).error().code == Errc::TextNotUtf8);
  CHECK(end.connection.send_more({}, true).error().code == Errc::TextNotUtf8);
  CHECK(bool(end.connection.send_more(from_hex("ac"), true)));
  CHECK(bool(end.connection.send(Kind::Binary, from_hex("c328"))));
  drain(end.connection, end.record);
  CHECK(to_hex(end.record.sent) == "0102e2828001ac8202c328");
}

TEST_CASE("WS-FG-5: one message at a time, control frames between its parts", "[ws]") {
  OpenServer end;
  CHECK(end.connection.send_more({}, true).error().code == Errc::FrameContinuationUnexpected);
  CHECK(bool(end.connection.send(Kind::Binary, from_hex("01"), false)));
  CHECK(end.connection.send(Kind::Text, {}).error().code == Errc::FrameMessageUnfinished);
  CHECK(bool(end.connection.ping(from_hex("70"))));
  CHECK(bool(end.connection.send_more(from_hex("02"), false)));
  feed(end.connection, masked(from_hex("890171")), Cut::Whole, end.record);
  CHECK(bool(end.connection.send_more({}, true)));
  CHECK(bool(end.connection.send(Kind::Text, {})));
  drain(end.connection, end.record);
  CHECK(to_hex(end.record.sent) ==
        "020101"
        "890170"
        "000102"
        "8a0171"
        "8000"
        "8100");
}

TEST_CASE("WS-MK-2: the n-th frame is masked with the n-th draw, high byte first", "[ws]") {
  const Limits limits;
  std::uint32_t drawn = 0xa0b0c0d0;
  const Chance draws = [&] { return drawn++; };
  ClientConnection client(limits, draws);
  REQUIRE(bool(client.open(Url{false, "h", 80, "/"}, {}, {})));
  Record record;
  drain(client, record);
  std::string answer(kGoodAnswer);
  // The key of these draws, a0b0c0d0 to a0b0c0d3, hashed by another implementation.
  answer.replace(answer.find("C/0nm"), 28, "UX5LiuRWbioxA/YWKBEHcXQKPmw=");
  record = {};
  feed(client, from_text(answer), Cut::Whole, record);
  REQUIRE(record.lines == Lines{"opened "});
  REQUIRE(bool(client.send(Kind::Binary, from_hex("00000000"))));
  REQUIRE(bool(client.ping({})));
  drain(client, record);
  CHECK(to_hex(record.sent) ==
        "8284a0b0c0d4a0b0c0d4"
        "8980a0b0c0d5");
}

TEST_CASE("WS-MK-7: what was sent is copied, and stays as it was until it is written", "[ws]") {
  OpenServer end;
  Bytes payload = from_text("abc");
  REQUIRE(bool(end.connection.send(Kind::Text, payload)));
  payload.assign(3, std::byte{'z'});
  const auto output = end.connection.poll();
  const auto bytes = std::get<Transmit>(output).bytes;
  // A call between two polls does not touch what the first handed out.
  REQUIRE(bool(end.connection.send(Kind::Binary, Bytes(100'000))));
  CHECK(to_text(bytes) ==
        "\x81\x03"
        "abc");
}

TEST_CASE("WS-IO-3: after the end of input more input yields nothing", "[ws]") {
  OpenClient end;
  end.connection.ended(at(0));
  feed(end.connection, from_hex("810161"), Cut::Whole, end.record);
  feed(end.connection, from_hex("8300"), Cut::Whole, end.record);
  end.connection.ended(at(1));
  drain(end.connection, end.record);
  CHECK(end.record.lines == Lines{"hangup", "ended 1006  lost theirs"});
}

TEST_CASE("WS-CL-12: input that was not yet read comes before its end", "[ws]") {
  OpenClient end;
  const Bytes input = from_hex("810161");
  end.connection.received(input, at(0));
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  CHECK(end.record.lines == Lines{"text 61", "hangup", "ended 1006  lost theirs"});
}

TEST_CASE("WS-IO-5: the last words are handed out before the hangup", "[ws]") {
  OpenServer end;
  REQUIRE(bool(end.connection.send(Kind::Text, from_text("a"))));
  const Bytes close = masked(from_hex("880203e8"));
  end.connection.received(close, at(0));
  const auto first = end.connection.poll();
  REQUIRE(std::holds_alternative<Transmit>(first));
  CHECK(to_hex(std::get<Transmit>(first).bytes) ==
        "810161"
        "880203e8");
  CHECK(std::holds_alternative<Hangup>(end.connection.poll()));
  CHECK(std::holds_alternative<Ended>(end.connection.poll()));
  CHECK(std::holds_alternative<Wait>(end.connection.poll()));
}

TEST_CASE("WS-IO-5: a connection at rest is small", "[ws]") {
  CHECK(sizeof(ClientConnection) <= 600);
  CHECK(sizeof(ServerConnection) <= 600);
}

}  // namespace
}  // namespace portcullis::tests
