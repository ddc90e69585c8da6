// WS-IO-6: cost is linear in the input, whatever it is and however it is cut.
#include <catch2/catch.hpp>
#include <ctime>

#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;

template <typename Connection>
void feed_pieces(Connection& connection, std::span<const std::byte> input, std::size_t size) {
  for (std::size_t i = 0; i < input.size(); i += size) {
    connection.received(input.subspan(i, std::min(size, input.size() - i)), at(0));
    while (!std::holds_alternative<Wait>(connection.poll())) {
    }
  }
}

/// Checks that eight times as much costs eight times as much and not 64 times, with an allowance for what else runs.
/// Making the input is not counted.
template <typename Make, typename Spend>
void check_linear(std::size_t least, Make make, Spend spend) {
  const auto cost = [&](std::size_t size) {
    const auto input = make(size);
    double best = 1e18;
    for (int i = 0; i < 3; ++i) {
      const std::clock_t start = std::clock();
      spend(input);
      best = std::min(best, static_cast<double>(std::clock() - start));
    }
    return best;
  };
  const double small = cost(least);
  CHECK(small > 0);
  CHECK(cost(8 * least) < 24 * small);
}

constexpr std::size_t kWhole = std::size_t{1} << 30;

Bytes repeated(std::string_view first, std::string_view middle, std::size_t times, std::string_view last) {
  Bytes bytes = from_hex(first);
  const Bytes one = from_hex(middle);
  for (std::size_t i = 0; i < times; ++i) bytes.insert(bytes.end(), one.begin(), one.end());
  const Bytes end = from_hex(last);
  bytes.insert(bytes.end(), end.begin(), end.end());
  return bytes;
}

template <typename End, typename Input>
void check_stream(Input input) {
  for (const std::size_t size : {std::size_t{1}, kWhole})
    check_linear(
        1 << 14,
        [&](std::size_t count) {
          const Bytes stream = input(count);
          return std::is_same_v<End, OpenServer> ? masked(stream) : stream;
        },
        [&](const Bytes& stream) {
          End end;
          feed_pieces(end.connection, stream, size);
        });
}

TEMPLATE_TEST_CASE("WS-IO-6, WS-LM-2: fragments of one byte, of text", "[ws]", OpenClient, OpenServer) {
  check_stream<TestType>([](std::size_t count) { return repeated("010161", "000161", count, "800161"); });
}

TEMPLATE_TEST_CASE("WS-IO-6, WS-LM-2: fragments of nothing", "[ws]", OpenClient, OpenServer) {
  check_stream<TestType>([](std::size_t count) { return repeated("0200", "0000", count, "8000"); });
}

TEMPLATE_TEST_CASE("WS-IO-6, WS-CT-5: pings", "[ws]", OpenClient, OpenServer) {
  check_stream<TestType>([](std::size_t count) { return repeated("", "890170", count, ""); });
}

TEMPLATE_TEST_CASE("WS-IO-6: a ping behind each fragment", "[ws]", OpenClient, OpenServer) {
  check_stream<TestType>([](std::size_t count) { return repeated("020161", "89000001ff", count, "8000"); });
}

TEMPLATE_TEST_CASE("WS-IO-6: messages of one byte", "[ws]", OpenClient, OpenServer) {
  check_stream<TestType>([](std::size_t count) { return repeated("", "810161", count, ""); });
}

TEMPLATE_TEST_CASE("WS-IO-6: one message in one frame", "[ws]", OpenClient, OpenServer) {
  check_stream<TestType>([](std::size_t count) { return frame(0x82, Bytes(4 * count)); });
}

TEST_CASE("WS-IO-6, WS-HT-20: a refusal's body in chunks of one byte", "[ws]") {
  Limits limits;
  limits.http_body_bytes_max = kWhole;
  for (const std::size_t size : {std::size_t{1}, kWhole})
    check_linear(
        1 << 12,
        [](std::size_t count) {
          Bytes input = from_text("HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n");
          const Bytes chunks = repeated("", "310d0a610d0a", count, "300d0a0d0a");
          input.insert(input.end(), chunks.begin(), chunks.end());
          return input;
        },
        [&](const Bytes& input) {
          const Chance chance = counting_chance();
          ClientConnection client(limits, chance);
          feed_pieces(client, input, size);
        });
}

TEST_CASE("WS-IO-6, WS-HT-13: a head of many fields", "[ws]") {
  Limits limits;
  limits.http_head_bytes_max = limits.http_fields_max = kWhole;
  check_linear(
      1 << 11,
      [](std::size_t count) {
        std::string head(kGoodRequest.substr(0, kGoodRequest.size() - 2));
        for (std::size_t i = 0; i < count; ++i) head += "X: y\r\n";
        return from_text(head + "\r\n");
      },
      [&](const Bytes& request) {
        ServerConnection server(limits);
        feed_pieces(server, request, 1);
        REQUIRE(bool(server.accept({}, {})));
      });
}

TEST_CASE("WS-IO-6: what is sent in fragments of one byte and drained seldom", "[ws]") {
  check_linear(
      1 << 14, [](std::size_t count) { return count; },
      [&](std::size_t count) {
        OpenClient end;
        const Bytes byte(1);
        bool good = bool(end.connection.send(Kind::Binary, byte, false));
        for (std::size_t i = 0; i < count; ++i) {
          good = good && end.connection.send_more(byte, false);
          if (i % 4096 == 0) drain(end.connection, end.record);
        }
        CHECK(good);
      });
}

}  // namespace
}  // namespace portcullis::tests
