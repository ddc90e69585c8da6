#include <map>

#include "portcullis/tests/mock/talk.h"
#include "portcullis/tests/property.h"
#include "portcullis/tests/tables.h"

namespace portcullis::tests {
namespace {

/// All that comes out for what goes in, but for how the bytes are grouped.
struct Heard {
  std::map<mock::Link, std::string> bytes;
  std::vector<std::string> steps;
  std::vector<std::string> ends;
  friend bool operator==(const Heard&, const Heard&) = default;
};

/// What one of two clients writes, or what happens.
struct Act {
  int what = 0;
  std::string bytes;
};

std::string a_payload() {
  const auto ids = *rc::gen::element<std::string>("0", "1", "2", "5", "200000000000000001");
  const auto session = *rc::gen::element<std::string>("000000010000000200000003", "x");
  return *rc::gen::element<std::string>(
      identify(), identify("bad"), identify("the-token", R"(,"shard":[0,2])"), resume(session, 1),
      R"({"op":1,"d":)" + ids + "}", R"({"op":8,"d":{"guild_id":")" + ids + R"(","query":"","limit":0}})",
      R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})", R"({"op":)" + ids + "}", "{", "",
      R"({"op":4,"d":{"guild_id":")" + ids + R"(","channel_id":"3","self_mute":true,"self_deaf":false}})",
      std::string(5'000, 'x'));
}

std::string some_bytes() {
  const auto first = static_cast<std::uint8_t>(*rc::gen::element(0x81, 0x82, 0x01, 0x80, 0x88, 0x89, 0x8a, 0xf1));
  switch (*rc::gen::inRange(0, 8)) {
    case 0: return *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    case 1: return client_frame(first, a_payload());
    case 2: return client_frame(0x88, std::string("\x0f\xa0", 2));
    default: return client_frame(0x81, a_payload());
  }
}

Heard play(const std::vector<Act>& acts, const std::function<std::size_t(std::size_t)>& cut) {
  mock::World world;
  world.token = "the-token";
  world.events_per_second = 3;
  mock::Peer peer(
      world, {}, [n = 0u]() mutable { return ++n; }, *tables_at_hand().peer);
  Heard heard;
  Instant now{};
  const auto listen = [&] {
    for (;;) {
      const mock::Output output = peer.poll();
      if (const auto* out = std::get_if<mock::Transmit>(&output))
        heard.bytes[out->link].append(reinterpret_cast<const char*>(out->bytes.data()), out->bytes.size());
      else if (const auto* step = std::get_if<mock::Stepped>(&output))
        heard.steps.push_back(std::to_string(step->link) + std::string(spec::name(step->from)) +
                              std::string(spec::name(step->input)) + std::string(step->detail));
      else if (const auto* hangup = std::get_if<mock::Hangup>(&output))
        heard.ends.push_back("hangup " + std::to_string(hangup->link));
      else if (const auto* reset = std::get_if<mock::Reset>(&output))
        heard.ends.push_back("reset " + std::to_string(reset->link));
      else
        return;
    }
  };
  const auto give = [&](mock::Link link, std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t size = std::clamp<std::size_t>(cut(bytes.size()), 1, bytes.size());
      peer.received(link, std::as_bytes(std::span{bytes.data(), size}), now);
      listen();
      bytes.remove_prefix(size);
    }
  };
  const std::string plain = "/?v=10&encoding=json", stream = acts.size() % 2 == 0 ? "zlib-stream" : "zstd-stream";
  for (const mock::Link link : {1u, 2u}) {
    peer.opened(link, now);
    give(link, upgrade_request(link == 1 ? plain : plain + "&compress=" + stream));
  }
  for (const Act& act : acts) {
    const mock::Link link = 1 + static_cast<mock::Link>(act.what % 2);
    if (act.what < 14) {
      give(link, act.bytes);
    } else if (act.what == 14) {
      now += Duration{2'000};
      peer.elapsed(now);
    } else if (act.what == 15) {
      peer.lost(link, now);
    } else {
      const mock::Say says[] = {mock::SayReconnect{},
                                mock::SayInvalid{true},
                                mock::SaySilence{},
                                mock::SayForget{},
                                mock::SayDispatch{"USER_UPDATE", "{}"},
                                mock::SayClose{4000, "x"}};
      peer.say(link, {}, says[act.what - 16], now);
    }
    listen();
  }
  return heard;
}

TEST_CASE("INV-2: whatever bytes come and however they are cut, the gateway answers the same", "[mock]") {
  check_always(
      "equal outputs under any cut",
      [] {
        const auto acts = *rc::gen::container<std::vector<Act>>(rc::gen::map(rc::gen::inRange(0, 22), [](int what) {
          return Act{what, {}};
        }));
        std::vector<Act> filled = acts;
        for (Act& act : filled)
          if (act.what < 14) act.bytes = some_bytes();
        const auto seed = *rc::gen::arbitrary<std::uint32_t>();
        const Heard whole = play(filled, [](std::size_t left) { return left; });
        const Heard bytewise = play(filled, [](std::size_t) { return std::size_t{1}; });
        const Heard anyhow = play(filled, [chance = seeded(seed)](std::size_t left) { return 1 + chance() % left; });
        RC_ASSERT(whole == bytewise);
        RC_ASSERT(whole == anyhow);
      },
      kCases / 10);
}

}  // namespace
}  // namespace portcullis::tests
