// Runs the vectors of compression as given, and those of zlib-stream with every message cut further.
#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "portcullis/spec/requirements.h"
#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

constexpr auto kZlib = "corpus/vectors/zlib/stream.json";
constexpr auto kZstd = "corpus/vectors/zstd/stream.json";
constexpr auto kPayload = "corpus/vectors/payload_compression/messages.json";

const std::vector<std::string> kNone;

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
  CHECK(failures(kZlib, 51) == kNone);
}

TEST_CASE("GW-ZSTD-1: every zstd vector comes out as it says", "[compression][vectors]") {
  CHECK(failures(kZstd, 66) == kNone);
}

TEST_CASE("GW-PCOMP-1: every vector of payload compression comes out as it says", "[compression][vectors]") {
  CHECK(failures(kPayload, 43) == kNone);
}

/// An answer without the number of the message that something came after: what stays when messages are cut.
Json without_places(Json answer) {
  for (Json& payload : answer["payloads"]) payload.erase("after");
  if (answer.contains("error")) answer["error"].erase("after");
  return answer;
}

/// The answer when the messages are these, as hex.
Json answer_to(const vectors::Question& question, const std::vector<std::string>& messages) {
  Json ask = question.ask;
  ask["messages"] = messages;
  return without_places(vectors::ask_core(ask).answer);
}

TEST_CASE("GW-ZLIB-6: cutting the messages of a vector at every byte changes no payload", "[compression][vectors]") {
  for (const vectors::Question& one : questions_of(kZlib)) {
    const Json expected = without_places(one.expect);
    const std::vector<std::string> messages = one.ask["messages"];
    std::vector<std::string> single;
    for (std::size_t index = 0; index < messages.size(); ++index) {
      for (std::size_t at = 0; at < messages[index].size(); at += 2) single.push_back(messages[index].substr(at, 2));
      for (std::size_t cut = 2; cut < messages[index].size(); cut += 2) {
        auto recut = messages;
        recut[index].resize(cut);
        recut.insert(recut.begin() + static_cast<std::ptrdiff_t>(index) + 1, messages[index].substr(cut));
        if (answer_to(one, recut) != expected) FAIL(one.id << ": message " << index << " cut after " << cut / 2);
      }
    }
    INFO(one.id);
    CHECK(answer_to(one, single) == expected);
  }
}

}  // namespace
}  // namespace portcullis::tests
