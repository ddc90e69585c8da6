#include <nlohmann/json.hpp>

#include "portcullis/core/encoding/json_write.h"
#include "portcullis/core/gateway/command_write.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using namespace gateway;
using nlohmann::json;

constexpr CommandRules kAllowed{0x0331FFFF, {}};
constexpr std::size_t kBytesMax = 4'096;

Status write(const Command& command, std::string& text) {
  std::vector<char> buffer;
  encoding::JsonWriter writer(buffer, kBytesMax);
  const Status status = write_payload(command, writer);
  text.assign(buffer.begin(), buffer.end());
  return status;
}

TEST_CASE("GW-PRES-3: a number cast to an enum is refused", "[gw]") {
  CHECK_FALSE(check(UpdatePresence{.status = static_cast<PresenceStatus>(5)}, kAllowed));
  CHECK_FALSE(check(UpdatePresence{.activities = {{"x", static_cast<ActivityType>(6), {}, {}}}}, kAllowed));
  CHECK_FALSE(check(RequestChannelInfo{1, {static_cast<ChannelField>(2)}}, kAllowed));
}

TEST_CASE("GW-ENV-18: a text that is not UTF-8 is refused by the writer", "[gw]") {
  std::string text;
  const Status status = write(RequestGuildMembers{.guild_id = 1, .query = "\xff", .limit = 1}, text);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Errc::CommandNotUtf8);
}

TEST_CASE("GW-INT-14: each documented intent may be asked for and no other", "[gw]") {
  for (unsigned bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    const std::uint64_t intents = std::uint64_t{1} << bit;
    CHECK(bool(check(IdentifyData{.token = "t", .intents = intents})) == ((intents & 0x0331FFFF) != 0));
  }
}

TEST_CASE("GW-RES-20: a token is visible ASCII", "[gw]") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const std::string token{'a', static_cast<char>(byte)};
    CHECK(is_visible(token) == (byte > 32 && byte < 127));
  }
  CHECK_FALSE(is_visible(""));
}

// Drawn commands, right and wrong ones, with the fields as a server would read them.

rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::weightedOneOf<std::size_t>(
                        {{8, rc::gen::inRange<std::size_t>(0, 40)}, {1, rc::gen::inRange<std::size_t>(900, 4'100)}}),
                    rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                        "a", "Z", " ", "\"", "\\", "/", "\n", "\x01", "\x7f", "é", "€", "🎉"))),
      [](const auto& drawn) {
        std::string text;
        for (std::size_t i = 0; i < drawn.first && !drawn.second.empty(); ++i)
          text += drawn.second[i % drawn.second.size()];
        return text;
      });
}

template <typename Value>
rc::Gen<std::optional<Value>> maybe(rc::Gen<Value> gen) {
  return rc::gen::map(rc::gen::pair(rc::gen::arbitrary<bool>(), gen), [](const auto& drawn) {
    return drawn.first ? std::optional<Value>(drawn.second) : std::nullopt;
  });
}

rc::Gen<std::uint64_t> any_id() {
  return rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 3), rc::gen::arbitrary<std::uint64_t>());
}
rc::Gen<std::vector<std::uint64_t>> any_ids() {
  return rc::gen::mapcat(rc::gen::element<std::size_t>(0, 1, 2, 100, 101, 170, 250), [](std::size_t size) {
    return rc::gen::container<std::vector<std::uint64_t>>(size, rc::gen::arbitrary<std::uint64_t>());
  });
}
std::string digits(std::uint64_t id) { return std::to_string(id); }
json digits_of(const std::vector<std::uint64_t>& ids) {
  json list = json::array();
  for (const std::uint64_t id : ids) list.push_back(digits(id));
  return list;
}

struct Drawn {
  Command command;
  json expected;
};

Drawn draw_presence() {
  constexpr std::array<const char*, 5> kStatuses{"online", "dnd", "idle", "invisible", "offline"};
  UpdatePresence command;
  command.since_ms = *maybe(rc::gen::arbitrary<std::int64_t>());
  const auto status = *rc::gen::inRange<std::size_t>(0, 5);
  command.status = static_cast<PresenceStatus>(status);
  command.afk = *rc::gen::arbitrary<bool>();
  json activities = json::array();
  const auto count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    const auto type = *rc::gen::inRange(0, 7);
    Activity activity{*any_text(), static_cast<ActivityType>(type), {}, *maybe(any_text())};
    if (type == 1) activity.url = "https://twitch.tv/" + *any_text();
    json expected{{"name", activity.name}, {"type", type}};
    if (activity.url) expected["url"] = *activity.url;
    if (activity.state) expected["state"] = *activity.state;
    activities.push_back(expected);
    command.activities.push_back(activity);
  }
  json expected{{"since", nullptr}, {"activities", activities}, {"status", kStatuses[status]}, {"afk", command.afk}};
  if (command.since_ms) expected["since"] = *command.since_ms;
  return {command, {{"op", 3}, {"d", expected}}};
}

Drawn draw_voice() {
  const UpdateVoiceState command{*any_id(), *maybe(any_id()), *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  json channel;
  if (command.channel_id) channel = digits(*command.channel_id);
  return {command,
          {{"op", 4},
           {"d",
            {{"guild_id", digits(command.guild_id)},
             {"channel_id", channel},
             {"self_mute", command.self_mute},
             {"self_deaf", command.self_deaf}}}}};
}

Drawn draw_members() {
  RequestGuildMembers command{*any_id(), *maybe(any_text()),          *rc::gen::inRange(0u, 130u),
                              {},        *rc::gen::arbitrary<bool>(), *maybe(any_text())};
  if (*rc::gen::inRange(0, 8) == 0 || !command.query) command.user_ids = *any_ids();
  json expected{{"guild_id", digits(command.guild_id)}};
  if (command.query) {
    expected["query"] = *command.query;
    expected["limit"] = command.limit;
  } else {
    expected["user_ids"] = digits_of(command.user_ids);
  }
  if (command.presences) expected["presences"] = true;
  if (command.nonce) expected["nonce"] = *command.nonce;
  return {command, {{"op", 8}, {"d", expected}}};
}

Drawn draw_sounds() {
  const RequestSoundboardSounds command{*any_ids()};
  return {command, {{"op", 31}, {"d", {{"guild_ids", digits_of(command.guild_ids)}}}}};
}

Drawn draw_channel_info() {
  RequestChannelInfo command{*any_id(), {}};
  json fields = json::array();
  for (const bool status :
       *rc::gen::container<std::vector<bool>>(*rc::gen::inRange<std::size_t>(0, 3), rc::gen::arbitrary<bool>())) {
    command.fields.push_back(status ? ChannelField::Status : ChannelField::VoiceStartTime);
    fields.push_back(status ? "status" : "voice_start_time");
  }
  return {command, {{"op", 43}, {"d", {{"guild_id", digits(command.guild_id)}, {"fields", fields}}}}};
}

Drawn draw_command() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0: return draw_presence();
    case 1: return draw_voice();
    case 2: return draw_members();
    case 3: return draw_sounds();
    default: return draw_channel_info();
  }
}

TEST_CASE("GW-SIZE-1: a command that passes reads back with the same fields and has 4,096 bytes at most",
          "[gw][property]") {
  int written = 0;
  int refused = 0;
  int too_large = 0;
  check_always("write, then parse with another library", [&] {
    const Drawn drawn = draw_command();
    if (!check(drawn.command, kAllowed)) {
      ++refused;
      return;
    }
    std::string text;
    const Status status = write(drawn.command, text);
    const std::size_t size = drawn.expected.dump().size();
    if (!status) {
      RC_ASSERT(status.error().code == Errc::CommandTooLarge);
      RC_ASSERT(status.error().req == req::GW_SIZE_1);
      RC_ASSERT(size > kBytesMax);
      ++too_large;
      return;
    }
    RC_ASSERT(text.size() <= kBytesMax);
    RC_ASSERT(text.size() == size);
    RC_ASSERT(json::parse(text) == drawn.expected);
    ++written;
  });
  // The draw is of use only when each outcome comes up.
  CHECK(written > kCases / 10);
  CHECK(refused > kCases / 20);
  CHECK(too_large > kCases / 100);
}

}  // namespace
}  // namespace portcullis::tests
