// Every close code of the server in every state with an open connection: what the client does next, how soon, and
// whether it keeps its session. Expected twice over: as section 4.2 of the catalogue says, written down here again, and
// as the table in spec/close_codes.h says.
#include "portcullis/spec/close_codes.h"

#include <array>
#include <catch2/catch.hpp>
#include <initializer_list>
#include <optional>
#include <vector>

#include "portcullis/tests/client/talk.h"

namespace portcullis::tests {
namespace {

enum class Next { Resume, Identify, Stop };

// The rule of section 4.2, for a client that holds a session.
Next after(std::optional<std::uint16_t> code) {
  if (!code) return Next::Resume;
  switch (*code) {
    case 4004:
    case 4010:
    case 4011:
    case 4012:
    case 4013:
    case 4014: return Next::Stop;
    case 4001:
    case 4003:
    case 4005:
    case 4006:
    case 4007:
    case 4009: return Next::Identify;
    default: return Next::Resume;
  }
}

// What no Close frame may carry (RFC 6455 section 7.4): a violation, and no verdict on the session.
bool may_be_sent(std::optional<std::uint16_t> code) {
  return !code || (*code != 1004 && *code != 1005 && *code != 1006 && *code != 1015);
}

std::vector<std::optional<std::uint16_t>> codes() {
  std::vector<std::optional<std::uint16_t>> out{std::nullopt, 3000, 3999, 4499, 4999};
  for (std::uint16_t code = 1000; code <= 1015; ++code) out.push_back(code);
  for (std::uint16_t code = 4000; code <= 4020; ++code) out.push_back(code);
  return out;
}

void back_before_hello(World& world) {
  world.get_ready();
  world.lose();
  dial_again(world);
  world.opened();
  world.upgrade();
}

void live_for_a_minute(World& world) {
  world.get_ready(30'000);
  for (int i = 0; i < 5; ++i) {
    world.advance(Duration{15'000});
    world.text(R"({"op":11})");
  }
}

struct Place {
  const char* name;
  void (*reach)(World&);
  bool has_session;
  bool at_once;  // the first loss of a live link
};
constexpr std::array<Place, 7> kPlaces{{
    {"before Hello", [](World& w) { reach_hello_wait(w); }, false, false},
    {"waiting for the slot", [](World& w) { reach_slot_wait(w); }, false, false},
    {"after op 2", [](World& w) { reach_identifying(w); }, false, false},
    {"before Hello, with a session", back_before_hello, true, false},
    {"after op 6", [](World& w) { reach_resuming(w); }, true, false},
    {"live", [](World& w) { w.get_ready(); }, true, true},
    {"live for a minute", live_for_a_minute, true, true},
}};

// Closes with the code and ends the transport; gives what was said.
Lines close_with(World& world, std::optional<std::uint16_t> code) {
  const std::uint64_t link = world.link();
  world.take();
  world.close(code);
  if (world.has_link() && world.link() == link) world.lose();
  return world.take();
}

void check_stopped(World& world, const Lines& lines, std::uint16_t code) {
  CHECK(has(lines, "finished: fatal " + std::to_string(code)));
  CHECK(has(lines, "! disconnected: closed by peer " + std::to_string(code)));
  CHECK_FALSE(world.client().session());
  CHECK_FALSE(world.deadline());
  world.advance(Duration{3'600'000});
  CHECK_FALSE(has(world.take(), "dial"));
}

void check_comes_back(World& world, const Lines& lines, const Place& place, bool keeps) {
  CHECK(count(lines, "! disconnected") == 1);
  CHECK(has(lines, keeps ? "; resume in " : "; identify in "));
  CHECK(world.client().session().has_value() == keeps);
  const auto delay = delay_ms(lines);
  CHECK(delay >= (place.at_once ? 0 : 1'000));
  CHECK(delay <= (place.at_once ? 0 : 1'500));
  come_back(world);
  CHECK(world.dialled().starts_with(keeps ? "wss://resume.example:" : "wss://gateway.example:"));
  const auto after_hello = world.take();
  CHECK(sent(after_hello, 6).size() == (keeps ? 1 : 0));
  CHECK(has(after_hello, "ask identify") != keeps);
}

TEST_CASE("GW-CLOSE-FATAL, GW-CLOSE-NONE to GW-CLOSE-UNK, INV-9, INV-11: every close code in every state") {
  for (const Place& place : kPlaces)
    for (const auto& code : codes()) {
      CAPTURE(place.name, code.value_or(0));
      World world;
      place.reach(world);
      const auto lines = close_with(world, code);
      const Next next = may_be_sent(code) ? after(code) : Next::Resume;
      if (next == Next::Stop)
        check_stopped(world, lines, *code);
      else
        check_comes_back(world, lines, place, place.has_session && next == Next::Resume);
    }
}

TEST_CASE("GW-CLOSE-FATAL: the table of close codes says what section 4.2 does") {
  for (const auto& code : codes()) {
    CAPTURE(code.value_or(0));
    const auto& row = spec::close_row(code.value_or(1005));
    constexpr std::array<spec::AfterClose, 3> kSame{spec::AfterClose::Resume, spec::AfterClose::Identify,
                                                    spec::AfterClose::Stop};
    CHECK(row.recommended == kSame[static_cast<std::size_t>(after(code))]);
    CHECK(row.required.contains(row.recommended));
  }
}

TEST_CASE("GW-CLOSE-1XXX, WS-CL-5: a code that may not be sent is a violation, answered with 1002") {
  for (const auto code : std::initializer_list<std::uint16_t>{1004, 1005, 1006, 1015}) {
    World world;
    world.get_ready();
    const auto lines = close_with(world, code);
    CHECK(has(lines, "1> close 1002"));
    CHECK(has(lines, "undecodable (the close code may not be sent"));
  }
}

TEST_CASE("GW-CLOSE-4000, GW-DISC-5: a code that means nothing to the session is echoed and told") {
  World world;
  world.get_ready();
  const auto lines = close_with(world, 4000);
  CHECK(lines.front() == "1> close 4000");
  CHECK(has(lines, "! disconnected: closed by peer 4000; resume in 0 ms"));
}

TEST_CASE("GW-CLOSE-4001, GW-CLOSE-4002: what made the server close is not sent again") {
  for (const auto code : std::initializer_list<std::uint16_t>{4001, 4002}) {
    World world;
    world.get_ready();
    CHECK(world.send(voice_command()));
    close_with(world, code);
    come_back(world);
    if (code == 4001) world.grant();
    world.text(code == 4001 ? ready("two") : resumed(2));
    CHECK(sent(world.take(), 4).empty());
  }
}

TEST_CASE("GW-CLOSE-4008: after the rate limit the budget of the new connection is kept") {
  World world;
  world.get_ready();
  for (int i = 0; i < 500; ++i) (void)world.send(voice_command());
  close_with(world, 4008);
  come_back(world);
  world.text(resumed(2));
  world.advance(Duration{1'000});
  CHECK(sent(world.take(), 4).size() < 120);
}

TEST_CASE("GW-CLOSE-FATAL, GW-CLOSE-4007: a verdict that comes behind our own Close counts") {
  for (const auto code : std::initializer_list<std::uint16_t>{4004, 4007, 4000}) {
    World world;
    world.get_ready();
    world.text(R"({"op":7})");
    const auto lines = close_with(world, code);
    CHECK(has(lines, "finished: fatal") == (code == 4004));
    CHECK(world.client().session().has_value() == (code == 4000));
  }
}

TEST_CASE("GW-CLOSE-NONE: an end without a Close frame is resumed, whatever was half said") {
  for (const std::string_view half : {"", "\x81", "\x81\x7e\x01", "\x81\x05{\"op", "\x88\x02\x0f"}) {
    World world;  // scenario A5
    world.get_ready();
    world.bytes(bytes_of(half));
    world.take();
    world.lose();
    CHECK(has(world.take(), "! disconnected: lost; resume in 0 ms"));
  }
}

}  // namespace
}  // namespace portcullis::tests
