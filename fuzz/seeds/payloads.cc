#include <nlohmann/json.hpp>

#include "portcullis/fuzz/seeds/seeds.h"
#include "portcullis/tests/encoding/etf_terms.h"

namespace portcullis::fuzz {
namespace {

struct Text {
  std::string_view name;
  std::string_view json;
};
constexpr Text kTexts[] = {
    {"hello",
     R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":41250,"_trace":["[\"gateway\",{\"micros\":0.0}]"]}})"},
    {"ready", R"({"t":"READY","s":1,"op":0,"d":{"v":10,"session_id":"abc","resume_gateway_url":"wss://r.example"}})"},
    {"t-with-escapes", R"({"op":0,"s":2,"t":"A\u0042\n","d":{}})"},
    {"keys-with-escapes", R"({"\u006fp":1,"d":null})"},
    {"op-twice", R"({"op":1,"op":11})"},
    {"d-first", R"({"d":[1,2.5e-3,{"a":[true,false,null]}],"op":0,"s":3,"t":"X"})"},
    {"surrogate-pair", R"({"op":0,"d":"\ud83d\ude00"})"},
    {"half-a-surrogate-pair", R"({"op":0,"d":"\ud83d"})"},
    {"beyond-64-bits", R"({"op":18446744073709551616,"s":9223372036854775808,"d":1e400})"},
    {"fraction-in-op", R"({"op":1.0})"},
    {"negative-sequence", R"({"op":0,"s":-1})"},
    {"byte-order-mark", "\xEF\xBB\xBF{\"op\":1}"},
    {"not-utf8", "{\"op\":0,\"d\":\"\xC3\"}"},
    {"cut-off", R"({"op":0,"d":{"a)"},
    {"trailing", R"({"op":1} x)"},
    {"list", R"([1,2])"},
    {"deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["},
    {"numbers", R"([0,-0,1E+2,-1.5e-10,01])"},
};

}  // namespace

Seeds json_seeds() {
  Seeds seeds;
  for (const auto& [name, json] : kTexts) {
    const std::string file(name);
    seeds.push_back({"json_envelope", file, Drawn().byte(128).rest(json)});
    seeds.push_back({"json_nlohmann", file, std::string(json)});
    seeds.push_back({"json_simdjson", file, std::string(json)});
  }
  const auto value = [&seeds](const char* name, std::string_view key, std::string_view json) {
    seeds.push_back({"json_value", name, Drawn().piece(key).rest(json)});
  };
  value("snowflake", "guild_id", R"({"guild_id":"81384788765712384","x":{}})");
  value("integer", "n", R"({"n":-9223372036854775808})");
  value("number", "n", R"({"n":-1.5e-10})");
  value("key-with-escapes", "n", R"({"\u006e":true,"n":false})");
  value("string-with-escapes", "s", R"({"s":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})");
  value("nested", "d", R"({"d":{"d":{"d":[]}}})");
  value("not-there", "x", R"({"y":1})");

  const auto tree = [&seeds](const char* name, unsigned limit, const std::string& drawn) {
    seeds.push_back({"json_write", name, Drawn().two(limit).rest(drawn)});
  };
  tree("null", 4'096, Drawn().byte(0));
  tree("smallest-integer", 4'096, Drawn().byte(2).eight(1ull << 63));
  tree("list", 4'096, Drawn().byte(4 + 3 * 8).byte(3).byte(7).byte(1).byte(6).piece("text"));
  tree("map", 4'096, Drawn().byte(5 + 2 * 8).piece("a").byte(0).piece("b\"\n").byte(6).piece("\xE2\x82\xAC"));
  tree("not-utf8", 4'096, Drawn().byte(6).piece("\xFF"));
  tree("over-the-limit", 5, Drawn().byte(6).piece("longer than five"));
  return seeds;
}

Seeds etf_seeds() {
  const auto of = [](std::string_view json) { return tests::etf_payload(nlohmann::ordered_json::parse(json)); };
  const std::string hello = of(R"({"op":10,"d":{"heartbeat_interval":41250,"_trace":["gateway"]},"s":null,"t":null})");
  const std::string ready = of(R"({"t":"READY","s":1,"op":0,"d":{"v":10,"id":"81384788765712384","f":0.5,"b":true}})");
  const std::vector<std::pair<const char*, std::string>> payloads{
      {"hello", hello},
      {"ready-with-an-id", ready},
      {"compressed", tests::compressed(ready)},
      {"compressed-and-cut-short", tests::compressed(ready).substr(0, 20)},
      {"keys-as-atoms", from_hex("837400000001640002") + "op" + from_hex("610b")},
      {"small-atoms-and-tuple", from_hex("837400000002") + "w\x02op" + from_hex("610b") +
                                    "s\x01"
                                    "d" +
                                    from_hex("680273036e696c6a")},
      {"improper-list", from_hex("836c000000016101") + "a"},
      {"bytes-as-string", from_hex("836b00026162")},
      {"old-float",
       "\x83"
       "c1.50000000000000000000e+00" +
           std::string(5, '\0')},
      {"number-of-nine-bytes", from_hex("836e0900010203040506070809")},
      {"no-such-tag", from_hex("8301")},
      {"other-version", from_hex("826a")},
      {"length-that-leads-too-far", from_hex("836dffffffff")},
      {"deep", "\x83" +
                   [] {
                     std::string lists;
                     for (int i = 0; i < 70; ++i) lists += from_hex("6c00000001");
                     return lists;
                   }()},
  };
  Seeds seeds;
  for (const auto& [name, payload] : payloads) {
    seeds.push_back({"etf_envelope", name, Drawn().byte(128).rest(payload)});
    seeds.push_back({"etf_value", name, Drawn().piece("d").rest(std::string_view(payload).substr(1))});
  }
  // The trees of fuzz/draw_tree.h.
  const std::string null = Drawn().byte(0),
                    map_of_id = Drawn().byte(5 + 8).piece("id").byte(6).piece("81384788765712384");
  const std::string small = Drawn().byte(3).byte(7), large = Drawn().byte(2).eight(1ull << 40);
  const std::string text = Drawn().byte(6).piece("\xE2\x82\xAC"), list = Drawn().byte(4 + 2 * 8).rest(small).rest(text);
  const std::string not_utf8 = Drawn().byte(6).piece("\xFF");
  const std::string dispatch = Drawn().byte(4 + 4 * 8).rest(small).rest(small).rest(text).rest(map_of_id);
  const std::vector<std::pair<const char*, std::string>> trees{
      {"null", null},         {"integer", small}, {"integer-beyond-four-bytes", large}, {"text", text},
      {"not-utf8", not_utf8}, {"list", list},     {"map-with-an-id", map_of_id},        {"envelope", dispatch},
  };
  for (const auto& [name, tree] : trees) {
    seeds.push_back({"etf_write", name, Drawn().two(4'096).rest(tree)});
    seeds.push_back({"etf_json", name, Drawn().byte(0).byte(9).rest(tree)});
  }
  seeds.push_back({"etf_write", "over-the-limit", Drawn().two(5).rest(list)});
  seeds.push_back({"etf_json", "envelope-compressed", Drawn().byte(1).byte(9).rest(dispatch)});
  return seeds;
}

Seeds gateway_seeds() {
  const auto joined = [](unsigned flags, std::string_view base, std::string_view main) -> std::string {
    return Drawn().byte(flags).piece(base).rest(main);
  };
  const auto answer = [](unsigned status, std::string_view wait, std::string_view body) -> std::string {
    return Drawn().two(status).byte(1).piece(wait).rest(body);
  };
  const auto code = [](unsigned value, std::string_view reason) -> std::string {
    return Drawn().two(value).rest(reason);
  };
  const std::string no_presence = Drawn().byte(0).byte(0).byte(0).byte(0);  // since, activities, status, afk
  return {
      {"endpoint", "main-url", joined(10, "", "wss://gateway.discord.gg")},
      {"endpoint", "resume-url-with-zlib", joined(10 + 32, "wss://us-east1-b.gateway.discord.gg/?x=1", "wss://g/?y=2")},
      {"endpoint", "parameters-that-are-ours", joined(9 + 16, "", "wss://g/?%76=6&encoding=etf&a&&=b")},
      {"endpoint", "other-scheme", joined(10, "ws://g", "wss://g")},
      {"endpoint", "no-such-version", joined(5, "", "wss://g")},
      {"discovery", "good",
       answer(
           200, "",
           R"({"url":"wss://gateway.discord.gg","shards":9,"session_start_limit":{"total":1000,"remaining":999,"reset_after":14400000,"max_concurrency":1}})")},
      {"discovery", "url-alone", answer(200, "", R"({"url":"wss://g"})")},
      {"discovery", "plain-url-over-tls", answer(200, "", R"({"url":"ws://g"})")},
      {"discovery", "no-shards", answer(200, "", R"({"url":"wss://g","shards":0})")},
      {"discovery", "limited", answer(429, "1.5", R"({"message":"You are being rate limited.","retry_after":1.5})")},
      {"discovery", "unauthorized", answer(401, "", R"({"message":"401: Unauthorized","code":0})")},
      {"discovery", "wait-of-many-days", answer(503, "99999999999999999999", "")},
      {"discovery", "wait-as-date", answer(503, "Wed, 21 Oct 2015 07:28:00 GMT", "")},
      {"close_codes", "authentication-failed", code(4004, "Authentication failed.")},
      {"close_codes", "invalid-seq", code(4007, "")},
      {"close_codes", "unknown-error", code(4000, "Unknown error.")},
      {"close_codes", "normal", code(1000, "")},
      {"close_codes", "may-not-be-sent", code(1006, "")},
      {"close_codes", "reason-not-utf8", code(4004, "\xFF")},
      {"close_codes", "empty", ""},
      {"close_codes", "one-byte", "\x0F"},
      {"commands", "presence",
       Drawn()
           .byte(0)
           .byte(0)
           .byte(1)
           .eight(91'879'201)
           .byte(1)
           .piece("Save the Oxford Comma")
           .byte(0)
           .byte(0)
           .byte(0)
           .byte(0)
           .byte(0)},
      {"commands", "presence-streaming",
       Drawn()
           .byte(0)
           .byte(0)
           .byte(0)
           .byte(1)
           .piece("x")
           .byte(1)
           .byte(1)
           .piece("https://www.twitch.tv/x")
           .byte(0)
           .byte(1)
           .byte(1)},
      {"commands", "presence-custom",
       Drawn()
           .byte(0)
           .byte(0)
           .byte(0)
           .byte(1)
           .piece("Custom")
           .byte(4)
           .byte(0)
           .byte(1)
           .piece("busy \xF0\x9F\x98\x80")
           .byte(2)
           .byte(0)},
      {"commands", "voice-state",
       Drawn()
           .byte(0)
           .byte(1)
           .byte(255)
           .eight(41'771'983'423'143'937)
           .byte(1)
           .byte(200)
           .eight(127'121'515'262'115'840)
           .byte(1)
           .byte(0)},
      {"commands", "voice-state-of-another-shard", Drawn().byte(2).byte(1).byte(1).byte(0).byte(0).byte(0)},
      {"commands", "members-all", Drawn().byte(1).byte(2).byte(1).byte(1).piece("").byte(0).byte(0).byte(1).byte(0)},
      {"commands", "members-by-prefix",
       Drawn().byte(0).byte(2).byte(1).byte(1).piece("ab").byte(9).byte(0).byte(0).byte(1).piece("nonce")},
      {"commands", "members-by-ids",
       Drawn().byte(0).byte(2).byte(1).byte(0).byte(0).byte(3).byte(1).byte(2).byte(3).byte(0).byte(0)},
      {"commands", "members-by-100-ids",
       Drawn().byte(0).byte(2).byte(1).byte(0).byte(0).byte(228).rest(std::string(100, '\x7')).byte(0).byte(0)},
      {"commands", "members-by-101-ids",
       Drawn().byte(0).byte(2).byte(1).byte(0).byte(0).byte(229).rest(std::string(101, '\x7')).byte(0).byte(0)},
      {"commands", "soundboard-sounds-too-many", Drawn().byte(0).byte(3).byte(250).rest(std::string(250 * 9, '\xEE'))},
      {"commands", "channel-info", Drawn().byte(0).byte(4).byte(7).byte(2).byte(0).byte(1)},
      {"commands", "channel-info-of-no-such-field", Drawn().byte(0).byte(4).byte(7).byte(1).byte(9)},
      {"commands", "identify",
       Drawn()
           .byte(255)
           .piece("token")
           .piece("linux")
           .piece("disco")
           .piece("disco")
           .eight(513)
           .byte(1)
           .byte(1)
           .byte(10)
           .byte(1)
           .two(250)
           .byte(1)
           .rest(no_presence)},
      {"commands", "identify-without-token", Drawn().byte(255).rest(std::string(40, '\0'))},
  };
}

}  // namespace portcullis::fuzz
