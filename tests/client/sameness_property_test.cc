// What must not be seen from outside: how a payload is encoded, written, compressed and cut up; what stands in a
// dispatch that is of another type than it should be; bytes of an old link; and that the same history was played
// before.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "portcullis/core/encoding/json_tree.h"
#include "portcullis/tests/client/history.h"
#include "portcullis/tests/client/talk.h"
#include "portcullis/tests/property.h"

namespace portcullis::tests {
namespace {

using compression::Compression;
using encoding::Encoding;
using nlohmann::json;

constexpr std::string_view kUnknown = "x-";  // what the names of unknown keys begin with

Config config_of(Compression compression, Encoding encoding = Encoding::Json) {
  Config config = plain_config();
  config.compression = compression;
  config.encoding = encoding;
  return config;
}

// ---- How a payload can be written

// Writes JSON as freely as RFC 8259 allows: keys in any order and with escapes, unknown ones between them, blanks.
class FreeWriter {
 public:
  explicit FreeWriter(std::uint32_t seed) : random_(seed) {}

  std::string payload(json message) {
    for (const auto* key : {"s", "t", "d"})
      if (message.at(key).is_null() && one_in(2)) message.erase(key);
    return blank() + value(message, 0) + blank();
  }

  std::size_t piece() { return 1 + random_() % 40; }
  std::uint32_t spelling(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

 private:
  bool one_in(std::uint32_t n) { return random_() % n == 0; }

  std::string blank() {
    std::string out;
    while (one_in(4)) out += " \t\n\r"[random_() % 4];
    return out;
  }

  std::string key(const std::string& name) {
    if (name.empty() || !one_in(6)) return json(name).dump();
    constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(name[0]);
    return std::string("\"\\u00") + kDigits[byte / 16] + kDigits[byte % 16] + json(name.substr(1)).dump().substr(1);
  }

  std::string value(const json& of, int depth) {
    if (of.is_array()) return list(of, depth);
    return of.is_object() ? map(of, depth) : of.dump();
  }

  std::string list(const json& of, int depth) {
    std::string out;
    for (const auto& each : of) out += (out.empty() ? "" : ",") + blank() + value(each, depth + 1) + blank();
    return "[" + out + blank() + "]";
  }

  std::string map(json of, int depth) {
    while (depth < 4 && one_in(3)) of[std::string(kUnknown) + std::to_string(random_() % 9)] = unknown();
    std::vector<std::string> names;
    for (const auto& [name, unused] : of.items()) names.push_back(name);
    std::shuffle(names.begin(), names.end(), random_);
    std::string out;
    for (const auto& name : names)
      out += (out.empty() ? "" : ",") + blank() + key(name) + blank() + ":" + blank() + value(of[name], depth + 1);
    return "{" + out + blank() + "}";
  }

  json unknown() {
    switch (random_() % 6) {
      case 0: return nullptr;
      case 1: return json{{"op", 9}, {"d", false}, {"s", 77}, {"heartbeat_interval", 1}};
      case 2: return json::array({1, "]}", json::object()});
      case 3: return "\"op\":7,\\";
      case 4: return -1.5e300;
      default: return json{{"session_id", "wrong"}, {"t", "READY"}};
    }
  }

  std::mt19937 random_;
};

json without_unknown_keys(const json& value) {
  if (!value.is_structured()) return value;
  json out = value.is_array() ? json::array() : json::object();
  for (const auto& [name, each] : value.items()) {
    if (value.is_array())
      out.push_back(without_unknown_keys(each));
    else if (!name.starts_with(kUnknown))
      out[name] = without_unknown_keys(each);
  }
  return out;
}

// ---- A life, told in payloads

json message(int op, json d = nullptr, json s = nullptr, json t = nullptr) {
  return {{"op", op}, {"d", std::move(d)}, {"s", std::move(s)}, {"t", std::move(t)}};
}

// Plays steps of a well-behaved server and caller, and writes down what comes out, with `d` as a tree.
class Life {
 public:
  Life(Compression compression, std::optional<std::uint32_t> freely, Encoding encoding = Encoding::Json)
      : world_(config_of(compression, encoding)) {
    if (freely) writer_.emplace(*freely);
    if (freely) world_.split = [this] { return writer_->piece(); };
    if (freely) world_.spell = [this](std::uint32_t below) { return writer_->spelling(below); };
    world_.on_output = [this](const Output& output) { see(output); };
    (void)world_.start();
    greet();
  }

  World& world() { return world_; }

  void say(const json& payload) {
    if (connected_) world_.text(writer_ ? writer_->payload(payload) : payload.dump());
  }

  void step(Step step) {
    const auto [kind, pick] = step;
    switch (kind % 12) {
      case 0:
      case 1:
      case 2: return say(message(0, data(pick), next_sequence(pick), pick % 5 == 0 ? "XYZ" : "MESSAGE_CREATE"));
      case 3: return say(message(11));
      case 4: return say(message(1));
      case 5:
        return say(message(0, {{"opcode", pick % 2 == 0 ? 4 : 8}, {"retry_after", pick % 900 / 10.0}}, nullptr,
                           "RATE_LIMITED"));
      case 6: return say(message(pick % 2 == 0 ? 10 : 12, {{"heartbeat_interval", 1'000 + pick}}));
      case 7: return (void)world_.send(voice_command());
      case 8: return world_.advance(Duration{pick % 4 == 0 ? pick : pick % 500});
      case 9: return leave(message(9, pick % 2 == 0));
      case 10: return leave(message(7));
      default: return leave(message(11));
    }
  }

  // What came out. Of the waits only the last does not depend on how the bytes were cut.
  Lines log() {
    Lines lines = without_passing_waits(world_.take());
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("! ") && !is_of_the_client(line); });
    for (auto& line : lines)
      for (const std::string_view asked :
           {"&encoding=json", "&encoding=etf", "&compress=zlib-stream", "&compress=zstd-stream", ",\"compress\":true"})
        if (const auto at = line.find(asked); at != std::string::npos) line.erase(at, asked.size());
    return lines;
  }

 private:
  static bool is_of_the_client(const std::string& line) {
    return line.starts_with("! connected") || line.starts_with("! odd") || line.starts_with("! disconnected");
  }

  void see(const Output& output) {
    if (std::holds_alternative<Hangup>(output)) connected_ = false;
    const auto* notify = std::get_if<Notify>(&output);
    const auto* event = notify == nullptr ? nullptr : std::get_if<Dispatch>(&notify->event);
    if (event == nullptr) return;
    world_.line("event " + std::string(event->name) + " " + std::to_string(event->sequence.value_or(-1)) + " " +
                std::to_string(event->out_of_place) + " " + without_unknown_keys(*encoding::tree(event->data)).dump());
  }

  void greet() {
    dial_again(world_);
    world_.opened();
    world_.upgrade();
    connected_ = true;
    say(message(10, {{"heartbeat_interval", 41'250}}));
    if (world_.asks() > 0) world_.grant();
    if (world_.client().state() == gateway::Machine::State::Resuming)
      return say(message(0, nullptr, ++sequence_, "RESUMED"));
    sequence_ = 1;
    say(message(0, {{"session_id", "one"}, {"resume_gateway_url", "wss://resume.example"}}, 1, "READY"));
  }

  void leave(const json& last) {
    say(last);
    if (world_.has_link()) world_.lose();
    connected_ = false;
    greet();
  }

  json next_sequence(std::uint16_t pick) {
    if (pick % 11 == 0) return nullptr;
    return pick % 7 == 0 ? sequence_ : ++sequence_;
  }

  static json data(std::uint16_t pick) {
    switch (pick % 6) {
      case 0: return nullptr;
      case 1: return json::array({1, json{{"a", nullptr}}, "\xc3\xa9"});
      case 2: return "text";
      case 3: return pick;
      default: return {{"id", "81384788765712384"}, {"user", {{"bot", true}, {"roles", json::array()}}}};
    }
  }

  World world_;
  std::optional<FreeWriter> writer_;
  bool connected_ = false;
  std::int64_t sequence_ = 0;
};

void expect_equal(const Lines& left, const Lines& right) {
  const auto [one, two] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (one == left.end() && two == right.end()) return;
  RC_FAIL("one: " + (one == left.end() ? "(nothing)" : *one) + "\nother: " + (two == right.end() ? "(nothing)" : *two));
}

TEST_CASE(
    "INV-16, GW-ENC-1, GW-ENC-2, GW-ENV-3, GW-ENV-5, GW-ENV-6, GW-ETF-17, GW-ZLIB-4, GW-ZSTD-2, GW-PCOMP-1: how "
    "payloads are written and compressed cannot be seen") {
  check_always("the same life in many spellings", [](const std::vector<Step>& steps, std::uint32_t seed) {
    Life plain(Compression::None, std::nullopt);
    const auto compression = static_cast<Compression>(seed % 4);
    const bool etf = compression != Compression::Payload && seed / 4 % 2 == 0;
    Life spelled(compression, seed, etf ? Encoding::Etf : Encoding::Json);
    for (const Step& step : steps) {
      plain.step(step);
      spelled.step(step);
    }
    expect_equal(plain.log(), spelled.log());
  });
}

// ---- A dispatch whose `d` is of the wrong type

json wrong(std::mt19937& random, int depth = 0) {
  switch (random() % (depth < 3 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return random() % 2 == 0;
    case 2: return static_cast<std::int64_t>(random()) - 2'000'000'000;
    case 3: return "4";
    case 4: return 0.5;
    case 5: return json::array({wrong(random, depth + 1)});
    default: {
      json out;
      for (const auto* key : {"meta", "guild_id", "session_id", "user", "id", "unavailable"})
        if (random() % 3 == 0) out[key] = wrong(random, depth + 1);
      // Of the two that a RATE_LIMITED needs one is right, and the limit would be felt.
      const bool opcode_is_wrong = random() % 2 == 0;
      const std::array<json, 4> wrongs{"4", nullptr, json::array({4}), json{{"4", 4}}};
      out["opcode"] = opcode_is_wrong ? wrongs[random() % 4] : json(4);
      out["retry_after"] = opcode_is_wrong ? json(30) : wrongs[random() % 4];
      return out;
    }
  }
}

TEST_CASE("INV-19, GW-DISP-2, GW-DISP-3: a d of the wrong type changes nothing but the sequence") {
  constexpr std::array<std::string_view, 6> kNames{"PRESENCE_UPDATE",     "RATE_LIMITED",        "GUILD_CREATE",
                                                   "GUILD_MEMBERS_CHUNK", "VOICE_SERVER_UPDATE", "XYZ"};
  check_always("twins, one with broken data", [&](const std::vector<Step>& steps, std::uint32_t seed) {
    std::mt19937 random(seed);
    Life sound(Compression::None, std::nullopt);
    Life broken(Compression::None, std::nullopt, seed % 2 == 0 ? Encoding::Etf : Encoding::Json);
    std::int64_t s = 1'000'000;
    for (const Step& step : steps) {
      const auto name = kNames[random() % kNames.size()];
      sound.say(message(0, json::object(), ++s, name));
      broken.say(message(0, wrong(random), s, name));
      sound.step(step);
      broken.step(step);
      RC_ASSERT(sound.world().client().state() == broken.world().client().state());
      RC_ASSERT(sound.world().client().session() == broken.world().client().session());
    }
    const auto without_data = [](Lines lines) {
      for (auto& line : lines)
        if (line.starts_with("event ")) line.erase(line.find(' ', 6));
      return lines;
    };
    expect_equal(without_data(sound.log()), without_data(broken.log()));
  });
}

// ---- An old stream beside the new one

// What the server would have gone on to write on the first link: the rest of the payload at hand, and more.
Bytes old_stream() {
  Deflater deflate;
  for (const auto& said : {hello(41'250), ready("session-one")}) (void)deflate(said);
  Bytes out;
  for (int i = 0; i < 4; ++i) {
    const auto frame =
        server_frame(0x82, deflate(dispatch("OLD", 1'000'000 + i, R"({"some":"data of the old link"})")));
    out.insert(out.end(), frame.begin(), frame.end());
  }
  const auto close = server_close(4004);
  out.insert(out.end(), close.begin(), close.end());
  return out;
}

// Plays a life whose first link breaks off after `cut` bytes of the old stream; the others come late, or never.
Lines survivor(const std::vector<Step>& steps, std::size_t cut, bool late, bool* ignored) {
  static const Bytes old = old_stream();
  Life life(Compression::ZlibStream, std::nullopt);
  cut %= old.size() / 2;
  life.world().bytes(std::span(old).first(cut));
  life.step({10, 0});
  std::span<const std::byte> rest = std::span(old).subspan(cut);
  for (const Step& step : steps) {
    const auto some = rest.first(std::min<std::size_t>(rest.size(), step.second % 50));
    rest = rest.subspan(some.size());
    World& world = life.world();
    if (late && !world.ignores([&](Client& client) { client.received({1}, some, world.now()); })) *ignored = false;
    life.step(step);
  }
  return life.log();
}

TEST_CASE("INV-20, LOCAL-18, GW-ZLIB-1: the stream of an old link never reaches the new one") {
  check_always("with and without late bytes", [](const std::vector<Step>& steps, std::uint16_t cut) {
    bool ignored = true;
    const auto disturbed = survivor(steps, cut, true, &ignored);
    RC_ASSERT(ignored);
    expect_equal(survivor(steps, cut, false, &ignored), disturbed);
  });
}

TEST_CASE("INV-17, LOCAL-18: the same inputs give the same outputs") {
  check_always("played twice", [](const std::vector<Step>& steps, bool at_random) {
    const Config config = config_of(at_random ? Compression::ZlibStream : Compression::None);
    const Cut cut = at_random ? Cut::AtRandom : Cut::Whole;
    History first(config, cut);
    History second(config, cut);
    first.play(steps);
    second.play(steps);
    expect_equal(first.log(), second.log());
  });
}

}  // namespace
}  // namespace portcullis::tests
