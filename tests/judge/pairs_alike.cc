#include "portcullis/tests/judge/pairs.h"

namespace portcullis::tests {

// ---- What is out of the ordinary and has to be borne

namespace {

Pair bears(const std::string& rule, const Tell& special) {
  return {rule,
          [special](Story& s) {
            special(s.live());
            s.wait(3'100).leave();
          },
          [special](Story& s) {
            special(s.live());
            s.wait(100).closes();
          },
          {}};
}

}  // namespace

std::vector<Pair> what_is_borne() {
  return {
      bears("envelope/keys-absent",
            [](Story& s) {
              s.beat().server({{"op", 11}});
            }),
      bears("envelope/unknown-key",
            [](Story& s) {
              s.dispatch({{"new", 1}});
            }),
      bears("envelope/unknown-opcode",
            [](Story& s) {
              s.server({{"op", 99}, {"d", nullptr}, {"s", nullptr}, {"t", nullptr}});
            }),
      bears("envelope/unknown-event",
            [](Story& s) {
              s.dispatch({{"t", "NO_SUCH_EVENT"}});
            }),
      bears("envelope/event-without-name",
            [](Story& s) {
              s.dispatch({{"t", nullptr}});
            }),
      bears("envelope/data-of-another-kind",
            [](Story& s) {
              s.dispatch({{"d", 5}});
            }),
      bears("envelope/gap",
            [](Story& s) {
              s.dispatch({{"s", 9}});
            }),
      bears("envelope/repeat",
            [](Story& s) {
              s.dispatch({{"s", 1}});
            }),
      bears("envelope/lower",
            [](Story& s) {
              s.dispatch().dispatch({{"s", 1}});
            }),
      bears("envelope/big-sequence",
            [](Story& s) {
              s.dispatch({{"s", std::int64_t{1} << 33}});
            }),
      bears(
          "envelope/large",
          [](Story& s) {
            s.server({{"op", 0}, {"d", Json::object()}, {"s", 2}, {"t", "GUILD_CREATE"}}, {{"payload_bytes", 1 << 20}});
          }),
      bears("envelope/unavailable-guild",
            [](Story& s) {
              s.dispatch({{"t", "GUILD_CREATE"}, {"d", {{"id", "1"}, {"unavailable", true}}}});
            }),
      bears("rate/rate-limited",
            [](Story& s) {
              s.dispatch({{"t", "RATE_LIMITED"}, {"d", {{"retry_after", 1.0}}}});
            }),
      bears("heartbeat/stray-ack", [](Story& s) { s.ack(); }),
  };
}

// ---- Shapes

namespace {

Pair identifies(const std::string& rule, const Json& changes, std::string_view url = Story::kMain) {
  return {
      rule, [](Story& s) { s.live().leave(); }, [=](Story& s) { s.call(url).identify(changes).ready().leave(); }, {}};
}

Pair sends(const std::string& rule, int op, const Json& good, const Json& bad) {
  return {rule,
          [=](Story& s) { s.live().client(op, good).leave(); },
          [=](Story& s) { s.live().client(op, bad).leave(); },
          {}};
}

Json with(Json data, std::string_view name, const Json& value) {
  data[std::string(name)] = value;
  return data;
}

Json without(Json data, std::string_view name) {
  data.erase(std::string(name));
  return data;
}

}  // namespace

std::vector<Pair> shapes() {
  const Json presence{{"since", nullptr}, {"activities", Json::array()}, {"status", "online"}, {"afk", false}};
  const auto playing = [&](const Json& activity) { return with(presence, "activities", Json::array({activity})); };
  const Json voice{{"guild_id", "1"}, {"channel_id", nullptr}, {"self_mute", false}, {"self_deaf", false}};
  const Json by_name{{"guild_id", "1"}, {"query", "a"}, {"limit", 100}};
  const Json by_id{{"guild_id", "1"}, {"user_ids", Json(std::vector<std::string>(100, "1"))}};
  const Json too_many(std::vector<std::string>(101, "1"));
  const Json info{{"guild_id", "1"}, {"fields", Json::array({"status"})}};
  const auto resumes = [](const std::string& rule, const Json& changes) {
    return Pair{rule,
                [](Story& s) { s.live().closed().back().leave(); },
                [=](Story& s) { s.live().closed().call(Story::kResume).resume(changes).resumed().leave(); },
                {}};
  };
  return {
      identifies("shape/gw-id-1", {{"token", nullptr}}),
      identifies("shape/gw-int-1", {{"intents", nullptr}}),
      identifies("shape/gw-id-6", {{"properties", {{"os", "linux"}, {"browser", "b"}}}}),
      identifies("shape/gw-id-7", {{"properties", {{"$os", "linux"}, {"browser", "b"}, {"device", "d"}}}}),
      identifies("shape/gw-id-8", {{"large_threshold", 49}}),
      identifies("shape/gw-id-10", {{"shard", Json::array({0, 0})}}),
      identifies("shape/gw-id-11", {{"presence", {{"status", "online"}}}}),
      identifies("shape/gw-id-12", {{"compress", 1}}),
      identifies("shape/gw-id-13", {{"compress", true}}, "wss://main.test/?v=10&encoding=json&compress=zlib-stream"),
      resumes("shape/gw-res-1", {{"token", nullptr}}),
      resumes("shape/gw-int-17", {{"intents", 513}}),
      sends("shape/gw-pres-1", 3, presence, without(presence, "since")),
      sends("shape/gw-pres-2", 3, presence, with(presence, "afk", 1)),
      sends("shape/gw-pres-3", 3, presence, with(presence, "status", "busy")),
      sends("shape/gw-pres-4", 3, playing({{"name", "a"}, {"type", 0}}), playing({{"name", "a"}})),
      sends("shape/gw-pres-5", 3, playing({{"name", "a"}, {"type", 1}, {"url", "https://twitch.tv/a"}}),
            playing({{"name", "a"}, {"type", 1}, {"url", "https://example.org/a"}})),
      sends("shape/gw-pres-7", 3, playing({{"name", "a"}, {"type", 4}, {"state", "b"}}),
            playing({{"name", "a"}, {"type", 4}})),
      sends("shape/gw-pres-11", 3, presence, with(presence, "game", nullptr)),
      sends("shape/gw-vsu-1", 4, voice, without(voice, "channel_id")),
      sends("shape/gw-rgm-1", 8, by_name, without(by_name, "guild_id")),
      sends("shape/gw-rgm-2", 8, by_name, with(by_name, "user_ids", "1")),
      sends("shape/gw-rgm-3", 8, by_name, without(by_name, "limit")),
      sends("shape/gw-rgm-6", 8, by_id, with(by_id, "user_ids", too_many)),
      sends("shape/gw-rgm-8", 8, with(by_name, "nonce", std::string(32, 'n')),
            with(by_name, "nonce", std::string(33, 'n'))),
      sends("shape/gw-rgm-19", 8, by_name, with(by_name, "limit", 101)),
      sends("shape/gw-sb-1", 31, {{"guild_ids", Json::array({"1"})}}, {{"guild_ids", "1"}}),
      sends("shape/gw-ci-1", 43, info, with(info, "fields", Json::array({"name"}))),
      sends("shape/gw-enc-4", 4, voice, with(voice, "guild_id", 1u)),
  };
}

// ---- Close codes

namespace {

Pair comes_back(const std::string& rule, int code) {
  const bool keeps_session = code == 4000 || code == 4008;
  return {rule,
          [=](Story& s) {
            s.live().wait(5'000).closed(code);
            (keeps_session ? s.back() : s.live()).leave();
          },
          [=](Story& s) { s.live().closed(code).wait(60'002).note(); },
          {}};
}

Pair resumes_after(const std::string& rule, std::optional<int> code) {
  return {rule,
          [=](Story& s) { s.live().closed(code).back().leave(); },
          [=](Story& s) { s.live().wait(5'000).closed(code).live().leave(); },
          {}};
}

Pair identifies_after(const std::string& rule, int code) {
  return {rule,
          [=](Story& s) { s.live().wait(5'000).closed(code).live().leave(); },
          [=](Story& s) { s.live().closed(code).back().leave(); },
          {}};
}

Pair stops(const std::string& rule, int code) {
  return {rule,
          [=](Story& s) { s.live().closed(code).wait(600'000).exit(); },
          [=](Story& s) { s.live().closed(code).wait(600'000).call().leave(); },
          {}};
}

}  // namespace

std::vector<Pair> close_codes() {
  std::vector<Pair> pairs;
  for (const int code : {1000, 1001, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009})
    pairs.push_back(comes_back("close/" + std::to_string(code) + "/back", code));
  pairs.push_back(comes_back("close/1xxx/back", 1011));
  pairs.push_back(comes_back("close/unknown/back", 4321));
  for (const int code : {4000, 4008}) pairs.push_back(resumes_after("close/" + std::to_string(code) + "/resume", code));
  pairs.push_back(resumes_after("close/empty/resume", std::nullopt));
  for (const int code : {4007, 4009})
    pairs.push_back(identifies_after("close/" + std::to_string(code) + "/identify", code));
  for (const int code : {4004, 4010, 4011, 4012, 4013, 4014})
    pairs.push_back(stops("close/" + std::to_string(code) + "/stop", code));
  pairs.push_back({"close/none/resume",
                   [](Story& s) { s.live().cut().back().leave(); },
                   [](Story& s) { s.live().wait(5'000).cut().live().leave(); },
                   {}});
  pairs.push_back({"close/refused-again",
                   [](Story& s) { s.live().presence().closed(4002).back().members().leave(); },
                   [](Story& s) { s.live().presence().closed(4002).back().presence().leave(); },
                   {}});
  return pairs;
}

}  // namespace portcullis::tests
