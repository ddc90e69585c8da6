// Runs corpus/vectors/zlib, as given and with every message cut further.
#include <catch2/catch.hpp>

#include "portcullis/tests/compression/connection.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

constexpr auto kFile = "corpus/vectors/zlib/stream.json";

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::vector<std::string> messages_of(const Json& one) {
  std::vector<std::string> messages;
  for (const Json& hex : one["messages"]) messages.push_back(from_hex(hex));
  return messages;
}

std::string text_of(const Json& payload) {
  if (payload.contains("text")) return payload["text"];
  const std::string front = R"({"op":0,"s":1,"t":"A","d":")";
  return front + std::string(payload["filled"].get<std::size_t>() - front.size() - 2, 'x') + "\"}";
}

Limits limits_of(const Json& one) {
  Limits limits;
  limits.payload_bytes_max = one.value("payload_bytes_max", limits.payload_bytes_max);
  return limits;
}

std::string name_of(Errc code) {
  if (code == Errc::InflateCorrupt) return "InflateCorrupt";
  if (code == Errc::InflateEnded) return "InflateEnded";
  if (code == Errc::InflateDictionary) return "InflateDictionary";
  return code == Errc::PayloadTooLarge ? "PayloadTooLarge" : "an error of another layer";
}

void check_texts(const Json& one, const Received& received) {
  REQUIRE(received.payloads.size() == one["payloads"].size());
  for (std::size_t i = 0; i < received.payloads.size(); ++i)
    CHECK(received.payloads[i].second == text_of(one["payloads"][i]));
  REQUIRE(received.error.has_value() == one.contains("error"));
  if (received.error) CHECK(name_of(received.error->second.code) == one["error"]["code"]);
}

TEST_CASE("GW-ZLIB-1: the zlib vectors keep their schema, order, ids and counts", "[compression][vectors]") {
  CHECK(lint(kFile) == std::vector<std::string>{});
}

TEST_CASE("GW-ZLIB-1: every zlib vector comes out as it says", "[compression][vectors]") {
  const Json file = read_vectors(kFile);
  CHECK(file["cases"].size() >= 44);
  for (const Json& one : file["cases"]) {
    CAPTURE(one["id"], one["about"]);
    const Received received = receive(messages_of(one), limits_of(one));
    check_texts(one, received);
    for (std::size_t i = 0; i < received.payloads.size(); ++i)
      CHECK(received.payloads[i].first == one["payloads"][i]["after"]);
    if (received.error) CHECK(received.error->first == one["error"]["after"]);
  }
}

TEST_CASE("GW-ZLIB-6: cutting the messages of a vector at every byte changes no payload", "[compression][vectors]") {
  const Json file = read_vectors(kFile);
  for (const Json& one : file["cases"]) {
    CAPTURE(one["id"], one["about"]);
    const std::vector<std::string> messages = messages_of(one);
    std::vector<std::string> single;
    for (std::size_t index = 0; index < messages.size(); ++index) {
      for (const char byte : messages[index]) single.emplace_back(1, byte);
      for (std::size_t cut = 1; cut < messages[index].size(); ++cut) {
        auto recut = messages;
        recut[index].resize(cut);
        recut.insert(recut.begin() + static_cast<std::ptrdiff_t>(index) + 1, messages[index].substr(cut));
        if (const Received received = receive(recut, limits_of(one)); received.texts().size() != one["payloads"].size())
          FAIL("message " << index << " cut after " << cut << " bytes");
        else
          check_texts(one, received);
      }
    }
    check_texts(one, receive(single, limits_of(one)));
  }
}

}  // namespace
}  // namespace portcullis::tests
