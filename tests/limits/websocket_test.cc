// The limits of HTTP, of frames and of their output.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/client/allocations.h"
#include "tests/limits/with.h"
#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;
using Lines = std::vector<std::string>;

/// What a client says to an answer of the server, and the most memory that it took at once.
struct Answered {
  std::string line;
  std::size_t largest;
};

Answered answered(const Limits& limits, std::string_view answer, Cut cut = Cut::EveryByte) {
  const Chance chance = counting_chance();
  ClientConnection client(limits, chance);
  REQUIRE(bool(client.open(Url{false, "h", 80, "/"}, {}, {})));
  Record record;
  const Bytes input = from_text(answer);
  const CountAllocations on;
  feed(client, input, cut, record);
  return {record.lines.empty() ? "" : record.lines.back(), largest_bytes()};
}

/// That a good answer is taken with the limit at `needed`, and with one less fails at the byte `at`.
void check_answer(std::size_t Limits::*member, std::size_t needed, const std::string& answer, Requirement req,
                  std::size_t at) {
  for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
    CHECK(answered(with(member, needed), answer, cut).line == "opened ");
    const std::string line = answered(with(member, needed - 1), answer, cut).line;
    CHECK(line.starts_with("refused " + std::string(id(req)) + " @" + std::to_string(at) + " "));
  }
}

const std::string kGood(kGoodAnswer);

TEST_CASE("WS-HT-13: http_head_bytes_max lets a head of that size pass, and none of one byte more") {
  check_answer(&Limits::http_head_bytes_max, kGood.size(), kGood, req::WS_HT_13, kGood.size() - 1);
}

TEST_CASE("WS-HT-13: http_head_bytes_max bounds the memory too, whatever more comes") {
  const auto limits = with(&Limits::http_head_bytes_max, 100'000);
  std::string endless = "HTTP/1.1 101 X\r\n";
  while (endless.size() < 1'000'000) endless += "A: " + std::string(6'000, 'x') + "\r\n";
  const auto [line, largest] = answered(limits, endless, Cut::Threes);
  CHECK(line.starts_with("refused WS-HT-13 @100000 "));
  CHECK(largest < 2 * 100'000);  // text grows by doubling
}

TEST_CASE("WS-HT-13: http_line_bytes_max lets a line of that length pass, and none of one byte more") {
  const std::string field = "Sec-WebSocket-Accept: C/0nmHhBztSRGR1CwL6Tf4ZjwpY=";
  check_answer(&Limits::http_line_bytes_max, field.size(), kGood, req::WS_HT_13, kGood.find(field) + field.size() - 1);
  const std::string start = "HTTP/1.1 101 " + std::string(60, 'x');
  check_answer(&Limits::http_line_bytes_max, start.size(), start + kGood.substr(kGood.find("\r\n")), req::WS_HT_13,
               start.size() - 1);
}

TEST_CASE("WS-HT-19: http_line_bytes_max holds for the line before a chunk as well") {
  const std::string head = "HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& line : {"1;" + std::string(58, 'x'), std::string(59, '0') + "1"}) {
    const std::string answer = head + line + "\r\na\r\n0\r\n\r\n";
    CHECK(answered(with(&Limits::http_line_bytes_max, 60), answer).line.starts_with("refused WS-HT-16 "));
    const std::string at = std::to_string(head.size() + 59);
    CHECK(answered(with(&Limits::http_line_bytes_max, 59), answer).line.starts_with("refused WS-HT-19 @" + at + " "));
  }
}

TEST_CASE("WS-HT-13: http_fields_max lets so many fields pass, and fails at the first byte of one more") {
  check_answer(&Limits::http_fields_max, 3, kGood, req::WS_HT_13, kGood.find("Sec-WebSocket-Accept"));
}

TEST_CASE("WS-HT-14: http_interim_max lets so many answers come before the last, and fails behind one more") {
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  check_answer(&Limits::http_interim_max, 2, interim + interim + kGood, req::WS_HT_14, 2 * interim.size() - 1);
}

TEST_CASE("WS-HT-20: http_body_bytes_max lets so much of a body be kept, and says that the rest was not") {
  const std::string head = "HTTP/1.1 403 X\r\n";
  for (const std::string body :
       {"\r\nabc", "Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc"})
    for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
      const Chance chance = counting_chance();
      for (const std::size_t limit : {std::size_t{3}, std::size_t{2}}) {
        const Limits limits = with(&Limits::http_body_bytes_max, limit);
        ClientConnection client(limits, chance);
        Record record;
        feed(client, from_text(head + body), cut, record);
        client.ended(at(0));
        drain(client, record);
        CAPTURE(body, int(cut), limit);
        CHECK(record.lines.back().find(limit == 3 ? " 403 616263" : " 403 6162 truncated") != std::string::npos);
        CHECK((record.lines.back().find("truncated") != std::string::npos) == (limit == 2));
      }
    }
}

TEST_CASE("WS-HT-20: http_body_bytes_max bounds the memory too, however much is announced") {
  const auto limits = with(&Limits::http_body_bytes_max, 100'000);
  const std::string body(1'000'000, 'x');
  const auto [line, largest] =
      answered(limits, "HTTP/1.1 403 X\r\nContent-Length: 1000000\r\n\r\n" + body, Cut::Threes);
  CHECK(line.ends_with(" truncated"));
  CHECK(largest < 500'000);  // the record's own copy in hex doubles to 400,000
}

/// What an end does with frames: all its lines, and what it sent.
template <typename End>
Record given(const Limits& limits, const Bytes& frames, Cut cut) {
  End end(limits);
  feed(end.connection, std::is_same_v<End, OpenServer> ? masked(frames) : frames, cut, end.record);
  return end.record;
}

template <typename End>
void check_frames(std::uint64_t Limits::*member, std::uint64_t needed, const Bytes& frames, const Lines& good) {
  for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
    CHECK(given<End>(with(member, needed), frames, cut).lines == good);
    const Record bad = given<End>(with(member, needed - 1), frames, cut);
    REQUIRE(bad.lines.size() == 3);
    CHECK(bad.lines[0].starts_with("failed WS-LM-1 @"));
    const Bytes close = std::is_same_v<End, OpenServer> ? bad.sent : unmasked(bad.sent);
    CHECK(to_hex(close) == "880203f1");  // 1009
  }
}

TEMPLATE_TEST_CASE("WS-LM-1: frame_bytes_max lets a frame of that size pass, and none of one byte more", "[ws]",
                   OpenClient, OpenServer) {
  check_frames<TestType>(&Limits::frame_bytes_max, 5, from_hex("82050102030405"), {"binary 0102030405"});
}

TEMPLATE_TEST_CASE("WS-LM-1: message_bytes_max lets fragments of that size pass, and none of one byte more", "[ws]",
                   OpenClient, OpenServer) {
  check_frames<TestType>(&Limits::message_bytes_max, 5, from_hex("02020102 0000 8003030405"), {"binary 0102030405"});
  check_frames<TestType>(&Limits::message_bytes_max, 5, from_hex("82050102030405"), {"binary 0102030405"});
}

TEST_CASE("WS-LM-1: frame_bytes_max and message_bytes_max are looked at before any memory is taken") {
  for (const std::uint64_t Limits::*member : {&Limits::frame_bytes_max, &Limits::message_bytes_max}) {
    const std::uint64_t limit = Limits{}.*member;
    REQUIRE(limit == 0x4000000);
    for (const bool over : {false, true}) {
      OpenClient end;
      const Bytes header = from_hex(over ? "827f0000000004000001" : "827f0000000004000000");
      std::size_t largest = 0;
      {
        const CountAllocations on;
        feed(end.connection, header, Cut::Whole, end.record);
        largest = largest_bytes();
      }
      CHECK(end.record.lines.size() == (over ? 3u : 0u));
      CHECK(largest < 1'000);
    }
  }
}

/// The outputs in their order, P for a ping, T for a Transmit with so many pongs.
std::string order(const Limits& limits, int pings) {
  OpenServer end(limits);
  Bytes input;
  const Bytes ping = masked(from_hex("890170"));
  for (int i = 0; i < pings; ++i) input.insert(input.end(), ping.begin(), ping.end());
  end.connection.received(input, at(0));
  std::string order;
  for (auto output = end.connection.poll(); !std::holds_alternative<Wait>(output); output = end.connection.poll())
    if (const auto* transmit = std::get_if<Transmit>(&output))
      order += "T" + std::to_string(transmit->bytes.size() / 3);
    else
      order += std::holds_alternative<Ping>(output) ? "P" : "?";
  return order;
}

TEST_CASE("WS-CT-5, WS-LM-3: pongs_waiting_max lets so many pongs wait, and reads no further before they are out") {
  CHECK(order(with(&Limits::pongs_waiting_max, 4), 4) == "PPPPT4");
  CHECK(order(with(&Limits::pongs_waiting_max, 3), 4) == "PPPT3PT1");
}

TEST_CASE("WS-LM-3: output_bytes_max lets more be sent below that, and refuses once so many bytes wait") {
  for (const bool full : {false, true}) {
    const Limits limits = with(&Limits::output_bytes_max, full ? 10 : 11);
    OpenServer end(limits);
    REQUIRE(bool(end.connection.send(Kind::Text, from_text("12345678"))));
    REQUIRE(end.connection.queued_bytes() == 10);
    std::size_t count = 0;
    Status status = kOk;
    const Bytes payload = from_text("a");
    {
      const CountAllocations on;
      const std::size_t before = allocations();
      status = end.connection.send(Kind::Text, payload);
      count = allocations() - before;
    }
    CHECK(bool(status) == !full);
    CHECK(end.connection.queued_bytes() == (full ? 10 : 13));
    if (full) CHECK(status.error() == Error{Errc::OutputFull, Blame::Limit, 0, req::WS_LM_3});
    if (full) CHECK(count == 0);
  }
}

/// The lines of an end a millisecond before a deadline, and at it.
template <typename End>
std::pair<Lines, Lines> around(End& end, std::int64_t deadline) {
  end.connection.elapsed(at(deadline - 1));
  drain(end.connection, end.record);
  const Lines before = end.record.lines;
  end.connection.elapsed(at(deadline));
  drain(end.connection, end.record);
  return {before, end.record.lines};
}

TEMPLATE_TEST_CASE("WS-CL-15: close_timeout lets the answer to our Close take that long, and says that it timed out",
                   "[ws]", OpenClient, OpenServer) {
  const Limits limits = with(&Limits::close_timeout, Duration{700});
  TestType end(limits);
  REQUIRE(bool(end.connection.close(1000, "", at(100))));
  drain(end.connection, end.record);
  const auto [before, after] = around(end, 800);
  CHECK(before.empty());
  CHECK(after == Lines{"hangup", "ended 1006  lost timed-out ours"});
}

TEST_CASE("WS-CL-11: linger_timeout lets the transport stand that long after both Closes, and no longer") {
  const Limits limits = with(&Limits::linger_timeout, Duration{300});
  OpenClient end(limits);
  feed(end.connection, from_hex("880203e8"), Cut::Whole, end.record);
  const auto [before, after] = around(end, 300);
  CHECK(before.empty());
  CHECK(after == Lines{"hangup", "ended 1000  clean theirs"});
}

}  // namespace
}  // namespace portcullis::tests
