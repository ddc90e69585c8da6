// Runs corpus/vectors/envelope: each text under both checks, and every proper prefix of those that have an envelope.
#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kFiles{"corpus/vectors/envelope/invalid.json", "corpus/vectors/envelope/lenient.json",
                                      "corpus/vectors/envelope/valid.json"};
const std::vector<std::string> kNone;

TEST_CASE("GW-ENV-1: the envelope vectors keep their schema, order, ids and counts", "[encoding][vectors]") {
  for (const std::string& path : kFiles) {
    CAPTURE(path);
    CHECK(lint(path) == std::vector<std::string>{});
    const Json file = read_vectors(path);
    for (const Json& one : file["cases"]) CHECK(one.contains("text") != one.contains("hex"));
  }
}

TEST_CASE("GW-ENV-1: every envelope vector comes out as it says", "[encoding][vectors]") {
  CHECK(failures(kFiles[0], 121) == kNone);
  CHECK(failures(kFiles[1], 27) == kNone);
  CHECK(failures(kFiles[2], 81) == kNone);
}

TEST_CASE("GW-ZLIB-7: every proper prefix of a text with an envelope is incomplete", "[encoding][vectors]") {
  for (const std::string& path : kFiles)
    for (const vectors::Question& one : questions_of(path)) {
      if (!one.expect.contains("op")) continue;
      const std::string text = one.ask.contains("text")
                                   ? one.ask["text"].get<std::string>()
                                   : vectors::to_text(vectors::from_hex(one.ask["hex"].get<std::string>()));
      const std::size_t last = text.find_last_not_of(" \t\r\n");  // from there on it is complete
      for (std::size_t size = 0; size <= last; ++size) {
        Json question{{"layer", "envelope"}, {"hex", vectors::to_hex(vectors::from_text(text.substr(0, size)))}};
        if (one.ask.contains("check")) question["check"] = one.ask["check"];
        const Json incomplete{{"error", "JsonIncomplete"}, {"offset", size}};
        if (const Json answer = vectors::ask_core(question).answer; answer != incomplete)
          FAIL(one.id << " cut to " << size << " bytes gives " << answer);
      }
    }
}

}  // namespace
}  // namespace portcullis::tests
