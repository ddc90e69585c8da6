#include "portcullis/fuzz/seeds/seeds.h"
#include "portcullis/tests/compression/deflater.h"
#include "portcullis/tests/compression/zstd.h"

namespace portcullis::fuzz {
namespace {

constexpr std::string_view kGoodAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: C/0nmHhBztSRGR1CwL6Tf4ZjwpY=\r\n\r\n";
constexpr std::string_view kGoodRequest =
    "GET /?v=10&encoding=json HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kChunked =
    "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=\"y\"\r\nde\r\n0\r\nT: v\r\n\r\n";
constexpr std::string_view kCounted = "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno";

struct Frames {
  std::string_view name;
  std::string_view from_server;  // in hex
  std::string_view from_client;
};
constexpr Frames kFrames[] = {
    {"text-hello", "810548656c6c6f", "818537fa213d7f9f4d5158"},
    {"text-in-fragments-with-a-ping-between",
     "010348656c890170"
     "80026c6f",
     "018337fa213d7f9f4d"
     "898100000000"
     "70"
     "808200000000"
     "6c6f"},
    {"binary-of-126-bytes-length-in-two", "827e007e", "82fe007e00000000"},
    {"length-not-minimal", "827e000161", "82fe00010000000061"},
    {"length-of-eight-bytes", "827f0000000000010000", "82ff000000000001000000000000"},
    {"close-1000-with-reason", "880503e8e282ac",
     "888500000000"
     "03e8e282ac"},
    {"close-empty", "8800", "888000000000"},
    {"close-one-byte", "880103", "88810000000003"},
    {"close-code-that-may-not-be-sent", "880203ed", "88820000000003ed"},
    {"text-not-utf8", "8101ff", "818100000000ff"},
    {"text-cut-in-a-code-point", "8102e282", "818200000000e282"},
    {"reserved-bit", "c100", "c18000000000"},
    {"unknown-opcode", "8300", "838000000000"},
    {"nothing-to-continue", "8000", "808000000000"},
    {"control-in-fragments", "0900", "098000000000"},
    {"pings-in-a-row", "890161890162890163", "89810000000061898100000000628981000000006389"},
    {"mask-where-none-belongs", "818537fa213d7f9f4d5158", "810548656c6c6f"},
};

}  // namespace

Seeds http_seeds() {
  const auto body = [](std::string_view response) -> std::string { return Drawn().byte(0).rest(response); };
  const std::string until_end = "HTTP/1.1 520 \r\nServer: x\r\n\r\nHello";
  const std::string folded = "HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nY:c \r\n\r\n";
  const std::string counted_twice = "HTTP/1.1 403 X\r\nContent-Length: 2, 2\r\n\r\nno";
  const std::string long_body = "HTTP/1.0 503 X\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x');
  return {
      {"http_response", "switching-protocols", std::string(kGoodAnswer)},
      {"http_response", "counted-body", std::string(kCounted)},
      {"http_response", "empty-reason", until_end},
      {"http_response", "folded-field", folded},
      {"http_response", "bare-line-feed", "HTTP/1.1 200 OK\nX: y\n\n"},
      {"http_response", "space-before-colon", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n"},
      {"http_request", "upgrade", std::string(kGoodRequest)},
      {"http_request", "absolute-target", "GET http://h/x?y HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"http_request", "old-version", "GET / HTTP/1.0\r\n\r\n"},
      {"http_request", "blank-lines-before", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"http_request", "other-method", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
      {"http_body", "chunked-with-extension-and-trailer", body(kChunked)},
      {"http_body", "counted", body(kCounted)},
      {"http_body", "counted-twice-alike", body(counted_twice)},
      {"http_body", "until-the-end", body(until_end)},
      {"http_body", "longer-than-the-limit", body(long_body)},
      {"http_body", "none-after-204", body("HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\nHello")},
      {"http_body", "chunk-size-broken", body("HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")},
      {"url", "secure-with-query", "wss://gateway.discord.gg/?v=10&encoding=json"},
      {"url", "port-and-path", "ws://127.0.0.1:8080/a/b"},
      {"url", "ipv6", "WSS://[2001:db8::1]:443"},
      {"url", "query-without-path", "wss://h?x=y"},
      {"url", "empty-port", "ws://h:/"},
      {"url", "user-information", "wss://user:word@h/"},
      {"url", "fragment", "wss://h/#f"},
  };
}

Seeds websocket_seeds() {
  Seeds seeds;
  for (const auto& [name, from_server, from_client] : kFrames) {
    const std::string to_client = from_hex(from_server), to_server = from_hex(from_client), file(name);
    seeds.push_back({"ws_client_frames", file, to_client});
    seeds.push_back({"ws_client_model", file, to_client});
    seeds.push_back({"ws_server_frames", file, to_server});
    seeds.push_back({"ws_server_model", file, to_server});
    seeds.push_back({"ws_client_cut", file, Drawn().byte(0).byte(0).rest(to_client)});
    seeds.push_back({"ws_server_cut", file, Drawn().byte(0).byte(0).rest(to_server)});
  }
  const std::string half(200, 'a'), key(4, '\0');
  seeds.push_back(
      {"ws_client_frames", "fragments-over-the-limit", from_hex("027e00c8") + half + from_hex("807e00c8") + half});
  seeds.push_back({"ws_server_frames", "fragments-over-the-limit",
                   from_hex("02fe00c8") + key + half + from_hex("80fe00c8") + key + half});
  const std::string hello = from_hex("810548656c6c6f");
  const auto upgrade = [](std::string_view bytes) -> std::string { return Drawn().byte(1).byte(3).rest(bytes); };
  seeds.push_back({"ws_client_cut", "upgrade-and-a-frame", upgrade(std::string(kGoodAnswer) + hello)});
  seeds.push_back({"ws_client_cut", "upgrade-after-103", upgrade("HTTP/1.1 103 X\r\n\r\n" + std::string(kGoodAnswer))});
  seeds.push_back({"ws_client_cut", "refused-chunked", upgrade(kChunked)});
  seeds.push_back({"ws_client_cut", "refused-counted", upgrade(kCounted)});
  seeds.push_back({"ws_client_cut", "no-http", upgrade("nonsense")});
  seeds.push_back(
      {"ws_server_cut", "upgrade-and-a-frame", upgrade(std::string(kGoodRequest) + from_hex(kFrames[0].from_client))});
  seeds.push_back({"ws_server_cut", "upgrade-without-key",
                   upgrade("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: "
                           "Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n")});
  seeds.push_back({"ws_server_cut", "no-http", upgrade("nonsense\r\n\r\n")});

  const auto close = [&seeds](const char* name, unsigned end, unsigned code, std::string_view reason) {
    seeds.push_back({"ws_close", name, Drawn().byte(end).two(code).rest(reason)});
  };
  close("client-1000", 0, 1000, "bye");
  close("server-4004", 1, 4004, "Authentication failed.");
  close("server-1010-is-for-clients", 1, 1010, "");
  close("client-without-code", 0, 0, "");
  close("client-reason-without-code", 0, 0, "x");
  close("server-1005-may-not-be-sent", 1, 1005, "");
  close("client-reason-of-123-bytes", 0, 3000, std::string(123, 'x'));
  close("client-reason-of-124-bytes", 0, 3000, std::string(124, 'x'));
  close("server-reason-not-utf8", 1, 1001, "\xff");
  return seeds;
}

namespace {

Seeds zlib_seeds() {
  tests::Deflater deflater;
  const std::string hello = deflater.message(R"({"op":10,"d":{"heartbeat_interval":41250}})");
  const std::string more = deflater.message(R"({"op":0,"s":1,"t":"X","d":{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}})");
  const std::string last = deflater.last_message("{}");
  std::string damaged = hello + more;
  damaged[damaged.size() / 2] = '\x55';
  const auto stream = [](unsigned cut, unsigned limit, std::string_view bytes) -> std::string {
    return Drawn().byte(cut).byte(limit).rest(bytes);
  };
  return {
      {"zlib_stream", "two-payloads", stream(1, 0, hello + more)},
      {"zlib_stream", "two-payloads-byte-by-byte", stream(0, 0, hello + more)},
      {"zlib_stream", "over-the-limit", stream(1, 1, tests::Deflater().message(std::string(5'000, 'x')))},
      {"zlib_stream", "damaged", stream(9, 0, damaged)},
      {"zlib_stream", "ended", stream(9, 0, hello + more + last + from_hex("0000ffff"))},
      {"zlib_stream", "with-dictionary", stream(1, 0, tests::Deflater("dictionary").message("dictionary"))},
      {"zlib_stream", "no-zlib", stream(1, 0, from_hex("010203040000ffff"))},
      {"zlib_cut", "stream-of-two-payloads", stream(0, 0xff, hello + more)},
      {"zlib_cut", "stream-damaged", stream(5, 0xff, damaged)},
      {"zlib_cut", "stream-of-no-zlib", stream(3, 0xff, "no zlib")},
      {"zlib_cut", "pieces-compressed", Drawn().byte(4).byte(6).piece("{\"op\":11}").piece("{\"op\":1,\"d\":null}")},
      {"zlib_cut", "pieces-stored-with-the-suffix-inside",
       Drawn().byte(2).byte(0).piece(from_hex("610000ffff62")).piece(from_hex("0000ffff"))},
  };
}

Seeds zlib_payload_seeds() {
  const std::string hello = tests::Deflater().last_message(R"({"op":11,"d":null})");
  const auto message = [](std::string_view bytes) -> std::string { return Drawn().byte(0).rest(bytes); };
  const auto compressed = [](unsigned damaged, std::string_view plain) -> std::string {
    return Drawn().byte(damaged).rest(plain);
  };
  return {
      {"zlib_payload", "whole", message(hello)},
      {"zlib_payload", "cut-short", message(hello.substr(0, hello.size() - 2))},
      {"zlib_payload", "something-behind-it", message(hello + "x")},
      {"zlib_payload", "flushed-but-not-ended", message(tests::Deflater().message("{}"))},
      {"zlib_payload", "plain-json", message(R"({"op":11})")},
      {"zlib_payload", "empty", message("")},
      {"zlib_payload", "compressed", compressed(255, "{\"op\":11}")},
      {"zlib_payload", "compressed-and-damaged", compressed(7, "{\"op\":0,\"d\":\"aaaaaaaaaaaaaaaaaaaaaa\"}")},
  };
}

Seeds zstd_seeds() {
  using tests::zstd_block;
  using tests::zstd_header;
  tests::Zstd zstd;
  std::string two = zstd.message(R"({"op":10,"d":{"heartbeat_interval":41250}})");
  two += zstd.message(R"({"op":0,"s":1,"t":"X","d":{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}})");
  std::string damaged = two;
  damaged[damaged.size() / 2] = '\x55';
  tests::Zstd checked({.checksum = true});
  std::string with_checksums = checked.last_message("{\"op\":11}");
  with_checksums += checked.last_message("{\"op\":1}");
  const std::vector<std::pair<const char*, std::string>> streams{
      {"two-payloads", two},
      {"damaged", damaged},
      {"two-frames-with-checksums", with_checksums},
      {"skippable-frame-between", tests::zstd_skippable("skip") + tests::zstd_frame("{}") + tests::zstd_skippable("")},
      {"blocks-as-they-are", zstd_header() + zstd_block("{\"op\"") + zstd_block(":11}", true)},
      {"window-too-large", zstd_header(0, "\xF0") + zstd_block("{}")},
      {"dictionary-asked-for", zstd_header(1, "\x40\x07") + zstd_block("{}")},
      {"no-zstd", "no zstd"},
      {"format-before-version-1", from_hex("27b52ffd00000000")},
  };
  Seeds seeds;
  for (const auto& [name, stream] : streams) {
    seeds.push_back({"zstd_stream", name, Drawn().byte(1).byte(0).rest(stream)});
    seeds.push_back({"zstd_stream", std::string(name) + "-in-pieces", Drawn().byte(3).byte(0).rest(stream)});
    seeds.push_back({"zstd_cut", name, Drawn().byte(0).byte(0xff).rest(stream)});
  }
  const std::string large = tests::Zstd().message(std::string(5'000, 'x'));
  seeds.push_back({"zstd_stream", "over-the-limit", Drawn().byte(1).byte(1).rest(large)});
  seeds.push_back({"zstd_cut", "pieces-compressed", Drawn().byte(4).byte(6).piece("{\"op\":11}").piece("{\"op\":1}")});
  return seeds;
}

}  // namespace

Seeds compression_seeds() {
  Seeds all = zlib_seeds();
  for (const auto more : {zlib_payload_seeds, zstd_seeds})
    for (Seed& seed : more()) all.push_back(std::move(seed));
  return all;
}

}  // namespace portcullis::fuzz
