// What a proxy does to one direction of a link, without sockets.
#include "portcullis/oracle/proxy/lane.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "portcullis/core/http/text.h"
#include "portcullis/oracle/proxy/head.h"

namespace portcullis::proxy {
namespace {

constexpr Instant at(std::int64_t ms) { return Instant(Duration{ms}); }

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

Fault fault_of(std::string_view text) {
  auto fault = read_fault(text);
  if (const auto* const wrong = std::get_if<std::string>(&fault)) FAIL(*wrong);
  return std::get<Fault>(fault);
}

std::string wrong_with(std::string_view text) {
  const auto fault = read_fault(text);
  const auto* const wrong = std::get_if<std::string>(&fault);
  return wrong == nullptr ? std::string() : *wrong;
}

/// A lane, and what has come out of it.
struct Run {
  Run(Side from, std::vector<Fault> faults) : lane(from, std::move(faults), [] { return 0x04030201U; }) {}

  void take(std::string_view text, std::int64_t ms) {
    lane.take(bytes_of(text), at(ms));
    pump(ms);
  }
  void pump(std::int64_t ms) {
    for (;;) {
      const Lane::Output output = lane.poll(at(ms));
      if (const auto* const wait = std::get_if<Lane::Wait>(&output)) return void(deadline = wait->deadline);
      if (const auto* const deliver = std::get_if<Lane::Deliver>(&output)) out += http::as_text(deliver->bytes);
      if (const auto* const strike = std::get_if<Lane::Strike>(&output)) struck.push_back(in_words(strike->fault));
      if (const auto* const end = std::get_if<Lane::Cut>(&output)) return void(cut = end->how);
    }
  }

  Lane lane;
  std::string out;
  std::vector<std::string> struck;
  std::optional<How> cut;
  std::optional<Instant> deadline;
};

/// Frames of a server: Text, of 3, 0 and 200 bytes.
std::string server_frames() {
  std::vector<std::byte> out;
  for (const std::size_t size : {3U, 0U, 200U}) {
    const std::string payload(size, 'x');
    websocket::append_frame(out, true, websocket::Opcode::Text, bytes_of(payload), nullptr);
  }
  return std::string(http::as_text(out));
}

TEST_CASE("interop: without a fault a proxy's lane gives the bytes as they came") {
  Run run(Side::Server, {});
  run.take("no", 0);
  run.take(" frames at all", 1);
  CHECK(run.out == "no frames at all");
  CHECK(run.lane.held() == 0);
  CHECK_FALSE(run.deadline);
}

TEST_CASE("interop: a proxy drops a link behind so many bytes, however they are cut") {
  for (const std::size_t cut : {1U, 3U, 7U, 100U}) {
    Run run(Side::Server, {fault_of("drop after=7 how=reset")});
    const std::string text = "0123456789";
    for (std::size_t i = 0; i < text.size(); i += cut) run.take(std::string_view(text).substr(i, cut), 0);
    CHECK(run.out == "0123456");
    CHECK(run.cut == How::Reset);
    CHECK(run.struck == std::vector<std::string>{"drop after=7 dir=down how=reset"});
  }
}

TEST_CASE("interop: a proxy drops a link at once where nothing has to pass before") {
  Run run(Side::Server, {fault_of("drop")});
  run.pump(0);
  CHECK(run.cut == How::Eof);
}

TEST_CASE("interop: a stall holds what comes behind so many bytes, and lets it go whole") {
  Run run(Side::Server, {fault_of("stall after=2 ms=50")});
  run.take("abc", 10);
  CHECK(run.out == "ab");
  CHECK(run.deadline == at(60));
  run.take("def", 59);
  CHECK(run.out == "ab");
  CHECK(run.lane.held() == 4);
  run.pump(60);
  CHECK(run.out == "abcdef");
  CHECK_FALSE(run.deadline);
}

TEST_CASE("interop: a delay makes each of so many bytes late, and no other") {
  Run run(Side::Server, {fault_of("delay after=1 ms=50 bytes=3")});
  run.take("ab", 0);
  run.take("cd", 20);
  CHECK(run.out == "a");
  CHECK(run.deadline == at(50));
  run.pump(50);
  CHECK(run.out == "ab");
  CHECK(run.deadline == at(70));
  run.pump(70);
  CHECK(run.out == "abcd");
  run.take("e", 71);
  CHECK(run.out == "abcde");
}

TEST_CASE("interop: so many bytes are corrupted, in their place") {
  Run run(Side::Server, {fault_of("corrupt after=2 bytes=2")});
  run.take("abc", 0);
  run.take("def", 0);
  CHECK(run.out == std::string("ab") + static_cast<char>(~'c') + static_cast<char>(~'d') + "ef");
}

TEST_CASE("WS-CL-1: a proxy's Close comes between two frames, and nothing behind it") {
  const std::string frames = server_frames();
  for (const std::size_t cut : {1U, 2U, 1000U})
    for (std::size_t after = 0; after <= frames.size(); ++after) {
      Run run(Side::Server, {fault_of("close after=" + std::to_string(after) + " code=4000 reason=why")});
      run.pump(0);
      for (std::size_t i = 0; i < frames.size(); i += cut) run.take(std::string_view(frames).substr(i, cut), 0);
      const std::size_t end = after == 0 ? 0 : after <= 5 ? 5 : after <= 7 ? 7 : frames.size();
      INFO("after " << after << ", cut " << cut);
      CHECK(run.out == frames.substr(0, end) + std::string("\x88\x05\x0f\xa0why", 7));
      CHECK(run.lane.is_closed());
      run.take(frames, 1);
      CHECK(run.lane.held() == 0);
    }
}

TEST_CASE("WS-MK-1: a proxy's Close is masked on its way to the server") {
  Run run(Side::Client, {fault_of("close dir=up code=1000")});
  run.pump(0);
  CHECK(run.out ==
        std::string("\x88\x82\x01\x02\x03\x04", 6) + static_cast<char>(0x03 ^ 0x01) + static_cast<char>(0xe8 ^ 0x02));
}

TEST_CASE("interop: several faults befall a lane in the order of their places") {
  Run run(Side::Server, {fault_of("corrupt after=1"), fault_of("stall after=2 ms=10"), fault_of("drop after=3")});
  run.take("abcdef", 0);
  CHECK(run.out.size() == 2);
  run.pump(10);
  CHECK(run.out == std::string("a") + static_cast<char>(~'b') + "c");
  CHECK(run.cut == How::Eof);
  CHECK(run.struck.size() == 3);
}

TEST_CASE("interop: a fault reads as it is written") {
  for (const std::string text : {"drop after=0 dir=down", "drop after=9 dir=up link=2 times=3 how=reset",
                                 "stall after=1 dir=down ms=200", "delay after=0 dir=up ms=5 bytes=7",
                                 "close after=0 dir=down code=4000 reason=why", "corrupt after=5 dir=down bytes=2"}) {
    CHECK(in_words(fault_of(text)) == text);
  }
}

TEST_CASE("interop: a fault that cannot be meant is answered with what would do") {
  struct Vain {
    std::string text, says;
  };
  const std::vector<Vain> all{{"", "begins with drop, stall"},
                              {"explode", "begins with drop, stall"},
                              {"drop after=-1", "after= takes a number"},
                              {"drop after", "after= takes a number"},
                              {"drop code=4000", "drop has no \"code\": it has after, dir, link, times, how"},
                              {"stall after=1", "needs ms="},
                              {"delay ms=0", "ms= takes"},
                              {"close code=1005", "code= takes"},
                              {"close code=5000", "code= takes"},
                              {"corrupt bytes=65537", "bytes= takes"},
                              {"drop dir=left", "dir= takes up or down"},
                              {"drop link=0", "link= takes"}};
  for (const Vain& one : all) {
    INFO(one.text << " -> " << wrong_with(one.text));
    CHECK(wrong_with(one.text).find(one.says) != std::string::npos);
  }
}

TEST_CASE("interop: faults are spent on as many links as they say, and on that link only which they name") {
  FaultPlan plan({fault_of("drop after=5 times=2"), fault_of("stall after=1 ms=1 link=2")});
  CHECK(plan.take(1).size() == 1);
  const auto second = plan.take(2);
  REQUIRE(second.size() == 2);
  CHECK(second[0].kind == Fault::Kind::Stall);
  CHECK(plan.take(3).empty());
}

TEST_CASE("interop: of the upgrade's request a proxy changes the value of Host and no other byte") {
  CHECK(with_host("GET /?v=10 HTTP/1.1\r\nhOsT:  127.0.0.1:1 \r\nX-Host: a\r\n\r\n", "gateway.test") ==
        "GET /?v=10 HTTP/1.1\r\nhOsT:  gateway.test\r\nX-Host: a\r\n\r\n");
  CHECK(with_host("GET host:x HTTP/1.1\nHost:\n\n", "b") == "GET host:x HTTP/1.1\nHost:b\n\n");
  CHECK(with_host("GET / HTTP/1.1\r\n\r\n", "b") == "GET / HTTP/1.1\r\n\r\n");
}

}  // namespace
}  // namespace portcullis::proxy
