// What each input does in each state of the mock's peer: what goes out, where the connection stands then, and what
// sessions there are, at once and later. The lines of cells.txt were read against section 8.7 of the catalogue. To
// refresh: bazel run //tests/mock:cells_test -- '[rewrite]'
#include <catch2/catch.hpp>
#include <functional>

#include "portcullis/tests/lines.h"
#include "portcullis/tests/mock/peer_parts.h"

namespace portcullis::tests {
namespace {

constexpr std::string_view kBeat = R"({"op":1,"d":null})";
constexpr std::string_view kHold = R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})";

/// A connection in some state, and beside it a session that lost its own.
struct Scene {
  explicit Scene(const mock::World& world, std::string_view query = "/?v=10&encoding=json") : talk(world) {
    auto& before = talk.raw();
    if (world.hello_delay != Duration{0}) talk.say(mock::SayHello{}, before.link);
    talk.text(before, identify("the-token", R"(,"shard":[1,2])"));
    lost_session = talk.peer().sessions().empty() ? "none" : session_of(talk);
    talk.lose(before);
    talk.advance(6s);
    raw = &talk.raw(query);
  }

  /// What came out since the last call: opcodes, names of dispatches, codes, and how the transport ended.
  std::string heard() {
    std::string out;
    const auto add = [&out](const std::string& one) { out += (out.empty() ? "" : ", ") + one; };
    for (std::string_view message = next(); !message.empty(); message = next()) {
      if (message[0] == '\x88') {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(message[i]); };
        add(message.size() < 4 ? "close" : "close " + std::to_string(byte(2) << 8 | byte(3)));
      } else {
        const auto json = json::parse(message.substr(message.find('{')));
        const std::string opcode = "op " + json["op"].dump();
        add(json["op"] == 0   ? json["t"].get<std::string>()
            : json["op"] == 9 ? opcode + " " + json["d"].dump()
                              : opcode);
      }
    }
    if (std::exchange(hung_up, raw->hung_up) != raw->hung_up) add("hangup");
    if (std::exchange(reset, raw->reset) != raw->reset) add("reset");
    return out.empty() ? "nothing" : out;
  }

  /// The state that the next step begins in; none when the connection is no more.
  std::string state() {
    const std::size_t before = talk.steps().size();
    talk.text(*raw, kBeat);
    return talk.steps().size() == before ? "gone" : std::string(spec::name(talk.steps().at(before).from));
  }

  std::string sessions() {
    std::string out;
    for (const auto& session : talk.peer().sessions())
      out += (session.id == lost_session ? " other" : " own") + std::string(session.link ? " linked" : " waiting") +
             " at " + std::to_string(session.sequence);
    return out.empty() ? " no session" : out;
  }

  Talk talk;
  Talk::Raw* raw;
  std::string lost_session;

 private:
  // A frame as the server writes it.
  std::string_view next() {
    const std::string_view all = raw->received;
    if (taken == 0) taken = std::min(all.find("\r\n\r\n") + 4, all.size());
    if (taken + 2 > all.size()) return {};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(all[taken + i]); };
    const std::size_t head = byte(1) == 126 ? 4 : 2;
    const std::size_t size = head + (head == 4 ? static_cast<std::size_t>(byte(2) << 8 | byte(3)) : byte(1));
    const auto frame = all.substr(taken, size);
    taken += size;
    return frame;
  }

  std::size_t taken = 0;
  bool hung_up = false;
  bool reset = false;
};

struct Named {
  std::string_view name;
  std::function<void(Scene&)> act;
};

auto says(const mock::Say& say) {
  return [say](Scene& scene) { scene.talk.say(say, scene.raw->link); };
}
auto sends(std::string payload) {
  return [payload](Scene& scene) { scene.talk.text(*scene.raw, payload); };
}

void identify_elsewhere(Scene& scene) {
  auto& other = scene.talk.raw();
  scene.talk.text(other, identify("the-token", R"(,"shard":[0,3])"));
}

const std::vector<Named>& states() {
  static const std::vector<Named> states{
      {"New", [](Scene&) {}},
      {"Unauthenticated", [](Scene&) {}},
      {"Authenticated", sends(identify())},
      {"Invalid", says(mock::SayInvalid{})},
      {"Invalid with a session", [](Scene& scene) { sends(identify())(scene), says(mock::SayInvalid{true})(scene); }},
      {"Closed", says(mock::SayClose{4000, ""})},
      {"Closed with a session",
       [](Scene& scene) {
         sends(identify())(scene), says(mock::SayClose{4000, ""})(scene);
       }},
  };
  return states;
}

const std::vector<Named>& inputs() {
  static const std::vector<Named> inputs{
      {"too large", sends(std::string(4'097, ' '))},
      {"undecodable", sends("nonsense")},
      {"unknown opcode", sends(R"({"op":99})")},
      {"malformed", sends(R"({"op":2,"d":{}})")},
      {"beat", sends(std::string(kBeat))},
      {"bad token", sends(identify("wrong"))},
      {"bad shard", sends(identify("the-token", R"(,"shard":[1,1])"))},
      {"bad intents", sends(identify("the-token", "", "131072"))},
      {"disallowed intents", sends(identify("the-token", "", "2"))},
      {"busy bucket", [](Scene& scene) { identify_elsewhere(scene), sends(identify())(scene); }},
      {"identify", sends(identify())},
      {"unknown session", sends(resume("unknown", 1))},
      {"sequence ahead", [](Scene& scene) { sends(resume(scene.lost_session, 99))(scene); }},
      {"resume", [](Scene& scene) { sends(resume(scene.lost_session, 1))(scene); }},
      {"command", sends(std::string(kHold))},
      {"silence",
       [](Scene& scene) {
         const std::size_t before = scene.raw->received.size();
         for (int i = 0; i < 100 && scene.raw->received.size() == before; ++i) scene.talk.advance(1s);
       }},
      {"close 1000", [](Scene& scene) { scene.talk.close(*scene.raw, 1000); }},
      {"close 4000", [](Scene& scene) { scene.talk.close(*scene.raw, 4000); }},
      {"end of transport", [](Scene& scene) { scene.talk.lose(*scene.raw); }},
      {"say hello", says(mock::SayHello{})},
      {"say beat", says(mock::SayHeartbeat{})},
      {"say reconnect", says(mock::SayReconnect{})},
      {"say invalid", says(mock::SayInvalid{})},
      {"say invalid, resumable", says(mock::SayInvalid{true})},
      {"say dispatch", says(mock::SayDispatch{"USER_UPDATE", "{}"})},
      {"say anything", says(mock::SayAnything{R"({"op":77})"})},
      {"say close", says(mock::SayClose{4001, ""})},
      {"drop", says(mock::SayDrop{})},
  };
  return inputs;
}

mock::World world_for(std::string_view state) {
  mock::World world = plain_world();
  world.intents_allowed = 0;
  if (state == "New") world.hello_delay = Duration{3'600'000};
  return world;
}

std::string line_of(const Named& state, const Named& input, Scene& scene) {
  const std::size_t before = scene.talk.steps().size();
  input.act(scene);
  const std::size_t steps = scene.talk.steps().size() - before;
  std::string line = std::string(state.name) + ", " + std::string(input.name) + ": " + scene.heard();
  line += "; " + std::to_string(steps) + (steps == 1 ? " step; " : " steps; ");
  line += scene.state() + ";" + scene.sessions();
  scene.talk.advance(3'600s);
  return line + "; an hour later" + scene.sessions();
}

std::vector<std::string> lines() {
  std::vector<std::string> out;
  for (const Named& state : states())
    for (const Named& input : inputs()) {
      Scene scene(world_for(state.name));
      state.act(scene);
      scene.heard();
      out.push_back(line_of(state, input, scene));
    }
  for (const Named& state : states()) {
    Scene scene(world_for(state.name));
    state.act(scene);
    const int identifies = scene.sessions().find("own") == std::string::npos ? 0 : 1;
    for (int i = identifies; i < 120; ++i) scene.talk.text(*scene.raw, kBeat);
    scene.heard();
    out.push_back(line_of(state, {"one message too many", sends(std::string(kBeat))}, scene));
  }
  for (const std::string_view state : {"New", "Unauthenticated", "Invalid"}) {
    mock::World world = world_for(state);
    world.guild_ids.assign(2'501, 5);  // of shard 0
    Scene scene(world);
    if (state == "Invalid") says(mock::SayInvalid{})(scene);
    scene.heard();
    out.push_back(line_of({state, {}}, {"too many guilds", sends(identify())}, scene));
  }
  for (const Named& state : states()) {
    Scene scene(world_for(state.name));
    for (int i = 0; i < 1'001; ++i) scene.talk.say(mock::SayDispatch{"USER_UPDATE", "{}"}, {}, scene.lost_session);
    state.act(scene);
    scene.heard();
    out.push_back(line_of(state, {"sequence too old", sends(resume(scene.lost_session, 1))}, scene));
  }
  Scene old(world_for("New"), "/?v=5&encoding=json");
  out.push_back(line_of({"New", {}}, {"old version", [](Scene&) {}}, old));
  return out;
}

TEST_CASE("INV-1: each input of the peer in each state does what the catalogue says", "[mock]") {
  CHECK(differences(lines(), "tests/mock/cells.txt") == std::vector<std::string>{});
}

TEST_CASE("corpus: the cells of the peer, written anew", "[.][rewrite]") { rewrite(lines(), "tests/mock/cells.txt"); }

}  // namespace
}  // namespace portcullis::tests
