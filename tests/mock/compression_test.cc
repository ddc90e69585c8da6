// What the mock's peer compresses, and how; taken apart by the decompressor of the client's side.
#include <catch2/catch.hpp>

#include "portcullis/core/compression/decompressor.h"
#include "portcullis/tests/mock/peer_parts.h"

namespace portcullis::tests {
namespace {

struct Message {
  bool binary = false;
  std::string payload;
};

/// The data messages of a raw link; each is one frame.
std::vector<Message> messages_of(const Talk::Raw& raw) {
  std::vector<Message> messages;
  const std::string& bytes = raw.received;
  const auto byte = [&bytes](std::size_t at) { return static_cast<unsigned char>(bytes.at(at)); };
  for (std::size_t at = bytes.find("\r\n\r\n") + 4; at < bytes.size();) {
    std::size_t size = byte(at + 1);
    const std::size_t width = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (width != 0) size = 0;
    for (std::size_t i = 0; i < width; ++i) size = size << 8 | byte(at + 2 + i);
    if (byte(at) == 0x81 || byte(at) == 0x82)
      messages.push_back({byte(at) == 0x82, bytes.substr(at + 2 + width, size)});
    at += 2 + width + size;
  }
  return messages;
}

/// The payloads of a link's messages; fails the test when one cannot be read.
std::vector<json> payloads_of(const Talk::Raw& raw, compression::Compression kind) {
  std::vector<json> payloads;
  Workspace workspace;
  compression::Decompressor decompressor(kind, Limits{});
  for (const Message& message : messages_of(raw)) {
    const auto bytes = std::as_bytes(std::span{message.payload});
    if (!message.binary) {
      payloads.push_back(json::parse(message.payload));
      continue;
    }
    const auto payload = decompressor.feed(bytes, workspace);
    REQUIRE((payload && *payload));
    const std::string text(reinterpret_cast<const char*>((*payload)->data()), (*payload)->size());
    payloads.push_back(json::parse(text));
  }
  return payloads;
}

std::string compressing(std::string_view how = "true") {
  return identify("the-token", ",\"compress\":" + std::string(how));
}

std::size_t binaries(const Talk::Raw& raw) {
  return static_cast<std::size_t>(std::ranges::count_if(messages_of(raw), [](const auto& one) { return one.binary; }));
}

TEST_CASE("GW-ZSTD-1, GW-ZSTD-2, GW-ZSTD-5: zstd-stream is one frame as the gateway makes it, a payload a message",
          "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw("/?v=10&encoding=json&compress=zstd-stream");
  talk.text(raw, identify());
  for (int i = 0; i < 5; ++i)
    talk.say(mock::SayDispatch{"CHANNEL_UPDATE", R"({"n":")" + std::string(300'000, 'x') + "\"}"});
  const auto messages = messages_of(raw);
  REQUIRE(messages.size() == 8);
  CHECK(messages[0].payload.starts_with(std::string("\x28\xb5\x2f\xfd\x00\x40", 6)));
  for (const Message& message : messages) CHECK(message.binary);
  for (std::size_t i = 1; i < messages.size(); ++i) CHECK_FALSE(messages[i].payload.starts_with("\x28\xb5\x2f\xfd"));
  const auto payloads = payloads_of(raw, compression::Compression::ZstdStream);
  CHECK(payloads[0]["op"] == 10);
  CHECK(payloads[1]["t"] == "READY");
  CHECK(payloads[7]["d"]["n"].get<std::string>().size() == 300'000);
}

TEST_CASE("GW-ZLIB-2, GW-ZLIB-3: zlib-stream begins with a header once, and each payload ends with the suffix",
          "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw("/?v=10&encoding=json&compress=zlib-stream");
  talk.text(raw, identify());
  const auto messages = messages_of(raw);
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].payload.starts_with("\x78"));
  for (const Message& message : messages) CHECK(message.payload.ends_with(std::string("\0\0\xff\xff", 4)));
  CHECK(payloads_of(raw, compression::Compression::ZlibStream)[1]["t"] == "READY");
}

TEST_CASE("GW-PCOMP-1, GW-PCOMP-2, GW-PCOMP-4: what is long is compressed alone, once Identify has asked", "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw();
  talk.text(raw, compressing());
  talk.text(raw, R"({"op":1,"d":null})");
  talk.say(mock::SayDispatch{"SHORT", "{}"});
  talk.say(mock::SayDispatch{"LONG", R"({"n":")" + std::string(300, 'x') + "\"}"});
  const auto messages = messages_of(raw);
  REQUIRE(messages.size() == 6);
  const std::vector<bool> expected{false, true, true, false, false, true};  // Hello, READY, GUILD_CREATE, op 11
  for (std::size_t i = 0; i < messages.size(); ++i) CHECK(messages[i].binary == expected[i]);
  const auto payloads = payloads_of(raw, compression::Compression::Payload);
  CHECK(payloads[1]["t"] == "READY");
  CHECK(payloads[5]["t"] == "LONG");
}

TEST_CASE("GW-PCOMP-1: nothing is compressed that nobody asked for", "[mock]") {
  for (const std::string_view how : {"false", "null", "1", "\"true\""}) {
    Talk talk(plain_world());
    auto& raw = talk.raw();
    talk.text(raw, compressing(how));
    CHECK(payloads_of(raw, compression::Compression::Payload).at(1)["t"] == "READY");
    CHECK(binaries(raw) == 0);
  }
}

TEST_CASE("GW-PCOMP-5: transport compression turns payload compression off", "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw("/?v=10&encoding=json&compress=zstd-stream");
  talk.text(raw, compressing());
  CHECK(binaries(raw) == 3);
  CHECK(payloads_of(raw, compression::Compression::ZstdStream).at(1)["t"] == "READY");
}

TEST_CASE("GW-PCOMP-7, OP-31: a session that asked for payload compression keeps it over a resume", "[mock]") {
  Talk talk(plain_world());
  auto& raw = talk.raw();
  talk.text(raw, compressing());
  const std::string session = session_of(talk);
  talk.lose(raw);
  talk.say(mock::SayDispatch{"LONG", R"({"n":")" + std::string(300, 'x') + "\"}"}, {}, session);
  auto& again = talk.raw();
  talk.text(again, resume(session, 2));
  const auto payloads = payloads_of(again, compression::Compression::Payload);
  REQUIRE(payloads.size() == 3);
  CHECK(payloads[1]["t"] == "LONG");
  CHECK(payloads[2]["t"] == "RESUMED");
  CHECK(binaries(again) == 1);
}

}  // namespace
}  // namespace portcullis::tests
