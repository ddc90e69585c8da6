#include "portcullis/tests/judge/pairs.h"

namespace portcullis::tests {
namespace {

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
      {"secrets/token",
       [](Story& s) {
         s.record("process", {{"state", "exited"}, {"printed_token", false}});
       },
       [](Story& s) {
         s.record("process", {{"state", "exited"}, {"printed_token", true}});
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

}  // namespace

std::vector<Pair> pairs() {
  std::vector<Pair> all;
  for (const auto& some : {what_is_borne(), shapes(), close_codes(), ways(), beats(), handshakes(),
                           invalid_and_reconnect(), ends_and_limits()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace portcullis::tests
