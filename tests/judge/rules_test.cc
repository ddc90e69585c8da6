#include <catch2/catch.hpp>
#include <functional>
#include <vector>

#include "portcullis/tests/judge/story.h"

namespace portcullis::tests {
namespace {

using judge::Verdict;
using Tell = std::function<void(Story&)>;
using Names = std::set<std::string>;

/// Two stories of a rule. The second breaks nothing but it, and what `also` names because it cannot be kept then.
struct Pair {
  std::string rule;
  Tell keeps, breaks;
  Names also;
};

Story story_of(const Tell& tell) {
  Story story;
  tell(story);
  return story;
}

// ---- What is out of the ordinary and has to be borne

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

// ---- The way to the gateway

Pair dials(const std::string& rule, std::string_view good, std::string_view bad) {
  return {rule, [=](Story& s) { s.open(good).leave(); }, [=](Story& s) { s.open(bad).leave(); }, {}};
}

Story& refused_at_resume_url(Story& s) {
  s.live().closed();
  for (int i = 0; i < 3; ++i) s.wait(1'000).open(Story::kResume).refused();
  return s.wait(1'000);
}

std::vector<Pair> ways() {
  return {
      {"rest/authorization",
       [](Story& s) { s.rest(); },
       [](Story& s) {
         s.rest({{"authorization", "none"}});
       },
       {}},
      {"rest/user-agent",
       [](Story& s) { s.rest(); },
       [](Story& s) {
         s.rest({{"user_agent", "curl/8"}});
       },
       {}},
      {"rest/cached", [](Story& s) { s.rest().live().leave(); }, [](Story& s) { s.rest().live().rest().leave(); }, {}},
      {"rest/unauthorized",
       [](Story& s) {
         s.rest({{"status", 401}});
       },
       [](Story& s) {
         s.rest({{"status", 401}}).rest({{"status", 401}});
       },
       {}},
      dials("url/explicit", Story::kMain, "wss://main.test/?v=10"),
      dials("url/version", Story::kMain, "wss://main.test/?v=11&encoding=json"),
      dials("url/version-deprecated", Story::kMain, "wss://main.test/?v=8&encoding=json"),
      dials("url/compress", "wss://main.test/?v=10&encoding=etf&compress=zstd-stream",
            "wss://main.test/?v=10&encoding=json&compress=gzip"),
      dials("url/well-formed", Story::kMain, "wss://main.test/?v=10&v=10&encoding=json"),
      {"url/secure",
       [](Story& s) { s.rest().live().leave(); },
       [](Story& s) { s.rest().live("ws://main.test/?v=10&encoding=json").leave(); },
       {}},
      {"url/same-on-resume",
       [](Story& s) { s.live().closed().back().leave(); },
       [](Story& s) { s.live().closed().call("wss://resume.test/?v=9&encoding=json").resume().resumed().leave(); },
       {}},
      {"url/same-compress-on-resume",
       [](Story& s) { s.live().closed().back().leave(); },
       [](Story& s) {
         s.live()
             .closed()
             .call("wss://resume.test/?v=10&encoding=json&compress=zlib-stream")
             .resume()
             .resumed()
             .leave();
       },
       {}},
      {"connection/frames",
       [](Story& s) { s.live().leave(); },
       [](Story& s) {
         s.live().record("fault", {{"from", "client"}, {"what", "an unmasked frame"}}).leave();
       },
       {}},
      {"connection/pong",
       [](Story& s) {
         s.live().record("ping", {{"from", "server"}}).wait(100).record("pong", {{"from", "client"}}).leave();
       },
       [](Story& s) {
         s.live().record("ping", {{"from", "server"}}).wait(5'002).leave();
       },
       {}},
      {"connection/back-off",
       [](Story& s) {
         for (int i = 0; i < 6; ++i) s.wait(1'000).open().refused();
         s.local("stop");
       },
       [](Story& s) {
         for (int i = 0; i < 6; ++i) s.wait(100).open().refused();
         s.local("stop");
       },
       {}},
      {"connection/hello-wait",
       [](Story& s) { s.open().upgraded().wait(60'000).closes().open().leave(); },
       [](Story& s) { s.open().upgraded().wait(65'002).leave(); },
       {}},
      {"connection/main-after-dead-resume-url",
       [](Story& s) { refused_at_resume_url(s).open().leave(); },
       [](Story& s) { refused_at_resume_url(s).open(Story::kResume).leave(); },
       {}},
      {"connection/one-at-a-time",
       [](Story& s) { s.live().closed().back().leave(); },
       [](Story& s) { s.live().open().leave(); },
       {}},
      {"hello/bad-interval",
       [](Story& s) { s.open().upgraded().hello(0).wait(1'000).closes().open().leave(); },
       [](Story& s) { s.open().upgraded().hello(0).wait(10'002).leave(); },
       {}},
      {"hello/first",
       [](Story& s) { s.live().leave(); },
       [](Story& s) { s.open().upgraded().identify().hello().ready().leave(); },
       {}},
  };
}

// ---- Heartbeats

std::vector<Pair> beats() {
  const auto first_beats_after = [](std::vector<int> waits) {
    return [=](Story& s) {
      s.live().wait(waits[0]).acked();
      for (std::size_t i = 1; i < waits.size(); ++i) s.closed().back().wait(waits[i]).acked();
      s.leave();
    };
  };
  const auto zombie = [](Story& s) -> Story& { return s.live().beat().wait(45'000); };
  return {
      {"heartbeat/first",
       [](Story& s) { s.live().wait(45'000).acked().leave(); },
       [](Story& s) { s.live().wait(45'002).leave(); },
       {}},
      {"heartbeat/every-interval",
       [](Story& s) { s.live().acked().wait(45'000).acked().leave(); },
       [](Story& s) { s.live().acked().wait(45'002).leave(); },
       {}},
      {"heartbeat/after-hello",
       [](Story& s) { s.call().beat().leave(); },
       [](Story& s) { s.open().upgraded().beat().leave(); },
       {}},
      {"heartbeat/jitter",
       first_beats_after({10'000, 20'000, 30'000}),
       first_beats_after({20'000, 20'000, 20'000}),
       {}},
      {"heartbeat/sequence",
       [](Story& s) { s.live().acked().leave(); },
       [](Story& s) { s.live().beat(99).leave(); },
       {}},
      {"heartbeat/not-zero",
       [](Story& s) { s.call().beat(nullptr).leave(); },
       [](Story& s) { s.call().beat(0).leave(); },
       {}},
      {"heartbeat/lost-session",
       [](Story& s) { s.live().invalid(false).closes().call().beat(nullptr).leave(); },
       [](Story& s) { s.live().invalid(false).closes().call().beat(1).leave(); },
       {}},
      {"heartbeat/monotonic",
       [](Story& s) {
         s.live().dispatch().dispatch().dispatch({{"s", 2}}).wait(100).beat().leave();
       },
       [](Story& s) {
         s.live().dispatch().dispatch().wait(100).dispatch({{"s", 2}}).wait(100).beat(2).leave();
       },
       {}},
      {"heartbeat/sparing",
       [](Story& s) { s.live().acked().acked().acked().leave(); },
       [](Story& s) { s.live().acked().acked().acked().acked().leave(); },
       {}},
      {"heartbeat/zombie",
       [=](Story& s) { zombie(s).closes().back().leave(); },
       [=](Story& s) { zombie(s).beat().leave(); },
       {}},
      {"heartbeat/zombie-twice",
       [](Story& s) { s.live().acked().wait(45'000).acked().leave(); },
       [=](Story& s) { zombie(s).beat().wait(45'000).beat().leave(); },
       {"heartbeat/zombie"}},
      {"heartbeat/zombie-code",
       [=](Story& s) { zombie(s).closes().back().leave(); },
       [=](Story& s) { zombie(s).closes(1000).live().leave(); },
       {}},
      {"heartbeat/zombie-resume",
       [=](Story& s) { zombie(s).closes().back().leave(); },
       [=](Story& s) { zombie(s).closes().live().leave(); },
       {}},
      {"heartbeat/zombie-at-once",
       [=](Story& s) { zombie(s).closes().wait(10'000).back().leave(); },
       [=](Story& s) { zombie(s).closes().wait(10'002).back().leave(); },
       {"resume/at-once"}},
      {"heartbeat/asked",
       [](Story& s) { s.live().ask().wait(1'000).acked().leave(); },
       [](Story& s) { s.live().ask().wait(1'002).leave(); },
       {}},
      {"heartbeat/asked-while-waiting",
       [](Story& s) { s.call().identify().ask().wait(1'000).acked().leave(); },
       [](Story& s) { s.call().identify().ask().wait(1'002).leave(); },
       {}},
      {"heartbeat/no-ack",
       [](Story& s) { s.live().acked().leave(); },
       [](Story& s) { s.live().client(11, nullptr).leave(); },
       {"envelope/opcode"}},
      {"heartbeat/asked-is-no-zombie",
       [](Story& s) { s.live().acked().ask().beat().wait(45'000).ack().acked().leave(); },
       [](Story& s) { s.live().ask().beat().closes().back().leave(); },
       {"disconnect/unasked"}},
      {"heartbeat/after-close",
       [](Story& s) { s.live().reconnect().beat().closes().back().leave(); },
       [](Story& s) { s.live().reconnect().closes().beat().back().leave(); },
       {}},
      {"shape/gw-hb-5",
       [](Story& s) { s.live().acked().leave(); },
       [](Story& s) { s.live().beat("1").leave(); },
       {"heartbeat/sequence"}},
  };
}

// ---- Identify, Resume and what comes before them

Story& call_again(Story& s) { return s.call(Story::kResume); }

void identify_days(Story& s, int times) {
  for (int i = 0; i < times; ++i) s.live().wait(5'000).closed(4009);
  s.local("stop");
}

Tell shards_identify(int first, int second) {
  return [=](Story& s) {
    s.call().identify({{"shard", Json::array({first, 2})}}).ready().wait(5'000);
    s.call().identify({{"shard", Json::array({second, 2})}}).ready().leave();
  };
}

std::vector<Pair> handshakes() {
  const Tell good = [](Story& s) { s.live().closed().back().leave(); };
  const Json none{{"remaining", 0}, {"reset_after", 60'000}, {"max_concurrency", 1}};
  const Json nothing_left{{"url", "wss://main.test"}, {"session_start_limit", none}};
  return {
      {"envelope/opcode",
       [](Story& s) { s.live().leave(); },
       [](Story& s) { s.live().client(10, nullptr).leave(); },
       {}},
      {"envelope/decodable",
       [](Story& s) { s.live().leave(); },
       [](Story& s) {
         s.live().client(1, 1, {{"undecodable", "no JSON"}, {"payload", nullptr}}).leave();
       },
       {}},
      {"envelope/kind",
       [](Story& s) { s.live().leave(); },
       [](Story& s) {
         s.live().client(1, 1, {{"kind", "binary"}}).leave();
       },
       {}},
      {"identify/once",
       [](Story& s) { s.live().leave(); },
       [](Story& s) { s.live().wait(5'000).identify().leave(); },
       {}},
      {"identify/before-all-else",
       [](Story& s) { s.live().presence().leave(); },
       [](Story& s) { s.call().presence().leave(); },
       {}},
      {"identify/nothing-before-ready",
       [](Story& s) { s.live().presence().leave(); },
       [](Story& s) { s.call().identify().presence().leave(); },
       {}},
      {"identify/nothing-after-invalid",
       [](Story& s) { s.live().presence().leave(); },
       [](Story& s) { s.live().invalid(true).wait(9).presence().leave(); },
       {}},
      {"shard/own-guild",
       [](Story& s) {
         s.call().identify({{"shard", Json::array({0, 2})}}).ready().members().leave();
       },
       [](Story& s) {
         s.call()
             .identify({{"shard", Json::array({0, 2})}})
             .ready()
             .members({{"guild_id", Story::kGuildOfShardOne}})
             .leave();
       },
       {}},
      {"members/intent",
       [](Story& s) {
         s.call().identify({{"intents", 2}}).ready().members({{"query", ""}, {"limit", 0}}).leave();
       },
       [](Story& s) {
         s.live().members({{"query", ""}, {"limit", 0}}).leave();
       },
       {}},
      {"identify/spacing",
       [](Story& s) { s.live().wait(5'000).closed(4009).live().leave(); },
       [](Story& s) { s.live().wait(4'998).closed(4009).live().leave(); },
       {}},
      {"identify/order", shards_identify(0, 1), shards_identify(1, 0), {}},
      {"identify/daily", [](Story& s) { identify_days(s, 1'000); }, [](Story& s) { identify_days(s, 1'001); }, {}},
      {"identify/remaining",
       [=](Story& s) {
         s.rest({{"body", nothing_left}}).wait(60'000).live().leave();
       },
       [=](Story& s) {
         s.rest({{"body", nothing_left}}).wait(59'000).live().leave();
       },
       {}},
      {"identify/patience",
       [](Story& s) { s.call().identify().wait(10'000).closes().live().leave(); },
       [](Story& s) { s.call().identify().wait(9'000).closes().live().leave(); },
       {}},
      {"identify/main-url",
       [](Story& s) { s.live().leave(); },
       [](Story& s) { s.live().wait(5'000).closed(4009).live(Story::kResume).leave(); },
       {}},
      {"resume/sequence",
       good,
       [](Story& s) {
         call_again(s.live().closed()).resume({{"seq", 99}}).resumed().leave();
       },
       {}},
      {"resume/all-dispatches",
       [](Story& s) { s.live().reconnect().wait(9).dispatch().wait(9).closes().back().leave(); },
       [](Story& s) {
         call_again(s.live().reconnect().wait(9).dispatch().wait(9).closes()).resume({{"seq", 1}}).resumed().leave();
       },
       {}},
      {"resume/url", good, [](Story& s) { s.live().closed().call().resume().resumed().leave(); }, {}},
      {"resume/known-session",
       good,
       [](Story& s) {
         call_again(s.live().closed()).resume({{"session_id", "nobody's"}}).leave();
       },
       {}},
      {"resume/newest-session",
       good,
       [](Story& s) {
         call_again(s.live().wait(5'000).closed(4009).live().closed()).resume({{"session_id", "session-1"}}).leave();
       },
       {}},
      {"resume/not-after-normal-close",
       good,
       [](Story& s) { s.live().reconnect().closes(1000).back().leave(); },
       {"reconnect/code"}},
      {"resume/bare-token",
       good,
       [](Story& s) {
         call_again(s.live().closed()).resume({{"token", "Bot secret"}}).resumed().leave();
       },
       {}},
      {"resume/at-once",
       [](Story& s) { s.live().cut().wait(10'000).back().leave(); },
       [](Story& s) { s.live().cut().wait(10'002).back().leave(); },
       {}},
  };
}

std::vector<Pair> invalid_and_reconnect() {
  const Tell resumes = [](Story& s) { s.live().reconnect().closes().back().leave(); };
  const Tell new_session = [](Story& s) { s.live().wait(5'000).invalid(false).closes().wait(1'000).live().leave(); };
  const Tell told_true = [](Story& s) { s.live().invalid(true).closes().back().leave(); };
  return {
      {"invalid/resumable",
       told_true,
       [](Story& s) { s.live().wait(5'000).invalid(true).closes().live().leave(); },
       {}},
      {"invalid/identify", new_session, [](Story& s) { s.live().invalid(false).closes().back().leave(); }, {}},
      {"invalid/no-session",
       [](Story& s) { s.call().identify().wait(5'000).invalid(true).closes().live().leave(); },
       [](Story& s) { s.call().identify().invalid(true).closes().back().leave(); },
       {}},
      {"invalid/another-kind",
       [](Story& s) { s.live().wait(5'000).invalid(5).closes().wait(1'000).live().leave(); },
       [](Story& s) { s.live().invalid(5).closes().back().leave(); },
       {}},
      {"invalid/handled", new_session, [](Story& s) { s.live().invalid(false).closes().wait(60'002).note(); }, {}},
      {"invalid/new-connection",
       new_session,
       [](Story& s) { s.live().invalid(false).wait(5'000).identify().ready().leave(); },
       {}},
      {"invalid/wait",
       new_session,
       [](Story& s) { s.live().wait(5'000).invalid(false).closes().wait(998).live().leave(); },
       {}},
      {"invalid/close-code",
       told_true,
       [](Story& s) { s.live().wait(5'000).invalid(true).closes(1000).live().leave(); },
       {}},
      {"reconnect/leave", resumes, [](Story& s) { s.live().reconnect().wait(10'002).closes().back().leave(); }, {}},
      {"reconnect/back",
       resumes,
       [](Story& s) { s.live().reconnect().closes().wait(60'002).note(); },
       {"resume/at-once"}},
      {"reconnect/resume", resumes, [](Story& s) { s.live().wait(5'000).reconnect().closes().live().leave(); }, {}},
      {"reconnect/identify",
       [](Story& s) { s.call().reconnect().closes().live().leave(); },
       [](Story& s) { s.call().reconnect().closes().back().leave(); },
       {}},
      {"reconnect/code", resumes, [](Story& s) { s.live().wait(5'000).reconnect().closes(1000).live().leave(); }, {}},
  };
}

// ---- The end of a connection, and limits

Story& times(Story& s, int count, const Tell& tell) {
  for (int i = 0; i < count; ++i) tell(s);
  return s;
}

std::vector<Pair> ends_and_limits() {
  const Tell leaves = [](Story& s) { s.live().leave(); };
  const std::string_view stream = "wss://main.test/?v=10&encoding=json&compress=zlib-stream";
  const auto garbage = [](Story& s) -> Story& { return s.server(nullptr, {{"undecodable", "no zlib"}}); };
  const auto voice = [](Story& s) {
    s.client(4, {{"guild_id", "1"}, {"channel_id", nullptr}, {"self_mute", false}, {"self_deaf", false}});
  };
  const Json limited{{"retry_after", 10.0}, {"meta", {{"guild_id", "1"}}}};
  const auto whole_list_twice = [](int ms) {
    return [=](Story& s) {
      const Json whole{{"query", ""}, {"limit", 0}};
      s.call().identify({{"intents", 2}}).ready().members(whole).wait(ms).members(whole).leave();
    };
  };
  return {
      {"disconnect/legal-code", leaves, [](Story& s) { s.live().reconnect().closes(1006).back().leave(); }, {}},
      {"disconnect/own-code", leaves, [](Story& s) { s.live().reconnect().closes(4004).back().leave(); }, {}},
      {"disconnect/stop", leaves, [](Story& s) { s.live().local("stop").closes(4000); }, {}},
      {"disconnect/leave",
       [](Story& s) { s.live().local("close").closes(4000); },
       [](Story& s) { s.live().local("close").closes(1000); },
       {}},
      {"disconnect/stopped", leaves, [](Story& s) { s.live().leave().wait(1'000).call(); }, {}},
      {"disconnect/lives-on",
       [](Story& s) { s.live().leave().exit(); },
       [](Story& s) { s.live().wait(9'000).exit(); },
       {}},
      {"disconnect/back",
       [](Story& s) { s.open().refused().wait(180'000).live().leave(); },
       [](Story& s) { s.open().refused().wait(180'002).note(); },
       {}},
      {"disconnect/unasked", leaves, [](Story& s) { s.live().closes().back().leave(); }, {}},
      {"undecodable/leave",
       [=](Story& s) { garbage(s.live(stream)).closes().local("stop"); },
       [=](Story& s) { garbage(s.live(stream)).wait(5'002).leave(); },
       {}},
      {"undecodable/code",
       [=](Story& s) { garbage(s.live()).closes().back().leave(); },
       [=](Story& s) { garbage(s.live()).closes(1000).wait(5'000).live().leave(); },
       {}},
      {"undecodable/resume",
       [=](Story& s) { garbage(s.live()).closes().back().leave(); },
       [=](Story& s) { garbage(s.live()).closes().wait(5'000).live().leave(); },
       {}},
      {"rate/sends",
       [=](Story& s) { times(s.live(), 119, voice).leave(); },
       [=](Story& s) { times(s.live(), 120, voice).leave(); },
       {}},
      {"rate/presences",
       [](Story& s) { times(s.live(), 5, &Story::presence).leave(); },
       [](Story& s) { times(s.live(), 6, &Story::presence).leave(); },
       {}},
      {"rate/after-rate-limited",
       [=](Story& s) {
         s.live().dispatch({{"t", "RATE_LIMITED"}, {"d", limited}}).wait(10'000).members().leave();
       },
       [=](Story& s) {
         s.live().dispatch({{"t", "RATE_LIMITED"}, {"d", limited}}).wait(9'998).members().leave();
       },
       {}},
      {"rate/whole-list", whole_list_twice(30'000), whole_list_twice(29'998), {}},
      {"size/payload",
       [](Story& s) {
         s.live().client(1, 1, {{"bytes", 4'096}}).leave();
       },
       [](Story& s) {
         s.live().client(1, 1, {{"bytes", 4'097}}).leave();
       },
       {}},
  };
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> all;
  for (const auto& some : {what_is_borne(), shapes(), close_codes(), ways(), beats(), handshakes(),
                           invalid_and_reconnect(), ends_and_limits()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

Verdict verdict_of(judge::Level level) {
  if (level == judge::Level::Must) return Verdict::Violation;
  return level == judge::Level::Should ? Verdict::Deviation : Verdict::Unusual;
}

TEST_CASE("Each rule is kept by a story that breaks no other") {
  for (const Pair& pair : all_pairs()) {
    const Story story = story_of(pair.keeps);
    INFO(pair.rule);
    CHECK(name_of(result_of(pair.rule, story).verdict) == name_of(Verdict::Kept));
    CHECK(broken_by(story) == Names{});
  }
}

TEST_CASE("Each rule is broken by a story, with the verdict of its level, and nothing else by accident") {
  for (const Pair& pair : all_pairs()) {
    const Story story = story_of(pair.breaks);
    const judge::RuleResult result = result_of(pair.rule, story);
    Names expected = pair.also;
    expected.insert(pair.rule);
    INFO(pair.rule);
    CHECK(name_of(result.verdict) == name_of(verdict_of(result.rule->level)));
    CHECK(broken_by(story) == expected);
  }
}

TEST_CASE("There is a pair of stories for every rule, and one only") {
  std::multiset<std::string> told, wanted;
  for (const Pair& pair : all_pairs()) told.insert(pair.rule);
  for (const judge::Rule& rule : judge::rules()) wanted.insert(rule.id);
  CHECK(told == wanted);
}

}  // namespace
}  // namespace portcullis::tests
