// What a tap tells of whole conversations between a real client and the mock's peer.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "portcullis/tests/property.h"
#include "portcullis/tests/timeline/overheard.h"

namespace portcullis::timeline {
namespace {

using compression::Compression;
using encoding::Encoding;

struct Way {
  Encoding encoding;
  Compression compression;
};

/// All that a client may ask for: payload compression is there with JSON only.
constexpr std::array kWays{Way{Encoding::Json, Compression::None},       Way{Encoding::Json, Compression::ZlibStream},
                           Way{Encoding::Json, Compression::ZstdStream}, Way{Encoding::Json, Compression::Payload},
                           Way{Encoding::Etf, Compression::None},        Way{Encoding::Etf, Compression::ZlibStream},
                           Way{Encoding::Etf, Compression::ZstdStream}};

/// A record in a few words.
std::string brief(const Record& record) {
  std::string line = std::to_string(record.link) + " ";
  if (record.with.contains("from")) line += record.with["from"].get<std::string>() + " ";
  line += record.is;
  if (record.with.contains("code")) line += " " + record.with["code"].dump();
  if (record.is != "message" || !record.with.contains("payload")) return line;
  const Json& payload = record.with["payload"];
  line += " " + payload["op"].dump();
  if (payload.contains("t") && payload["t"].is_string()) line += " " + payload["t"].get<std::string>();
  return record.with.contains("left_out") ? line + " without d" : line;
}

/// A conversation without the heartbeats, whose number is a matter of jitter.
std::vector<std::string> brief_without_beats(const std::vector<Said>& said) {
  std::vector<std::string> lines;
  for (const Record& record : records_of(said))
    if (const std::string line = brief(record); !line.ends_with("message 1") && !line.ends_with("message 11"))
      lines.push_back(line);
  return lines;
}

const std::vector<std::string> kExpected{"1 open",
                                         "1 upgraded",
                                         "1 server message 10",
                                         "1 client message 2",
                                         "1 server message 0 READY",
                                         "1 server message 0 GUILD_CREATE",
                                         "1 server message 0 USER_UPDATE",
                                         "1 server message 0 USER_UPDATE without d",
                                         "1 server message 7",
                                         "1 client close 4900",
                                         "1 server close 4900",
                                         "1 server end",
                                         "2 open",
                                         "2 upgraded",
                                         "2 server message 10",
                                         "2 client message 6",
                                         "2 server message 0 RESUMED",
                                         "2 server message 0 USER_UPDATE",
                                         "2 server close 4000",
                                         "2 client close 4000",
                                         "2 server end",
                                         "3 open",
                                         "3 upgraded",
                                         "3 server message 10",
                                         "3 client message 6",
                                         "3 server message 0 RESUMED",
                                         "3 server end",
                                         "4 open",
                                         "4 upgraded",
                                         "4 server message 10",
                                         "4 client message 6",
                                         "4 server message 0 RESUMED",
                                         "4 server message 9",
                                         "4 client close 1000",
                                         "4 server close 1000",
                                         "4 server end",
                                         "5 open",
                                         "5 upgraded",
                                         "5 server message 10",
                                         "5 client message 2",
                                         "5 server message 0 READY",
                                         "5 server message 0 GUILD_CREATE",
                                         "5 client close 1000",
                                         "5 server close 1000",
                                         "5 server end"};

TEST_CASE("timeline: a talk is told the same whatever its encoding and compression", "[timeline]") {
  for (const auto& [encoding, compression] : kWays) {
    INFO(name(encoding) << " " << in_query(compression));
    CHECK(brief_without_beats(overheard_talk(encoding, compression)) == kExpected);
  }
}

/// A record's line without what is another matter in each encoding and compression.
std::string bare(Record record) {
  for (const char* name : {"kind", "bytes", "payload_bytes", "url"}) record.with.erase(name);
  if (record.with.contains("payload") && record.with["payload"].is_object()) {
    Json& data = record.with["payload"]["d"];
    if (data.is_object() && data.contains("compress")) data.erase("compress");
  }
  return line_of(record);
}

std::vector<std::string> bare(const std::vector<Said>& said) {
  std::vector<std::string> lines;
  for (const Record& record : records_of(said)) lines.push_back(bare(record));
  return lines;
}

TEST_CASE("timeline: a payload is told as the same tree whatever its encoding and compression", "[timeline]") {
  const auto plain = bare(overheard_talk(Encoding::Json, Compression::None));
  for (const auto& [encoding, compression] : kWays) CHECK(bare(overheard_talk(encoding, compression)) == plain);
}

TEST_CASE("timeline: message and payload are measured, and a text is told from bytes", "[timeline]") {
  const auto first_event = [](Encoding encoding, Compression compression) {
    for (const Record& record : records_of(overheard_talk(encoding, compression)))
      if (record.with.contains("left_out")) return record.with;
    return Json();
  };
  const Json plain = first_event(Encoding::Json, Compression::None);
  CHECK(plain["kind"] == "text");
  CHECK(plain["bytes"] == plain["payload_bytes"]);
  CHECK(plain["payload"] == Json{{"op", 0}, {"s", 4}, {"t", "USER_UPDATE"}, {"d", nullptr}});
  const Json small = first_event(Encoding::Json, Compression::ZlibStream);
  CHECK(small["kind"] == "binary");
  CHECK(small["bytes"].get<int>() < 1'000);
  CHECK(small["payload_bytes"] == plain["payload_bytes"]);
}

TEST_CASE("GW-SEC-1: no record of a talk holds a token or a session id, and yet one sees that it was the same",
          "[timeline]") {
  for (const Encoding encoding : {Encoding::Json, Encoding::Etf}) {
    const auto said = overheard_talk(encoding, Compression::ZlibStream);
    std::vector<std::string> tokens, sessions, reasons;
    for (const Record& record : records_of(said)) {
      const std::string line = line_of(record);
      CHECK(line.find("the-token") == std::string::npos);
      CHECK(line.find("another-secret") == std::string::npos);
      if (record.with.contains("reason")) reasons.push_back(record.with["reason"]);
      if (!record.with.contains("payload") || !record.with["payload"].contains("d")) continue;
      const Json& data = record.with["payload"]["d"];
      if (!data.is_object()) continue;
      if (data.contains("session_id")) sessions.push_back(data["session_id"]);
      if (data.contains("token") && record.with["from"] == "client") tokens.push_back(data["token"]);
    }
    REQUIRE(tokens.size() == 5);
    CHECK(std::set(tokens.begin(), tokens.end()).size() == 1);
    CHECK(tokens.front().size() == std::string("the-token").size());
    REQUIRE(sessions.size() == 5);
    CHECK(std::set(sessions.begin(), sessions.end() - 1).size() == 1);  // READY, and three times op 6
    CHECK(sessions.back() != sessions.front());
    REQUIRE_FALSE(reasons.empty());
    CHECK(reasons.front() == "of " + sessions.front());
  }
}

std::vector<std::vector<Said>> all_talks() {
  std::vector<std::vector<Said>> talks;
  for (const auto& [encoding, compression] : kWays) talks.push_back(overheard_talk(encoding, compression));
  return talks;
}

TEST_CASE("timeline: cutting the bytes elsewhere changes no record, be they good or spoilt", "[timeline]") {
  const auto talks = all_talks();
  tests::check_always(
      "whole or in pieces",
      [&] {
        auto said = talks[*rc::gen::inRange<std::size_t>(0, talks.size())];
        if (*rc::gen::arbitrary<bool>()) {
          std::string& spoilt = said[*rc::gen::inRange<std::size_t>(0, said.size())].bytes;
          if (!spoilt.empty()) {
            char& byte = spoilt[*rc::gen::inRange<std::size_t>(0, spoilt.size())];
            byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 255));
          }
        }
        auto state = *rc::gen::arbitrary<std::uint32_t>();
        const auto most = *rc::gen::inRange<std::size_t>(1, 300);
        const Cut cut = [&](std::size_t) {
          state = state * 1'664'525u + 1'013'904'223u;
          return 1 + (state >> 16) % most;
        };
        RC_ASSERT(lines_of(said, cut) == lines_of(said));
      },
      tests::kCases / 5);
}

}  // namespace
}  // namespace portcullis::timeline
