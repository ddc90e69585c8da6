#include <catch2/catch.hpp>

#include "tests/gateway/vector_file.h"

namespace portcullis::tests {
namespace {

const std::vector<std::string> kNone;

TEST_CASE("GW-ENV-4: payloads are written, or refused, as the vectors say", "[gw][vectors]") {
  constexpr auto kPath = "corpus/vectors/commands/payloads.json";
  CHECK(failures(kPath, 99) == kNone);
  for (const Json& one : cases_of(kPath)) {
    CAPTURE(one["id"]);
    CHECK(one.value("payload", "").size() <= 4096);
    CHECK(one.contains("payload") == (one["verdict"] == "valid"));
  }
}

}  // namespace
}  // namespace portcullis::tests
