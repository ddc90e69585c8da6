#include <catch2/catch.hpp>

#include "tests/websocket/play.h"

namespace portcullis::tests {
namespace {

using namespace websocket;
using Lines = std::vector<std::string>;

const Limits kLimits{};

void feed_frames(OpenClient& end, std::string_view hex, Cut cut = Cut::Whole) {
  feed(end.connection, from_hex(hex), cut, end.record);
}
void feed_frames(OpenServer& end, std::string_view hex, Cut cut = Cut::Whole) {
  feed(end.connection, masked(from_hex(hex)), cut, end.record);
}
std::string sent(const OpenClient& end) { return to_hex(unmasked(end.record.sent)); }
std::string sent(const OpenServer& end) { return to_hex(end.record.sent); }

TEMPLATE_TEST_CASE("WS-CL-1: closing twice sends one Close", "[ws]", OpenClient, OpenServer) {
  TestType end;
  CHECK(bool(end.connection.close(1000, "bye", at(10))));
  CHECK(bool(end.connection.close(1001, "", at(20))));
  drain(end.connection, end.record);
  CHECK(sent(end) == "880503e8627965");
  CHECK(end.record.deadline == at(10) + kLimits.close_timeout);
  CHECK_FALSE(end.connection.is_open());
}

TEST_CASE("WS-CL-10: the server ends the transport as soon as both Closes are done", "[ws]") {
  OpenServer end;
  feed_frames(end, "880503e8627965");
  CHECK(sent(end) == "880203e8");
  CHECK(end.record.lines == Lines{"hangup", "ended 1000 627965 clean theirs"});
  CHECK(end.record.deadline == std::nullopt);
}

TEST_CASE("WS-CL-11: the client waits for the server to end the transport, with a deadline", "[ws]") {
  for (const bool times_out : {false, true}) {
    OpenClient end;
    feed_frames(end, "880203e8");
    CHECK(sent(end) == "880203e8");
    CHECK(end.record.lines.empty());
    CHECK(end.record.deadline == at(0) + kLimits.linger_timeout);
    end.connection.elapsed(at(kLimits.linger_timeout.count() - 1));
    drain(end.connection, end.record);
    CHECK(end.record.lines.empty());
    if (times_out)
      end.connection.elapsed(at(kLimits.linger_timeout.count()));
    else
      end.connection.ended(at(5));
    drain(end.connection, end.record);
    CHECK(end.record.lines == Lines{"hangup", "ended 1000  clean theirs"});
    CHECK(end.record.deadline == std::nullopt);
  }
}

TEMPLATE_TEST_CASE("WS-CL-14: two Closes that cross are not answered", "[ws]", OpenClient, OpenServer) {
  TestType end;
  CHECK(bool(end.connection.close(4000, "", at(0))));
  drain(end.connection, end.record);
  feed_frames(end, "880203e9");
  end.connection.ended(at(1));
  drain(end.connection, end.record);
  CHECK(sent(end) == "88020fa0");
  CHECK(end.record.lines == Lines{"hangup", "ended 1001  clean ours"});
}

TEMPLATE_TEST_CASE("WS-CL-15: a Close that is not answered in time ends the connection, not clean", "[ws]", OpenClient,
                   OpenServer) {
  TestType end;
  CHECK(bool(end.connection.close(1000, "", at(100))));
  drain(end.connection, end.record);
  end.connection.elapsed(at(100 + kLimits.close_timeout.count() - 1));
  drain(end.connection, end.record);
  CHECK(end.record.lines.empty());
  end.connection.elapsed(at(100 + kLimits.close_timeout.count()));
  drain(end.connection, end.record);
  CHECK(end.record.lines == Lines{"hangup", "ended 1006  lost timed-out ours"});
  end.connection.elapsed(at(1'000'000));
  end.connection.ended(at(1'000'000));
  feed_frames(end, "810161");
  CHECK(end.record.lines.size() == 2);
}

TEMPLATE_TEST_CASE("WS-CL-9, WS-CT-8: after our Close messages are delivered and pings answered until theirs", "[ws]",
                   OpenClient, OpenServer) {
  TestType end;
  CHECK(bool(end.connection.close(1000, "", at(0))));
  feed_frames(end, "810161 890162 8a00 880203e8 810163");
  end.connection.ended(at(1));
  drain(end.connection, end.record);
  CHECK(end.record.lines == Lines{"text 61", "ping 62", "pong ", "hangup", "ended 1000  clean ours"});
  CHECK(sent(end) ==
        "880203e8"
        "8a0162");
}

TEMPLATE_TEST_CASE("WS-CL-8: nothing may be sent after our Close", "[ws]", OpenClient, OpenServer) {
  TestType end;
  CHECK(bool(end.connection.send(Kind::Text, from_text("a"), false)));
  CHECK(bool(end.connection.close(1000, "", at(0))));
  CHECK(end.connection.send(Kind::Text, {}).error().code == Errc::AlreadyClosing);
  CHECK(end.connection.send_more({}, true).error().code == Errc::AlreadyClosing);
  CHECK(end.connection.ping({}).error().code == Errc::AlreadyClosing);
  CHECK(end.connection.pong({}).error().code == Errc::AlreadyClosing);
  drain(end.connection, end.record);
  CHECK(sent(end) ==
        "010161"
        "880203e8");
}

TEMPLATE_TEST_CASE("WS-CL-12: the end of the input without a Close is 1006", "[ws]", OpenClient, OpenServer) {
  TestType end;
  feed_frames(end, "0101");
  end.connection.ended(at(0));
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  CHECK(end.record.lines == Lines{"hangup", "ended 1006  lost theirs"});
  CHECK(sent(end).empty());
  CHECK(end.connection.send(Kind::Text, {}).error().code == Errc::NotOpen);
  CHECK(bool(end.connection.close(1000, "", at(0))));
  drain(end.connection, end.record);
  CHECK(sent(end).empty());
}

TEMPLATE_TEST_CASE("WS-CL-13: a Close without a code is reported as 1005 and answered by an empty one", "[ws]",
                   OpenClient, OpenServer) {
  TestType end;
  feed_frames(end, "8800");
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  CHECK(sent(end) == "8800");
  CHECK(end.record.lines.back() == "ended 1005  clean theirs");
}

TEMPLATE_TEST_CASE("WS-CL-6: what a Close of ours may not say", "[ws]", OpenClient, OpenServer) {
  TestType end;
  const auto errc = [&](std::uint16_t code, std::string_view reason) {
    return end.connection.close(code, reason, at(0)).error().code;
  };
  for (const int code : {1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    CHECK(errc(static_cast<std::uint16_t>(code), "") == Errc::CloseCodeInvalid);
  CHECK(errc(0, "a") == Errc::CloseCodeInvalid);
  CHECK(errc(1000, std::string(124, 'a')) == Errc::CloseReasonTooLong);
  CHECK(errc(1000, std::string(122, 'a') + "\xc3\xa9") == Errc::CloseReasonTooLong);
  CHECK(errc(1000, "\xff") == Errc::CloseReasonNotUtf8);
  CHECK(errc(1000, "\xe2\x82") == Errc::CloseReasonNotUtf8);
  CHECK(end.connection.queued_bytes() == 0);
  CHECK(end.connection.is_open());
  CHECK(bool(end.connection.close(1000, std::string(121, 'a') + "\xc3\xa9", at(0))));
}

TEST_CASE("WS-CL-6: 1010 is for clients", "[ws]") {
  OpenClient client;
  OpenServer server;
  CHECK(bool(client.connection.close(1010, "", at(0))));
  CHECK(server.connection.close(1010, "", at(0)).error().code == Errc::CloseCodeInvalid);
}

TEMPLATE_TEST_CASE("WS-CL-1: an empty Close of ours", "[ws]", OpenClient, OpenServer) {
  TestType end;
  CHECK(bool(end.connection.close(0, "", at(0))));
  drain(end.connection, end.record);
  CHECK(sent(end) == "8800");
}

TEMPLATE_TEST_CASE("WS-FA-1: a violation sends one Close, is told, and ends all interpretation", "[ws]", OpenClient,
                   OpenServer) {
  TestType end;
  feed_frames(end, "810161 8300");
  feed_frames(end, "880203e8");
  end.connection.ended(at(0));
  drain(end.connection, end.record);
  CHECK(sent(end) == "880203ea");
  REQUIRE(end.record.lines.size() == 4);
  CHECK(end.record.lines[0] == "text 61");
  CHECK(end.record.lines[1].starts_with("failed WS-FR-3 @"));
  CHECK(end.record.lines[2] == "hangup");
  CHECK(end.record.lines[3] == "ended 1006  lost ours");
  CHECK(end.connection.send(Kind::Text, {}).error().code == Errc::NotOpen);
}

TEMPLATE_TEST_CASE("WS-FA-2: after our Close a violation sends nothing more", "[ws]", OpenClient, OpenServer) {
  TestType end;
  CHECK(bool(end.connection.close(1000, "", at(0))));
  feed_frames(end, "8300");
  CHECK(sent(end) == "880203e8");
  CHECK(end.record.lines.back() == "ended 1006  lost ours");
  CHECK(end.record.deadline == std::nullopt);
}

TEST_CASE("WS-FA-4: an error says who broke what, at which byte of the transport's input", "[ws]") {
  const std::size_t head = kGoodAnswer.size();
  const std::vector<std::tuple<std::string, std::string, std::size_t>> expected{
      {"8300", "WS-FR-3", 0},           {"810161 8300", "WS-FR-3", 3},    {"8180", "WS-MK-5", 1},
      {"827e0001", "WS-FR-8", 3},       {"8103 6162ff", "WS-U8-2", 4},    {"8102e282", "WS-U8-4", 3},
      {"0101e2 8000", "WS-U8-4", 4},    {"880103", "WS-CL-3", 2},         {"8802 03e7", "WS-CL-4", 3},
      {"8804 03e8 61ff", "WS-CL-5", 5}, {"8804 03e8 e282", "WS-CL-5", 5}, {"8000", "WS-FG-3", 0}};
  for (const auto& [hex, rule, offset] : expected)
    for (const Cut cut : {Cut::Whole, Cut::EveryByte}) {
      CAPTURE(hex);
      OpenClient end;
      feed_frames(end, hex, cut);
      REQUIRE(end.record.lines.size() >= 3);
      CHECK(end.record.lines[end.record.lines.size() - 3] == "failed " + rule + " @" + std::to_string(head + offset));
    }
}

TEST_CASE("WS-LM-1: the limit is blamed on the limit", "[ws]") {
  Limits limits;
  limits.message_bytes_max = 4;
  OpenClient end(limits);
  const Bytes input = from_hex("82050000000000");
  end.connection.received(input, at(0));
  for (;;) {
    const auto output = end.connection.poll();
    REQUIRE_FALSE(std::holds_alternative<Wait>(output));
    if (const auto* failed = std::get_if<Failed>(&output)) {
      CHECK(failed->error.code == Errc::MessageTooLarge);
      CHECK(failed->error.blame == Blame::Limit);
      break;
    }
  }
}

}  // namespace
}  // namespace portcullis::tests
