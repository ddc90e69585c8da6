#include "portcullis/oracle/mock/classify.h"

#include <catch2/catch.hpp>

#include "portcullis/oracle/mock/query.h"
#include "portcullis/oracle/mock/route.h"

namespace portcullis::mock {
namespace {

using spec::gateway_peer::Input;

Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }

/// A gateway with one session and nobody at it.
struct Gateway {
  World world{.token = "good"};
  Laws laws = read_laws();
  Sessions sessions{laws, [n = 0u]() mutable { return n++; }};
  IdentifyLimits identifies{laws};
  Window messages{laws.messages_max, laws.messages_window};
  std::string session_id;

  Gateway() {
    Session& session = sessions.create({.token = "good", .intents = 513}, world);
    for (int i = 0; i < 5; ++i) session.next("X", "null");
    session.kept.pop_front();
    session.kept.pop_front();  // 3, 4 and 5 are left
    session_id = session.id;
  }

  Input of(std::string_view payload, websocket::Kind kind = websocket::Kind::Text, Instant now = {},
           std::int64_t version = 10, bool etf = false) {
    const auto bytes = std::as_bytes(std::span{payload});
    return classify(kind, bytes, {version, etf}, messages, {world, laws, sessions, identifies}, now).input;
  }
  Input identify(const std::string& fields, Instant now = {}) {
    return of(R"({"op":2,"d":{"properties":{},)" + fields + "}}", websocket::Kind::Text, now);
  }
  Input resume(std::int64_t seq, const std::string& token = "good") {
    return of(R"({"op":6,"d":{"token":")" + token + R"(","session_id":")" + session_id + R"(","seq":)" +
              std::to_string(seq) + "}}");
  }
};

struct Case {
  std::string_view payload;
  Input input;
};

TEST_CASE("GW-CAUSE-1, GW-CAUSE-2: what a payload is, by its bytes", "[mock]") {
  using I = Input;
  // clang-format off
  const Case cases[] = {
    {R"(not json)",                                                       I::Undecodable},
    {R"({"op":1,"d":null)",                                               I::Undecodable},
    {R"()",                                                               I::Undecodable},
    {R"([1])",                                                            I::Undecodable},
    {R"({"op":1} x)",                                                     I::Undecodable},
    {R"({})",                                                             I::UnknownOpcode},
    {R"({"op":"1"})",                                                     I::UnknownOpcode},
    {R"({"op":1.5})",                                                     I::UnknownOpcode},
    {R"({"op":99})",                                                      I::UnknownOpcode},
    {R"({"op":0,"d":{}})",                                                I::UnknownOpcode},
    {R"({"op":7})",                                                       I::UnknownOpcode},
    {R"({"op":9,"d":true})",                                              I::UnknownOpcode},
    {R"({"op":10,"d":{}})",                                               I::UnknownOpcode},
    {R"({"op":11})",                                                      I::UnknownOpcode},
    {R"({"op":36,"d":{}})",                                               I::UnknownOpcode},
    {R"({"op":1,"s":"x"})",                                               I::MalformedPayload},
    {R"({"op":1,"t":5})",                                                 I::MalformedPayload},
    {R"({"op":1})",                                                       I::Heartbeat},
    {R"({"op":1,"d":null})",                                              I::Heartbeat},
    {R"({"op":1,"d":0})",                                                 I::Heartbeat},
    {R"({"op":1,"d":251})",                                               I::Heartbeat},
    {R"({"op":1,"d":"251"})",                                             I::MalformedPayload},
    {R"({"op":1,"d":2.5})",                                               I::MalformedPayload},
    {R"({"op":2,"d":null})",                                              I::MalformedPayload},
    {R"({"op":2,"d":{}})",                                                I::MalformedPayload},
    {R"({"op":2,"d":{"token":"good","properties":{}}})",                  I::MalformedPayload},
    {R"({"op":2,"d":{"token":"good","intents":1}})",                      I::MalformedPayload},
    {R"({"op":2,"d":{"token":7,"intents":1,"properties":{}}})",           I::MalformedPayload},
    {R"({"op":6,"d":{"token":"good","session_id":"x"}})",                 I::MalformedPayload},
    {R"({"op":6,"d":{"token":"good","session_id":"x","seq":null}})",      I::MalformedPayload},
    {R"({"op":6,"d":{"token":"good","session_id":"x","seq":-1}})",        I::MalformedPayload},
    {R"({"op":6,"d":{"session_id":"x","seq":1}})",                        I::MalformedPayload},
    {R"({"op":6,"d":{"token":"good","session_id":"x","seq":1}})",         I::ResumeUnknown},
    {R"({"op":3,"d":{"since":null,"activities":[],"status":"online","afk":false}})", I::Command},
    {R"({"op":3,"d":{"since":0,"activities":null,"status":"dnd","afk":true}})",      I::Command},
    {R"({"op":3,"d":{"since":null,"activities":[],"status":"away","afk":false}})",   I::MalformedPayload},
    {R"({"op":3,"d":{"since":null,"activities":[],"status":"idle"}})",               I::MalformedPayload},
    {R"({"op":3,"d":{"activities":[],"status":"idle","afk":false}})",                I::MalformedPayload},
    {R"({"op":4,"d":{"guild_id":"1","channel_id":null,"self_mute":false,"self_deaf":true}})", I::Command},
    {R"({"op":4,"d":{"guild_id":"1","channel_id":"2","self_mute":false,"self_deaf":true}})",  I::Command},
    {R"({"op":4,"d":{"guild_id":"1","self_mute":false,"self_deaf":true}})",                   I::MalformedPayload},
    {R"({"op":4,"d":{"guild_id":"x","channel_id":null,"self_mute":false,"self_deaf":true}})", I::MalformedPayload},
    {R"({"op":4,"d":{"guild_id":"1","channel_id":null,"self_mute":0,"self_deaf":true}})",     I::MalformedPayload},
    {R"({"op":8,"d":{"guild_id":"1","query":"","limit":0}})",             I::Command},
    {R"({"op":8,"d":{"guild_id":"1","query":"","limit":0,"user_ids":[]}})", I::Command},
    {R"({"op":8,"d":{"guild_id":"1","user_ids":["7"]}})",                 I::Command},
    {R"({"op":8,"d":{"guild_id":"1","user_ids":"7"}})",                   I::Command},
    {R"({"op":8,"d":{"guild_id":"1","query":null,"user_ids":[7],"nonce":"n"}})", I::Command},
    {R"({"op":8,"d":{"guild_id":"1"}})",                                  I::MalformedPayload},
    {R"({"op":8,"d":{"guild_id":"1","query":"a"}})",                      I::MalformedPayload},
    {R"({"op":8,"d":{"guild_id":["1"],"query":"","limit":0}})",           I::MalformedPayload},
    {R"({"op":8,"d":{"guild_id":"1","query":"","limit":-1}})",            I::MalformedPayload},
    {R"({"op":8,"d":{"guild_id":"1","user_ids":["x"]}})",                 I::MalformedPayload},
    {R"({"op":8,"d":{"guild_id":"1","query":"","limit":0,"nonce":4}})",   I::MalformedPayload},
    {R"({"op":31,"d":{"guild_ids":["1","2"]}})",                          I::Command},
    {R"({"op":31,"d":{"guild_ids":"1"}})",                                I::MalformedPayload},
    {R"({"op":43,"d":{"guild_id":"1","fields":["status","voice_start_time"]}})", I::Command},
    {R"({"op":43,"d":{"guild_id":"1","fields":["topic"]}})",              I::MalformedPayload},
    {R"({"op":43,"d":{"fields":[]}})",                                    I::MalformedPayload},
  };
  // clang-format on
  for (const Case& one : cases) {
    Gateway gateway;
    INFO(one.payload);
    CHECK(spec::name(gateway.of(one.payload)) == spec::name(one.input));
  }
}

TEST_CASE("GW-SIZE-2: one byte above the bound is too large, whatever it holds", "[mock]") {
  Gateway gateway;
  const std::string start = R"({"op":1,"d":null,"x":")";
  const std::string exact = start + std::string(4'096 - start.size() - 2, 'a') + "\"}";
  REQUIRE(exact.size() == 4'096);
  CHECK(gateway.of(exact) == Input::Heartbeat);
  CHECK(gateway.of(exact + " ") == Input::TooLarge);
  CHECK(gateway.of(std::string(5'000, '{')) == Input::TooLarge);
}

TEST_CASE("OP-23: JSON in a binary message is undecodable", "[mock]") {
  Gateway gateway;
  CHECK(gateway.of(R"({"op":1})", websocket::Kind::Binary) == Input::Undecodable);
}

TEST_CASE("GW-RATE-3: the 121st message in 60 s is one too many, and the window slides", "[mock]") {
  Gateway gateway;
  for (int i = 0; i < 120; ++i) CHECK(gateway.of(R"({"op":1})", websocket::Kind::Text, at(i)) == Input::Heartbeat);
  CHECK(gateway.of(R"({"op":1})", websocket::Kind::Text, at(59'999)) == Input::TooManyMessages);
  CHECK(gateway.of("nonsense", websocket::Kind::Text, at(59'999)) == Input::TooManyMessages);
  CHECK(gateway.of(R"({"op":1})", websocket::Kind::Text, at(60'000)) == Input::Heartbeat);
  CHECK(gateway.of(R"({"op":1})", websocket::Kind::Text, at(60'000)) == Input::TooManyMessages);
}

TEST_CASE("GW-ID-15, GW-SHARD-6, GW-INT-2, GW-INT-3: an Identify is refused for the first thing wrong", "[mock]") {
  Gateway gateway;
  gateway.world.intents_allowed = 0;
  CHECK(gateway.identify(R"("token":"bad","shard":[5,1],"intents":-1)") == Input::IdentifyBadToken);
  CHECK(gateway.identify(R"("token":"good","shard":[5,1],"intents":-1)") == Input::IdentifyBadShard);
  CHECK(gateway.identify(R"("token":"good","shard":[0,0],"intents":1)") == Input::IdentifyBadShard);
  CHECK(gateway.identify(R"("token":"good","shard":[0],"intents":1)") == Input::MalformedPayload);
  CHECK(gateway.identify(R"("token":"good","shard":[-1,1],"intents":1)") == Input::MalformedPayload);
  CHECK(gateway.identify(R"("token":"good","intents":-1)") == Input::IdentifyBadIntents);
  CHECK(gateway.identify(R"("token":"good","intents":131072)") == Input::IdentifyBadIntents);
  CHECK(gateway.identify(R"("token":"good","intents":2)") == Input::IdentifyDisallowedIntents);
  CHECK(gateway.identify(R"("token":"good","intents":513)") == Input::IdentifyValid);
  gateway.world.guild_ids.assign(2'500, 7);
  CHECK(gateway.identify(R"("token":"good","intents":513)") == Input::IdentifyValid);
  gateway.world.guild_ids.push_back(7);
  CHECK(gateway.identify(R"("token":"good","intents":513)") == Input::IdentifyTooManyGuilds);
}

TEST_CASE("GW-ID-14: the token is good with Bot in front of it", "[mock]") {
  Gateway gateway;
  CHECK(gateway.identify(R"("token":"Bot good","intents":1)") == Input::IdentifyValid);
  CHECK(gateway.resume(5, "Bot good") == Input::ResumeLive);
  gateway.world.token.clear();
  CHECK(gateway.identify(R"("token":"whatever","intents":1)") == Input::IdentifyValid);
  CHECK(gateway.identify(R"("token":"","intents":1)") == Input::IdentifyBadToken);
}

TEST_CASE("GW-ID-8: what clients send beside the rules and is let pass is let pass", "[mock]") {
  Gateway gateway;
  CHECK(gateway.identify(R"("token":"good","intents":1,"compress":"zlib-stream")") == Input::IdentifyValid);
  CHECK(gateway.identify(R"("token":"good","intents":1,"large_threshold":1)") == Input::IdentifyValid);
  CHECK(gateway.identify(R"("token":"good","intents":1,"large_threshold":"x")") == Input::MalformedPayload);
  CHECK(gateway.identify(R"("token":"good","intents":1,"shard":null,"presence":null)") == Input::IdentifyValid);
  CHECK(gateway.identify(R"("token":"good","intents":1,"presence":3)") == Input::MalformedPayload);
}

TEST_CASE("GW-ID-1: intents may be left out before version 8", "[mock]") {
  Gateway gateway;
  const std::string_view old = R"({"op":2,"d":{"token":"good","properties":{}}})";
  CHECK(gateway.of(old, websocket::Kind::Text, {}, 7) == Input::IdentifyValid);
  CHECK(gateway.of(old, websocket::Kind::Text, {}, 8) == Input::MalformedPayload);
}

TEST_CASE("GW-IDL-1: a bucket is busy for 5 s, and another one is not", "[mock]") {
  Gateway gateway;
  gateway.world.max_concurrency = 2;
  gateway.identifies.take(1, at(0));
  CHECK(gateway.identify(R"("token":"good","intents":1,"shard":[3,4])", at(4'999)) == Input::IdentifyBucketBusy);
  CHECK(gateway.identify(R"("token":"good","intents":1,"shard":[3,4])", at(5'000)) == Input::IdentifyValid);
  CHECK(gateway.identify(R"("token":"good","intents":1,"shard":[2,4])", at(1)) == Input::IdentifyValid);
}

TEST_CASE("GW-IDL-4: a thousand Identifies a day, then the token is good no more", "[mock]") {
  Gateway gateway;
  CHECK(gateway.identifies.budget(at(0)).left == 1'000);
  CHECK(gateway.identifies.budget(at(0)).reset_after == Duration{0});
  for (std::uint32_t i = 0; i < 1'000; ++i) gateway.identifies.take(i, at(i));
  const IdentifyBudget spent = gateway.identifies.budget(at(1'000));
  CHECK(spent.left == 0);
  CHECK(spent.total == 1'000);
  CHECK(spent.reset_after == Duration{86'399'000});
  CHECK(gateway.identify(R"("token":"good","intents":1)", at(90'000)) == Input::IdentifyBadToken);
  CHECK(gateway.identify(R"("token":"good","intents":1)", at(86'400'000)) == Input::IdentifyValid);
}

TEST_CASE("GW-RES-11, GW-RES-15: a Resume is judged by its session, its token and its seq", "[mock]") {
  Gateway gateway;
  CHECK(gateway.resume(5) == Input::ResumeLive);
  CHECK(gateway.resume(2) == Input::ResumeLive);
  CHECK(gateway.resume(1) == Input::ResumeTooOld);
  CHECK(gateway.resume(6) == Input::ResumeAhead);
  CHECK(gateway.resume(5, "another") == Input::ResumeUnknown);
  gateway.sessions.leave(*gateway.sessions.find(gateway.session_id, at(0)), World{.session_lifetime = Duration{1'000}},
                         at(0));
  CHECK(gateway.sessions.find(gateway.session_id, at(999)) != nullptr);
  CHECK(gateway.sessions.find(gateway.session_id, at(1'000)) == nullptr);
}

TEST_CASE("GW-URL-3: the query is read wherever it stands", "[mock]") {
  CHECK(read_query("/?v=10&encoding=json").version == 10);
  CHECK(read_query("/base/?encoding=json&v=9&compress=zlib-stream").compress == "zlib-stream");
  CHECK(read_query("/base/?encoding=json&v=9&compress=zstd-stream").compress == "zstd-stream");
  CHECK(read_query("/base?x=1?v=10&encoding=etf").encoding == "etf");
  CHECK(read_query("/?%76=8").version == 8);
  CHECK(read_query("/?v=ten").version == -1);
  CHECK(read_query("/?v=-1").version == -1);
  CHECK(read_query("/?v=99999999999999999999").version == -1);
  CHECK(read_query("/").version == 6);
  CHECK(read_query("/").encoding == "json");
  CHECK(read_query("?&&=%zz%&?v").version == -1);
}

TEST_CASE("GW-INT-4, GW-SHARD-1: an event goes where its intents and its guild allow", "[mock]") {
  const std::string in_guild = R"({"guild_id":"8388608"})";  // 2 << 22
  CHECK(Address("MESSAGE_CREATE", in_guild).passes_gate(1u << 9));
  CHECK_FALSE(Address("MESSAGE_CREATE", in_guild).passes_gate(1u << 12));
  CHECK(Address("MESSAGE_CREATE", "{}").passes_gate(1u << 12));
  CHECK_FALSE(Address("MESSAGE_CREATE", "{}").passes_gate(1u << 9));
  CHECK(Address("INTERACTION_CREATE", "{}").passes_gate(0));
  CHECK(Address("SOMETHING_NEW", "3").passes_gate(0));
  CHECK(Address("MESSAGE_CREATE", in_guild).is_on(ShardPair{2, 3}));
  CHECK_FALSE(Address("MESSAGE_CREATE", in_guild).is_on(ShardPair{0, 3}));
  CHECK(Address("MESSAGE_CREATE", "{}").is_on(ShardPair{0, 3}));
  CHECK_FALSE(Address("MESSAGE_CREATE", "{}").is_on(ShardPair{1, 3}));
  CHECK(Address("GUILD_DELETE", R"({"id":"8388608"})").is_on(ShardPair{2, 3}));
  CHECK_FALSE(Address("GUILD_DELETE", R"({"id":"8388608"})").is_on(ShardPair{1, 3}));
  CHECK_FALSE(Address("USER_UPDATE", "{}").is_on(ShardPair{1, 3}));
  CHECK(Address("SOMETHING_NEW", "3").is_on(ShardPair{1, 3}));
  CHECK(Address("MESSAGE_CREATE", in_guild).is_on(std::nullopt));
}

}  // namespace
}  // namespace portcullis::mock
