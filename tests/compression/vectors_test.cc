// Runs the vectors of compression as given, and those of zlib-stream with every message cut further.
#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "portcullis/spec/requirements.h"
#include "portcullis/tests/compression/connection.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

constexpr auto kZlib = "corpus/vectors/zlib/stream.json";
constexpr auto kZstd = "corpus/vectors/zstd/stream.json";
constexpr auto kPayload = "corpus/vectors/payload_compression/messages.json";

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

std::vector<WireMessage> texts_and_binaries_of(const Json& one) {
  std::vector<WireMessage> messages;
  for (const Json& message : one["messages"])
    messages.push_back(message.contains("text") ? WireMessage{message["text"], false}
                                                : WireMessage{from_hex(message["binary"]), true});
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
  limits.zstd_window_log_max = one.value("zstd_window_log_max", limits.zstd_window_log_max);
  return limits;
}

std::string name_of(Errc code) {
  switch (code) {
    case Errc::InflateCorrupt: return "InflateCorrupt";
    case Errc::InflateChecksum: return "InflateChecksum";
    case Errc::InflateEnded: return "InflateEnded";
    case Errc::InflateTruncated: return "InflateTruncated";
    case Errc::InflateTrailing: return "InflateTrailing";
    case Errc::InflateDictionary: return "InflateDictionary";
    case Errc::InflateWindow: return "InflateWindow";
    case Errc::PayloadTooLarge: return "PayloadTooLarge";
    case Errc::JsonIncomplete: return "JsonIncomplete";
    case Errc::JsonSyntax: return "JsonSyntax";
    case Errc::JsonTrailing: return "JsonTrailing";
    default: return "an error of another layer";
  }
}

void check_texts(const Json& one, const Received& received) {
  REQUIRE(received.payloads.size() == one["payloads"].size());
  for (std::size_t i = 0; i < received.payloads.size(); ++i)
    CHECK(received.payloads[i].second == text_of(one["payloads"][i]));
  REQUIRE(received.error.has_value() == one.contains("error"));
  if (received.error) CHECK(name_of(received.error->second.code) == one["error"]["code"]);
}

void check_all(const Json& one, const Received& received) {
  check_texts(one, received);
  for (std::size_t i = 0; i < received.payloads.size(); ++i)
    CHECK(received.payloads[i].first == one["payloads"][i]["after"]);
  if (received.error) CHECK(received.error->first == one["error"]["after"]);
}

TEST_CASE("GW-ENC-2: the vectors of compression keep their schema, order, ids and counts", "[compression][vectors]") {
  for (const auto* path : {kZlib, kZstd, kPayload}) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
  }
}

/// The requirements that match and that no case of this verdict cites.
std::vector<std::string> lacking(const std::string& path, const std::string& pattern, std::string_view verdict) {
  std::set<std::string> cited;
  for (const Json& one : cases_of(path))
    for (const Json& id : one["req"])
      if (verdict.empty() || one["verdict"] == verdict) cited.insert(id);
  std::vector<std::string> lacking;
  for (const std::string_view id : req::kIds)
    if (std::regex_match(std::string(id), std::regex(pattern)) && cited.count(std::string(id)) == 0)
      lacking.emplace_back(id);
  return lacking;
}

// Those left out are about other acts than reading (who asks for a compression, how a connection is closed), or only
// say what was seen. A bad vector, or a good one, is left out where there can be none.
TEST_CASE("GW-ENC-2: no requirement is without the vectors that it could have", "[compression][vectors]") {
  const std::vector<std::string> none;
  CHECK(lacking(kZlib, "GW-ZLIB-([1-9]|10|12)", "") == none);
  CHECK(lacking(kZlib, "GW-ZLIB-([1-79]|10|12)", "valid") == none);
  CHECK(lacking(kZlib, "GW-ZLIB-([124789]|12)", "invalid") == none);
  CHECK(lacking(kZstd, "GW-ZSTD-[1-9]|OP-20|LOCAL-3[56]", "") == none);
  CHECK(lacking(kZstd, "GW-ZSTD-[1-79]|LOCAL-36", "valid") == none);
  CHECK(lacking(kZstd, "GW-ZSTD-[123678]|OP-20|LOCAL-36", "invalid") == none);
  CHECK(lacking(kPayload, "GW-PCOMP-[12346]", "valid") == none);
  CHECK(lacking(kPayload, "GW-PCOMP-[1236]", "invalid") == none);
  CHECK(lacking(kZlib, "GW-ZLIB-11", "") == std::vector<std::string>{"GW-ZLIB-11"});
}

TEST_CASE("GW-ZLIB-1: every zlib vector comes out as it says", "[compression][vectors]") {
  const Json cases = cases_of(kZlib);
  CHECK(cases.size() >= 51);
  for (const Json& one : cases) {
    CAPTURE(one["id"], one["about"]);
    check_all(one, receive(messages_of(one), limits_of(one)));
  }
}

TEST_CASE("GW-ZSTD-1: every zstd vector comes out as it says", "[compression][vectors]") {
  const Json cases = cases_of(kZstd);
  CHECK(cases.size() >= 66);
  for (const Json& one : cases) {
    CAPTURE(one["id"], one["about"]);
    check_all(one, receive(messages_of(one), limits_of(one), compression::Compression::ZstdStream));
  }
}

TEST_CASE("GW-PCOMP-1: every vector of payload compression comes out as it says", "[compression][vectors]") {
  const Json cases = cases_of(kPayload);
  CHECK(cases.size() >= 43);
  for (const Json& one : cases) {
    CAPTURE(one["id"], one["about"]);
    check_all(one, receive(texts_and_binaries_of(one), limits_of(one), compression::Compression::Payload));
  }
}

TEST_CASE("GW-ZLIB-6: cutting the messages of a vector at every byte changes no payload", "[compression][vectors]") {
  for (const Json& one : cases_of(kZlib)) {
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
